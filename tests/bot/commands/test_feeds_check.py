"""`policyline check` on call centres, against strict servers of both kinds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.commands.feeds_check import feeds
from bot.commands.findings import Verdict
from tests.fakes.ami_server import SECRET, AmiServer
from tests.fakes.esl_server import PASSWORD, EslServer


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("POLICYLINE_CONFIG", str(tmp_path / "none.toml"))


def ami(port: int, secret: str = SECRET) -> str:
    account = {"host": "127.0.0.1", "port": port, "username": "policyline", "secret": secret}
    return json.dumps({"main": account})


def esl(port: int, password: str = PASSWORD) -> str:
    return json.dumps({"main": {"host": "127.0.0.1", "port": port, "password": password}})


async def test_none_is_configured() -> None:
    [finding] = await feeds(within_s=5)
    assert (finding.verdict, finding.said) == (Verdict.FINE, "未配置，来电由话务员手工登记")


async def test_each_that_lets_us_in_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_HOTLINE_CENTRES__NORTH__KEY", "key-of-the-north-centre")
    async with AmiServer() as asterisk, EslServer() as freeswitch:
        monkeypatch.setenv("POLICYLINE_HOTLINE_AMI", ami(asterisk.port))
        monkeypatch.setenv("POLICYLINE_HOTLINE_ESL", esl(freeswitch.port))
        found = await feeds(within_s=5)
    assert [(each.subject, each.verdict, each.said) for each in found] == [
        ("来电接入 ami-main", Verdict.FINE, "可登录"),
        ("来电接入 esl-main", Verdict.FINE, "可登录"),
        ("来电接入", Verdict.FINE, "可接收推送：north"),
    ]


async def test_wrong_passwords_are_said_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    async with AmiServer() as asterisk, EslServer() as freeswitch:
        monkeypatch.setenv("POLICYLINE_HOTLINE_AMI", ami(asterisk.port, "wrong-one"))
        monkeypatch.setenv("POLICYLINE_HOTLINE_ESL", esl(freeswitch.port, "wrong-one"))
        found = await feeds(within_s=5)
    assert [each.verdict for each in found] == [Verdict.FAULT, Verdict.FAULT]
    assert "账号或口令不对" in found[0].said
    assert "口令不对" in found[1].said
    assert "wrong-one" not in repr(found)


async def test_what_costs_only_a_part_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async with AmiServer(may_report=False) as asterisk, EslServer(rejects=True) as freeswitch:
        monkeypatch.setenv("POLICYLINE_HOTLINE_AMI", ami(asterisk.port))
        monkeypatch.setenv("POLICYLINE_HOTLINE_ESL", esl(freeswitch.port))
        less, refused = await feeds(within_s=5)
    assert (less.verdict, "写权限" in less.said) == (Verdict.LESS, True)
    assert (refused.verdict, "访问控制" in refused.said) == (Verdict.FAULT, True)


async def test_servers_that_are_away_or_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with AmiServer() as asterisk, EslServer() as freeswitch:
        asterisk.mute = True
        monkeypatch.setenv("POLICYLINE_HOTLINE_AMI", ami(asterisk.port))
        monkeypatch.setenv("POLICYLINE_HOTLINE_ESL", esl(freeswitch.port))
        await freeswitch.stop()
        silent, away = await feeds(within_s=1)
    assert (silent.verdict, silent.said) == (Verdict.LESS, "1 秒内没有响应，会不断重试")
    assert (away.verdict, away.said) == (Verdict.LESS, "连不上（esl_unreachable），会不断重试")


async def test_faulty_settings_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_HOTLINE_AMI", '{"main": {"secret": "not-shown-to-anybody"}}')
    [finding] = await feeds(within_s=5)
    assert finding.verdict is Verdict.FAULT
    assert "POLICYLINE_HOTLINE_AMI__MAIN__HOST" in finding.said
    assert "not-shown" not in finding.said

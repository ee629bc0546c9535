"""`policyline check` on mail servers: does each let us in? Against the strict one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.commands.findings import Finding, Verdict
from bot.commands.mail_check import servers
from tests.fakes.mail_server import MailServer, certificate

PREFIX = "POLICYLINE_MAILBOX_"


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MailServer]:
    pem, made = certificate(tmp_path), MailServer()
    async with made.running(pem):
        given = {
            "HOST": "127.0.0.1",
            "PORT": str(made.port),
            "USERNAME": made.user,
            "PASSWORD": made.password,
            "SENDER": "hotline@12345.example.com",
            "CA_FILE": str(pem),
        }
        for name, value in given.items():
            monkeypatch.setenv(PREFIX + name, value)
        yield made


async def finding() -> Finding:
    [found] = await servers(within_s=3.0)
    return found


async def test_none_is_set() -> None:
    assert await finding() == Finding(
        subject="邮件发信", verdict=Verdict.FINE, said="未设置，不发邮件"
    )


async def test_one_that_lets_us_in_and_is_given_nothing(server: MailServer) -> None:
    assert await finding() == Finding(
        subject="邮件发信 领导信箱", verdict=Verdict.FINE, said="127.0.0.1 可登录"
    )
    assert server.taken == []


async def test_one_that_does_not(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}PASSWORD", "not-the-password")
    found = await finding()
    assert (found.verdict, "口令不对" in found.said) == (Verdict.FAULT, True)
    assert "not-the-password" not in repr(found)


async def test_one_whose_certificate_nobody_knows(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"{PREFIX}CA_FILE")
    found = await finding()
    assert (found.verdict, "ca_file" in found.said) == (Verdict.FAULT, True)


async def test_one_that_is_away(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}PORT", "9")
    assert (await finding()).verdict is Verdict.LESS

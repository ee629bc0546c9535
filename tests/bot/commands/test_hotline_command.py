"""`policyline hotline replay`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import Result
from typer.testing import CliRunner

from bot.calls.recorded import open_recording, shipped
from bot.cli import application
from tests.bot.calls.test_replay import Events, service
from tests.bot.web.hotline import KEY


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_HOME", str(tmp_path / "home"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application(arguments), arguments)


def test_the_shipped_calls_are_listed() -> None:
    told = run("hotline", "replay", "--list").output
    assert [line.split()[0] for line in told.splitlines()] == list(shipped())
    listed = json.loads(run("hotline", "replay", "--list", "--json").output)
    assert [one["name"] for one in listed] == list(shipped())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--list"),
        (("no-such-call",), "打不开"),
        (("silent-call",), "POLICYLINE_HOTLINE_CENTRES__DEFAULT__KEY"),
        (("silent-call", "--centre", "second"), "POLICYLINE_HOTLINE_CENTRES__SECOND__KEY"),
        (("silent-call", "--key", "k" * 16, "--url", "here"), "--url 应为"),
    ],
)
def test_wrong_use_is_told(arguments: tuple[str, ...], told: str) -> None:
    result = run("hotline", "replay", *arguments)
    assert (result.exit_code, told in result.output) == (2, True)


def test_a_service_that_is_not_there_is_told() -> None:
    result = run(
        "hotline", "replay", "silent-call", "--key", "k" * 16, "--speed", "0",
        "--url", "http://127.0.0.1:1",
    )  # fmt: skip
    assert (result.exit_code, "连不上" in result.output) == (1, True)


@pytest.mark.parametrize("where", ["environment", "file"])
async def test_the_key_is_the_one_the_service_has(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "policyline.toml"
    table = {"environment": "", "file": f'[hotline.centres.default]\nkey = "{KEY.decode()}"\n'}
    file.write_text(table[where])
    monkeypatch.setenv("POLICYLINE_CONFIG", str(file))
    given = {"environment": {"default": {"key": KEY.decode()}}, "file": {}}
    monkeypatch.setenv("POLICYLINE_HOTLINE_CENTRES", json.dumps(given[where]))
    async with service(Events(), now=None) as (centre, target):
        arguments = ("hotline", "replay", "silent-call", "--url", target.url, "--speed", "0")
        result = await asyncio.to_thread(run, *arguments)
        assert result.exit_code == 0, result.output
        assert len(centre.book.sentences) == 4


async def test_a_service_without_a_call_centre_says_what_to_set() -> None:
    async with TestServer(web.Application()) as server:
        url = str(server.make_url("")).rstrip("/")
        arguments = ("hotline", "replay", "silent-call", "--key", "k" * 16, "--url", url)
        result = await asyncio.to_thread(run, *arguments, "--speed", "0")
    assert result.exit_code == 1
    assert "POLICYLINE_HOTLINE_CENTRES__DEFAULT__KEY" in result.output


def test_a_faulty_setting_is_told_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_HOTLINE_CENTRES__DEFAULT__KEY", "too-short")
    result = run("hotline", "replay", "silent-call")
    assert (result.exit_code, "fewer than 16" in result.output) == (2, True)
    assert "too-short" not in result.output


async def test_a_call_is_played_and_shown() -> None:
    events = Events()
    async with service(events, now=None) as (centre, target):
        arguments = (
            "hotline", "replay", "streetlight-help", "--url", target.url, "--key", KEY.decode(),
            "--speed", "0", "--call", "run1", "--operator", "chenli",
        )  # fmt: skip
        result = await asyncio.to_thread(run, *arguments)
        assert result.exit_code == 0, result.output
        assert "播放完毕" in result.output
        assert "“chenli”的接听台" in result.output
        for one in open_recording("streetlight-help").sentences:
            assert one.text in result.output
        assert len(centre.book.sentences) == 20
    assert next(iter(events.kept)) == "run1-0"
    rang = (each.get("operator", "") for each in events.kept.values())
    assert set(rang) - {""} == {"chenli"}

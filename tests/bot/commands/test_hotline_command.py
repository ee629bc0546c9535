"""`policyline hotline replay`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
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
        (("silent-call",), "密钥"),
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


async def test_a_call_is_played_and_shown() -> None:
    events = Events()
    async with service(events, now=None) as (centre, target):
        arguments = (
            "hotline", "replay", "streetlight-help", "--url", target.url, "--key", KEY.decode(),
            "--speed", "0", "--call", "run1",
        )  # fmt: skip
        result = await asyncio.to_thread(run, *arguments)
        assert result.exit_code == 0, result.output
        assert "播放完毕" in result.output
        for one in open_recording("streetlight-help").sentences:
            assert one.text in result.output
        assert len(centre.book.sentences) == 20
    assert next(iter(events.kept)) == "run1-0"

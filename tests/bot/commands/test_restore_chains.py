"""`policyline db restore` verifies the chains of all events it brought back, and says so."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cases.model import Move
from bot.cli import application
from bot.storage.units import Storage
from tests.bot.cases.world import CLERK, World
from tests.fakes.edges import CountingIds, FakeClock, RecordedWakeups


@pytest.fixture
def file(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database the commands work on."""
    path = sqlite_url.partition("///")[2]
    monkeypatch.setenv("POLICYLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("POLICYLINE_DATABASE_URL", sqlite_url)
    return Path(path)


@pytest.fixture
async def _cases(file: Path, sqlite_url: str, clock: FakeClock, ids: CountingIds) -> None:
    """Three cases, one of them accepted."""
    storage = Storage(sqlite_url)
    world = World(storage=storage, clock=clock, ids=ids, wakeups=RecordedWakeups())
    for at in range(3):
        number = (await world.open(f"web:a:{at}")).case.number
    await world.service.move(number, Move.ACCEPT, CLERK)
    await storage.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application(arguments), arguments)


@pytest.mark.usefixtures("_cases")
def test_chains_that_hold_are_said_to_hold(tmp_path: Path) -> None:
    backup = str(tmp_path / "backup")
    assert run("db", "backup", backup).exit_code == 0
    restored = run("db", "restore", backup, "--yes")
    assert restored.exit_code == 0
    assert "办理记录链：全部 3 件、7 步，完整。" in restored.stdout
    assert "依申请公开记录链：全部 0 件、0 步，完整。" in restored.stdout


@pytest.mark.usefixtures("_cases")
def test_a_chain_that_was_broken_before_the_backup_is_found(tmp_path: Path, file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.execute("UPDATE case_events SET reason = '改过' WHERE move = 'accept'")
    database.close()
    backup = str(tmp_path / "backup")
    assert run("db", "backup", backup).exit_code == 0
    restored = run("db", "restore", backup, "--yes")
    assert restored.exit_code == 1
    assert "内容与哈希不符" in restored.stderr

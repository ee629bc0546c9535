"""Backups of both databases, brought back whole or not at all."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bot.cases.model import Role
from bot.records import StaffMember
from bot.storage.backup import BackupError, backup, is_empty, restore
from bot.storage.units import Storage, async_url
from tests.fakes.edges import FakeClock


async def add(url: str, name: str, clock: FakeClock) -> None:
    storage = Storage(url)
    member = StaffMember(
        name=name, role=Role.TRIAGE, created_at=clock.now(), password_changed_at=clock.now()
    )
    async with storage.begin() as unit:
        await unit.staff.add(member, password_hash="x")
    await storage.close()


async def names(url: str) -> list[str]:
    storage = Storage(url)
    async with storage.read() as unit:
        members = await unit.staff.all()
    await storage.close()
    return [member.name for member in members]


async def test_what_is_backed_up_comes_back(
    database_url: str, tmp_path: Path, clock: FakeClock
) -> None:
    file = tmp_path / "backup"
    await add(database_url, "wang", clock)
    await backup(database_url, file)
    await add(database_url, "later", clock)
    await restore(database_url, file, overwrite=True)
    assert await names(database_url) == ["wang"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_database_that_holds_something_is_not_overwritten(
    database_url: str, tmp_path: Path, clock: FakeClock
) -> None:
    file = tmp_path / "backup"
    await backup(database_url, file)
    assert await is_empty(database_url)
    await add(database_url, "wang", clock)
    with pytest.raises(BackupError, match="--yes"):
        await restore(database_url, file)
    assert await names(database_url) == ["wang"]


async def test_an_empty_database_is_filled_without_asking(
    database_url: str, tmp_path: Path, clock: FakeClock
) -> None:
    file = tmp_path / "backup"
    await add(database_url, "wang", clock)
    await backup(database_url, file)
    engine = create_async_engine(async_url(database_url))
    async with engine.begin() as connection:
        await connection.execute(sa.text("DELETE FROM staff"))
    await engine.dispose()
    await restore(database_url, file)
    assert await names(database_url) == ["wang"]


async def test_a_new_sqlite_file_is_made(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> None:
    await add(sqlite_url, "wang", clock)
    await backup(sqlite_url, tmp_path / "backup")
    elsewhere = f"sqlite:///{tmp_path / 'new' / 'policyline.db'}"
    await restore(elsewhere, tmp_path / "backup")
    assert await names(elsewhere) == ["wang"]


async def test_what_is_no_backup_changes_nothing(
    database_url: str, tmp_path: Path, clock: FakeClock
) -> None:
    await add(database_url, "wang", clock)
    file = tmp_path / "backup"
    file.write_bytes(b"no backup at all" * 1000)
    with pytest.raises(BackupError):
        await restore(database_url, file, overwrite=True)
    with pytest.raises(BackupError, match="没有这个文件"):
        await restore(database_url, tmp_path / "absent", overwrite=True)
    assert await names(database_url) == ["wang"]


async def test_another_programs_sqlite_file_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE staff (name TEXT)")
    with pytest.raises(BackupError, match="不是本系统的备份"):
        await restore(sqlite_url, file)


async def test_a_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    absent, file = tmp_path / "absent.db", tmp_path / "backup"
    with pytest.raises(BackupError):
        await backup(f"sqlite:///{absent}", file)
    assert os.listdir(tmp_path) == []

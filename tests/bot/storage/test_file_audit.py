"""Rows and files of attachments are compared: nothing lost is missed, nothing in use is removed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from bot import attachment_files
from bot.storage.backup import BackupError
from bot.storage.file_audit import look_over
from tests.fakes.edges import FakeClock

from .test_archive import Town

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
OLD = time.time() - 2 * 86_400


@pytest.fixture
async def town(database_url: str, tmp_path: Path, clock: FakeClock) -> Town:
    return Town(database_url, tmp_path / "files", clock)


def aged(path: Path) -> Path:
    os.utime(path, (OLD, OLD))
    return path


async def test_what_is_in_use_stays_and_what_belongs_to_nothing_goes(town: Town) -> None:
    kept = await town.sends(PNG)
    used = aged(attachment_files.path(town.folder, kept.message_id, kept.sha256))
    stray = attachment_files.path(town.folder, "never stored", kept.sha256)
    attachment_files.write(stray, PNG)
    aged(stray)
    young = attachment_files.path(town.folder, "about to be stored", kept.sha256)
    attachment_files.write(young, PNG)
    cut_off = aged_new(stray.with_name(f".{stray.name}.0123abcd"))
    note = aged_new(town.folder / "ab" / "备注.txt")
    found = await look_over(town.url, town.folder)
    assert (found.kept, found.lost, found.stray, found.removed) == (1, (), 2, 0)
    found = await look_over(town.url, town.folder, remove=True)
    assert (found.stray, found.removed) == (2, 2)
    there = [path.exists() for path in (used, stray, young, cut_off, note)]
    assert there == [True, False, True, False, True]


def aged_new(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return aged(path)


async def test_a_changed_and_a_lost_file_are_named(town: Town) -> None:
    changed, lost = await town.sends(PNG), await town.sends(PNG + b"1")
    attachment_files.path(town.folder, changed.message_id, changed.sha256).write_bytes(b"other")
    attachment_files.path(town.folder, lost.message_id, lost.sha256).unlink()
    found = await look_over(town.url, town.folder)
    assert found.lost == tuple(sorted((changed.id, lost.id)))
    assert found.kept == 0


async def test_a_database_out_of_reach_is_said(tmp_path: Path) -> None:
    with pytest.raises(BackupError):
        await look_over(f"sqlite:///{tmp_path}/none/x.db", tmp_path)

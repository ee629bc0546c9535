"""A backup holds the files citizens sent, and gives back what it held or changes nothing."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import stat
import tarfile
from pathlib import Path

import pytest

from bot import attachment_files
from bot.attachment_model import Attachment
from bot.attachments import Attachments
from bot.storage.archive import back_up, bring_back
from bot.storage.backup import BackupError, backup
from bot.storage.units import Storage
from connectors.base import Inbound, InboundKind
from tests.fakes.edges import CountingIds, FakeClock

NUMBER = "20260302000001"


class Sender:
    """A channel whose media are what the test says."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    async def fetch(self, kind: InboundKind, details: object, *, max_bytes: int) -> bytes:
        del kind, details, max_bytes
        return self.body


class Town:
    """A database and a folder with files in it."""

    def __init__(self, url: str, folder: Path, clock: FakeClock) -> None:
        self.url, self.folder, self.clock, self.ids = url, folder, clock, CountingIds()

    async def sends(self, body: bytes) -> Attachment:
        """A citizen's picture, given to a case."""
        storage = Storage(self.url)
        held = Attachments(storage, self.clock, self.ids, self.folder, max_bytes=10_000)
        inbound = Inbound(
            channel="wechat",
            external_id=hashlib.sha256(body).hexdigest(),
            sender_id="c",
            conversation_id="wechat:c",
            kind=InboundKind.IMAGE,
            sent_at=self.clock.now(),
        )
        async with storage.begin() as unit:
            stored = await unit.messages.store_once(
                inbound, id=self.ids.new_id(), now=self.clock.now()
            )
        kept = await held.take(stored.message, Sender(body))
        await held.give(kept, NUMBER)
        await storage.close()
        return kept

    async def pictures(self) -> list[bytes]:
        """The case's, as they can be opened."""
        storage = Storage(self.url)
        held = Attachments(storage, self.clock, CountingIds(), self.folder, max_bytes=10_000)
        ids = [one.id for one in await held.of_case(NUMBER)]
        bodies = [(await held.file(NUMBER, id))[1] for id in ids]
        await storage.close()
        return bodies

    def path(self, kept: Attachment) -> Path:
        return attachment_files.path(self.folder, kept.message_id, kept.sha256)


def left(folder: Path, pattern: str) -> list[Path]:
    """What lies there of this pattern."""
    return list(folder.rglob(pattern))


FIRST, SECOND, LATER = (b"\xff\xd8\xff" + one * 100 for one in (b"1", b"2", b"3"))


@pytest.fixture
def town(database_url: str, tmp_path: Path, clock: FakeClock) -> Town:
    return Town(database_url, tmp_path / "home" / "attachments", clock)


async def test_rows_and_files_come_back_together(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    await town.sends(FIRST)
    town.clock.advance(minutes=1)
    await town.sends(SECOND)
    assert (await back_up(town.url, town.folder, file)).files == 2
    await town.sends(LATER)
    shutil.rmtree(town.folder)
    held = await bring_back(town.url, town.folder, file, overwrite=True)
    assert (held.files, held.lost, held.whole) == (2, (), True)
    assert await town.pictures() == [FIRST, SECOND]
    written = [path for path in town.folder.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (file, *written)} == {0o600}
    assert left(tmp_path, ".*") == []


async def test_a_file_lost_or_changed_before_is_named_and_does_not_stop_the_backup(
    town: Town, tmp_path: Path
) -> None:
    lost, changed = await town.sends(FIRST), await town.sends(SECOND)
    await town.sends(LATER)
    town.path(lost).unlink()
    town.path(changed).write_bytes(b"changed")
    held = await back_up(town.url, town.folder, tmp_path / "backup")
    assert set(held.lost) == {lost.id, changed.id}
    again = await bring_back(town.url, town.folder, tmp_path / "backup", overwrite=True)
    assert set(again.lost) == {lost.id, changed.id}


async def test_a_changed_file_is_put_right_by_its_backup(town: Town, tmp_path: Path) -> None:
    kept = await town.sends(FIRST)
    await back_up(town.url, town.folder, tmp_path / "backup")
    town.path(kept).write_bytes(b"changed")
    await bring_back(town.url, town.folder, tmp_path / "backup", overwrite=True)
    assert await town.pictures() == [FIRST]


def rewritten(file: Path, change: dict[str, bytes]) -> None:
    """The same tar with other contents of some entries; its manifest as it was."""
    made = io.BytesIO()
    with tarfile.open(file) as old, tarfile.open(fileobj=made, mode="w") as new:
        bodies = {one.name: old.extractfile(one).read() for one in old}  # type: ignore[union-attr]
        for name, body in {**bodies, **change}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            new.addfile(entry, io.BytesIO(body))
    file.write_bytes(made.getvalue())


def names(file: Path) -> list[str]:
    with tarfile.open(file) as tar:
        return tar.getnames()


@pytest.mark.parametrize(
    "change",
    [
        {"database": b"another"},
        {"attachments/aa/" + "a" * 64: b"added"},
        {"../outside": b"added"},
        {"manifest.json": b"{"},
        {"manifest.json": json.dumps({"version": 2}).encode()},
    ],
)
async def test_a_backup_that_is_not_as_it_was_written_changes_nothing(
    change: dict[str, bytes], town: Town, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    await town.sends(FIRST)
    await back_up(town.url, town.folder, file)
    await town.sends(SECOND)
    rewritten(file, change)
    with pytest.raises(BackupError):
        await bring_back(town.url, town.folder, file, overwrite=True)
    assert sorted(await town.pictures()) == [FIRST, SECOND]
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("kept_bytes", [0.3, 0.9])
async def test_a_backup_without_its_end_is_refused(
    kept_bytes: float, town: Town, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    await town.sends(FIRST)
    await back_up(town.url, town.folder, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole.rstrip(b"\0")) * kept_bytes)])
    with pytest.raises(BackupError):
        await bring_back(town.url, town.folder, file, overwrite=True)
    assert await town.pictures() == [FIRST]


async def test_a_symbolic_link_in_the_backup_is_refused(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    await back_up(town.url, town.folder, file)
    with tarfile.open(file, "a") as tar:
        link = tarfile.TarInfo("attachments/aa/" + "a" * 64)
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(BackupError):
        await bring_back(town.url, town.folder, file, overwrite=True)


async def test_a_database_that_holds_something_keeps_its_files_too(
    town: Town, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    await town.sends(FIRST)
    await back_up(town.url, town.folder, file)
    shutil.rmtree(town.folder)
    with pytest.raises(BackupError, match="--yes"):
        await bring_back(town.url, town.folder, file)
    assert not town.folder.exists()


async def test_a_backup_of_the_database_alone_is_still_taken(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "old"
    kept = await town.sends(FIRST)
    await backup(town.url, file)
    held = await bring_back(town.url, town.folder, file, overwrite=True)
    assert (held.whole, held.files, held.lost) == (False, 0, (kept.id,))


async def test_the_other_kind_of_database_is_told_of(
    sqlite_url: str, tmp_path: Path, town: Town
) -> None:
    file = tmp_path / "backup"
    await back_up(sqlite_url, town.folder, file)
    manifest = json.dumps(
        {"version": 1, "kind": "oracle", "sha256": {"database": _hash(file, "database")}}
    )
    rewritten(file, {"manifest.json": manifest.encode()})
    with pytest.raises(BackupError, match="另一种数据库"):
        await bring_back(town.url, town.folder, file, overwrite=True)


def _hash(file: Path, name: str) -> str:
    with tarfile.open(file) as tar:
        return hashlib.sha256(tar.extractfile(name).read()).hexdigest()  # type: ignore[union-attr]


async def test_what_lies_about_in_the_folder_is_not_backed_up(town: Town, tmp_path: Path) -> None:
    await town.sends(FIRST)
    (town.folder / "notes.txt").write_text("x")
    (town.folder / "aa").mkdir(exist_ok=True)
    (town.folder / "aa" / ".unfinished").write_text("x")
    (town.folder / "aa" / ("a" * 64)).symlink_to("/etc/hostname")
    await back_up(town.url, town.folder, tmp_path / "backup")
    assert len(names(tmp_path / "backup")) == 3


async def test_a_database_that_cannot_be_reached_leaves_no_file(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path / 'absent.db'}", "postgresql://me:secret@127.0.0.1:1/db"):
        with pytest.raises(BackupError) as raised:
            await back_up(url, tmp_path / "attachments", tmp_path / "backup")
        assert "secret" not in str(raised.value)
    assert left(tmp_path, "*") == []

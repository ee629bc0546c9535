"""A backup whole: the database and citizens' files in one file, each with its hash.

The file is a tar of `database` (as `bot.storage.backup` makes it), `attachments/<2 hex>/<64 hex>`
and, last, `manifest.json`; one without its end is therefore known for damaged. Files are taken
after the database, and are never changed, so each row of it finds its file.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import re
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from bot import attachment_files
from bot.attachment_model import Scan
from bot.storage.backup import BackupError, backup, is_empty, restore
from bot.storage.file_audit import kept_files
from bot.storage.units import async_url

_GOING = (Scan.INFECTED.value, Scan.DELETED.value)
"""One that is about to be deleted may be gone already."""
_DATABASE, _FILES, _MANIFEST = "database", "attachments", "manifest.json"
_VERSION = 1
_NAME = re.compile(rf"{_FILES}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})")
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Archived:
    """What a backup holds of the files citizens sent.

    Args:
        files: how many.
        lost: ids of attachments whose file is not there, or not what was kept.
        whole: false for a file of the database alone, as earlier versions made it.
    """

    files: int
    lost: tuple[str, ...] = ()
    whole: bool = True


async def back_up(url: str, folder: Path, file: Path) -> Archived:
    """Write database and files into one file, while the service goes on.

    Args:
        url: the database.
        folder: of the attachments' files; may be absent.
        file: to be written, readable by its owner alone.

    Raises:
        BackupError: it could not be done; no file is left.
    """
    before = await _kept(url, folder)
    dump, unfinished = file.with_name(f".{file.name}.database"), file.with_name(f".{file.name}.tar")
    try:
        await backup(url, dump)
        unfinished.touch(mode=0o600)
        held = await asyncio.to_thread(_pack, unfinished, dump, folder, async_url(url))
        after = await _kept(url, folder)
        unfinished.replace(file)
    except OSError as error:
        raise BackupError(f"备份没有完成：{type(error).__name__}。") from error
    finally:
        dump.unlink(missing_ok=True)
        unfinished.unlink(missing_ok=True)
    there = {id: one for id, one in before.items() if id in after}  # not swept in the meantime
    return Archived(files=len(held), lost=_lost(there, held))


async def bring_back(url: str, folder: Path, file: Path, *, overwrite: bool = False) -> Archived:
    """Bring back what `back_up` wrote, every hash compared before anything is changed.

    Files that lie in the folder and are none of the backup's stay where they are.

    Args:
        url: the database to write.
        folder: of the attachments' files.
        file: the backup; one of the database alone is taken too.
        overwrite: allow a database that holds something; all of it is replaced.

    Raises:
        BackupError: not a backup of ours, damaged, of another kind of database, or the database
            holds something or is in use.
    """
    if not await asyncio.to_thread(_is_tar, file):
        await restore(url, file, overwrite=overwrite)
        return Archived(files=0, lost=_lost(await _kept(url, folder), {}), whole=False)
    manifest = await asyncio.to_thread(_checked, file)
    if manifest["kind"] != async_url(url).get_backend_name():
        raise BackupError(f"备份来自另一种数据库（{manifest['kind']}），没有恢复。")
    if not overwrite and not await is_empty(url):
        raise BackupError("数据库里已有内容，没有恢复。确定要全部替换，请加 --yes。")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder.parent) as place:
            dump = Path(place) / _DATABASE
            await asyncio.to_thread(_unpack, file, dump, folder)
            await restore(url, dump, overwrite=overwrite)
    except OSError as error:
        raise BackupError(f"恢复没有完成：{type(error).__name__}。") from error
    held = {name: digest for name, digest in manifest["sha256"].items() if name != _DATABASE}
    return Archived(files=len(held), lost=_lost(await _kept(url, folder), held))


async def _kept(url: str, folder: Path) -> Mapping[str, tuple[str, str]]:
    """Attachment id → name in a backup and SHA-256, of those that have a file."""
    return {
        one: (_name(folder, owner, digest), digest)
        for one, (owner, digest) in (await kept_files(url)).items()
    }


def _name(folder: Path, message_id: str, digest: str) -> str:
    path = attachment_files.path(folder, message_id, digest)
    return f"{_FILES}/{path.relative_to(folder).as_posix()}"


def _lost(kept: Mapping[str, tuple[str, str]], held: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(id for id, (name, digest) in kept.items() if held.get(name) != digest))


def _pack(target: Path, dump: Path, folder: Path, where: sa.URL) -> Mapping[str, str]:
    """Write the tar; gives name → SHA-256 of the files in it, the database not among them."""
    held: dict[str, str] = {}
    with tarfile.open(target, "w") as tar:
        with dump.open("rb") as opened:
            database = hashlib.file_digest(opened, "sha256").hexdigest()
        with dump.open("rb") as opened:
            tar.addfile(_entry(_DATABASE, dump.stat().st_size), opened)
        for path in sorted(folder.glob("??/*")):
            name = f"{_FILES}/{path.relative_to(folder).as_posix()}"
            if _NAME.fullmatch(name) is None or path.is_symlink():
                continue
            try:
                body = path.read_bytes()
            except FileNotFoundError:  # swept in the meantime
                continue
            tar.addfile(_entry(name, len(body)), io.BytesIO(body))
            held[name] = hashlib.sha256(body).hexdigest()
        manifest = {
            "version": _VERSION,
            "kind": where.get_backend_name(),
            "sha256": {_DATABASE: database, **held},
        }
        written = json.dumps(manifest).encode()
        tar.addfile(_entry(_MANIFEST, len(written)), io.BytesIO(written))
    return held


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _checked(file: Path) -> Mapping[str, Any]:
    """The manifest, once everything it names was found to be what it says, and nothing else."""
    found: dict[str, str] = {}
    manifest: Any = None
    try:
        for entry, opened in _entries(file):
            if entry.name == _MANIFEST:
                manifest = json.load(opened)
            else:
                found[entry.name] = _digest(opened)
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise BackupError("备份文件已损坏，没有恢复。") from error
    if not isinstance(manifest, dict) or manifest.get("version") != _VERSION:
        raise BackupError("这个文件不是本系统的备份，或者不完整。")
    named = all(name == _DATABASE or _NAME.fullmatch(name) for name in found)
    if manifest.get("sha256") != found or _DATABASE not in found or not named:
        raise BackupError("备份文件已损坏，没有恢复。")
    return manifest


def _is_tar(file: Path) -> bool:
    return file.is_file() and tarfile.is_tarfile(file)


def _unpack(file: Path, dump: Path, folder: Path) -> None:
    for entry, opened in _entries(file):
        if entry.name == _DATABASE:
            with dump.open("wb") as target:
                while chunk := opened.read(_CHUNK_BYTES):
                    target.write(chunk)
        elif named := _NAME.fullmatch(entry.name):
            attachment_files.write(folder / named[1] / named[2], opened.read())


def _entries(file: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """Regular files of a tar, each to be read before the next."""
    with tarfile.open(file, "r:") as tar:
        for entry in tar:
            opened = tar.extractfile(entry) if entry.isreg() else None
            if opened is None:
                raise tarfile.TarError("no regular file")
            yield entry, opened


def _digest(opened: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := opened.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()

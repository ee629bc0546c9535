"""The folder of citizens' files beside the database: what is lost, and what belongs to nothing.

A file is written before the row that names it, so a process killed between the two leaves one that
nothing will ever ask for; it still holds somebody's words.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bot import attachment_files
from bot.attachment_model import AttachmentKind, AttachmentState, Scan
from bot.storage.backup import BackupError
from bot.storage.disclosure_tables import disclosure_files
from bot.storage.tables import attachments
from bot.storage.units import async_url

_NAME = re.compile(r"\.?[0-9a-f]{64}(?:\.[0-9a-f]{8})?")
"""A file, or one whose writing was cut off."""
_UNTIL_STRAY_S = 86_400.0
"""A younger one may be about to get its row."""
_GOING = (Scan.INFECTED.value, Scan.DELETED.value)
"""One that is about to be deleted may be gone already."""
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class FilesFound:
    """What lies there.

    Args:
        kept: attachments with their file as it was sent.
        lost: ids of attachments whose file is gone, or not what was sent.
        stray: files older than a day that no row names.
        removed: how many of those were removed.
    """

    kept: int
    lost: tuple[str, ...]
    stray: int
    removed: int = 0


async def look_over(url: str, folder: Path, *, remove: bool = False) -> FilesFound:
    """Compare rows and files, each file's hash among it; the service may go on meanwhile.

    Args:
        url: the database.
        folder: of the attachments' files.
        remove: delete the stray ones.

    Raises:
        BackupError: the database is out of reach.
    """
    files = await asyncio.to_thread(_files, folder)  # before the rows: each of them has its file
    rows = await kept_files(url, there=True)  # else every file would be stray
    named = {attachment_files.path(folder, owner, digest) for owner, digest in rows.values()}
    stray = [path for path in files if path not in named]
    removed = await asyncio.to_thread(_remove, stray) if remove else 0
    lost = await asyncio.to_thread(_lost, folder, rows)
    return FilesFound(kept=len(rows) - len(lost), lost=lost, stray=len(stray), removed=removed)


async def kept_files(url: str, *, there: bool = False) -> Mapping[str, tuple[str, str]]:
    """Id → what the file's path is made of (message or application) and SHA-256, of everything
    that has a file; nothing where the database is not there yet.

    Args:
        url: the database.
        there: it must be there, with its tables.

    Raises:
        BackupError: the database is out of reach, or not there.
    """
    where = async_url(url)
    if where.get_backend_name() == "sqlite" and not await asyncio.to_thread(
        Path(where.database or "").is_file
    ):
        if there:
            raise BackupError("数据库还没有建立。")
        return {}
    of_cases = sa.select(attachments.c.id, attachments.c.message_id, attachments.c.sha256).where(
        attachments.c.state == AttachmentState.KEPT.value,
        attachments.c.kind != AttachmentKind.PLACE.value,
        attachments.c.scan.not_in(_GOING),
    )
    of_requests = sa.select(
        disclosure_files.c.id, disclosure_files.c.owner, disclosure_files.c.sha256
    ).where(disclosure_files.c.scan.not_in(_GOING))
    engine = create_async_engine(where)
    try:
        async with engine.connect() as connection:
            names = await connection.run_sync(lambda c: set(sa.inspect(c).get_table_names()))
            if there and not {attachments.name, disclosure_files.name} <= names:
                raise BackupError("数据库不是本版本的，请先 policyline db upgrade。")
            found: dict[str, tuple[str, str]] = {}
            for table, wanted in ((attachments, of_cases), (disclosure_files, of_requests)):
                rows = await connection.execute(wanted) if table.name in names else ()
                found |= {row[0]: (row[1], row[2]) for row in rows}
            return found
    except (OSError, sa.exc.SQLAlchemyError) as error:
        raise BackupError(f"数据库连接不上：{type(error).__name__}。") from error
    finally:
        await engine.dispose()


def _files(folder: Path) -> list[Path]:
    """Files old enough; whatever else an office keeps in the folder is not ours."""
    before = time.time() - _UNTIL_STRAY_S
    found = (path for path in folder.glob("??/*") if _NAME.fullmatch(path.name))
    return [path for path in found if path.is_file() and path.stat().st_mtime < before]


def _remove(stray: list[Path]) -> int:
    for path in stray:
        path.unlink(missing_ok=True)
    return len(stray)


def _lost(folder: Path, rows: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
    return tuple(
        sorted(
            one
            for one, (owner, digest) in rows.items()
            if _digest(attachment_files.path(folder, owner, digest)) != digest
        )
    )


def _digest(path: Path) -> str:
    hashed = hashlib.sha256()
    try:
        with path.open("rb") as opened:
            while portion := opened.read(_CHUNK_BYTES):
                hashed.update(portion)
    except OSError:
        return ""
    return hashed.hexdigest()

"""The folder of citizens' files beside the database: what is lost, and what belongs to nothing.

A file is written before the row that names it, so a process killed between the two leaves one that
nothing will ever ask for; it still holds somebody's words.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bot import attachment_files
from bot.attachment_model import AttachmentKind, AttachmentState, Scan
from bot.storage.backup import BackupError
from bot.storage.tables import attachments
from bot.storage.units import async_url

_NAME = re.compile(r"\.?[0-9a-f]{64}(?:\.[0-9a-f]{8})?")
"""A file, or one whose writing was cut off."""
_UNTIL_STRAY_S = 86_400.0
"""A younger one may be about to get its row."""
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
    rows = await _rows(url)
    named = {attachment_files.path(folder, message_id, digest) for _, message_id, digest in rows}
    stray = [path for path in files if path not in named]
    removed = await asyncio.to_thread(_remove, stray) if remove else 0
    lost = await asyncio.to_thread(_lost, folder, rows)
    return FilesFound(kept=len(rows) - len(lost), lost=lost, stray=len(stray), removed=removed)


async def _rows(url: str) -> list[tuple[str, str, str]]:
    wanted = sa.select(attachments.c.id, attachments.c.message_id, attachments.c.sha256).where(
        attachments.c.state == AttachmentState.KEPT.value,
        attachments.c.kind != AttachmentKind.PLACE.value,
        attachments.c.scan.not_in((Scan.INFECTED.value, Scan.DELETED.value)),
    )
    engine = create_async_engine(async_url(url))
    try:
        async with engine.connect() as connection:
            return [(row[0], row[1], row[2]) for row in await connection.execute(wanted)]
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


def _lost(folder: Path, rows: list[tuple[str, str, str]]) -> tuple[str, ...]:
    return tuple(
        sorted(
            attachment
            for attachment, message_id, digest in rows
            if _digest(attachment_files.path(folder, message_id, digest)) != digest
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

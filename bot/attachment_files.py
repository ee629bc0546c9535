"""Files of attachments: what they are by their bytes, how they are written, and opened again."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from bot.attachment_model import WHY_NOT, Attachment, Scan
from bot.errors import NotFound

log = logging.getLogger(__name__)

_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


def path(folder: Path, message_id: str, digest: str) -> Path:
    """Where the file of a message lies; `digest` is its SHA-256, hex."""
    name = hashlib.sha256(f"{message_id}:{digest}".encode()).hexdigest()
    return folder / name[:2] / name


def content_type(body: bytes) -> str:
    """What a file is; empty for what is neither a picture nor a film a browser shows."""
    if body.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for start, kind in _STARTS if body.startswith(start)), "")


def write(path: Path, body: bytes) -> None:
    """Write a file whole or not at all, readable by its owner alone; safe against a power cut."""
    path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(opened, "wb") as target:
            target.write(body)
            target.flush()
            os.fsync(target.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


async def opened(
    folder: Path, among: Iterable[Attachment], attachment_id: str
) -> tuple[Attachment, bytes]:
    """One of these and its file as it was sent.

    Raises:
        NotFound: it is none of these, waits for the scanner or held a virus, or its file is gone or
            not what was kept.
    """
    found = next((one for one in among if one.id == attachment_id), None)
    if found is None or not found.may_be_opened:
        raise NotFound(WHY_NOT.get(found.scan if found else Scan.NONE, "没有这个附件。"))
    try:
        body = await asyncio.to_thread(path(folder, found.message_id, found.sha256).read_bytes)
    except OSError as error:
        log.error("attachment not readable", extra={"attachment_id": found.id})  # noqa: TRY400 - the path says nothing more
        raise NotFound("这个附件的文件不在了。") from error
    if hashlib.sha256(body).hexdigest() != found.sha256:
        log.error("attachment was changed", extra={"attachment_id": found.id})
        raise NotFound("这个附件的文件被改动过，不能打开。")
    return found, body

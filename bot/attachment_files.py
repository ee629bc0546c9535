"""Files of attachments: what they are by their bytes, and how they are written."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

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

"""Temporary and permanent media: kept, served, and refused after three days.

Source: 微信公众平台 "新增临时素材", "获取临时素材".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .errors import PlatformError

KEPT = timedelta(days=3)
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Format:
    """A file format: how it starts, and what it is called."""

    start: bytes
    content_type: str
    suffix: str
    at: int = 0


JPEG = Format(b"\xff\xd8\xff", "image/jpeg", "jpg")
PNG = Format(b"\x89PNG\r\n\x1a\n", "image/png", "png")
GIF = Format(b"GIF8", "image/gif", "gif")
AMR = Format(b"#!AMR", "audio/amr", "amr")
MP3 = Format(b"ID3", "audio/mpeg", "mp3")
MP3_FRAME = Format(b"\xff\xfb", "audio/mpeg", "mp3")
MP4 = Format(b"ftyp", "video/mp4", "mp4", at=4)


@dataclass(frozen=True)
class Type:
    """A type of media: its formats, its largest size in bytes, and the code past that."""

    formats: tuple[Format, ...]
    max_bytes: int
    too_large: int


TYPES = {
    "image": Type((JPEG, PNG, GIF), 10 * MEGABYTE, 40009),
    "voice": Type((AMR, MP3, MP3_FRAME), 2 * MEGABYTE, 40010),
    "video": Type((MP4,), 10 * MEGABYTE, 40011),
    "thumb": Type((JPEG,), 64 * 1024, 40012),
}


@dataclass(frozen=True, kw_only=True)
class Medium:
    """A file the platform keeps; `until` is None for a permanent one."""

    media_id: str
    kind: str
    body: bytes
    content_type: str
    filename: str
    until: datetime | None


class Media:
    """One account's media."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._kept: dict[str, Medium] = {}

    def put(self, kind: str, body: bytes, *, permanent: bool = False) -> Medium:
        """Keep a file as it is, as one a citizen sent; nothing is checked."""
        found = next((f for f in TYPES[kind].formats if _is(f, body)), TYPES[kind].formats[0])
        media_id = secrets.token_urlsafe(48)
        medium = Medium(
            media_id=media_id,
            kind=kind,
            body=body,
            content_type=found.content_type,
            filename=f"{media_id}.{found.suffix}",
            until=None if permanent else self._now() + KEPT,
        )
        self._kept[media_id] = medium
        return medium

    def upload(self, kind: str, body: bytes | None, *, permanent: bool = False) -> Medium:
        """Take a file from the account.

        Raises:
            PlatformError: 40004 no such type, 41005 no file, 40009 to 40012 too large, 40005 of
                another format than the type allows.
        """
        if kind not in TYPES:
            raise PlatformError(40004)
        if not body:
            raise PlatformError(41005)
        if len(body) > TYPES[kind].max_bytes:
            raise PlatformError(TYPES[kind].too_large)
        if not any(_is(allowed, body) for allowed in TYPES[kind].formats):
            raise PlatformError(40005)
        return self.put(kind, body, permanent=permanent)

    def get(self, media_id: object, *kinds: str, permanent: bool = False) -> Medium:
        """A file by its id.

        Args:
            media_id: the id.
            kinds: the types it may be of; any where none is named.
            permanent: only a permanent one will do.

        Raises:
            PlatformError: 40007 unknown, expired, or of another kind; 41006 no id.
        """
        if not media_id:
            raise PlatformError(41006)
        medium = self._kept.get(media_id) if isinstance(media_id, str) else None
        if (
            medium is None
            or (medium.until is not None and medium.until <= self._now())
            or (kinds and medium.kind not in kinds)
            or (permanent and medium.until is not None)
        ):
            raise PlatformError(40007)
        return medium


def _is(form: Format, body: bytes) -> bool:
    return body[form.at :].startswith(form.start)

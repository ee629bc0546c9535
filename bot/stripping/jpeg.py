"""JPEG (ITU-T T.81): segments up to the end of the first picture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.stripping.errors import Malformed
from bot.stripping.orientation import block, orientation

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_APP0, _APP1, _APP2, _APP14, _LAST_APP, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_NEXT_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
_EXIF, _JFIF, _PROFILE, _ADOBE = b"Exif\0\0", b"JFIF\0", b"ICC_PROFILE\0", b"Adobe"
_JFIF_BYTES = 12
"""Of a JFIF segment's content before the size of its thumbnail."""


def stripped(body: bytes) -> bytes:
    """Without Exif, XMP, IPTC, comments, thumbnails and whatever follows the picture.

    Raises:
        Malformed: no chain of segments.
    """
    if body[:2] != bytes((0xFF, _START)):
        raise Malformed("image/jpeg")
    turned, kept = 1, bytearray()
    for marker, content, scan in _segments(body):
        if marker == _APP1 and content.startswith(_EXIF):
            turned = orientation(content[len(_EXIF) :]) if turned == 1 else turned
            continue
        needed = _kept(marker, content)
        if needed is not None:
            kept += _segment(marker, needed) + scan
    upright = b"" if turned == 1 else _segment(_APP1, _EXIF + block(turned))
    return bytes((0xFF, _START)) + upright + bytes(kept) + bytes((0xFF, _END))


def _segments(body: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, content, and the scan that follows it where it begins one."""
    at = 2
    while at < len(body):
        if body[at] != 0xFF:
            raise Malformed("image/jpeg")
        while body[at] == 0xFF:
            at += 1
        marker = body[at]
        at += 1
        if marker == _END:
            return
        if marker in _ALONE:
            continue
        size = int.from_bytes(body[at : at + 2], "big")
        if size < 2 or at + size > len(body):
            raise Malformed("image/jpeg")
        content, at = body[at + 2 : at + size], at + size
        scan = b""
        if marker == _SCAN:
            found = _NEXT_MARKER.search(body, at)  # a picture cut off has none
            scan, at = (
                (body[at : found.start()], found.start()) if found else (body[at:], len(body))
            )
        yield marker, content, scan


def _kept(marker: int, content: bytes) -> bytes | None:
    """The content to keep; None for what goes."""
    if marker == _APP0:
        whole = content.startswith(_JFIF) and len(content) >= _JFIF_BYTES + 2
        return content[:_JFIF_BYTES] + b"\0\0" if whole else None
    if marker == _APP2:
        return content if content.startswith(_PROFILE) else None
    if marker == _APP14:
        return content[:12] if content.startswith(_ADOBE) else None
    return None if _APP0 < marker <= _LAST_APP or marker == _COMMENT else content


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content

"""MP4 (ISO/IEC 14496-12): boxes are made `free` space where they lie, so no offset changes."""

from __future__ import annotations

from collections.abc import Iterator

from bot.stripping.errors import Malformed

_PARENTS = frozenset({b"moov", b"trak", b"mdia"})
_DESCRIBING = frozenset({b"udta", b"meta", b"uuid"})
"""User data (place, device, author), metadata items, other programs' own."""
_DATED = frozenset({b"mvhd", b"tkhd", b"mdhd"})


def stripped(body: bytes) -> bytes:
    """Without place, device, author and times of recording; of the same length.

    A track of timed metadata, as action cameras write, stays as it is.

    Raises:
        Malformed: no chain of boxes.
    """
    made = bytearray(body)
    _strip(made, 0, len(made))
    return bytes(made)


def _strip(made: bytearray, start: int, end: int) -> None:
    for name, at, content, behind in _boxes(made, start, end):
        if name in _DESCRIBING:
            made[at + 4 : at + 8] = b"free"
            made[content:behind] = bytes(behind - content)
        elif name in _DATED:
            width = 16 if made[content : content + 1] == b"\x01" else 8
            dated = slice(content + 4, min(content + 4 + width, behind))
            made[dated] = bytes(len(made[dated]))
        elif name in _PARENTS:
            _strip(made, content, behind)


def _boxes(made: bytearray, at: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Name, begin, begin of the content, end."""
    while at + 8 <= end:
        size, name, head = int.from_bytes(made[at : at + 4], "big"), bytes(made[at + 4 : at + 8]), 8
        if size == 1:
            size, head = int.from_bytes(made[at + 8 : at + 16], "big"), 16
        size = size or end - at
        if size < head or at + size > end:
            raise Malformed("video/mp4")
        yield name, at, at + head, at + size
        at += size

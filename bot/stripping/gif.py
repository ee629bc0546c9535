"""GIF (version 89a)."""

from __future__ import annotations

from bot.stripping.errors import Malformed

_PICTURE, _EXTENSION, _END = 0x2C, 0x21, 0x3B
_GRAPHIC_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = (b"\x0bNETSCAPE2.0", b"\x0bANIMEXTS1.0")


def stripped(body: bytes) -> bytes:
    """Without comments, XMP and other programs' blocks, and whatever follows the picture.

    Raises:
        Malformed: no chain of blocks.
        IndexError: it ends inside a block.
    """
    at = 13 + _table_bytes(body[10])
    kept = bytearray(body[:at])
    while body[at] != _END:
        began = at
        if body[at] == _PICTURE:
            at = _behind_blocks(body, at + 11 + _table_bytes(body[at + 9]))
            kept += body[began:at]
        elif body[at] == _EXTENSION:
            at = _behind_blocks(body, at + 2)
            kept += body[began:at] if _needed(body, began) else b""
        else:
            raise Malformed("image/gif")
    return bytes(kept) + bytes((_END,))


def _needed(body: bytes, at: int) -> bool:
    if body[at + 1] == _APPLICATION:
        return body.startswith(_LOOPS, at + 2)
    return body[at + 1] == _GRAPHIC_CONTROL


def _table_bytes(flags: int) -> int:
    """Bytes of the colour table these flags announce."""
    return 3 * 2 ** ((flags & 0x07) + 1) if flags & 0x80 else 0


def _behind_blocks(body: bytes, at: int) -> int:
    while body[at]:
        at += body[at] + 1
    return at + 1

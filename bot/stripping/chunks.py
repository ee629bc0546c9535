"""Files of chunks: PNG (ISO/IEC 15948) and WebP (RFC 9649)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from bot.stripping.errors import Malformed
from bot.stripping.orientation import block, orientation

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_NEEDED = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"}
    | {b"bKGD", b"pHYs", b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT"}
)
_PNG_BEGINS = len(_PNG) + 25
"""Behind the header, which is always the first chunk and always so long."""
_WEBP_NEEDED = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04
"""In the first byte of VP8X: the file has such a chunk."""


def png(body: bytes) -> bytes:
    """Without texts, Exif, the time of the last change, and whatever follows the picture.

    Raises:
        Malformed: no chain of chunks.
    """
    kept, at, turned = bytearray(_PNG), len(_PNG), 1
    if not body.startswith(_PNG):
        raise Malformed("image/png")
    while at < len(body):
        size, name = int.from_bytes(body[at : at + 4], "big"), body[at + 4 : at + 8]
        if (
            len(name) < 4
            or at + 12 + size > len(body)
            or (at == len(_PNG)) is not (name == b"IHDR")
        ):
            raise Malformed("image/png")
        if name in _PNG_NEEDED:
            kept += body[at : at + 12 + size]
        if name == b"eXIf":
            turned = orientation(body[at + 8 : at + 8 + size])
        if name == b"IEND":
            break
        at += 12 + size
    if turned != 1:
        kept[_PNG_BEGINS:_PNG_BEGINS] = _png_chunk(b"eXIf", block(turned))
    return bytes(kept)


def _png_chunk(name: bytes, content: bytes) -> bytes:
    checked = name + content
    return len(content).to_bytes(4, "big") + checked + zlib.crc32(checked).to_bytes(4, "big")


def webp(body: bytes) -> bytes:
    """Without Exif, XMP, unknown chunks, and whatever follows the picture.

    Raises:
        Malformed: no chain of chunks.
    """
    found = list(_riff(body))
    turned = next((orientation(_tiff(one)) for name, one in found if name == b"EXIF"), 1)
    kept = bytearray()
    for name, content in found:
        if name == b"VP8X":
            flags = content[0] & ~(_EXIF_FLAG | _XMP_FLAG) | (_EXIF_FLAG if turned != 1 else 0)
            content = bytes((flags,)) + content[1:]
        if name in _WEBP_NEEDED:
            kept += _riff_chunk(name, content)
    if turned != 1:
        kept += _riff_chunk(b"EXIF", block(turned))
    return b"RIFF" + (len(kept) + 4).to_bytes(4, "little") + b"WEBP" + bytes(kept)


def _riff(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = int.from_bytes(body[4:8], "little") + 8
    if body[:4] != b"RIFF" or body[8:12] != b"WEBP" or end > len(body):
        raise Malformed("image/webp")
    at = 12
    while at + 8 <= end:
        name, size = body[at : at + 4], int.from_bytes(body[at + 4 : at + 8], "little")
        if at + 8 + size > end:
            raise Malformed("image/webp")
        yield name, body[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _tiff(exif: bytes) -> bytes:
    """Some writers put JPEG's prefix before it."""
    return exif.removeprefix(b"Exif\0\0")


def _riff_chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)

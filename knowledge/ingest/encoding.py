"""Bytes to text, in the encodings Chinese offices use."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from knowledge.ingest.errors import Unreadable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_\-]{3,20})""")
_BINARY_STARTS = (
    b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8",
    b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\x7fELF", b"MZ",
)  # fmt: skip
_SAMPLE = 64 * 1024
_COMMON = (
    "的一是不在有和年月日为為人市时時申请請办辦理于於可以由按及应應当當，。、：；（）关關通知政府元"
)
_CHINESE_GB = {"gb2312", "gbk", "gb18030", "cp936", "x-gbk"}


def decode(raw: bytes) -> str:
    """The text of a file.

    A byte order mark decides; else UTF-8 where the bytes are UTF-8; else, of the declared charset
    (GB2312 and GBK read as GB18030, which holds both), GB18030 and Big5, the one in which the bytes
    read as Chinese, a tie for the first named; else the best guess.

    Raises:
        Unreadable: the bytes are no text.
    """
    if raw.startswith(_BINARY_STARTS):
        raise Unreadable("文件内容不是文本，扩展名与内容不符")
    for mark, codec in _BOMS:
        if raw.startswith(mark):
            return _must(raw, codec)
    if b"\x00" in raw[:_SAMPLE]:
        raise Unreadable("文件内容不是文本（二进制数据）")
    text = _try(raw, "utf-8")
    if text is not None:
        return text
    read = [text for codec in (_declared(raw), "gb18030", "big5") if (text := _try(raw, codec))]
    if read:
        return max(read, key=_familiar)
    if len(raw) > _SAMPLE or _declared(raw):  # one bad byte in a long page must not lose the page
        return _lenient(raw)
    best = from_bytes(raw).best()
    if best is None:
        raise Unreadable("无法识别文件的文字编码")
    return str(best)


def _familiar(text: str) -> float:
    """How much of a text is made of the characters every official text is full of."""
    sample = text[:_SAMPLE]
    wide = sum(char > "\x7f" for char in sample)
    return sum(sample.count(char) for char in _COMMON) / wide if wide else 0.0


def _declared(raw: bytes) -> str:
    found = _DECLARED.search(raw[:4096])
    name = found.group(1).decode("ascii").lower() if found else ""
    return "gb18030" if name in _CHINESE_GB else name


def _try(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec) if codec else None
    except (UnicodeDecodeError, LookupError):
        return None


def _must(raw: bytes, codec: str) -> str:
    text = _try(raw, codec)
    if text is None:
        raise Unreadable("文件的文字编码已损坏")
    return text


def _lenient(raw: bytes) -> str:
    tries = [raw.decode(codec, "replace") for codec in ("utf-8", "gb18030")]
    text = min(tries, key=lambda candidate: candidate.count("\ufffd"))
    if text.count("\ufffd") > len(text) // 50:
        raise Unreadable("文件的文字编码已损坏，读出来多是乱码")
    return text.replace("\ufffd", "")

"""Bytes of mail to text, whatever charset they say they are in. Never raises."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_GB = frozenset(
    {"gb2312", "gb-2312-80", "gb2312-80", "csgb2312", "iso-ir-58", "chinese", "gbk", "cp936",
     "ms936", "x-gbk", "windows-936", "gb18030", "euc-cn", "x-euc-cn", "gb"}
)  # fmt: skip
_BIG5 = frozenset(
    {
        "big5",
        "big5-tw",
        "x-big5",
        "x-x-big5",
        "csbig5",
        "cp950",
        "big5-hkscs",
        "big5hkscs",
        "big5-eten",
    }
)
_NAMES_NOTHING = frozenset(
    {"us-ascii", "ascii", "iso-8859-1", "iso8859-1", "latin1", "latin-1", "windows-1252", "cp1252",
     "unknown-8bit", "x-unknown", "unknown", "default", "-autodetect", "none", "8bit", "binary"}
)  # fmt: skip
"""Labels programs put where they did not look; believed only where nothing else fits."""
_STATEFUL = frozenset({"hz-gb-2312", "hz", "iso-2022-jp", "iso-2022-kr", "iso-2022-cn", "utf-7"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 4000
_PLAUSIBLE = 0.75
"""So much of a text's wide characters are everyday ones where it is read in the right charset."""


def decode(raw: bytes, told: str = "") -> tuple[str, bool]:
    """The text, and whether the label was right.

    A byte order mark decides; then what can be nothing else (HZ, UTF-16 by its zeros); else the one
    of the label, UTF-8, GB18030 and Big5 in which the bytes read as Chinese, a tie for the label.

    Args:
        raw: the bytes.
        told: the charset they are said to be in; empty: none is named, which is right for ASCII.
    """
    label = _name(told)
    for mark, codec in _BOMS:
        if raw.startswith(mark) and (text := _strictly(raw, codec)) is not None:
            return text, not label or label in {codec, codec.removesuffix("-sig")}
    if label in _STATEFUL or (raw.isascii() and b"~{" in raw and b"~}" in raw):
        text = _strictly(raw, "hz" if label.startswith("hz") or not label else label)
        text = text if text is not None else _strictly(raw, "hz")
        if text is not None and (label in _STATEFUL or not raw.isascii() or _wide(text)):
            return text, label in _STATEFUL
    if label.startswith(("utf-16", "utf-32")) or _zeros(raw):
        for codec in dict.fromkeys((label, "utf-16-le", "utf-16-be")):
            text = _strictly(raw, codec)
            if text is not None and "\x00" not in text:
                return text, codec == label
    if raw.isascii():
        return raw.decode("ascii"), True
    return _of_eight_bits(raw, label)


def _of_eight_bits(raw: bytes, label: str) -> tuple[str, bool]:
    codecs_tried = dict.fromkeys(
        codec for codec in (_codec(label), "utf-8", "gb18030", "big5hkscs") if codec
    )
    read = [
        (codec, text)
        for codec in codecs_tried
        if label not in _NAMES_NOTHING or codec != _codec(label)
        if (text := _strictly(raw, codec)) is not None
    ]
    if read:
        codec, text = max(read, key=_how_familiar)
        if _how_familiar((codec, text)) >= _PLAUSIBLE or codec in {_codec(label), "utf-8"}:
            return text, _same(codec, label)
    latin = _strictly(raw, "cp1252") if label in _NAMES_NOTHING else None
    if latin is not None and (not read or _western(latin)):
        return latin, True
    if read:
        codec, text = max(read, key=_how_familiar)
        return text, _same(codec, label)
    return _damaged(raw, label)


def _damaged(raw: bytes, label: str) -> tuple[str, bool]:
    """Bytes that are nothing strictly: cut in a character, or two charsets in one."""
    guessed = from_bytes(raw[: _SAMPLE * 4]).best() if len(raw) < _SAMPLE * 4 else None
    tried = [
        raw.decode(codec, "replace")
        for codec in dict.fromkeys((_codec(label), "utf-8", "gb18030"))
        if codec
    ]
    if guessed is not None:
        tried.append(str(guessed))
    best = min(tried, key=lambda text: text.count("\ufffd") * 4 - _familiar(text) * len(text))
    return best, False


def _name(told: str) -> str:
    return told.strip().strip("\"'").lower().replace("_", "-").removeprefix("charset=")[:40]


def _codec(label: str) -> str:
    if label in _GB:
        return "gb18030"
    if label in _BIG5:
        return "big5hkscs"
    try:
        found = codecs.lookup(label).name if label else ""
    except (LookupError, ValueError):
        return ""
    # Codecs such as base64 or rot13 are none of text.
    return found if found and getattr(codecs.lookup(found), "_is_text_encoding", True) else ""


def _same(codec: str, label: str) -> bool:
    return bool(label) and codec == _codec(label)


def _strictly(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec) if codec else None
    except (UnicodeError, LookupError, ValueError):
        return None


def _zeros(raw: bytes) -> bool:
    """True for UTF-16 without a mark: about every second byte of its Latin part is zero."""
    sample = raw[:_SAMPLE]
    return len(sample) >= 4 and len(raw) % 2 == 0 and sample.count(0) > len(sample) // 8


def _wide(text: str) -> bool:
    return any(character > "\x7f" for character in text)


def _western(text: str) -> bool:
    """True where single accented letters stand among plain ones, as in a Western language."""
    return re.search(r"[\x80-\xff]{3}", text) is None


def _how_familiar(read: tuple[str, str]) -> float:
    codec, text = read
    return _familiar(text, traditional=0.5 if codec == "gb18030" else 0.9)


def _familiar(text: str, traditional: float = 0.9) -> float:
    """0 to 1: how much of what is not ASCII is everyday Chinese (GB 2312's or Big5's first level),
    or its punctuation; private and unknown characters count against it."""
    wide = [character for character in text[:_SAMPLE] if character > "\x7f"]
    if not wide:
        return 1.0
    return sum(_everyday(character, traditional) for character in wide) / len(wide)


def _everyday(character: str, traditional: float) -> float:
    code = ord(character)
    if 0x4E00 <= code <= 0x9FFF:
        gb = character.encode("gb2312", "replace")
        if len(gb) == 2 and 0xB0 <= gb[0] <= 0xD7:
            return 1.0
        big5 = character.encode("big5", "replace")
        return traditional if len(big5) == 2 and 0xA4 <= big5[0] <= 0xC6 else 0.2
    if 0x3000 <= code <= 0x303F or 0xFF00 <= code <= 0xFF5E or 0x2010 <= code <= 0x2026:
        return 1.0
    if 0xE000 <= code <= 0xF8FF or code == 0xFFFD or 0x80 <= code <= 0x9F:
        return -1.0
    return 0.8 if code >= 0x1F000 or 0x2100 <= code <= 0x27BF or code == 0xB7 else 0.0

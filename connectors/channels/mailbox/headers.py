"""Header fields as people read them: encoded words, raw bytes, parameters, addresses. Never raises.

Sources: RFC 5322 (addresses), RFC 2047 (encoded words), RFC 2231 (parameters), and what mail
programs send instead of them.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterable
from email.message import Message
from urllib.parse import unquote_to_bytes

from .charsets import decode

_MOST_CHARS = 20_000
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_NO_CONTROL = r"\s\x00-\x1f\x7f"
_LOCAL = rf"[^{_NO_CONTROL}<>()\[\],;:\"\\@]{{1,64}}"
_DOMAIN = rf"[^{_NO_CONTROL}<>()\[\],;:\"\\@]{{1,190}}"
_ADDRESS = re.compile(rf"{_LOCAL}@{_DOMAIN}")
_IN_BRACKETS = re.compile(
    rf"<\s{{0,20}}([^<>{_NO_CONTROL}@]{{1,64}}@[^<>{_NO_CONTROL}@]{{1,190}})\s{{0,20}}>"
)
_ID = re.compile(rf"<[^<>{_NO_CONTROL}]{{1,250}}>")
_PARAMETER = re.compile(r';\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.DOTALL)
_EXTENDED = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_MOST_IDS = 50
_ENCODED = "=?"
"""How an encoded word begins (RFC 2047); in an id or an address it has no business."""


def values(message: Message, name: str) -> list[str]:
    """A field's values as they stand, undecoded, bytes beyond ASCII as surrogates."""
    wanted = name.lower()
    return [str(value)[:_MOST_CHARS] for key, value in message.raw_items() if key.lower() == wanted]


def value(message: Message, name: str) -> str:
    """A field's first value as it stands; empty where there is none."""
    return next(iter(values(message, name)), "")


def text(raw: str) -> str:
    """A field's words, decoded, on one line.

    Encoded words that follow each other in one charset are joined before they are decoded: many
    programs cut them in the middle of a character.
    """
    unfolded = _FOLD.sub(" ", raw[:_MOST_CHARS])
    parts: list[str] = []
    held: tuple[str, bytes] | None = None
    at = 0
    for found in _WORD.finditer(unfolded):
        between = unfolded[at : found.start()]
        charset, body = found[1].partition("*")[0], _word_bytes(found[2], found[3])
        if held and not between.strip() and held[0].lower() == charset.lower():
            held = charset, held[1] + body
        else:
            parts += _decoded(held)
            if between.strip() or (between and not held):
                parts.append(_bytes_decoded(between))
            held = charset, body
        at = found.end()
    parts += _decoded(held)
    parts.append(_bytes_decoded(unfolded[at:]))
    return one_line("".join(parts))


def unencoded(said: str) -> str:
    """The text so that nothing in it is taken for an encoded word: Python's mail library decodes
    those in what it is given to send, line ends in them too."""
    return said.replace(_ENCODED, "= ?")


def one_line(said: str) -> str:
    """Without anything that breaks a line, hides or turns text around."""
    cleaned = _CONTROL.sub(" ", said).encode("utf-8", "replace").decode("utf-8")
    return " ".join(cleaned.split())


def address(raw: str) -> str:
    """The first address of a field, its domain in lower case; empty where none can be read."""
    found = addresses([raw])
    return found[0] if found else ""


def addresses(raw_values: Iterable[str]) -> list[str]:
    """Every address of fields, in order, none twice."""
    found: dict[str, None] = {}
    for raw in raw_values:
        plain = raw.encode("utf-8", "replace").decode("utf-8")
        quoted_gone = re.sub(r'"(?:[^"\\]|\\.)*"', " ", plain)
        some = _IN_BRACKETS.findall(quoted_gone) or _ADDRESS.findall(quoted_gone)
        for each in some or _IN_BRACKETS.findall(plain) or _ADDRESS.findall(plain):
            local, _, domain = each.strip("\"'.").rpartition("@")
            if local and domain and len(each) <= 254 and _ENCODED not in each:
                found[f"{local}@{domain.lower()}"] = None
    return list(found)


def display_name(raw: str) -> str:
    """The name that stands with an address, decoded; empty where there is none."""
    before, bracket, _ = raw.rpartition("<")
    if not bracket:
        comment = re.search(r"\(([^()]*)\)", raw)
        return text(comment[1])[:100] if comment else ""
    said = text(before).strip().strip("\"'").replace('\\"', '"').strip()
    return "" if _ADDRESS.fullmatch(said) else said[:100]


def ids(raw_values: Iterable[str]) -> tuple[str, ...]:
    """The message ids of fields, as they stand, at most 50: the first and the last ones."""
    found = [each for raw in raw_values for each in _ID.findall(_FOLD.sub(" ", raw))]
    unique = list(dict.fromkeys(one for one in found if one.isascii() and _ENCODED not in one))
    return tuple(unique if len(unique) <= _MOST_IDS else (unique[0], *unique[1 - _MOST_IDS :]))


def parameters(raw: str) -> dict[str, str]:
    """The parameters of a field such as Content-Type by their names, decoded (RFC 2231, RFC 2047,
    raw bytes)."""
    pieces: dict[str, dict[int, tuple[bytes, bool]]] = {}
    whole: dict[str, str] = {}
    for found in _PARAMETER.finditer(";" + raw.partition(";")[2]):
        named = _EXTENDED.fullmatch(found[1].lower())
        said = _unquoted(found[2])
        if named is None or (named[2] is None and named[3] is None):
            whole.setdefault(found[1].lower(), text(said))
            continue
        at = int(named[2] or 0)
        pieces.setdefault(named[1], {})[at] = (_raw_bytes(said), named[3] is not None)
    extended = {name: _joined(parts) for name, parts in pieces.items()}
    return whole | {name: said for name, said in extended.items() if said}


def _joined(parts: dict[int, tuple[bytes, bool]]) -> str:
    charset, body = "", b""
    for place, (at, (piece, encoded)) in enumerate(sorted(parts.items())):
        if encoded and place == 0 and at == 0 and piece.count(b"'") >= 2:
            told, _, piece = piece.split(b"'", 2)
            charset = told.decode("ascii", "replace")
        body += unquote_to_bytes(piece) if encoded else piece
    decoded, _ = decode(body, charset)
    return text(decoded) if "=?" in decoded else one_line(decoded)


def _unquoted(said: str) -> str:
    said = _FOLD.sub(" ", said.strip())
    if len(said) >= 2 and said[0] == said[-1] == '"':
        return re.sub(r'\\(["\\])', r"\1", said[1:-1])
    return said.strip("\"'")


def _raw_bytes(said: str) -> bytes:
    return said.encode("utf-8", "surrogateescape") if _escapes(said) else said.encode("utf-8")


def _escapes(said: str) -> bool:
    try:
        said.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return any("\udc80" <= character <= "\udcff" for character in said)


def _bytes_decoded(said: str) -> str:
    """Words outside encoded words: raw bytes of some charset where they are not ASCII."""
    if said.isascii() or not _escapes(said):
        return said
    return decode(said.encode("utf-8", "surrogateescape"))[0]


def _decoded(held: tuple[str, bytes] | None) -> list[str]:
    return [decode(held[1], held[0])[0]] if held else []


def _word_bytes(kind: str, body: str) -> bytes:
    plain = body.encode("ascii", "replace")
    if kind in "qQ":
        return quopri.decodestring(plain.replace(b"_", b"=20"))
    return base64_bytes(plain)


def base64_bytes(plain: bytes) -> bytes:
    """What base64 holds, its padding made good and what is no base64 left out."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", plain)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    try:
        return base64.b64decode(kept + b"=" * (-len(kept) % 4))
    except (binascii.Error, ValueError):
        return b""

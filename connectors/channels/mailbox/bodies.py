"""What a mail says and carries: its parts gathered in order, within bounds. Never raises."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from connectors.base import InboundFile

from . import headers, html, tnef
from .charsets import decode
from .naming import file_name

_MOST_PARTS = 200
_MOST_DEPTH = 20
_MOST_TEXT = 500_000
_STUB_CHARS = 120
_UU = re.compile(r"begin [0-7]{3,4} (\S.{0,300})$")
_REPORTS = frozenset(
    {"message/delivery-status", "message/disposition-notification", "text/rfc822-headers"}
)


class Part(Message):
    """A message that keeps its text as it stood; the library's own decodes what it hands out."""

    raw_text: str = ""

    def set_payload(self, payload: Any, charset: Any = None) -> None:
        """Keep it; the parser calls this once for each leaf."""
        if isinstance(payload, str):
            self.raw_text = payload
        super().set_payload(payload, charset)


@dataclass
class Gathered:
    """What was found so far."""

    texts: list[str] = field(default_factory=list)
    forwards: list[str] = field(default_factory=list)
    files: list[InboundFile] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)
    parts: int = 0

    @property
    def text(self) -> str:
        """All texts of the mail itself, one after the other."""
        return self._bounded(self.texts)

    @property
    def forwarded(self) -> str:
        """The mails inside it, each marked."""
        return self._bounded(self.forwards)

    def _bounded(self, texts: list[str]) -> str:
        whole = "\n\n".join(said for said in (each.strip() for each in texts) if said)
        if len(whole) > _MOST_TEXT:
            self.faults.add("text_cut")
        return whole[:_MOST_TEXT]


def gather(message: Message, found: Gathered, depth: int = 0) -> None:
    """Collect the texts and files of a mail, or of one part of it."""
    found.parts += 1
    if found.parts > _MOST_PARTS or depth > _MOST_DEPTH:
        found.faults.add("too_many_parts" if found.parts > _MOST_PARTS else "too_deep")
        return
    kind = message.get_content_type()
    if message.is_multipart() and kind != "message/rfc822":
        if kind in _REPORTS:
            return
        children = _children(message)
        if kind == "multipart/alternative":
            _alternatives(children, found, depth)
        else:
            for child in children:
                gather(child, found, depth + 1)
        return
    if kind == "message/rfc822":
        _forwarded(message, found, depth)
    else:
        _leaf(message, kind, found)


def _children(message: Message) -> list[Message]:
    payload = message.get_payload()
    return (
        [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []
    )


def _alternatives(children: list[Message], found: Gathered, depth: int) -> None:
    """The same said several ways: plain text, unless it only says that there is no plain text."""
    read = []
    for child in children:
        apart = Gathered(parts=found.parts)
        gather(child, apart, depth + 1)
        found.parts = apart.parts
        found.files += apart.files
        found.faults |= apart.faults
        found.forwards += apart.forwards
        if apart.text:
            read.append(apart.text)
    if not read:
        return
    richest = max(read, key=len)
    first = read[0]
    stub = len(first) < _STUB_CHARS and len(richest) > 4 * len(first)
    found.texts.append(richest if stub else first)


def _forwarded(message: Message, found: Gathered, depth: int) -> None:
    """A mail inside the mail: its sender's words follow, marked as such."""
    inner = _children(message)
    if not inner:
        _file(message, "message/rfc822", found)
        return
    said = [
        (label, headers.text(headers.value(inner[0], name)))
        for label, name in (("发件人", "From"), ("时间", "Date"), ("主题", "Subject"))
    ]
    head = "\n".join(f"{label}：{words}" for label, words in said if words)
    within = Gathered(parts=found.parts)
    gather(inner[0], within, depth + 1)
    found.parts = within.parts
    found.files += within.files
    found.faults |= within.faults
    found.forwards.append(f"----- 转发的邮件 -----\n{head}\n\n{within.text}")
    found.forwards += within.forwards


def _leaf(message: Message, kind: str, found: Gathered) -> None:
    disposition = headers.value(message, "Content-Disposition").strip().lower()
    attached = disposition.startswith("attachment")
    name = file_name(message)
    if kind.startswith("multipart/"):  # said to have parts, and has none
        found.faults.add("malformed")
        kind = "text/plain"
    if kind in {"application/ms-tnef", "application/vnd.ms-tnef"} or name.lower() == "winmail.dat":
        _tnef(message, found)
    elif kind in _REPORTS:
        return
    elif kind.startswith("text/") and kind != "text/calendar" and not attached and not name:
        found.texts.append(_words(message, kind, found))
    else:
        _file(message, kind, found)


def _tnef(message: Message, found: Gathered) -> None:
    body = _bytes(message, found)
    read = tnef.read(body)
    if read is None:
        found.faults.add("tnef")
        found.files.append(
            InboundFile(name="winmail.dat", told_type="application/ms-tnef", body=body)
        )
        return
    said = read.text or (html.plain(read.html)[0] if read.html else "")
    if said and said.strip() not in found.text:
        found.texts.append(said)
    found.files += read.files


def _words(message: Message, kind: str, found: Gathered) -> str:
    given = headers.parameters(headers.value(message, "Content-Type"))
    said, right = decode(_bytes(message, found), given.get("charset", ""))
    if not right:
        found.faults.add("charset")
    said = said.replace("\r\n", "\n").replace("\r", "\n")
    if kind == "text/html" or (
        kind != "text/plain" and said.lstrip()[:15].lower() == "<!doctype html>"
    ):
        said, whole = html.plain(said)
        if not whole:
            found.faults.add("text_cut")
        return said
    if given.get("format", "").lower() == "flowed":
        said = _unflowed(said, joined=given.get("delsp", "").lower() == "yes")
    return _without_uuencoded(said, found)


def _unflowed(said: str, *, joined: bool) -> str:
    """Lines that end in a blank go on in the next (RFC 3676), but for the signature's `-- `."""
    lines: list[str] = []
    open_line = False
    for raw in said.split("\n"):
        line = raw.removeprefix(" ") if not raw.startswith(">") else raw
        if open_line and not line.startswith(">"):
            lines[-1] += line
        else:
            lines.append(line)
        soft = line.endswith(" ") and line != "-- "
        if soft and joined:
            lines[-1] = lines[-1][:-1]
        open_line = soft
    return "\n".join(lines)


def _without_uuencoded(said: str, found: Gathered) -> str:
    """The text without files written into it; read once, however many begin in it."""
    kept: list[str] = []
    inside: list[str] | None = None
    for line in said.split("\n"):
        begins = _UU.match(line) if inside is None else None
        if begins is not None:
            inside = [line]
        elif inside is None:
            kept.append(line)
        elif line.strip() != "end":
            inside.append(line)
        else:
            named = _UU.match(inside[0])
            body = b"".join(_uu_lines(inside[1:]))
            name = headers.one_line(named[1])[:150] if named else ""
            found.files.append(InboundFile(name=name, body=body))
            inside = None
    return "\n".join((*kept, *(inside or ())))


def _uu_lines(encoded: list[str]) -> Iterator[bytes]:
    for line in encoded:
        try:
            yield binascii.a2b_uu(line.encode("ascii", "replace"))
        except (binascii.Error, ValueError):
            continue


def _file(message: Message, kind: str, found: Gathered) -> None:
    body = _bytes(message, found)
    name = file_name(message)
    disposition = headers.value(message, "Content-Disposition").strip().lower()
    shown = bool(headers.value(message, "Content-ID")) and not disposition.startswith("attachment")
    if not body and not name:
        return
    found.files.append(
        InboundFile(
            name=name,
            told_type=kind[:100],
            body=body,
            inline=shown and kind.startswith("image/"),
        )
    )


def _bytes(message: Message, found: Gathered) -> bytes:
    """A part's content, its transfer encoding undone; what cannot be is kept as it stands."""
    payload = message.get_payload()
    if isinstance(payload, list):
        return b"".join(part.as_bytes() for part in payload if isinstance(part, Message))
    text = message.raw_text if isinstance(message, Part) else ""
    raw = text.encode("utf-8", "surrogateescape")
    encoding = headers.value(message, "Content-Transfer-Encoding").strip().lower()
    if encoding.startswith("base64"):
        clean = re.sub(rb"\s", b"", raw)
        if len(clean) % 4 or re.search(rb"[^A-Za-z0-9+/=]", clean):
            found.faults.add("base64")
        return b"".join(headers.base64_bytes(run) for run in clean.split(b"=") if run)
    if encoding.startswith("quoted-printable"):
        return quopri.decodestring(raw)
    if encoding.startswith(("x-uuencode", "uuencode", "x-uue")):
        return b"".join(_uu_lines(raw.decode("ascii", "replace").split("\n")))
    return raw

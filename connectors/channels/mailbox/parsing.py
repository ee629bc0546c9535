"""A mail's bytes → `MailLetter`, whatever state they came in. Never raises."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parsedate_to_datetime

from . import headers
from .automatic import Judged, judged
from .bodies import Gathered, Part, gather
from .charsets import decode
from .letter import Automatic, MailLetter
from .quoting import parted

_MOST_BYTES = 64 * 1024 * 1024
_MOST_HEADER = 1024 * 1024
_AHEAD = timedelta(days=1)
_OLDEST = timedelta(days=366 * 5)
_SUBJECT_CHARS = 500


def nothing_is_ours(message_id: str) -> bool:
    """For boxes that send nothing."""
    del message_id
    return False


def read(
    raw: bytes,
    *,
    received_at: datetime,
    own_addresses: frozenset[str] = frozenset(),
    is_ours: Callable[[str], bool] = nothing_is_ours,
) -> MailLetter:
    """What a mail says.

    Args:
        raw: the mail as the server keeps it.
        received_at: aware; stands for a Date that cannot be.
        own_addresses: of our boxes, in lower case.
        is_ours: whether a message id is of a mail we sent.
    """
    faults: set[str] = set()
    if len(raw) > _MOST_BYTES:
        raw = raw[:_MOST_BYTES]
        faults.add("too_large")
    head, body = _parted(raw, faults)
    try:
        message, found = _read_whole(head, body)
    except Exception:  # noqa: BLE001 - the standard library raises whatever the bytes make it
        faults.add("malformed")
        message, found = _read_plainly(head, body)
    faults |= found.faults
    try:
        return _letter(message, found, raw, received_at, own_addresses, is_ours, faults)
    except Exception:  # noqa: BLE001 - as above; the mail itself is kept as its source
        text, _ = decode(body[:200_000])
        return MailLetter(
            digest=hashlib.sha256(raw).hexdigest(),
            text=_clean(text),
            sent_at=received_at,
            faults=("malformed",),
        )


def _parted(raw: bytes, faults: set[str]) -> tuple[bytes, bytes]:
    """Header and body; a header that goes on for ever is cut."""
    raw = raw.lstrip(b"\r\n")
    if raw.startswith(b"From ") and b"\n" in raw[:200]:  # an mbox line some gateways leave
        raw = raw.partition(b"\n")[2]
    ends = [at for mark in (b"\r\n\r\n", b"\n\n", b"\r\r") if (at := raw.find(mark)) >= 0]
    if not ends:
        head, body = (raw, b"") if b":" in raw[:200] else (b"", raw)
        if len(head) > _MOST_HEADER:
            faults.add("header_cut")
        return head[:_MOST_HEADER], body
    end = min(ends)
    if end > _MOST_HEADER:
        faults.add("header_cut")
    return raw[: min(end, _MOST_HEADER)], raw[end:].lstrip(b"\r\n") if end else raw[2:]


def _read_whole(head: bytes, body: bytes) -> tuple[Message, Gathered]:
    found = Gathered()
    boundary_depth = (
        body.count(b"boundary=") + body.count(b"Boundary=") + body.count(b"message/rfc822")
    )
    if boundary_depth > 400:  # the parser goes down by recursion
        found.faults.add("too_deep")
        message, plain = _read_plainly(head, body)
        plain.faults |= found.faults
        return message, plain
    message = BytesParser(Part).parsebytes(head + b"\r\n\r\n" + body)
    gather(message, found)
    if message.defects and any("Boundary" in type(one).__name__ for one in message.defects):
        found.faults.add("malformed")
    if message.is_multipart() and not found.texts and not found.files and body.strip():
        found.faults.add("malformed")
        found.texts.append(decode(body[:200_000])[0])
    return message, found


def _read_plainly(head: bytes, body: bytes) -> tuple[Message, Gathered]:
    """The header alone, and the body as text: for what no parser takes."""
    message = BytesHeaderParser(Part).parsebytes(head + b"\r\n\r\n")
    found = Gathered()
    text, _ = decode(body[:200_000])
    found.texts.append(text)
    return message, found


def _letter(
    message: Message,
    found: Gathered,
    raw: bytes,
    received_at: datetime,
    own_addresses: frozenset[str],
    is_ours: Callable[[str], bool],
    faults: set[str],
) -> MailLetter:
    sender_raw = headers.value(message, "From") or headers.value(message, "Sender")
    sender = headers.address(sender_raw) or headers.address(headers.value(message, "Return-Path"))
    subject = headers.text(headers.value(message, "Subject"))[:_SUBJECT_CHARS]
    whole, forwarded = _clean(found.text), _clean(found.forwarded)
    why = judged(
        message,
        sender=sender,
        subject=subject,
        text=whole,
        own_addresses=own_addresses,
        is_ours=is_ours,
    )
    text, quoted = (whole, "") if why.why is not Automatic.NONE else parted(whole, subject)
    text = "\n\n".join(said for said in (text, forwarded) if said)
    sent_at = _date(headers.value(message, "Date"), received_at)
    if sent_at is None:
        faults.add("no_date")
    if not whole and not forwarded:
        faults.add("no_text")
    if not sender:
        faults.add("no_sender")
    return MailLetter(
        digest=_digest(message, sender, subject, raw),
        message_id=next(iter(headers.ids(headers.values(message, "Message-ID"))), ""),
        in_reply_to=headers.ids(headers.values(message, "In-Reply-To")),
        references=headers.ids(headers.values(message, "References")),
        sender=sender,
        reply_to=_another(headers.address(headers.value(message, "Reply-To")), sender),
        sender_name=headers.display_name(sender_raw),
        recipients=_recipients(message),
        subject=subject,
        text=text,
        quoted=quoted,
        files=tuple(found.files),
        automatic=why.why,
        sent_at=sent_at or received_at,
        faults=tuple(sorted(faults)),
        **_bounced(why),
    )


def _bounced(why: Judged) -> dict[str, str]:
    return {
        "bounced_id": why.bounced_id,
        "bounced_recipient": why.recipient,
        "bounce_status": why.status,
    }


def _recipients(message: Message) -> tuple[str, ...]:
    fields = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
    return tuple(
        headers.addresses(v for name in fields for v in headers.values(message, name))[:50]
    )


def _another(address: str, sender: str) -> str:
    return "" if address.lower() == sender.lower() else address


def _date(said: str, received_at: datetime) -> datetime | None:
    try:
        at = parsedate_to_datetime(said)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError, AttributeError):
        return None
    return at if received_at - _OLDEST < at < received_at + _AHEAD else None


def _digest(message: Message, sender: str, subject: str, raw: bytes) -> str:
    """What the mail says, not how it came: the same for a copy in another box."""
    ids = headers.ids(headers.values(message, "Message-ID"))
    body = _parted(raw, set())[1].replace(b"\r\n", b"\n").rstrip()
    said = "\x00".join((*ids[:1], sender, headers.value(message, "Date").strip(), subject))
    return hashlib.sha256(
        said.encode("utf-8", "replace") + b"\x00" + hashlib.sha256(body).digest()
    ).hexdigest()


def _clean(text: str) -> str:
    cleaned = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return cleaned.encode("utf-8", "replace").decode("utf-8").strip()

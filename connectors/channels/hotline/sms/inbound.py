"""What the gateway tells us: what became of a message, and what citizens wrote back. Pure."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.base import Inbound, InboundKind
from connectors.errors import Malformed

from .numbers import mobile

REPORT = "SMS_REPORT"
"""`details["Event"]` of a delivery report."""
_MOST = 500
_TEXT = 2000
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOT_OURS = re.compile(r"[^A-Z0-9_]")
_CODE_CHARS = 40
_OTHER = re.compile(r"\+?\d{3,20}", re.ASCII)
_AHEAD = timedelta(minutes=10)


def read(items: str, *, channel: str, now: datetime) -> tuple[Inbound, ...]:
    """The messages of a callback.

    Args:
        items: a JSON list, as in docs/sms.md.
        channel: whose.
        now: aware; stands for a time that cannot be.

    Raises:
        Malformed: any of them is none.
    """
    try:
        given = json.loads(items)
    except (ValueError, RecursionError):
        raise Malformed("items") from None
    if not isinstance(given, list) or not 1 <= len(given) <= _MOST:
        raise Malformed("items")
    return tuple(_one(each, channel, now) for each in given)


def _one(given: Any, channel: str, now: datetime) -> Inbound:
    if not isinstance(given, dict) or not all(isinstance(each, str) for each in given.values()):
        raise Malformed("item")
    readers = {"report": _report, "reply": _reply}
    reader = readers.get(given.get("type", ""))
    if reader is None:
        raise Malformed("type")
    return reader(given, channel, now)


def _report(given: dict[str, str], channel: str, now: datetime) -> Inbound:
    message_id, reference = _id(given, "message_id"), _id(given, "reference")
    status, code = given.get("status", ""), given.get("code", "")
    if status not in {"delivered", "failed"}:
        raise Malformed("status")
    code = _NOT_OURS.sub("_", code.upper())[:_CODE_CHARS]  # an operator's own: MK:0001
    number = _number(given)
    return Inbound(
        channel=channel,
        external_id=f"report:{message_id}:{status}",
        sender_id=number,
        # Apart from the citizen's own: it is no contact that what was kept waits for.
        strand="reports",
        kind=InboundKind.EVENT,
        details={"Event": REPORT, "reference": reference, "status": status, "code": code},
        sent_at=_time(given, now),
        answerable=False,
    )


def _reply(given: dict[str, str], channel: str, now: datetime) -> Inbound:
    number = _number(given)
    text = given.get("text", "")
    text = text[:_TEXT]  # else one would keep up to 499 others out
    return Inbound(
        channel=channel,
        external_id=f"reply:{_id(given, 'reply_id')}",
        sender_id=number,
        text=text,
        sent_at=_time(given, now),
        answerable=False,
    )


def _id(given: dict[str, str], name: str) -> str:
    told = given.get(name, "")
    if not _ID.fullmatch(told):
        raise Malformed(name)
    return told


def _number(given: dict[str, str]) -> str:
    """A mobile number in its plain form; another that wrote to us as it stands."""
    told = given.get("phone", "")
    number = mobile(told)
    if not number and not _OTHER.fullmatch(told):
        raise Malformed("phone")
    return number or told


def _time(given: dict[str, str], now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(given.get("at", ""))
    except ValueError:
        return now
    return at.astimezone(UTC) if at.tzinfo and at < now + _AHEAD else now

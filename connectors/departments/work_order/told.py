"""A platform's events as updates of cases. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from connectors.departments.base import DepartmentUpdate, UpdateKind
from connectors.errors import Malformed

from .fields import FIELDS, FLAGS, ORDERED, READ, TIMES
from .mapping import PlatformMapping
from .paths import at, text

_NUMBER_CHARS = 80
_MOST_EVENTS = 500


class Unreadable(Malformed):
    """An event that cannot be understood; `field` is the field at fault by our name."""

    def __init__(self, field: str) -> None:
        super().__init__(f"field_{field}")
        self.field = field


def parsed(body: bytes) -> object:
    """A message's JSON. Raises `Malformed`."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("not_json") from None


def events_at(message: object, place: str) -> tuple[object, ...]:
    """The events of a message; the message itself for an empty place. Raises `Malformed`."""
    found = at(message, place)
    events = found if isinstance(found, list) else [found]
    if len(events) > _MOST_EVENTS or not isinstance(message, dict):
        raise Malformed("events")
    if place and found is None:
        raise Malformed("no_events")
    return tuple(events)


def updates(
    events: tuple[object, ...], mapping: PlatformMapping, *, source: str, now: datetime
) -> tuple[DepartmentUpdate, ...]:
    """What the events tell; those that are nothing of ours are left out. Raises `Unreadable`."""
    read = (update_of(event, mapping, source=source, now=now) for event in events)
    return tuple(one for one in read if one is not None)


def update_of(
    event: object, mapping: PlatformMapping, *, source: str, now: datetime
) -> DepartmentUpdate | None:
    """What one event tells; None for nothing of ours.

    Args:
        event: JSON.
        mapping: the platform's.
        source: the connector's name.
        now: stands for the time of an event that gives none.

    Raises:
        Unreadable: it cannot be understood.
    """
    if not isinstance(event, dict):
        raise Unreadable("event")
    said = {name: text(at(event, place)) for name, place in mapping.fields.items()}
    kind = mapping.told.get(said["kind"])
    if kind is None:
        raise Unreadable("kind")
    if not kind:
        return None
    for needed in ("event_id", "external_number"):
        if not said[needed]:
            raise Unreadable(needed)
    if len(said["external_number"]) > _NUMBER_CHARS:
        raise Unreadable("external_number")
    meant = UpdateKind(kind)
    return DepartmentUpdate(
        source=source,
        external_id=f"{said['external_number']}:{said['event_id']}",
        kind=meant,
        external_number=said["external_number"],
        case_number=said.get("case_number", "")[:40],
        department=mapping.ours("department", said.get("department", "")),
        words=_words(said, meant),
        days=_whole(said.get("days", ""), 366),
        grade=_whole(mapping.ours("grade", said.get("grade", "")), 5),
        order=dict(_order(said, mapping)) if meant is UpdateKind.OPENED else {},
        at=_moment(said, "at", mapping) or now,
    )


def unread(event: object, error: Unreadable, mapping: PlatformMapping) -> tuple[str, str]:
    """What can be said of an event nobody understood: their number, and words for a person."""
    number = text(at(event, mapping.fields["external_number"]))[:_NUMBER_CHARS]
    what = FIELDS.get(error.field, "内容")
    return number, f"对方平台发来的消息读不懂（{what}），请到对方平台查看。"


def _words(said: dict[str, str], kind: UpdateKind) -> str:
    """What was said with it; a reason with its basis (依据)."""
    words = next((said[name] for name in READ[kind] if said.get(name)), "")
    basis = said.get("basis", "")
    if basis and "reason" in READ[kind]:
        return f"{words}（依据：{basis}）" if words else f"依据：{basis}"
    return words


def _order(said: dict[str, str], mapping: PlatformMapping) -> Iterator[tuple[str, str]]:
    for name in ORDERED:
        value = said.get(name, "")
        if not value:
            continue
        value = mapping.ours(name, value)
        if name in FLAGS:
            value = "yes" if value in ("true", "1", "是") else ""
        elif name in TIMES:
            moment = _moment(said, name, mapping)
            value = moment.isoformat() if moment else ""
        if value:
            yield name, value


def _moment(said: dict[str, str], name: str, mapping: PlatformMapping) -> datetime | None:
    if not said.get(name):
        return None
    try:
        return mapping.times.read(said[name])
    except ValueError:
        raise Unreadable(name) from None


def _whole(value: str, most: int) -> int:
    """A number from 1 to the most; else 0."""
    if value.isascii() and value.isdigit() and len(value) < 4 and int(value) <= most:
        return int(value)
    return 0

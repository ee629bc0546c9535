"""A notice as the message a platform reads. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from connectors.departments.base import DepartmentNotice, NoticeKind

from .fields import FLAGS, ORDER, TIMES, WORDS
from .mapping import PlatformMapping
from .paths import Json, put

_ORDER_ONLY = frozenset(
    {"title", "text", "demand_type", "category", "severity", "place", "territory", "occurred_at",
     "contact_name", "contact_phone", "confidential", "opened_at", "link", "latitude", "longitude"}
)  # fmt: skip
"""What a platform is told of an order once; it knows of its own orders already."""


def kind_of(notice: DepartmentNotice) -> str:
    """What the notice is to the platform: `order` where it has no number for the case."""
    if notice.kind is NoticeKind.DISPATCHED and not notice.external_number:
        return ORDER
    return notice.kind.value


def message(notice: DepartmentNotice, mapping: PlatformMapping, *, now: datetime) -> bytes:
    """The body of the call that tells it.

    Args:
        notice: what to tell.
        mapping: the platform's.
        now: when it is told.
    """
    kind = kind_of(notice)
    said = _said(notice, kind, now)
    event: Json = {}
    for name, place in mapping.fields.items():
        value = said.get(name)
        if name in _ORDER_ONLY and kind != ORDER:
            continue
        if name == "kind":
            value = mapping.tell[kind]
        elif name == "status":
            value = mapping.statuses.get(kind)
        if value is not None and value != "":
            put(event, place, _written(name, value, mapping))
    whole: Json = {}
    for place, constant in mapping.constants.items():
        put(whole, place, constant)
    if mapping.event:
        put(whole, mapping.event, event | _at(whole, mapping.event))
    else:
        whole |= event
    return json.dumps(whole, ensure_ascii=False).encode()


def _at(whole: Json, place: str) -> Json:
    """What constants stand there already."""
    found: object = whole
    for step in place.split("."):
        found = found.get(step, {}) if isinstance(found, Mapping) else {}
    return dict(found) if isinstance(found, Mapping) else {}


def _said(notice: DepartmentNotice, kind: str, now: datetime) -> dict[str, object]:
    said: dict[str, object] = {
        "event_id": notice.idempotency_key,
        "at": now,
        "external_number": notice.external_number,
        "case_number": notice.case_number,
        "department": notice.department,
        "title": notice.title,
        "text": notice.text,
        "demand_type": notice.demand_type,
        "category": "/".join(notice.category),
        "severity": notice.severity,
        "place": notice.place,
        "territory": notice.territory,
        "occurred_at": notice.occurred_at,
        "contact_name": notice.contact_name,
        "contact_phone": notice.contact_phone,
        "confidential": notice.confidential,
        "opened_at": notice.opened_at,
        "due_at": notice.due_at,
        "granted": notice.granted,
        "grade": notice.grade or None,
        "link": notice.link,
        "latitude": notice.latitude,
        "longitude": notice.longitude,
    }
    said[WORDS[kind]] = notice.words
    if kind == NoticeKind.WITHDRAWN:  # the statutory way is reason and basis in one
        said["basis"] = notice.words
    return said


def _written(name: str, value: object, mapping: PlatformMapping) -> object:
    if name in TIMES and isinstance(value, datetime):
        return mapping.times.write(value)
    mapped = name in mapping.values
    if name in FLAGS and not mapped:
        return value
    word = mapping.theirs(name, str(value).lower() if isinstance(value, bool) else str(value))
    if name in mapping.numbers:
        return int(word) if word.lstrip("-").isdigit() else float(word)
    return word

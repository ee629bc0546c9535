"""What Open311 servers answer, in XML or JSON, as far as we need it. Pure.

Real servers stray from the specification: numbers that are no strings, one object where an array
belongs, other names for the root, FixMyStreet's further statuses. All of that is read; what has no
request in it at all is `Malformed`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException, ElementTree

from connectors.errors import Malformed

Read = TypeVar("Read")
Reading = Callable[[bytes, str], Read]
"""Reads an answer's body in a form, `xml` or `json`."""

_MOST_BYTES = 20_000_000
_WORDS = 4000


@dataclass(frozen=True, kw_only=True)
class TheirRequest:
    """A request as a server tells of it.

    Args:
        status: as it says, in small letters: `open`, `closed`, or one of FixMyStreet's.
        updated_at: aware, UTC, or None.
    """

    id: str
    status: str
    notes: str = ""
    description: str = ""
    requested_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The answer to a request that was sent; both empty: taken, and no number will come."""

    id: str = ""
    token: str = ""


def requests(body: bytes, form: str) -> tuple[TheirRequest, ...]:
    """The requests of a list. Raises `Malformed`."""
    found = []
    for fields in _members(body, form, "request"):
        number = _text(fields.get("service_request_id"))
        if number:
            found.append(_request(number, fields))
    return tuple(found)


def taken(body: bytes, form: str) -> Taken:
    """What became of a request that was sent. Raises `Malformed`."""
    fields = next(_members(body, form, "request"), None)
    if fields is None or not {"service_request_id", "token"} & fields.keys():
        raise Malformed("open311_no_request")
    return Taken(id=_text(fields.get("service_request_id")), token=_text(fields.get("token")))


def update_taken(body: bytes, form: str) -> str:
    """The id of an update that was sent. Raises `Malformed`."""
    fields = next(_members(body, form, "request_update"), None)
    if fields is None:
        raise Malformed("open311_no_update")
    return _text(fields.get("update_id"))


def _request(number: str, fields: Mapping[str, Any]) -> TheirRequest:
    return TheirRequest(
        id=number,
        status=_text(fields.get("status")).lower().replace(" ", "_"),
        notes=_text(fields.get("status_notes"))[:_WORDS],
        description=_text(fields.get("description")),
        requested_at=_moment(fields.get("requested_datetime")),
        updated_at=_moment(fields.get("updated_datetime")),
    )


def _members(body: bytes, form: str, name: str) -> Iterator[Mapping[str, Any]]:
    if len(body) > _MOST_BYTES:
        raise Malformed("open311_answer_too_large")
    tree = _of_json(body) if form == "json" else _of_xml(body)
    yield from _found(tree, name)


def _of_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("open311_no_json") from error


def _of_xml(body: bytes) -> Any:
    try:
        root = ElementTree.fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Malformed("open311_no_xml") from error
    return [_fields(member) for member in root]


def _fields(element: Element) -> dict[str, Any]:
    """A member's elements; those with elements in them are none of ours."""
    return {"": _local(element.tag)} | {
        _local(inner.tag): inner.text for inner in element if not len(inner)
    }


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _found(tree: Any, name: str) -> Iterator[Mapping[str, Any]]:
    """Members of a list: bare, or wrapped once in an object, as some servers do."""
    if isinstance(tree, Mapping):
        wrapped = [value for value in tree.values() if isinstance(value, list)]
        tree = wrapped[0] if wrapped and "service_request_id" not in tree else [tree]
    if not isinstance(tree, list):
        raise Malformed("open311_no_list")
    for member in tree:
        inner = member.get(name, member) if isinstance(member, Mapping) else None
        # XML says what its members are, so that an error is not taken for a request.
        if isinstance(inner, Mapping) and inner.get("", name) == name and "code" not in inner:
            yield inner


def _text(value: Any) -> str:
    """A value as text; numbers are what some servers give for ids."""
    if value is None or isinstance(value, dict | list | bool):
        return ""
    return str(value).strip()


def _moment(value: Any) -> datetime | None:
    """A W3C date-time; one without a zone says nothing we could rely on."""
    try:
        moment = datetime.fromisoformat(_text(value))
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None

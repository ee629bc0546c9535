"""Open311 answers as JSON and XML.

Source: GeoReport v2, "Format Support"; XML is the same tree with the elements' names for a list's
members, JSON has arrays at the top.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from bot.cases.calendar import ZONE
from bot.open311.requests import ServiceRequest
from bot.open311.server import Receipt
from bot.open311.services import ATTRIBUTES, Attribute, Service

Json = Any
CONTENT_TYPES: Mapping[str, str] = {"xml": "text/xml", "json": "application/json"}

_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'
_MEMBERS: Mapping[str, str] = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""List → its members' element."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def rendered(root: str, value: Json, form: str) -> bytes:
    """A value in UTF-8.

    Args:
        root: the XML element it is.
        value: of dicts, lists, strings, numbers, booleans and None.
        form: `xml` or `json`.
    """
    if form == "json":
        return json.dumps(value, ensure_ascii=False).encode()
    element = Element(root)
    _fill(element, root, value)
    return _DECLARATION + tostring(element, encoding="unicode").encode()


def _fill(element: Element, name: str, value: Json) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _fill(SubElement(element, key), key, inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for member in value:
            _fill(SubElement(element, _MEMBERS[name]), _MEMBERS[name], member)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = _NOT_XML.sub("", str(value))


def service(one: Service) -> Json:
    """A service of the list."""
    return {
        "service_code": one.code,
        "service_name": one.name,
        "description": one.description,
        "metadata": True,
        "type": "realtime",
        "keywords": ",".join(one.keywords) or None,
        "group": one.group,
    }


def definition(one: Service) -> Json:
    """A service's questions."""
    attributes = [_attribute(at, order) for order, at in enumerate(ATTRIBUTES, start=1)]
    return {"service_code": one.code, "attributes": attributes}


def _attribute(one: Attribute, order: int) -> Json:
    told = {
        "variable": True,
        "code": one.code,
        "datatype": one.datatype,
        "required": False,
        "datatype_description": one.hint,
        "order": order,
        "description": one.description,
    }
    values = [{"key": key, "name": name} for key, name in one.values.items()]
    return told | ({"values": values} if values else {})


def service_request(one: ServiceRequest) -> Json:
    """A request; times in the city's zone. We keep no postal codes."""
    told = {field.name: _plain(getattr(one, field.name)) for field in fields(one)}
    return told | {"zipcode": None}


def receipt(one: Receipt) -> Json:
    """The answer to a request that was sent: its number, or a token."""
    known = {"service_request_id": one.number} if one.number else {"token": one.token}
    return known | {"service_notice": one.notice, "account_id": None}


def error(code: int, description: str) -> Json:
    """One thing that is wrong."""
    return {"code": code, "description": description}


def moment(at: datetime) -> str:
    """A W3C date-time with the city's zone."""
    return at.astimezone(ZONE).isoformat(timespec="seconds")


def _plain(value: object) -> object:
    return moment(value) if isinstance(value, datetime) else value

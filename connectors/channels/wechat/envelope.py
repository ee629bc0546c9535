"""The XML the platform sends and takes: parsed without entities, written with CDATA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connectors.errors import Malformed

MAX_BODY_BYTES = 1_000_000


def parse(body: bytes) -> dict[str, str]:
    """The fields of a flat XML message; nested elements are joined with a dot.

    Raises:
        Malformed: too large, not XML, with a DTD or entities, or not an `<xml>` element.
    """
    if len(body) > MAX_BODY_BYTES:
        raise Malformed("too_large")
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Malformed("xml") from error
    if root.tag != "xml":
        raise Malformed("root")
    fields: dict[str, str] = {}
    for element in root:
        fields[element.tag] = element.text or ""
        for child in element:
            fields[f"{element.tag}.{child.tag}"] = child.text or ""
    return fields


Value: TypeAlias = "str | int | Mapping[str, Value]"


def build(fields: Mapping[str, Value]) -> bytes:
    """An `<xml>` message: numbers bare, texts in CDATA that no text can end, parts in parts."""
    return f"<xml>{_inner(fields)}</xml>".encode()


def _inner(fields: Mapping[str, Value]) -> str:
    return "".join(f"<{name}>{_content(value)}</{name}>" for name, value in fields.items())


def _content(value: Value) -> str:
    if isinstance(value, int):
        return str(value)
    return _cdata(value) if isinstance(value, str) else _inner(value)


def _cdata(text: str) -> str:
    allowed = "".join(c for c in text if c in "\t\n\r" or (ord(c) >= 0x20 and ord(c) not in _BAD))
    return "<![CDATA[" + allowed.replace("]]>", "]]]]><![CDATA[>") + "]]>"


_BAD = frozenset({0xFFFE, 0xFFFF, *range(0xD800, 0xE000)})

"""The fields of a request's form: which there are, and what is wrong with each. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from bot.clean import clean_text
from bot.errors import NotFound
from bot.open311.services import ATTRIBUTES, Attribute, Service, Services

DESCRIPTION_CHARS = 4000
_LIMITS = {
    "service_code": 60,
    "address_string": 200,
    "address_id": 100,
    "email": 100,
    "phone": 40,
    "first_name": 40,
    "last_name": 40,
    "device_id": 200,
    "account_id": 200,
    "media_url": 500,
    "external_id": 200,
}
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,60})\](\[\])?")
_ATTRIBUTE_CHARS = 500
_ATTRIBUTES_AT_MOST = 40
PLACES = 7
"""Decimals of degrees: a centimetre."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
OURS: Mapping[str, Attribute] = {one.code.lower(): one for one in ATTRIBUTES}


def taken_apart(
    pairs: Iterable[tuple[str, str]],
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Fields and attributes by name, without what is empty: the same as not given."""
    fields: dict[str, str] = {}
    attributes: dict[str, tuple[str, ...]] = {}
    for name, raw in pairs:
        value = _CONTROL.sub("", clean_text(raw).replace("\r\n", "\n")).strip()
        if not value:
            continue
        found = _ATTRIBUTE.fullmatch(name)
        if found is None:
            fields[name] = value
        elif found[2]:
            attributes[found[1]] = (*attributes.get(found[1], ()), value)
        else:
            attributes[found[1]] = (value,)
    return fields, attributes


def service_in(
    fields: Mapping[str, str], services: Services, faults: dict[str, str]
) -> Service | None:
    """The service named, or None with a fault. Raises `NotFound` for one there is none of."""
    code = fields.get("service_code", "")
    if not code:
        faults["service_code"] = "必须填写"
        return None
    service = services.find(code)
    if service is None:
        raise NotFound("没有这个服务（service_code）。", code="unknown_service")
    return service


def coordinates_in(
    fields: Mapping[str, str], faults: dict[str, str]
) -> tuple[float, float] | tuple[None, None]:
    """Latitude and longitude, or None for both, with a fault where they are wrong."""
    given = [fields.get(name, "") for name in ("lat", "long")]
    if not any(given):
        return None, None
    if not all(given):
        faults["lat" if not given[0] else "long"] = "lat 和 long 要一起给出"
        return None, None
    read = [_degrees(text, most) for text, most in zip(given, (90, 180), strict=True)]
    for name, value in zip(("lat", "long"), read, strict=True):
        if value is None:
            faults[name] = "不是正确的经纬度（WGS84，十进制度数）"
    if read[0] is None or read[1] is None:
        return None, None
    if read == [0.0, 0.0]:
        faults["lat"] = "坐标不能是 0，0"
        return None, None
    return read[0], read[1]


def _degrees(text: str, most: int) -> float | None:
    if not re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,20})?", text, re.ASCII):
        return None
    value = float(text)
    return round(value, PLACES) if math.fabs(value) <= most else None


def check_lengths(fields: Mapping[str, str], faults: dict[str, str]) -> None:
    """Find fields that are too long."""
    limits = {"description": DESCRIPTION_CHARS, **_LIMITS}
    for name, most in limits.items():
        if len(fields.get(name, "")) > most:
            faults[name] = f"最多 {most} 个字"


def check_media(address: str, faults: dict[str, str]) -> None:
    """Only a link to be kept; it is never opened here."""
    if not address:
        return
    try:
        parts = urlsplit(address)
        usable = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s<>\"\\^`{|}]", address) or not address.isascii():
        faults["media_url"] = "只接受 https:// 开头的完整网址"


def answers_in(attributes: Mapping[str, tuple[str, ...]], faults: dict[str, str]) -> dict[str, str]:
    """Our attributes by their code, with a fault for each value that cannot be."""
    if len(attributes) > _ATTRIBUTES_AT_MOST:
        faults["attribute"] = f"最多 {_ATTRIBUTES_AT_MOST} 项"
    answers: dict[str, str] = {}
    for code, values in attributes.items():
        where, known = f"attribute[{code}]", OURS.get(code.lower())
        if sum(map(len, values)) > _ATTRIBUTE_CHARS:
            faults[where] = f"最多 {_ATTRIBUTE_CHARS} 个字"
        elif known is not None and len(values) > 1:
            faults[where] = "只能有一个值"
        elif known is not None and known.values and values[0] not in known.values:
            faults[where] = f"只能是：{'、'.join(known.values)}"
        elif known is not None:
            answers[known.code] = values[0]
    return answers

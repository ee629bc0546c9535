"""What a client sends to open a request: read, checked, and made into a new case. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.cases.model import Case, DemandType, NewCase
from bot.open311 import form
from bot.open311.errors import faulty
from bot.open311.services import OTHER, Service, Services
from connectors.departments.open311.coordinates import gcj02_to_wgs84

CHANNEL = "open311"
RETRY_WINDOW = timedelta(minutes=10)
"""The same words from the same device in it are the same request, sent again."""

_CLIENT_IDS = ("external_id", "fixmystreet_id")
"""What clients call their own number of a request."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as it was sent, in a form that can be kept.

    Args:
        latitude, longitude: degrees, WGS84, or both None.
        client_id: the client's own number of it, or empty.
        answers: our attributes, code → value.
        others: attributes we do not know, code → values.
    """

    service: Service
    description: str
    address: str
    address_id: str
    latitude: float | None
    longitude: float | None
    email: str
    phone: str
    name: str
    device_id: str
    account_id: str
    media_url: str
    client_id: str
    answers: Mapping[str, str]
    others: Mapping[str, tuple[str, ...]]


def read(pairs: Iterable[tuple[str, str]], services: Services, *, client_id: str = "") -> Asked:
    """The request in a form's fields.

    Args:
        pairs: the fields in order; one that is there twice counts by its last, attributes by all.
        services: the city's.
        client_id: the client's own number of the request, where a header said it.

    Raises:
        NotFound: no such service.
        Invalid: naming each field at fault.
    """
    fields, attributes = form.taken_apart(pairs)
    faults: dict[str, str] = {}
    service = form.service_in(fields, services, faults)
    latitude, longitude = form.coordinates_in(fields, faults)
    if latitude is None and not fields.get("address_string") and not fields.get("address_id"):
        faults.setdefault("lat", "请给出地点：lat 和 long，或 address_string，或 address_id")
    form.check_lengths(fields, faults)
    form.check_media(fields.get("media_url", ""), faults)
    answers = form.answers_in(attributes, faults)
    others = {code: said for code, said in attributes.items() if code.lower() not in form.OURS}
    if service is not None and service.code == OTHER and not fields.get("description"):
        faults["description"] = "请说一说是什么事"
    if faults or service is None:
        raise faulty(faults)
    return Asked(
        service=service,
        description=fields.get("description", ""),
        address=fields.get("address_string", ""),
        address_id=fields.get("address_id", ""),
        latitude=latitude,
        longitude=longitude,
        email=fields.get("email", ""),
        phone=fields.get("phone", ""),
        name=_name(fields.get("first_name", ""), fields.get("last_name", "")),
        device_id=fields.get("device_id", ""),
        account_id=fields.get("account_id", ""),
        media_url=fields.get("media_url", ""),
        client_id=client_id or _client_id(fields, attributes),
        answers=answers,
        others=others,
    )


def located(asked: Asked, *, gcj02: bool) -> Asked:
    """The request with its coordinates in WGS84, whichever they were sent in."""
    if not gcj02 or asked.latitude is None or asked.longitude is None:
        return asked
    lat, long = gcj02_to_wgs84(asked.latitude, asked.longitude)
    return replace(asked, latitude=round(lat, form.PLACES), longitude=round(long, form.PLACES))


def token(asked: Asked, key: str, secret: bytes, at: datetime) -> str:
    """What tells this request from all others: 64 hex digits nobody can guess.

    Args:
        asked: the request.
        key: the name of the API key it came with.
        secret: keys the digest.
        at: when it came; without a client's own number its span of `RETRY_WINDOW` counts.
    """
    parts = ["request", key]
    if asked.client_id:
        parts += ["id", asked.client_id]
    else:
        span = int(at.timestamp() // RETRY_WINDOW.total_seconds())
        parts += ["text", asked.device_id, asked.account_id, asked.phone, asked.email, str(span)]
        parts += [asked.service.code, asked.description, asked.address, asked.address_id]
        parts += [str(asked.latitude), str(asked.longitude), asked.media_url]
        parts += [f"{code}={value}" for code, value in sorted(asked.answers.items())]
        parts += [f"{code}={'|'.join(values)}" for code, values in sorted(asked.others.items())]
    return _digest(parts, secret)


def sender(asked: Asked, key: str, secret: bytes) -> str:
    """Who wrote it: the same for the same person at one app, and nobody's name; or empty.

    Args:
        asked: the request.
        key: the name of the API key it came with.
        secret: keys the digest.
    """
    person = asked.phone or asked.email or asked.account_id or asked.device_id
    return _digest(["sender", key, person], secret)[:32] if person else ""


def _digest(parts: Sequence[str], secret: bytes) -> str:
    message = "\x00".join(f"{len(part)}:{part}" for part in ("open311", *parts))
    return hmac.new(secret, message.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def origin_key(token: str) -> str:
    """The origin key of the case a token stands for."""
    return f"{CHANNEL}:{token}"


def new_case(asked: Asked, key: str, *, token: str, sender: str) -> NewCase:
    """The case to open for a request.

    Args:
        asked: the request.
        key: the name of the API key it came with.
        token: what tells it from all others.
        sender: who wrote it.
    """
    kind = asked.answers.get("DEMAND_TYPE")
    title, name = asked.answers.get("TITLE", ""), asked.service.name
    if asked.service.code != OTHER:
        title = f"{name}：{title}" if title else name
    place = asked.address or _place(asked)
    return NewCase(
        origin_key=origin_key(token),
        channel=CHANNEL,
        conversation_id="",
        sender_id=sender,
        title=title,
        text=asked.description or f"{name}，地点：{place}",
        demand_type=DemandType(kind) if kind else None,
        place=place,
        occurred_at=asked.answers.get("OCCURRED_AT", ""),
        contact_name=asked.name,
        contact_phone=asked.phone or asked.email,
        anonymous=asked.answers.get("ANONYMOUS") == "yes",
        confidential=asked.answers.get("SHARE_CONTACT") == "no",
        may_publish=asked.answers.get("MAY_PUBLISH") == "yes",
        external_number=asked.client_id,
        details=_details(asked, key),
    )


def key_of(case: Case) -> str:
    """The name of the API key a case came with; empty for other channels' cases."""
    return case.course.details.get("key", "")


def _details(asked: Asked, key: str) -> dict[str, str]:
    details = {"key": key, "service_code": asked.service.code}
    if asked.latitude is not None and asked.longitude is not None:
        details |= {"latitude": repr(asked.latitude), "longitude": repr(asked.longitude)}
    if asked.address:
        details["address"] = "yes"
    if asked.address_id:
        details["address_id"] = asked.address_id
    if asked.media_url:
        details["media_url"] = asked.media_url
    beside = "\n".join(_beside(asked))
    if beside:
        details["beside"] = beside
    return details


def _place(asked: Asked) -> str:
    if asked.latitude is not None:
        return f"坐标 {asked.latitude:.6f}，{asked.longitude:.6f}"
    return f"地址编号 {asked.address_id}"


def _beside(asked: Asked) -> Iterable[str]:
    """What the form said beside the citizen's words, for staff to read."""
    if asked.latitude is not None:
        yield f"坐标（WGS84，纬度、经度）：{asked.latitude}，{asked.longitude}"
    if asked.address_id:
        yield f"地址编号：{asked.address_id}"
    if asked.media_url:
        yield f"图片或视频链接（未核对，谨慎打开）：{asked.media_url}"
    if asked.email and asked.phone:
        yield f"电子邮箱：{asked.email}"
    for code, values in asked.others.items():
        yield f"{code}：{'、'.join(values)}"


def _name(first: str, last: str) -> str:
    """A Chinese name has its family name first and no blank."""
    if (first + last).isascii():
        return f"{first} {last}".strip()
    return last + first


def _client_id(fields: Mapping[str, str], attributes: Mapping[str, tuple[str, ...]]) -> str:
    by_name = {code.lower(): values[0] for code, values in attributes.items()}
    return fields.get("external_id") or next(
        (by_name[name] for name in _CLIENT_IDS if name in by_name), ""
    )

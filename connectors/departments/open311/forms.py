"""A notice as the form a server is sent. Pure."""

from __future__ import annotations

from connectors.departments.base import DepartmentNotice, NoticeKind
from connectors.errors import Refused

from .coordinates import wgs84_to_gcj02
from .settings import ServerSettings

DESCRIPTION_CHARS = 4000

_TOLD = {
    NoticeKind.DISPATCHED: "请重新办理",
    NoticeKind.URGED: "市民催办",
    NoticeKind.SUPERVISED: "督办",
    NoticeKind.NOTE: "补充说明",
    NoticeKind.RETURN_DECIDED: "退单结果",
    NoticeKind.EXTENSION_DECIDED: "延期结果",
    NoticeKind.WITHDRAWN: "不再由贵单位办理",
    NoticeKind.REPLIED: "已答复市民",
    NoticeKind.RATED: "市民评价",
    NoticeKind.CLOSED: "已办结",
}
_ENDS = frozenset({NoticeKind.WITHDRAWN, NoticeKind.CLOSED})


def request(
    notice: DepartmentNotice, settings: ServerSettings, *, number: str, mark: str
) -> dict[str, str]:
    """The form of `POST requests`.

    Args:
        notice: of kind `DISPATCHED`.
        settings: the server's.
        number: ours of this delivery.
        mark: what ends the description; always whole.

    Raises:
        Refused: no service or no place can be named.
    """
    form = {
        **_who(settings),
        "service_code": service_code(notice, settings),
        **_where(notice, settings),
        "description": _description(notice, mark),
    }
    if settings.contact and not notice.confidential:
        form |= _contact(notice)
    if settings.id_attribute:
        form[f"attribute[{settings.id_attribute}]"] = number
    return form


def update(notice: DepartmentNotice, settings: ServerSettings, at: str) -> dict[str, str]:
    """The form of FixMyStreet's `POST servicerequestupdates`.

    Args:
        notice: of any kind, with the server's number of the case.
        settings: the server's.
        at: now, a W3C date-time.
    """
    said = _TOLD.get(notice.kind, notice.kind.value)
    words = f"{said}：{notice.words}" if notice.words else said
    if notice.kind is NoticeKind.RATED and notice.grade:
        words += f"（{notice.grade} 分，共 5 分）"
    return {
        **_who(settings),
        "update_id": notice.idempotency_key,
        "updated_datetime": at,
        "service_request_id": notice.external_number,
        "status": "CLOSED" if notice.kind in _ENDS else "OPEN",
        "description": words[:DESCRIPTION_CHARS],
        "last_name": "12345",
        "first_name": "热线",
    }


def service_code(notice: DepartmentNotice, settings: ServerSettings) -> str:
    """The service of a case: by its category, the narrowest first, by unit, else the default.

    Raises:
        Refused: the settings name none.
    """
    levels = notice.category
    names = ["/".join(levels[:count]) for count in range(len(levels), 0, -1)]
    for name in (*names, notice.department):
        if name in settings.services:
            return settings.services[name]
    if not settings.default_service:
        raise Refused("open311_no_service")
    return settings.default_service


def _who(settings: ServerSettings) -> dict[str, str]:
    key = settings.api_key.get_secret_value()
    known = {"jurisdiction_id": settings.jurisdiction, "api_key": key}
    return {name: value for name, value in known.items() if value}


def _where(notice: DepartmentNotice, settings: ServerSettings) -> dict[str, str]:
    address = notice.place or notice.territory or settings.default_address
    where = {"address_string": address} if address else {}
    if notice.latitude is not None and notice.longitude is not None:
        lat, long = notice.latitude, notice.longitude
        if settings.coordinates == "gcj02":
            lat, long = wgs84_to_gcj02(lat, long)
        where |= {"lat": f"{lat:.7f}", "long": f"{long:.7f}"}
    if not where:
        raise Refused("open311_no_place")
    return where


def _description(notice: DepartmentNotice, mark: str) -> str:
    parts = [notice.title, notice.text, notice.words]
    if notice.occurred_at:
        parts.append(f"发生时间：{notice.occurred_at}")
    if notice.confidential:
        parts.append("保密件：请勿透露市民信息。")
    if notice.link:
        parts.append(notice.link)
    said = "\n".join(part for part in parts if part)
    room = DESCRIPTION_CHARS - len(mark) - 2
    if len(said) > room:
        said = said[: room - 1] + "…"
    return f"{said}\n\n{mark}"


def _contact(notice: DepartmentNotice) -> dict[str, str]:
    known = {
        "last_name": notice.contact_name[:1],
        "first_name": notice.contact_name[1:],
        "phone": notice.contact_phone,
    }
    return {name: value for name, value in known.items() if value}

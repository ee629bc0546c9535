"""A case as an Open311 request: what of it a reader is shown, masked. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.cases.masking import masked
from bot.cases.model import Case, Published, State
from bot.cases.ports import CaseWording
from bot.cases.replying import citizens_of
from bot.cases.rules import ANSWERED
from bot.open311.form import DESCRIPTION_CHARS
from bot.open311.listing import CLOSED, OPEN, Reader
from bot.open311.services import Service, Services
from connectors.departments.open311.coordinates import wgs84_to_gcj02

PUBLISHED_PREFIX = "p"
"""Before a case's id, where the public may not learn its number."""

ENDED = frozenset({State.CLOSED, State.REFUSED})
"""Closed to Open311; a merged case is too, once its reply is there."""

_SENDERS_MARK = re.compile(r"(〔工单 \d{8,20}-[0-9a-f]{8}-[0-9a-f]{16}〕)")
"""As a Policyline that dispatches to this one writes; see `connectors/departments/open311`."""

_EXACTLY = 7
_ROUGHLY = 3
"""Decimals of coordinates for all but the sender: some 100 m."""


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A case with what its events say.

    Args:
        updated_at: time of its last event.
        refused_because: the reason of a refusal, or empty.
    """

    case: Case
    updated_at: datetime
    refused_because: str = ""


@dataclass(frozen=True, kw_only=True)
class ServiceRequest:
    """A request, in the words of GeoReport v2; None: not told."""

    service_request_id: str
    status: str
    status_notes: str | None
    service_name: str
    service_code: str
    description: str | None
    agency_responsible: str | None
    service_notice: str | None
    requested_datetime: datetime
    updated_datetime: datetime
    expected_datetime: datetime | None
    address: str | None
    address_id: str | None
    lat: float | None
    long: float | None
    media_url: str | None


def status_of(case: Case) -> str:
    """`open` or `closed`."""
    if case.state in ENDED or (case.state is State.MERGED and case.reply_text):
        return CLOSED
    return OPEN


def service_of(case: Case, services: Services) -> Service:
    """The service the client chose; of what came in otherwise, the one it was judged to be."""
    chosen = services.find(case.course.details.get("service_code", ""))
    return chosen or services.of_category(case.category)


def shown(
    row: CaseRow, reader: Reader, services: Services, wording: CaseWording
) -> ServiceRequest | None:
    """What this reader is shown of a case; None: nothing."""
    case = row.case
    if reader.sees_as_request(case):
        return _followed(row, reader, services, wording)
    if case.published is not None:
        return _published(row, case.published, services)
    return None


def _followed(
    row: CaseRow, reader: Reader, services: Services, wording: CaseWording
) -> ServiceRequest:
    case, own = row.case, reader.owns(row.case)
    names, details = citizens_of(case), case.course.details
    service = service_of(case, services)
    # What touches petitions, the press or the like is nobody's but the sender's to read.
    told = own or not (case.routing and case.routing.marks and case.routing.marks.sensitive)
    address = masked(case.place, names) if "address" in details and told else None
    lat, long = _spot(case, exact=own, gcj02=own and reader.gcj02)
    return ServiceRequest(
        service_request_id=case.number,
        status=status_of(case),
        status_notes=_notes(row, wording, names if told else None),
        service_name=service.name,
        service_code=service.code,
        description=_described(case.matter, names)[:DESCRIPTION_CHARS] if told else None,
        agency_responsible=case.lead_department or None,
        service_notice=None,
        requested_datetime=case.opened_at,
        updated_datetime=_updated(row),
        expected_datetime=case.due_at,
        address=address,
        address_id=details.get("address_id") if own else None,
        lat=lat,
        long=long,
        media_url=details.get("media_url") if own else None,
    )


def _described(matter: str, names: tuple[str, ...]) -> str:
    """The citizen's words, masked; a sender's mark, by which it finds its request, as it is."""
    parts = _SENDERS_MARK.split(matter)
    return "".join(part if _SENDERS_MARK.fullmatch(part) else masked(part, names) for part in parts)


def _published(row: CaseRow, public: Published, services: Services) -> ServiceRequest:
    """What was let out, and not to the door."""
    case = row.case
    service = service_of(case, services)
    return ServiceRequest(
        service_request_id=PUBLISHED_PREFIX + case.id,
        status=status_of(case),
        status_notes=public.reply,
        service_name=service.name,
        service_code=service.code,
        description=f"{public.title}\n{public.text}"[:DESCRIPTION_CHARS],
        agency_responsible=case.lead_department or None,
        service_notice=None,
        requested_datetime=case.opened_at,
        updated_datetime=_updated(row),
        expected_datetime=case.due_at,
        address=case.territory or None,
        address_id=None,
        lat=None,
        long=None,
        media_url=None,
    )


def _updated(row: CaseRow) -> datetime:
    closed = row.case.closed_at if row.case.state is State.CLOSED else None
    return closed or row.updated_at


def _notes(row: CaseRow, wording: CaseWording, names: tuple[str, ...] | None) -> str:
    """The state, and what was said with it, these names masked; None: only the state."""
    case = row.case
    said = wording.say(f"state_{case.state.value}") + "。"
    if names is None:
        return said
    if case.state in ANSWERED or case.state is State.MERGED:
        said += masked(case.reply_text, names, office=True)
    elif case.state is State.REFUSED:
        said += masked(row.refused_because, names, office=True)
    return said


def _spot(case: Case, *, exact: bool, gcj02: bool) -> tuple[float, float] | tuple[None, None]:
    if case.coordinates is None:
        return None, None
    lat, long = wgs84_to_gcj02(*case.coordinates) if gcj02 else case.coordinates
    places = _EXACTLY if exact else _ROUGHLY
    return round(lat, places), round(long, places)

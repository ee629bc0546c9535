"""Past cases of a city, brought in as they ended. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from bot.cases.chain import link
from bot.cases.deadlines import due_at
from bot.cases.model import (
    SYSTEM,
    Case,
    CaseEvent,
    Course,
    DemandType,
    Move,
    NewCase,
    Severity,
    State,
)
from bot.cases.opening import cleaned
from bot.cases.ports import CaseCity
from bot.clean import clean_text
from bot.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class PastCase:
    """A case another system kept.

    Args:
        external_number: its number there; empty: told apart by time and text.
        department: any name of the unit that handled it; of several the first led, the others
            supported it; empty where nobody did.
        supporting: any names of units that supported it.
        replied_at: when it was replied to; None: when it was closed, if that is known.
    """

    text: str
    opened_at: datetime
    external_number: str = ""
    title: str = ""
    demand_type: DemandType | None = None
    place: str = ""
    territory: str = ""
    occurred_at: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    department: str = ""
    supporting: str = ""
    reply_text: str = ""
    rating: int | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    anonymous: bool = False
    confidential: bool = False


_BETWEEN_NAMES = re.compile(r"[、，,；;/\n]+")


def unit_names(cell: str, city: CaseCity) -> tuple[str, ...]:
    """The units a cell names, as written; a unit's name that holds a mark itself is one."""
    if city.unit(cell) is not None:
        return (cell.strip(),)
    return tuple(name.strip() for name in _BETWEEN_NAMES.split(cell) if name.strip())


def unknown_units(past: PastCase, city: CaseCity) -> tuple[str, ...]:
    """The names among its units that nobody goes by, each once."""
    named = (*unit_names(past.department, city), *unit_names(past.supporting, city))
    return tuple(dict.fromkeys(name for name in named if city.unit(name) is None))


def origin_of(past: PastCase) -> str:
    """Its origin key: the same file again brings nothing in twice."""
    if past.external_number:
        return f"import:{past.external_number}"
    said = f"{past.opened_at.isoformat()}\x00{past.text}"
    return f"import:{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()}"


def as_it_ended(
    past: PastCase, city: CaseCity, *, id: str
) -> tuple[Case, tuple[CaseEvent, ...], str]:
    """The case, still without a number, its events, and its origin key.

    Raises:
        Invalid: no text, an unknown department, a grade out of range, or times in disorder.
    """
    new = cleaned(
        NewCase(
            origin_key=origin_of(past),
            channel="import",
            conversation_id="",
            sender_id="",
            title=past.title,
            text=past.text,
            place=past.place,
            occurred_at=past.occurred_at,
            contact_name=past.contact_name,
            contact_phone=past.contact_phone,
            anonymous=past.anonymous,
            confidential=past.confidential,
            external_number=past.external_number,
        )
    )
    lead, supporting = _units(past, city)
    demand_type = past.demand_type or DemandType.HELP
    events = _events(past, id, lead)
    case = Case(
        id=id,
        number="",
        channel=new.channel,
        conversation_id="",
        sender_id="",
        title=new.title,
        text=new.text,
        state=events[-1].to_state,
        demand_type=demand_type,
        place=new.place,
        territory=clean_text(past.territory).strip()[:40],
        occurred_at=new.occurred_at,
        contact_name=new.contact_name,
        contact_phone=new.contact_phone,
        anonymous=new.anonymous,
        confidential=new.confidential,
        external_number=new.external_number,
        lead_department=lead,
        supporting=supporting,
        reply_text=clean_text(past.reply_text).strip(),
        rating=past.rating,
        opened_at=past.opened_at,
        due_at=due_at(past.opened_at, demand_type, Severity.NORMAL, city.limits),
        closed_at=past.closed_at,
        course=Course(
            clock=city.limits.allowance(demand_type, Severity.NORMAL).unit,
            dispatched_at=past.opened_at if lead else None,
            dispatches=1 if lead else 0,
        ),
        version=len(events),
    )
    return case, events, new.origin_key


def _units(past: PastCase, city: CaseCity) -> tuple[str, tuple[str, ...]]:
    """Who led it and who supported it, by their official names; who led is empty for nobody."""
    unknown = unknown_units(past, city)
    first, *others = unit_names(past.department, city) or ("",)
    lead = city.unit(first) or ""
    faults = {}
    if unknown:
        faults["department"] = f"没有这个部门：{'、'.join(name[:40] for name in unknown)}"
    if past.rating is not None and past.rating not in range(1, 6):
        faults["rating"] = "应在 1 到 5 之间"
    if past.closed_at is not None and past.closed_at < past.opened_at:
        faults["closed_at"] = "早于受理时间"
    if past.replied_at is not None and past.replied_at < past.opened_at:
        faults["replied_at"] = "早于受理时间"
    if (past.reply_text.strip() or past.closed_at) and not lead:
        faults.setdefault("department", "已答复或办结的必须写明部门")
    if faults:
        raise Invalid("这一行不能导入。", fields=faults)
    named = (city.unit(name) for name in (*others, *unit_names(past.supporting, city)))
    supporting = dict.fromkeys(name for name in named if name and name != lead)
    return lead, tuple(supporting) if lead else ()


def _events(past: PastCase, case_id: str, lead: str) -> tuple[CaseEvent, ...]:
    steps: list[tuple[Move, State, dict[str, str]]] = [
        (Move.OPEN, State.RECEIVED, {"channel": "import"})
    ]
    if lead:
        steps.append((Move.DISPATCH, State.DISPATCHED, {"to_department": lead}))
    else:
        steps.append((Move.TO_TRIAGE, State.TRIAGE, {}))
    reply = clean_text(past.reply_text).strip()
    if reply:
        steps.append((Move.REPLY, State.REPLIED, {"text": reply}))
    if past.closed_at is not None:
        steps.append((Move.CLOSE, State.CLOSED, {}))
    events: list[CaseEvent] = []
    for move, state, details in steps:
        previous = events[-1] if events else None
        event = CaseEvent(
            case_id=case_id,
            seq=0,
            at=_at(past, move),
            actor=SYSTEM,
            move=move,
            from_state=previous.to_state if previous else None,
            to_state=state,
            details=details,
        )
        events.append(link(event, previous))
    return tuple(events)


def _at(past: PastCase, move: Move) -> datetime:
    """When a step was taken, as far as it is known; never before the step before it."""
    replied_at = past.replied_at or past.closed_at or past.opened_at
    if move is Move.REPLY:
        return replied_at
    if move is Move.CLOSE and past.closed_at:
        return max(past.closed_at, replied_at) if past.reply_text.strip() else past.closed_at
    return past.opened_at

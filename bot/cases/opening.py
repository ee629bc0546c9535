"""What a new case looks like: judged, routed, numbered, its first events. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.cases.calendar import local_day
from bot.cases.chain import link
from bot.cases.deadlines import allowance, due_at
from bot.cases.model import SYSTEM, Actor, Case, CaseEvent, Course, Move, NewCase, Routing, State
from bot.cases.ports import CaseCity
from bot.clean import clean_text
from bot.errors import Invalid
from bot.routing.marks import Marks

_TITLE_CHARS = 200
_TITLE_FROM_TEXT_CHARS = 40
_ORIGIN_CHARS = 250


def cleaned(new: NewCase) -> NewCase:
    """What was asked for, in a form that can be kept. Raises `Invalid` without any text."""
    text = clean_text(new.text).strip()
    if not text:
        raise Invalid("请说一说是什么事。", fields={"text": "不能为空"})
    title = " ".join(clean_text(new.title).split()) or " ".join(text.split())
    limit = _TITLE_CHARS if new.title.strip() else _TITLE_FROM_TEXT_CHARS
    return replace(
        new,
        origin_key=origin(new.origin_key),
        text=text,
        title=title[:limit],
        place=clean_text(new.place).strip()[:200],
        occurred_at=clean_text(new.occurred_at).strip()[:100],
        contact_name=clean_text(new.contact_name).strip()[:80],
        contact_phone=clean_text(new.contact_phone).strip()[:40],
        external_number=clean_text(new.external_number).strip()[:80],
    )


def origin(key: str) -> str:
    """An origin key as it is kept; an overlong one by its hash."""
    if not key:
        raise ValueError("a case without an origin key")
    key = clean_text(key)
    return key if len(key) <= _ORIGIN_CHARS else hashlib.sha256(key.encode()).hexdigest()


def opened(
    new: NewCase, routing: Routing, city: CaseCity, actor: Actor, *, id: str, now: datetime
) -> tuple[Case, tuple[CaseEvent, ...]]:
    """The case as it stands after its opening, still without a number, and its two events.

    Sure enough, and nothing the law sends elsewhere: dispatched. Else: triage.
    """
    lead = "" if new.for_triage else _lead(routing, city)
    demand_type = new.demand_type or routing.demand_type
    marks = routing.marks or Marks()
    since = min(new.received_at, now) if new.received_at else now
    ours = due_at(since, demand_type, routing.severity, city.limits, routing.working_days)
    case = Case(
        id=id,
        number="",
        channel=new.channel,
        conversation_id=new.conversation_id,
        sender_id=new.sender_id,
        title=new.title,
        text=new.text,
        state=State.DISPATCHED if lead else State.TRIAGE,
        demand_type=demand_type,
        severity=routing.severity,
        category=routing.category,
        place=new.place,
        territory=routing.territory,
        occurred_at=new.occurred_at,
        contact_name=new.contact_name,
        contact_phone=new.contact_phone,
        anonymous=new.anonymous or marks.anonymous,
        confidential=new.confidential or marks.confidential,
        external_number=new.external_number,
        lead_department=lead,
        supporting=tuple(name for name in routing.supporting if name != lead) if lead else (),
        routing=routing,
        opened_at=now,
        due_at=min(ours, new.due_by) if new.due_by else ours,
        course=Course(
            clock=allowance(demand_type, routing.severity, city.limits, routing.working_days).unit,
            dispatched_at=now if lead else None,
            dispatches=1 if lead else 0,
            split_from=new.split_from,
            may_publish=new.may_publish,
            details=dict(new.details),
        ),
        version=2,
    )
    return case, _events(case, routing, actor, _elsewhere(new))


def number_on(now: datetime, count: int) -> str:
    """The number of the `count`-th case of a day: YYYYMMDD (Asia/Shanghai) and six digits."""
    return f"{day_of(now)}{count:06d}"


def day_of(now: datetime) -> str:
    """The day a case is counted under."""
    return f"{local_day(now):%Y%m%d}"


def _lead(routing: Routing, city: CaseCity) -> str:
    if not routing.auto or not routing.departments or routing.statutory_way:
        return ""
    return city.unit(routing.departments[0].name) or ""


def _elsewhere(new: NewCase) -> dict[str, str]:
    """What another system says of its times, for the record."""
    times = {"received_at": new.received_at, "due_by": new.due_by}
    return {name: at.isoformat() for name, at in times.items() if at is not None}


def _events(
    case: Case, routing: Routing, actor: Actor, elsewhere: Mapping[str, str]
) -> tuple[CaseEvent, ...]:
    began = CaseEvent(
        case_id=case.id,
        seq=0,
        at=case.opened_at,
        actor=actor,
        move=Move.OPEN,
        from_state=None,
        to_state=State.RECEIVED,
        details={"channel": case.channel, "demand_type": case.demand_type.value, **elsewhere},
    )
    first = link(began, None)
    sent = bool(case.lead_department)
    judged = CaseEvent(
        case_id=case.id,
        seq=0,
        at=case.opened_at,
        actor=SYSTEM,
        move=Move.DISPATCH if sent else Move.TO_TRIAGE,
        from_state=State.RECEIVED,
        to_state=case.state,
        reason=clean_text("；".join(routing.reasons)),
        details={"to_department": case.lead_department} if sent else {},
    )
    return first, link(judged, first)

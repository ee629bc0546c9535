"""A text that names several demands: the cases its further demands become. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.cases.deadlines import allowance, due_at
from bot.cases.model import Actor, Case, CaseEvent, NewCase, Routing
from bot.cases.opening import cleaned, opened
from bot.cases.ports import CaseCity, Demand
from bot.ports import Ids

_SAID_CHARS = 24


@dataclass(frozen=True, kw_only=True)
class Linked:
    """A case to be opened for one further demand."""

    case: Case
    events: tuple[CaseEvent, ...]
    origin_key: str


def linked_cases(
    case: Case, demands: Sequence[Demand], city: CaseCity, actor: Actor, *, ids: Ids, now: datetime
) -> Iterator[Linked]:
    """A case for each demand but the first, of the same citizen, judged on its own."""
    for place, demand in enumerate(demands[1:], start=2):
        new = cleaned(
            NewCase(
                origin_key=f"split:{case.id}:{place}",
                channel=case.channel,
                conversation_id=case.conversation_id,
                sender_id=case.sender_id,
                title="",
                text=demand.text,
                place=case.place,
                occurred_at=case.occurred_at,
                contact_name=case.contact_name,
                contact_phone=case.contact_phone,
                anonymous=case.anonymous,
                confidential=case.confidential,
                split_from=case.number,
                details=case.course.details,
            )
        )
        made, events = opened(new, demand.routing, city, actor, id=ids.new_id(), now=now)
        yield Linked(case=made, events=events, origin_key=new.origin_key)


def narrowed(case: Case, routing: Routing, city: CaseCity) -> Case:
    """The case that keeps the first demand, judged by that one alone, its deadline with it."""
    severity = max(case.severity, routing.severity, key=_gravity)
    own, kind = routing.working_days, routing.demand_type
    return replace(
        case,
        demand_type=kind,
        category=routing.category,
        territory=routing.territory or case.territory,
        severity=severity,
        routing=routing,
        due_at=due_at(case.opened_at, kind, severity, city.limits, own),
        course=replace(case.course, clock=allowance(kind, severity, city.limits, own).unit),
    )


def _gravity(severity: object) -> int:
    return ["normal", "urgent", "emergency"].index(str(severity))


def said(text: str) -> str:
    """A demand's first words."""
    line = " ".join(text.split())
    return line[:_SAID_CHARS] + ("…" if len(line) > _SAID_CHARS else "")

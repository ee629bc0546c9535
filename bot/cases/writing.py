"""What the case service writes, in the transaction it is given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.cases.chain import link
from bot.cases.model import Case, CaseEvent
from bot.cases.moving import REDIRECTING, Asked
from bot.cases.opening import day_of, number_on
from bot.cases.ports import CaseUnit
from bot.cases.query_code import QueryCodes
from bot.ports import Ids
from bot.records import Correction


class AlreadyOpen(Exception):
    """Somebody opened a case under the same key meanwhile; undoes the number taken."""


async def add_case(
    unit: CaseUnit,
    ids: Ids,
    codes: QueryCodes,
    case: Case,
    events: Iterable[CaseEvent],
    *,
    origin_key: str,
) -> Case:
    """Number a case and write it with its first events. Raises `AlreadyOpen`."""
    count = await unit.cases.next_number(day_of(case.opened_at))
    case = replace(case, number=number_on(case.opened_at, count))
    kept = codes.stored(case.number, codes.code(origin_key))
    if not await unit.cases.add(case, origin_key=origin_key, query_code_hash=kept):
        raise AlreadyOpen
    for event in events:
        await unit.cases.append(event, id=ids.new_id())
    return case


async def append_event(
    unit: CaseUnit,
    ids: Ids,
    before: Case,
    after: Case,
    asked: Asked,
    details: dict[str, str],
    now: datetime,
) -> None:
    """Put a move's event behind the case's others."""
    event = CaseEvent(
        case_id=after.id,
        seq=0,
        at=now,
        actor=asked.actor,
        move=asked.move,
        from_state=before.state,
        to_state=after.state,
        reason=asked.reason,
        details=details,
    )
    previous = await unit.cases.last_event(after.id)
    await unit.cases.append(link(event, previous), id=ids.new_id())


async def note_correction(
    unit: CaseUnit, ids: Ids, case: Case, asked: Asked, now: datetime
) -> None:
    """Remember where a person chose otherwise than the router."""
    if asked.move not in REDIRECTING:
        return
    candidates = case.routing.departments if case.routing else ()
    suggested = candidates[0].name if candidates else ""
    if suggested == case.lead_department:
        return
    await unit.corrections.add(
        Correction(
            id=ids.new_id(),
            case_id=case.id,
            at=now,
            actor=asked.actor.id,
            text=case.course.part or f"{case.title}\n{case.text}",
            suggested=suggested,
            chosen=case.lead_department,
            demand_type=case.demand_type.value,
        )
    )

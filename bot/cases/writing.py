"""What the case service writes, in the transaction it is given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.cases.chain import link
from bot.cases.department_notices import Directory, Moved, deliveries, returned_by
from bot.cases.model import Actor, Case, CaseEvent, Move
from bot.cases.moving import REDIRECTING, Asked
from bot.cases.opening import day_of, number_on
from bot.cases.ports import CaseUnit
from bot.cases.query_code import QueryCodes
from bot.ports import Ids
from bot.records import Correction

TOLD_AS = "told_as"
"""In an event's details: under what another system told of the move, so that it is made once."""

_DECIDES_A_RETURN = frozenset({Move.DISPATCH, Move.REFUSE, Move.MERGE})


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
    if asked.told_as:
        event = replace(event, details=details | {TOLD_AS: asked.told_as})
    previous = await unit.cases.last_event(after.id)
    await unit.cases.append(link(event, previous), id=ids.new_id())


async def made_before(unit: CaseUnit, case: Case, asked: Asked) -> bool:
    """True where the move was made already under the same telling."""
    if not asked.told_as:
        return False
    return any(
        event.details.get(TOLD_AS) == asked.told_as for event in await unit.cases.events(case.id)
    )


async def tell_opened(
    unit: CaseUnit, ids: Ids, directory: Directory, case: Case, actor: Actor
) -> None:
    """Put the notices of an opened case on their way to whom it went."""
    moved = Moved(before=None, after=case, move=Move.OPEN, actor=actor)
    for new in deliveries(moved, directory):
        await unit.deliveries.add(new, id=ids.new_id(), now=case.opened_at)


async def tell_moved(
    unit: CaseUnit,
    ids: Ids,
    directory: Directory,
    before: Case,
    after: Case,
    asked: Asked,
    now: datetime,
) -> None:
    """Put the notices of a move on their way to departments and other systems.

    Call it before the move's event is appended: it looks who sent the case back before.
    """
    undecided = ""
    if before.course.returns and asked.move in _DECIDES_A_RETURN:
        undecided = returned_by(await unit.cases.events(before.id))
    moved = Moved(
        before=before,
        after=after,
        move=asked.move,
        actor=asked.actor,
        reason=asked.reason,
        text=asked.text,
        returned_by=undecided,
    )
    for new in deliveries(moved, directory):
        await unit.deliveries.add(new, id=ids.new_id(), now=now)


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

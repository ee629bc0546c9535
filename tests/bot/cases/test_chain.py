"""The chain of events tells when somebody changed the past."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import create_async_engine

from bot.cases.chain import ChainFault, link, verify
from bot.cases.chains import Chains
from bot.cases.model import CITIZEN, SYSTEM, Actor, Case, CaseEvent, DemandType, Move, Role, State
from bot.storage.units import async_url
from tests.bot.cases.world import World

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CASE = Case(
    id="c",
    number="20260302000001",
    channel="webchat",
    conversation_id="",
    sender_id="",
    title="",
    text="",
    state=State.TRIAGE,
    demand_type=DemandType.HELP,
    opened_at=NOW,
    version=3,
)


def event(move: Move, actor: Actor = SYSTEM, **changes: object) -> CaseEvent:
    made = CaseEvent(
        case_id="c", seq=0, at=NOW, actor=actor, move=move, from_state=None, to_state=State.TRIAGE
    )
    return replace(made, **changes)  # type: ignore[arg-type] # values of several types


def chain() -> list[CaseEvent]:
    first = link(event(Move.OPEN, CITIZEN), None)
    second = link(event(Move.TO_TRIAGE, reason="没有把握"), first)
    return [first, second, link(event(Move.NOTE, details={"text": "补充"}), second)]


def test_a_chain_that_holds() -> None:
    assert [one.seq for one in chain()] == [1, 2, 3]
    assert verify(CASE, chain()) is None


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "别的原因"},
        {"at": NOW + timedelta(microseconds=1)},
        {"actor": Actor(id="system", role=Role.TRIAGE)},
        {"actor": Actor(id="system", role=Role.SYSTEM, department="x")},
        {"move": Move.DISPATCH},
        {"from_state": State.RECEIVED},
        {"to_state": State.CLOSED},
        {"details": {"text": "改过"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_event_is_found(change: dict[str, object]) -> None:
    events = chain()
    events[1] = replace(events[1], **change)  # type: ignore[arg-type] # values of several types
    assert verify(CASE, events) == ChainFault(case_id="c", seq=2, what="hash")


def test_a_changed_event_with_its_hash_made_again_is_found_in_the_next() -> None:
    first, second, third = chain()
    forged = link(replace(second, reason="别的原因"), first)
    assert verify(CASE, [first, forged, third]) == ChainFault(case_id="c", seq=3, what="link")


def test_a_missing_event_is_found() -> None:
    events = chain()
    assert verify(CASE, events[:1] + events[2:]) == ChainFault(case_id="c", seq=2, what="order")
    assert verify(CASE, events[:2]) == ChainFault(case_id="c", seq=3, what="missing")
    assert verify(CASE, []) == ChainFault(case_id="c", seq=1, what="missing")


def test_a_case_that_stands_elsewhere_than_its_events_is_found() -> None:
    moved = replace(CASE, state=State.CLOSED)
    assert verify(moved, chain()) == ChainFault(case_id="c", seq=3, what="state")


@given(reason=st.text(), details=st.dictionaries(st.text(), st.text(), max_size=3))
def test_any_words_hold(reason: str, details: dict[str, str]) -> None:
    first = link(event(Move.OPEN, reason=reason, details=details), None)
    assert verify(replace(CASE, version=1), [first]) is None


async def test_tampering_in_the_database_is_found(world: World, database_url: str) -> None:
    number = (await world.replied()).number
    assert await world.service.check_chain(number) is None
    engine = create_async_engine(async_url(database_url))
    async with engine.begin() as connection:
        await connection.execute(
            sa.text("UPDATE case_events SET reason = 'x' WHERE move = 'accept'")
        )
    await engine.dispose()
    fault = await world.service.check_chain(number)
    assert fault is not None
    assert (fault.seq, fault.what) == (3, "hash")


async def test_chains_hold_when_many_move_at_once(world: World) -> None:
    numbers = [(await world.open(f"k{n}")).case.number for n in range(4)]
    await asyncio.gather(
        *(world.service.move(number, Move.NOTE, CITIZEN, text="补充") for number in numbers)
    )
    assert [await world.service.check_chain(number) for number in numbers] == [None] * 4


async def test_the_chains_of_all_cases(world: World) -> None:
    await world.replied("web:a:m1")
    await world.open("web:a:m2")
    chains = Chains(world.storage, world.clock)
    (newer, older), cursor = await chains.page()
    assert (cursor, newer.fault, older.fault) == ("", None, None)
    assert [len(newer.events), len(older.events)] == [2, 4]
    assert older.events == await world.service.events(older.case.number)
    report = await chains.verify(newest=None, go_on=lambda: True)
    assert (report.cases, report.events, report.broken, report.whole) == (2, 6, (), True)

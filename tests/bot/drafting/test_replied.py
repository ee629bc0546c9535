"""The earlier replies, read from both databases and kept in step with them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cases.model import CITIZEN, Case, DemandType, Move
from bot.cases.past import PastCase
from bot.drafting.drafts import letter_of
from bot.drafting.ports import DraftStorage, DraftUnit
from bot.drafting.replied import RepliedCases
from bot.storage.units import Storage
from tests.bot.cases.world import CITY_LOOK, CLERK, SURE, TRIAGE, World
from tests.bot.drafting.letters import letter
from tests.fakes.edges import CountingIds, FakeClock, RecordedWakeups

REPLY = "您好！根据《小城道路照明管理办法》，路灯故障应在三日内修复，新城大道路灯已修好。谢谢！"


@pytest.fixture
def world(storage: Storage, clock: FakeClock, ids: CountingIds, wakeups: RecordedWakeups) -> World:
    """A case service on both databases."""
    return World(storage=storage, clock=clock, ids=ids, wakeups=wakeups)


@pytest.fixture
async def replied(storage: Storage) -> AsyncIterator[RepliedCases]:
    held = RepliedCases(storage, within_s=60)
    yield held
    await held.close()


async def answered(world: World, key: str, **changes: object) -> Case:
    """A case taken all the way to its reply."""
    number = (await world.open(key, **changes)).case.number
    await world.service.move(number, Move.ACCEPT, CLERK)
    return await world.service.move(number, Move.REPLY, CLERK, text=REPLY)


async def numbers(replied: RepliedCases) -> list[str]:
    asked = letter(title="路灯不亮", text="东门路的路灯不亮，请修", department=CITY_LOOK)
    found = await replied.like(asked, 10)
    assert found is not None
    return sorted(one.number for one in found)


async def test_a_reply_serves_from_when_it_is_given(world: World, replied: RepliedCases) -> None:
    opened = (await world.open("one")).case.number
    assert await numbers(replied) == []
    await world.service.move(opened, Move.ACCEPT, CLERK)
    await world.service.move(opened, Move.REPLY, CLERK, text=REPLY)
    assert await numbers(replied) == [opened]
    other = await answered(world, "two")
    assert await numbers(replied) == sorted([opened, other.number])


async def test_what_was_there_before_it_was_first_asked_is_found(
    world: World, replied: RepliedCases
) -> None:
    first = await answered(world, "one")
    past = PastCase(
        text="去年新城大道路灯不亮",
        opened_at=datetime(2025, 1, 6, tzinfo=UTC),
        department=CITY_LOOK,
        reply_text=REPLY,
    )
    brought = await world.service.add_past(past)
    assert await numbers(replied) == sorted([first.number, brought.case.number])


async def test_a_past_case_brought_in_later_is_found_though_its_times_are_old(
    world: World, replied: RepliedCases
) -> None:
    assert await numbers(replied) == []
    past = PastCase(
        text="去年新城大道路灯不亮",
        opened_at=datetime(2025, 1, 6, tzinfo=UTC),
        department=CITY_LOOK,
        reply_text=REPLY,
    )
    brought = await world.service.add_past(past)
    assert await numbers(replied) == [brought.case.number]


async def test_confidential_cases_and_reports_never_serve(
    world: World, replied: RepliedCases
) -> None:
    await answered(world, "secret", confidential=True)
    past = PastCase(
        text="举报路灯工程",
        opened_at=datetime(2025, 1, 6, tzinfo=UTC),
        demand_type=DemandType.REPORT,
        department=CITY_LOOK,
        reply_text=REPLY,
    )
    await world.service.add_past(past)
    assert await numbers(replied) == []


async def test_one_reopened_serves_no_more_until_it_is_answered_again(
    world: World, replied: RepliedCases
) -> None:
    case = await answered(world, "one")
    assert await numbers(replied) == [case.number]
    await world.service.move(case.number, Move.REOPEN, CITIZEN, reason="又坏了")
    assert await numbers(replied) == []
    await world.service.move(case.number, Move.DISPATCH, TRIAGE, department=CITY_LOOK)
    await world.service.move(case.number, Move.ACCEPT, CLERK)
    await world.service.move(case.number, Move.REPLY, CLERK, text=REPLY)
    assert await numbers(replied) == [case.number]


async def test_a_bad_grade_is_known_afterwards(world: World, replied: RepliedCases) -> None:
    case = await answered(world, "one")
    asked = letter(title="路灯不亮", text="东门路的路灯不亮，请修")
    before = await replied.like(asked, 1)
    await world.service.rate(case.number, 1)
    after = await replied.like(asked, 1)
    assert before is not None
    assert after is not None
    assert (before[0].bad, after[0].bad) == (False, True)


async def test_the_case_itself_is_not_among_them(world: World, replied: RepliedCases) -> None:
    case = await answered(world, "one")
    other = await answered(world, "two")
    found = await replied.like(letter_of(case), 10)
    assert found is not None
    assert [one.number for one in found] == [other.number]


async def test_while_they_are_being_read_nobody_waits(world: World) -> None:
    case = await answered(world, "one")
    gate = asyncio.Event()

    class Slow:
        @asynccontextmanager
        async def read(self) -> AsyncIterator[DraftUnit]:
            await gate.wait()
            async with world.storage.read() as unit:
                yield unit

    slow: DraftStorage = Slow()
    held = RepliedCases(slow, within_s=0.0)
    asked = letter(title="路灯不亮", text="东门路的路灯不亮，请修")
    assert await held.like(asked, 5) is None
    gate.set()
    found = None
    async with asyncio.timeout(30):
        while found is None:
            await asyncio.sleep(0)
            found = await held.like(asked, 5)
    assert [one.number for one in found] == [case.number]
    await held.close()


async def test_how_many_replies_were_begun_from_a_draft(world: World) -> None:
    world.router.routing = replace(SURE, demand_type=DemandType.HELP)
    await answered(world, "one")
    number = (await world.open("two")).case.number
    await world.service.move(number, Move.ACCEPT, CLERK)
    case = await world.service.move(
        number, Move.REPLY, CLERK, text=REPLY, draft_sources=("d-1", "2026030200001")
    )
    events = await world.service.events(case.number)
    assert events[-1].details["draft_sources"] == "d-1、2026030200001"
    since, before = world.clock.now() - timedelta(days=1), world.clock.now() + timedelta(days=1)
    async with world.storage.read() as unit:
        use = await unit.replied.drafted(since, before)
        assert (use.replies, use.drafted, use.share) == (2, 1, 0.5)
        assert (await unit.replied.drafted(since, before, CITY_LOOK)).replies == 2
        assert (await unit.replied.drafted(since, before, "市水利局")).share is None
        assert (await unit.replied.drafted(before, before)).replies == 0

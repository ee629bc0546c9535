"""Opening cases, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.cases.filters import CaseFilter
from bot.cases.model import CITIZEN, SYSTEM, DemandType, Move, State
from bot.errors import Invalid
from bot.routing.marks import Marks, Sentiment
from bot.routing.persons import Person
from tests.bot.cases.world import CITY_LOOK, ROADS, SURE, UNSURE, World


async def test_a_sure_case_stands_at_its_department(world: World) -> None:
    opened = await world.open()
    case = opened.case
    assert opened.created
    assert (case.number, len(opened.query_code)) == ("20260302000001", 6)
    assert (case.state, case.lead_department) == (State.DISPATCHED, CITY_LOOK)
    assert case.supporting == (ROADS,)
    assert case.routing == SURE
    assert case.due_at == datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)
    assert await world.service.get(case.number) == case
    assert world.wakeups.topics == ["cases"]


async def test_its_opening_is_two_events(world: World) -> None:
    case = (await world.open()).case
    first, second = await world.service.events(case.number)
    assert (first.move, first.actor, first.from_state) == (Move.OPEN, CITIZEN, None)
    assert (second.move, second.actor, second.to_state) == (Move.DISPATCH, SYSTEM, State.DISPATCHED)
    assert second.details == {"to_department": CITY_LOOK}
    assert await world.service.check_chain(case.number) is None


async def test_wishes_in_the_text_are_kept_and_marks_come_back_as_they_were(world: World) -> None:
    marks = Marks(
        sentiment=Sentiment.ANGRY,
        sensitive=("群体性事件",),
        person_first=True,
        confidential=True,
        persons=(Person(name="王某", role="老板"),),
        reasons=("要求保密：提到“保密”",),
    )
    world.router.routing = replace(SURE, marks=marks)
    case = (await world.open()).case
    kept = await world.service.get(case.number)
    assert (kept.confidential, kept.anonymous) == (True, False)
    assert kept.routing is not None
    assert kept.routing.marks == marks


async def test_an_unsure_case_stands_in_triage(world: World) -> None:
    world.router.routing = UNSURE
    case = (await world.open()).case
    assert (case.state, case.lead_department, case.supporting) == (State.TRIAGE, "", ())


@pytest.mark.parametrize(
    "routing",
    [
        replace(SURE, statutory_way="请向法院起诉"),
        replace(SURE, departments=()),
        replace(SURE, departments=(replace(SURE.departments[0], name="别处的局"),)),
    ],
    ids=["statutory way", "no department", "unknown department"],
)
async def test_what_must_not_go_out_by_itself_stands_in_triage(
    world: World, routing: object
) -> None:
    world.router.routing = routing  # type: ignore[assignment] # parametrize gives object
    assert (await world.open()).case.state is State.TRIAGE


async def test_what_the_citizen_says_it_is_wins(world: World) -> None:
    case = (await world.open(demand_type=DemandType.SUGGESTION)).case
    assert case.demand_type is DemandType.SUGGESTION
    assert world.router.asked[0].demand_hint is DemandType.SUGGESTION


async def test_the_same_origin_key_is_the_same_case(world: World) -> None:
    first = await world.open()
    second = await world.open(text="另外的话")
    assert not second.created
    assert (second.case, second.query_code) == (first.case, first.query_code)


async def test_the_same_origin_key_from_eight_tasks_is_one_case(world: World) -> None:
    opened = await asyncio.gather(*(world.open() for _ in range(8)))
    assert sum(one.created for one in opened) == 1
    assert len({(one.case.number, one.query_code) for one in opened}) == 1
    following = await world.open("web:a:m2")
    assert following.case.number == "20260302000002"


async def test_numbers_are_unique_and_without_gaps(world: World) -> None:
    opened = await asyncio.gather(*(world.open(f"web:a:m{n}") for n in range(12)))
    numbers = sorted(one.case.number for one in opened)
    assert numbers == [f"20260302{n:06d}" for n in range(1, 13)]


async def test_numbers_begin_again_at_midnight_in_china(world: World) -> None:
    world.clock.time = datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC)
    before = await world.open("k1")
    world.clock.time = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    after = await world.open("k2")
    assert (before.case.number, after.case.number) == ("20260302000001", "20260303000001")


async def test_codes_differ_from_case_to_case(world: World) -> None:
    codes = {(await world.open(f"k{n}")).query_code for n in range(10)}
    assert len(codes) > 7


async def test_without_text_nothing_is_opened(world: World) -> None:
    with pytest.raises(Invalid):
        await world.open(text=" \x00\n")
    assert (await world.service.cases(CaseFilter())).cases == ()


async def test_overlong_fields_are_cut_and_the_text_is_whole(world: World) -> None:
    text = "路" * 3000
    case = (
        await world.open(
            "k" * 400,
            title="",
            text=text,
            place="地" * 500,
            occurred_at="时" * 500,
            contact_name="名" * 500,
            contact_phone="1" * 500,
        )
    ).case
    assert case.text == text
    assert case.title == "路" * 40
    assert len(case.place) == 200
    again = await world.open("k" * 400)
    assert not again.created

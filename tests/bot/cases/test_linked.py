"""A text that names several demands becomes several cases, each linked to the others."""

from __future__ import annotations

import pytest

from bot.cases.model import CITIZEN, Move, MoveRefused, State
from bot.errors import Conflict, Invalid
from bot.routing.router import Part
from tests.bot.cases.world import CITY_LOOK, SURE, TRIAGE, UNSURE, WATER, World

LIGHT, DITCH = "东门的路灯不亮。", "另外村口的水沟堵了。"
DEMANDS = (Part(text=LIGHT, routing=SURE), Part(text=DITCH, routing=UNSURE))


async def two(world: World) -> str:
    world.router.routing = UNSURE
    world.router.demands = DEMANDS
    opened = await world.open(
        text=LIGHT + DITCH, contact_name="王小明", contact_phone="13812345678", confidential=True
    )
    return opened.case.number


async def test_each_further_demand_becomes_a_case_of_the_same_citizen(world: World) -> None:
    number = await two(world)
    kept, (new,) = await world.service.split(number, TRIAGE)
    assert (kept.course.part, kept.course.parts) == (LIGHT, (new.case.number,))
    assert kept.text == LIGHT + DITCH
    assert kept.routing == SURE
    assert (new.case.text, new.case.course.split_from) == (DITCH, number)
    assert (new.case.contact_phone, new.case.confidential) == ("13812345678", True)
    assert new.case.state is State.TRIAGE
    assert [one.name for one in new.case.routing.departments] == [WATER]  # type: ignore[union-attr]
    found = await world.service.look_up(new.case.number, new.query_code, who="a")
    assert found.number == new.case.number
    for one in (number, new.case.number):
        assert await world.service.check_chain(one) is None


async def test_the_citizen_is_told_each_number_once(world: World) -> None:
    number = await two(world)
    _, (new,) = await world.service.split(number, TRIAGE)
    told = [text for text in await world.notices() if text.startswith("case_split")]
    assert len(told) == 1
    for part in (number, new.case.number, new.query_code):
        assert part in told[0]


async def test_what_the_first_case_is_dispatched_and_replied_for_is_its_own_demand(
    world: World,
) -> None:
    number = await two(world)
    await world.service.split(number, TRIAGE)
    case = await world.service.move(number, Move.DISPATCH, TRIAGE, department=CITY_LOOK)
    assert case.matter == LIGHT


async def test_it_is_split_once_and_by_nobody_else_at_the_same_moment(world: World) -> None:
    number = await two(world)
    seen = (await world.service.get(number)).version
    _, (new,) = await world.service.split(number, TRIAGE, seen_version=seen)
    with pytest.raises(Conflict):
        await world.service.split(number, TRIAGE, seen_version=seen)
    for again in (number, new.case.number):
        with pytest.raises(MoveRefused):
            await world.service.split(again, TRIAGE)
    assert sum((await world.service.open_counts()).by_state.values()) == 2


async def test_one_demand_is_not_split_and_no_citizen_splits(world: World) -> None:
    number = await two(world)
    with pytest.raises(MoveRefused):
        await world.service.split(number, CITIZEN)
    world.router.demands = ()
    with pytest.raises(Invalid):
        await world.service.split(number, TRIAGE)
    assert (await world.service.get(number)).course.parts == ()

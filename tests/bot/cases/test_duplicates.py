"""Suggesting what to merge, and merging by itself, on both databases."""

from __future__ import annotations

import pytest

from bot import city as cities
from bot.cases.duplicates import DuplicateService
from bot.cases.merging import CaseReader, Told
from bot.cases.model import Move, State
from bot.city.load import DEFAULT
from bot.errors import NotFound
from tests.bot.cases.world import TRIAGE, World

READER = CaseReader(cities.load(DEFAULT))


def service(world: World, *, auto: float = 0.0, days: int = 60) -> DuplicateService:
    return DuplicateService(world.storage, world.clock, READER, days=days, least=0.5, auto=auto)


async def opened(world: World, key: str, text: str, place: str = "", **more: object) -> str:
    new = await world.open(key, title=text[:12], text=text, place=place, **more)
    return new.case.number


async def test_the_same_matter_is_suggested_with_reasons(world: World) -> None:
    first = await opened(world, "1", "金色家园3栋电梯坏了五天没人修", "金色家园")
    await opened(world, "2", "解放路路灯不亮", "解放路")
    world.clock.advance(days=2)
    later = await opened(world, "3", "金色家园三栋电梯停运，物业一直不修")
    [similar] = await service(world).suggest(later)
    assert similar.case.number == first
    assert similar.probability > 0.6
    assert "相隔 2 天" in similar.reasons


async def test_cases_opened_after_the_first_look_are_seen(world: World) -> None:
    duplicates = service(world)
    first = await opened(world, "1", "金色家园3栋电梯坏了没人修", "金色家园")
    assert await duplicates.suggest(first) == ()
    later = await opened(world, "2", "金色家园三栋电梯坏了", "金色家园")
    assert [one.case.number for one in await duplicates.suggest(first)] == [later]


async def test_what_is_closed_or_long_ago_is_not_suggested(world: World) -> None:
    duplicates = service(world, days=30)
    await opened(world, "1", "金色家园3栋电梯坏了没人修", "金色家园")
    world.clock.advance(days=40)
    lead = await opened(world, "2", "金色家园三栋电梯坏了", "金色家园")
    third = await opened(world, "3", "金色家园3栋电梯又坏了", "金色家园")
    assert [one.case.number for one in await duplicates.suggest(third)] == [lead]
    await world.service.move(lead, Move.MERGE, TRIAGE, reason="同一事项", lead_number=third)
    assert await duplicates.suggest(third) == ()


async def test_a_matter_that_is_no_case_yet_finds_the_open_ones(world: World) -> None:
    first = await opened(world, "1", "金色家园3栋电梯坏了五天没人修", "金色家园")
    told = Told(number="", text="金色家园三栋电梯停运，物业一直不修", at=world.clock.now())
    assert [one.case.number for one in await service(world).like(told)] == [first]
    other = Told(number="", text="解放路路灯不亮", at=world.clock.now())
    assert await service(world).like(other) == ()


async def test_an_unknown_number_is_told(world: World) -> None:
    with pytest.raises(NotFound):
        await service(world).suggest("20260302999999")


async def test_nothing_is_merged_by_itself_unless_the_city_says_so(world: World) -> None:
    await opened(world, "1", "金色家园3栋电梯坏了没人修", "金色家园")
    later = await opened(world, "2", "金色家园3栋电梯坏了没人修", "金色家园")
    assert await service(world).merge_sure(world.service) == 0
    assert (await world.service.get(later)).state is not State.MERGED


async def test_sure_repeats_go_into_the_earlier_case_once(world: World) -> None:
    first = await opened(world, "1", "金色家园3栋电梯坏了没人修", "金色家园")
    later = await opened(world, "2", "金色家园3栋电梯坏了没人修", "金色家园")
    secret = await opened(world, "3", "金色家园3栋电梯坏了没人修", "金色家园", confidential=True)
    duplicates = service(world, auto=0.8)
    assert await duplicates.merge_sure(world.service) == 1
    assert await duplicates.merge_sure(world.service) == 0
    merged = await world.service.get(later)
    assert merged.state is State.MERGED
    [*_, event] = await world.service.events(later)
    assert event.details["lead_number"] == first
    assert event.reason.startswith("系统判断为同一事项（")
    for number in (first, secret):
        assert (await world.service.get(number)).state is not State.MERGED


async def test_a_repeat_without_a_place_is_left_to_people(world: World) -> None:
    for key in ("1", "2"):
        later = await opened(world, key, "电动车上牌要带什么材料，在哪里办")
    duplicates = service(world, auto=0.5)
    [similar] = await duplicates.suggest(later)
    assert similar.probability > 0.5
    assert await duplicates.merge_sure(world.service) == 0

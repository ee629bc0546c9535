"""The life of opinion items, and their alerts told once, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import Conflict, NotFound
from bot.openness.opinion import INFORM, PRESS, RESPOND, OpinionHours
from bot.openness.opinion_course import Asked, Standing, course
from bot.openness.opinion_items import OpinionItems
from bot.openness.records import OpinionAct, OpinionAlertKind, OpinionItem
from bot.storage.units import Storage
from tests.bot.cases.world import World
from tests.bot.openness.test_hot import service, water

SOON, LATE = OpinionAlertKind.SOON, OpinionAlertKind.LATE


@pytest.fixture
async def other_storage(database_url: str) -> AsyncIterator[Storage]:
    """Another replica's way to the same database."""
    opened = Storage(database_url)
    yield opened
    await opened.close()


def items(world: World, storage: Storage | None = None) -> OpinionItems:
    return OpinionItems(storage or world.storage, world.clock, world.ids, OpinionHours())


async def opened(world: World, *, major: bool = True) -> OpinionItem:
    """The item of an issue four people brought."""
    for at in range(4):
        await water(world, f"w{at}", at)
    hot = service(world)
    await hot.refresh()
    [issue] = await hot.hottest()
    return await hot.open_opinion(issue.id, major=major, by="lin")


async def mark(world: World, item: OpinionItem, act: OpinionAct, name: str = "") -> OpinionItem:
    asked = Asked(act=act, name=name, note="已在市政府网站发布")
    return await items(world).enter(item.issue_id, asked, by="wang")


async def told(world: World) -> list[tuple[str, OpinionAlertKind]]:
    return sorted((alert.step, alert.kind) for _, alert in await items(world).alerts())


async def test_an_item_goes_from_its_opening_to_its_closing(world: World) -> None:
    item = await opened(world)
    world.clock.advance(hours=3)
    asked = Asked(
        act=OpinionAct.DONE, name=INFORM, note="发布检修情况", link="https://example.cn/water"
    )
    await items(world).enter(item.issue_id, asked, by="wang")
    await mark(world, item, OpinionAct.WAIVED, PRESS)
    world.clock.advance(days=1)
    closed = await mark(world, item, OpinionAct.CLOSED)
    kept, _ = await service(world).issue(item.issue_id)
    assert kept.opinion == closed
    assert [(step.act, step.by) for step in closed.steps] == [
        (OpinionAct.DONE, "wang"),
        (OpinionAct.WAIVED, "wang"),
        (OpinionAct.CLOSED, "wang"),
    ]
    first = closed.steps[0]
    assert (first.note, first.link) == ("发布检修情况", "https://example.cn/water")
    assert first.done_at == item.opened_at + timedelta(hours=3)
    assert [each.id for each in await items(world).closed()] == [item.id]
    reopened = await mark(world, item, OpinionAct.REOPENED)
    assert reopened.steps[:3] == closed.steps
    assert await items(world).closed() == ()


async def test_a_new_clock_is_kept_as_it_was_set(world: World) -> None:
    item = await opened(world, major=False)
    await mark(world, item, OpinionAct.DONE, RESPOND)
    await mark(world, item, OpinionAct.CLOSED)
    world.clock.advance(days=3)
    asked = Asked(act=OpinionAct.REOPENED, note="又有市民反映", afresh=True)
    await items(world).enter(item.issue_id, asked, by="wang")
    kept, _ = await service(world).issue(item.issue_id)
    assert kept.opinion is not None
    [respond] = course(kept.opinion).owed
    assert (respond.standing, respond.due_at) == (
        Standing.OWED,
        world.clock.now() + timedelta(hours=48),
    )


async def test_an_issue_without_an_item_has_nothing_to_do(world: World) -> None:
    item = replace(await opened(world), issue_id="nothing")
    with pytest.raises(NotFound):
        await mark(world, item, OpinionAct.DONE, INFORM)


async def test_of_two_people_at_once_one_is_first(world: World, other_storage: Storage) -> None:
    item = await opened(world)
    asked = Asked(act=OpinionAct.DONE, name=INFORM, note="已发布")
    outcomes = await asyncio.gather(
        *(
            items(world, storage).enter(item.issue_id, asked, by=by)
            for by, storage in (("a", world.storage), ("b", other_storage)) * 2
        ),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in outcomes) == [
        "Conflict",
        "Conflict",
        "Conflict",
        "OpinionItem",
    ]
    kept, _ = await service(world).issue(item.issue_id)
    assert kept.opinion is not None
    assert len(kept.opinion.steps) == 1


async def test_a_step_on_what_somebody_changed_meanwhile_is_not_kept(world: World) -> None:
    item = await opened(world)
    done = (await mark(world, item, OpinionAct.DONE, INFORM)).steps[0]
    async with world.storage.begin() as unit:
        assert not await unit.opinions.append(item, done, id="late")  # `item` knows no step yet
    with pytest.raises(Conflict):
        await mark(world, item, OpinionAct.DONE, INFORM)


async def test_an_hour_near_and_past_is_told_once_each(world: World) -> None:
    item = await opened(world)
    counts = []
    for _ in range(26):  # hours
        counts += [await items(world).sweep(), await items(world).sweep()]
        world.clock.advance(hours=1)
    assert sum(counts) == 4
    assert await told(world) == [
        (PRESS, LATE),
        (PRESS, SOON),
        (INFORM, LATE),
        (INFORM, SOON),
    ]
    assert {alert.issue_id for _, alert in await items(world).alerts()} == {item.issue_id}


async def test_replicas_that_sweep_at_once_tell_once(world: World, other_storage: Storage) -> None:
    await opened(world)
    world.clock.advance(hours=23)
    one, other = items(world), items(world, other_storage)
    counts = await asyncio.gather(one.sweep(), other.sweep(), one.sweep(), other.sweep())
    assert sum(counts) == 2
    assert await told(world) == [(PRESS, SOON), (INFORM, LATE)]


async def test_the_database_alone_lets_an_alert_in_once(
    world: World, other_storage: Storage
) -> None:
    await opened(world)
    world.clock.advance(hours=6)
    assert await items(world).sweep() == 1
    [(_, alert)] = await items(world).alerts()
    async with other_storage.begin() as unit:
        assert not await unit.opinions.tell(alert, id="again")
    async with other_storage.begin() as unit:
        later = replace(alert, due_at=alert.due_at + timedelta(hours=1))
        assert await unit.opinions.tell(later, id="another hour")


async def test_a_night_of_a_holiday_is_no_rest(world: World) -> None:
    # 16 February 2026, 22:00 in China: the eve of the Spring Festival.
    world.clock.time = datetime(2026, 2, 16, 14, 0, tzinfo=UTC)
    await opened(world)
    told_after = {}
    for hours in (3.9, 4, 5, 5.1, 19.1, 19.2, 24, 24.1):
        world.clock.time = datetime(2026, 2, 16, 14, 0, tzinfo=UTC) + timedelta(hours=hours)
        told_after[hours] = await items(world).sweep()
    assert told_after == {3.9: 0, 4: 1, 5: 0, 5.1: 1, 19.1: 0, 19.2: 1, 24: 0, 24.1: 1}


async def test_what_is_done_in_time_is_told_to_nobody(world: World) -> None:
    item = await opened(world)
    world.clock.advance(hours=1)
    await mark(world, item, OpinionAct.DONE, INFORM)
    await mark(world, item, OpinionAct.WAIVED, PRESS)
    world.clock.advance(days=3)
    assert await items(world).sweep() == 0


async def test_what_was_done_after_all_is_shown_no_longer(world: World) -> None:
    item = await opened(world)
    world.clock.advance(hours=6)
    await items(world).sweep()
    assert await told(world) == [(INFORM, LATE)]
    await mark(world, item, OpinionAct.DONE, INFORM)
    assert await told(world) == []


async def test_a_new_clock_is_told_of_anew(world: World) -> None:
    item = await opened(world, major=False)
    world.clock.advance(hours=50)
    assert await items(world).sweep() == 1
    await mark(world, item, OpinionAct.DONE, RESPOND)
    await mark(world, item, OpinionAct.CLOSED)
    asked = Asked(act=OpinionAct.REOPENED, note="又有市民反映", afresh=True)
    await items(world).enter(item.issue_id, asked, by="wang")
    assert await items(world).sweep() == 0
    world.clock.advance(hours=49)
    assert await items(world).sweep() == 1


async def test_a_clock_that_jumps_back_repeats_nothing(world: World) -> None:
    await opened(world)
    world.clock.advance(days=30)
    assert await items(world).sweep() == 2
    world.clock.advance(days=-30)
    assert await items(world).sweep() == 0
    world.clock.advance(days=30)
    assert await items(world).sweep() == 0


async def test_an_alert_is_put_away_once(world: World) -> None:
    await opened(world)
    world.clock.advance(hours=6)
    await items(world).sweep()
    [(id, _)] = await items(world).alerts()
    await items(world).seen(id, by="wang")
    assert await told(world) == []
    with pytest.raises(NotFound):
        await items(world).seen(id, by="lin")


async def test_a_closed_item_leaves_the_list_when_it_is_cold(world: World) -> None:
    item = await opened(world, major=False)
    world.clock.advance(days=70)
    hot = service(world)
    await hot.refresh()
    assert [issue.id for issue in await hot.hottest()] == [item.issue_id]
    await mark(world, item, OpinionAct.DONE, RESPOND)
    await mark(world, item, OpinionAct.CLOSED)
    assert await hot.hottest() == ()
    assert [each.issue_id for each in await items(world).closed()] == [item.issue_id]

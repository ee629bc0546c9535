"""Hot issues kept, alerted once, and turned into opinion items, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import city as cities
from bot.cases.merging import CaseReader
from bot.cases.model import DemandType
from bot.city.load import DEFAULT
from bot.errors import Conflict, NotFound
from bot.openness.hot import HotIssues, HotLimits
from bot.openness.opinion import INFORM, PRESS, RESPOND
from tests.bot.cases.world import World
from tests.bot.openness.test_clusters import OTHERS, WATER

READER = CaseReader(cities.load(DEFAULT))


def service(world: World, *, alert_heat: float = 8.0) -> HotIssues:
    return HotIssues(
        world.storage, world.clock, world.ids, READER, HotLimits(alert_heat=alert_heat)
    )


async def water(world: World, key: str, which: int = 0, **more: object) -> str:
    title, text = WATER[which]
    values = {"sender_id": key, "title": title or text[:10], "text": text, "place": "曲江镇"}
    return (await world.open(key, **(values | more))).case.number


async def crowd(world: World) -> None:
    for at, (title, text) in enumerate(OTHERS):
        await world.open(f"other{at}", title=title, text=text, place="", sender_id=f"o{at}")


async def test_an_issue_holds_its_cases_and_their_days(world: World) -> None:
    await crowd(world)
    numbers = []
    for day in range(4):
        numbers.append(await water(world, f"w{day}", day))
        world.clock.advance(days=1)
    hot = service(world)
    await hot.refresh()
    [issue] = await hot.hottest()
    assert (issue.name, issue.cases) == ("曲江镇自来水浑浊", 4)
    assert dict(issue.days) == {
        "2026-03-02": 1,
        "2026-03-03": 1,
        "2026-03-04": 1,
        "2026-03-05": 1,
    }
    assert dict(issue.channels) == {"webchat": 4}
    kept, cases = await hot.issue(issue.id)
    assert kept == issue
    assert [case.number for case in cases] == numbers[::-1]


async def test_what_few_bring_is_no_issue(world: World) -> None:
    await crowd(world)
    await water(world, "w0")
    await water(world, "w1", 1)
    hot = service(world)
    await hot.refresh()
    assert await hot.hottest() == ()


async def test_praise_is_no_issue(world: World) -> None:
    for at in range(4):
        await water(world, f"w{at}", demand_type=DemandType.PRAISE)
    hot = service(world)
    await hot.refresh()
    assert await hot.hottest() == ()


async def test_a_growing_issue_alerts_once_over_all_replicas(world: World) -> None:
    await crowd(world)
    one, other = service(world), service(world)
    await water(world, "w0")
    await water(world, "w1", 1)
    await water(world, "w2", 2)
    assert await one.refresh() == await other.refresh() == ()
    await water(world, "w3", 3)
    await water(world, "w4", 0)
    await water(world, "w5", 1)
    first, again, elsewhere = (
        await one.refresh(),
        await one.refresh(),
        await other.refresh(),
    )
    assert [issue.cases for issue in first] == [6]
    assert again == elsewhere == ()
    [issue] = await one.hottest()
    assert issue.alert is not None
    assert (issue.alert.at, issue.alert.cases) == (world.clock.now(), 6)


async def test_an_issue_keeps_its_id_when_the_clusters_are_built_anew(world: World) -> None:
    await crowd(world)
    for at in range(4):
        await water(world, f"w{at}", at)
    hot = service(world)
    await hot.refresh()
    [before] = await hot.hottest()
    world.clock.advance(days=58)  # the first cases leave the window
    for at in range(4):
        await water(world, f"later{at}", at)
    await hot.refresh()
    world.clock.advance(days=1)
    await hot.refresh()
    ids = {issue.id for issue in await hot.hottest()}
    world.clock.advance(days=1)
    await service(world).refresh()
    assert {issue.id for issue in await hot.hottest()} == ids
    assert (await hot.issue(before.id))[0].id == before.id


async def test_what_nobody_brings_any_more_leaves_the_list(world: World) -> None:
    for at in range(4):
        await water(world, f"w{at}", at)
    hot = service(world)
    await hot.refresh()
    [issue] = await hot.hottest()
    world.clock.advance(days=70)
    await hot.refresh()
    assert await hot.hottest() == ()
    cooled, cases = await hot.issue(issue.id)
    assert (cooled.heat, len(cases)) == (0.0, 4)


async def test_an_opinion_item_is_opened_once_with_its_clock(world: World) -> None:
    for at in range(4):
        await water(world, f"w{at}", at)
    hot = service(world)
    await hot.refresh()
    [issue] = await hot.hottest()
    item = await hot.open_opinion(issue.id, major=True, by="lin")
    now = world.clock.now()
    assert item.due_at == {INFORM: now + timedelta(hours=5), PRESS: now + timedelta(hours=24)}
    with pytest.raises(Conflict):
        await hot.open_opinion(issue.id, major=False, by="wang")
    kept, _ = await hot.issue(issue.id)
    assert kept.opinion == item
    world.clock.advance(days=70)
    await hot.refresh()
    assert [each.id for each in await hot.hottest()] == [issue.id]  # still owed, so still shown


async def test_other_opinion_is_answered_within_two_days(world: World) -> None:
    for at in range(4):
        await water(world, f"w{at}", at)
    hot = service(world)
    await hot.refresh()
    [issue] = await hot.hottest()
    item = await hot.open_opinion(issue.id, major=False, by="lin")
    assert item.due_at == {RESPOND: world.clock.now() + timedelta(hours=48)}


async def test_an_unknown_issue_is_told(world: World) -> None:
    hot = service(world)
    with pytest.raises(NotFound):
        await hot.issue("nothing")
    with pytest.raises(NotFound):
        await hot.open_opinion("nothing", major=True, by="lin")

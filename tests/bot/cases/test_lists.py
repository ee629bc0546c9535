"""Lists of cases, on both databases: filters, order, pages, counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cases.filters import NEVER, CaseFilter, CasePage, CaseSort, Cursor
from bot.cases.model import DemandType, Move, Severity, State
from bot.errors import Invalid
from tests.bot.cases.world import CITY_LOOK, CLERK, ROADS, SURE, TRIAGE, UNSURE, WATER, World


def keys(page: CasePage) -> list[str]:
    return [case.title for case in page.cases]


async def _several(world: World) -> None:
    """t0…t4 a day apart: even ones dispatched, odd ones in triage."""
    for number in range(5):
        world.router.routing = UNSURE if number % 2 else SURE
        await world.open(f"k{number}", title=f"t{number}", sender_id=f"s{number}")
        world.clock.advance(days=1)


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        (CaseFilter(), ["t0", "t1", "t2", "t3", "t4"]),
        (CaseFilter(states=frozenset({State.TRIAGE})), ["t1", "t3"]),
        (CaseFilter(department=CITY_LOOK), ["t0", "t2", "t4"]),
        (CaseFilter(department=ROADS), ["t0", "t2", "t4"]),
        (CaseFilter(department=ROADS, with_supporting=False), []),
        (CaseFilter(demand_type=DemandType.HELP), ["t1", "t3"]),
        (CaseFilter(severity=Severity.URGENT), []),
        (CaseFilter(territory="剑光街道"), ["t0", "t2", "t4"]),
        (CaseFilter(text="t3"), ["t3"]),
        (CaseFilter(text="没亮"), ["t0", "t1", "t2", "t3", "t4"]),
        (CaseFilter(text="%"), []),
        (CaseFilter(text="_"), []),
        (CaseFilter(channel="webchat", sender_id="s2"), ["t2"]),
        (CaseFilter(sort=CaseSort.OPENED), ["t4", "t3", "t2", "t1", "t0"]),
    ],
)
async def test_filters(world: World, wanted: CaseFilter, titles: list[str]) -> None:
    await _several(world)
    assert keys(await world.service.cases(wanted)) == titles


async def test_a_span_of_time_is_half_open(world: World) -> None:
    start = world.clock.now()
    await _several(world)
    wanted = CaseFilter(
        opened_from=start + timedelta(days=1), opened_before=start + timedelta(days=3)
    )
    assert keys(await world.service.cases(wanted)) == ["t1", "t2"]


async def test_the_gravest_come_first_then_the_soonest_due(world: World) -> None:
    for number, severity in enumerate(("normal", "urgent", "emergency", "normal", "emergency")):
        world.router.routing = replace(SURE, severity=Severity(severity))
        await world.open(f"k{number}", title=f"t{number}")
        world.clock.advance(days=1)
    wanted = CaseFilter(sort=CaseSort.GRAVITY, limit=2)
    first = await world.service.cases(wanted)
    second = await world.service.cases(replace(wanted, cursor=first.next_cursor))
    third = await world.service.cases(replace(wanted, cursor=second.next_cursor))
    assert keys(first) + keys(second) + keys(third) == ["t2", "t4", "t1", "t0", "t3"]


@pytest.mark.parametrize("sort", list(CaseSort))
async def test_pages_put_together_are_the_list(world: World, sort: CaseSort) -> None:
    for number in range(7):
        await world.open(f"k{number}", title=f"t{number}")
    whole = await world.service.cases(CaseFilter(sort=sort))
    first = await world.service.cases(CaseFilter(sort=sort, limit=3))
    second = await world.service.cases(CaseFilter(sort=sort, limit=3, cursor=first.next_cursor))
    third = await world.service.cases(CaseFilter(sort=sort, limit=3, cursor=second.next_cursor))
    assert keys(first) + keys(second) + keys(third) == keys(whole)
    assert len(keys(third)) == 1
    assert third.next_cursor == ""


async def test_cases_that_come_in_between_do_not_shift_the_pages(world: World) -> None:
    for number in range(4):
        await world.open(f"k{number}", title=f"t{number}")
        world.clock.advance(minutes=1)
    wanted = CaseFilter(sort=CaseSort.OPENED, limit=2)
    first = await world.service.cases(wanted)
    await world.open("new", title="new")
    second = await world.service.cases(
        CaseFilter(sort=CaseSort.OPENED, limit=2, cursor=first.next_cursor)
    )
    assert keys(first) + keys(second) == ["t3", "t2", "t1", "t0"]


async def test_overdue_is_what_still_owes_an_answer(world: World) -> None:
    late = (await world.open("k1", title="late")).case
    answered = (await world.open("k2", title="answered")).case
    await world.service.move(answered.number, Move.ACCEPT, CLERK)
    await world.service.move(answered.number, Move.REPLY, CLERK, text="已经修好。")
    assert late.due_at is not None
    world.clock.time = late.due_at
    assert keys(await world.service.cases(CaseFilter(overdue=True))) == []
    world.clock.advance(seconds=1)
    await world.open("k3", title="new")
    assert keys(await world.service.cases(CaseFilter(overdue=True))) == ["late"]
    assert keys(await world.service.cases(CaseFilter(overdue=False))) == ["answered", "new"]
    assert (await world.service.open_counts()).overdue == 1


async def test_open_counts(world: World) -> None:
    await _several(world)
    first = (await world.service.cases(CaseFilter(text="t1"))).cases[0]
    await world.service.move(first.number, Move.REFUSE, TRIAGE, reason="x")
    counts = await world.service.open_counts()
    mine = await world.service.open_counts(WATER)
    assert counts.by_state == {State.DISPATCHED: 3, State.TRIAGE: 1}
    assert counts.by_department == {CITY_LOOK: 3, "": 1}
    assert mine.by_state == {}


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "é",
        "bnVsbA",
        Cursor(sort=CaseSort.OPENED, value=NEVER, id="x").encode(),
        Cursor(sort=CaseSort.DUE, value=NEVER.replace(tzinfo=None), id="x").encode(),
    ],
    ids=["no base64", "no ascii", "no list", "other order", "no zone"],
)
async def test_a_cursor_that_is_none_is_refused(world: World, cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        await world.service.cases(CaseFilter(cursor=cursor))
    assert "cursor" in refused.value.fields


@pytest.mark.parametrize("limit", [0, 201])
def test_a_page_size_out_of_range_is_refused(limit: int) -> None:
    with pytest.raises(Invalid):
        CaseFilter(limit=limit)

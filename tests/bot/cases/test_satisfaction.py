"""Satisfaction per department: counted from whole courses on both databases, and its arithmetic."""

from __future__ import annotations

import statistics
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.calendar import ZONE
from bot.cases.figures import Figures, Visit, wilson
from bot.cases.model import Actor, Move, Role
from bot.cases.past import PastCase
from bot.cases.rated import Satisfaction, SatisfactionService
from bot.errors import Invalid
from tests.bot.cases.world import CITY_LOOK, CLERK, ROADS, TRIAGE, UNSURE, WATER, World

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
WATER_CLERK = Actor(id="water", role=Role.DEPARTMENT_CLERK, department=WATER)


async def over(
    world: World, since: date = MARCH[0], until: date = MARCH[1], department: str = ""
) -> Satisfaction:
    service = SatisfactionService(world.storage, world.clock, world.city.limits)
    return await service.over(since, until, department=department)


async def of(world: World, department: str = CITY_LOOK) -> Figures:
    return dict((await over(world)).departments)[department]


async def closed(world: World, key: str = "web:a:m1", grade: int = 0) -> str:
    number = (await world.replied(key)).number
    await world.service.move(number, Move.CLOSE, TRIAGE)
    if grade:
        await world.service.rate(number, grade)
    return number


async def test_nothing_happened(world: World) -> None:
    await world.open()
    found = await over(world)
    assert found.departments == ()
    assert found.total == Figures()
    assert (found.total.share, found.total.interval, found.total.median_days) == (None, None, None)


async def test_closed_rated_and_in_time(world: World) -> None:
    for at, grade in enumerate((5, 4, 3, 2, 1, 0)):
        await closed(world, f"web:a:{at}", grade)
    figures = await of(world)
    assert (figures.closed, figures.rated, figures.satisfied, figures.bad) == (6, 5, 3, 2)
    assert dict(figures.grades) == dict.fromkeys(range(1, 6), 1)
    assert (figures.share, figures.few) == (0.6, False)
    assert (figures.replied, figures.in_time, figures.median_days) == (6, 6, 0.0)


async def test_a_late_reply_counts_its_working_days(world: World) -> None:
    number = (await world.open()).case.number  # Monday 2 March, due on the 9th
    await world.service.move(number, Move.ACCEPT, CLERK)
    world.clock.advance(days=8)  # Tuesday the 10th
    await world.service.move(number, Move.REPLY, CLERK, text="已修好")
    figures = await of(world)
    assert (figures.replied, figures.in_time, figures.in_time_share) == (1, 0, 0.0)
    assert figures.median_days == 6.0
    assert figures.closed == 0


@pytest.mark.parametrize(
    ("days", "visited", "stands"),
    [
        (1, True, Visit.IN_TIME),
        (10, True, Visit.LATE),
        (1, False, Visit.DUE),
        (10, False, Visit.OVERDUE),
    ],
)
async def test_how_the_visit_of_a_bad_grade_stands(
    world: World, days: int, visited: bool, stands: Visit
) -> None:
    number = await closed(world, grade=1)
    world.clock.advance(days=days)
    moves = [Move.VISIT] * visited
    for move in moves:
        await world.service.move(number, move, TRIAGE, text="已道歉并重修")
    assert dict((await of(world)).visits) == {stands: 1}


async def test_a_better_second_grade_takes_the_place_of_the_first(world: World) -> None:
    number = await closed(world, grade=1)
    await world.service.rate(number, 5)
    figures = await of(world)
    assert (dict(figures.grades), dict(figures.visits)) == ({5: 1}, {})


async def test_an_upheld_appeal_takes_the_grade_away(world: World) -> None:
    for at, outcome in enumerate((Move.UPHOLD_APPEAL, Move.DISMISS_APPEAL, None)):
        number = await closed(world, f"web:a:{at}", grade=2)
        await world.service.move(number, Move.APPEAL, CLERK, reason="并非我局的事")
        for move in filter(None, [outcome]):
            await world.service.move(number, move, TRIAGE, reason="核实")
    figures = await of(world)
    assert (figures.appeals, figures.upheld, figures.rated, figures.bad) == (3, 1, 2, 2)


async def test_a_case_handled_anew_counts_for_both_departments(world: World) -> None:
    number = await closed(world, grade=1)
    world.clock.advance(days=1)
    await world.service.move(number, Move.REOPEN, TRIAGE, reason="没有修好")
    assert dict((await of(world)).visits) == {Visit.REOPENED: 1}
    await world.service.move(number, Move.DISPATCH, TRIAGE, department=WATER)
    await world.service.move(number, Move.ACCEPT, WATER_CLERK)
    world.clock.advance(days=2)
    await world.service.move(number, Move.REPLY, WATER_CLERK, text="水管已更换。")
    await world.service.move(number, Move.CLOSE, TRIAGE)
    await world.service.rate(number, 5)
    found = dict((await over(world)).departments)
    assert (found[CITY_LOOK].closed, dict(found[CITY_LOOK].grades)) == (1, {1: 1})
    assert (found[WATER].closed, dict(found[WATER].grades)) == (1, {5: 1})
    assert (found[CITY_LOOK].in_time, found[WATER].in_time) == (1, 1)
    assert found[WATER].median_days == 2.0


async def test_who_gave_it_away_is_not_counted(world: World) -> None:
    number = (await world.open()).case.number
    await world.service.move(number, Move.REASSIGN, TRIAGE, department=WATER, reason="水管")
    await world.service.move(number, Move.ACCEPT, WATER_CLERK)
    await world.service.move(number, Move.REPLY, WATER_CLERK, text="已接上")
    assert [name for name, _ in (await over(world)).departments] == [WATER]


async def test_a_merged_case_is_rated_for_the_department_that_answered(world: World) -> None:
    lead = (await world.open()).case.number
    world.router.routing = UNSURE
    other = (await world.open("web:b:m1")).case.number
    await world.service.move(other, Move.MERGE, TRIAGE, lead_number=lead, reason="同一件事")
    await world.service.move(lead, Move.ACCEPT, CLERK)
    await world.service.move(lead, Move.REPLY, CLERK, text="已修好")
    await world.service.rate(other, 4)
    [(name, figures)] = (await over(world)).departments
    assert (name, dict(figures.grades), figures.replied, figures.closed) == (
        CITY_LOOK,
        {4: 1},
        1,
        0,
    )


async def test_past_cases_count_as_far_as_they_are_known(world: World) -> None:
    past = PastCase(
        text="路灯不亮",
        opened_at=datetime(2026, 3, 2, 9, 0, tzinfo=ZONE),
        department="城管",
        reply_text="已修好",
        rating=1,
        closed_at=datetime(2026, 3, 4, 9, 0, tzinfo=ZONE),
        external_number="1",
    )
    open_end = replace(past, closed_at=None, rating=None, external_number="2")
    answered = replace(
        past, replied_at=datetime(2026, 3, 3, 9, 0, tzinfo=ZONE), rating=5, external_number="3"
    )
    for each in (past, open_end, answered):
        await world.service.add_past(each)
    figures = await of(world)
    assert (figures.closed, dict(figures.grades)) == (2, {1: 1, 5: 1})
    assert dict(figures.visits) == {Visit.UNKNOWN: 1}
    assert (figures.replied, dict(figures.days)) == (2, {1: 1, 2: 1})


async def test_days_begin_and_end_at_midnight_in_china(world: World) -> None:
    world.clock.time = datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in China
    await closed(world, "web:a:1", grade=5)
    world.clock.advance(seconds=1)
    await closed(world, "web:a:2", grade=4)
    april = await over(world, date(2026, 4, 1), date(2026, 4, 1))
    assert dict((await of(world)).grades) == {5: 1}
    assert dict(april.total.grades) == {4: 1}
    assert april.total.closed == 1


async def test_what_happened_later_counts_later(world: World) -> None:
    number = await closed(world)
    world.clock.advance(days=40)
    await world.service.rate(number, 2)
    later = await over(world, date(2026, 4, 1), date(2026, 4, 30))
    assert (later.total.closed, later.total.bad, later.total.replied) == (0, 1, 0)
    assert ((await of(world)).closed, (await of(world)).rated) == (1, 0)


async def test_one_department_alone(world: World) -> None:
    await closed(world, grade=5)
    assert (await over(world, department=ROADS)).total == Figures()
    own = await over(world, department=CITY_LOOK)
    assert [name for name, _ in own.departments] == [CITY_LOOK]
    assert own.total == (await over(world)).total


@pytest.mark.parametrize("days", [-1, 366])
async def test_days_in_disorder_or_too_many(world: World, days: int) -> None:
    with pytest.raises(Invalid) as refused:
        await over(world, MARCH[0], MARCH[0] + timedelta(days=days))
    assert "to" in refused.value.fields
    assert (await over(world, MARCH[0], MARCH[0] + timedelta(days=365))).total == Figures()


async def test_more_cases_than_are_read_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cases.rated._AT_ONCE", 2)
    for at in range(5):
        await closed(world, f"web:a:{at}", grade=3)
    assert (await of(world)).rated == 5


@pytest.mark.parametrize(
    ("good", "of", "low", "high"),
    # R. G. Newcombe, Statistics in Medicine 17, 1998, table I (method 3)
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(good: int, of: int, low: float, high: float) -> None:
    assert wilson(good, of) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 2000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_holds_the_share(pair: tuple[int, int]) -> None:
    low, high = wilson(*pair)
    assert 0 <= low <= pair[0] / pair[1] + 1e-12
    assert pair[0] / pair[1] - 1e-12 <= high <= 1


@pytest.mark.parametrize(("good", "of"), [(0, 0), (2, 1), (-1, 3)])
def test_no_share_no_interval(good: int, of: int) -> None:
    with pytest.raises(ValueError, match=f"{good} of {of}"):
        wilson(good, of)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
def test_the_median_is_the_median(days: list[int]) -> None:
    figures = Figures()
    figures.days.update(days)
    assert figures.median_days == statistics.median(days)


@given(st.lists(st.integers(0, 9), max_size=30), st.lists(st.integers(0, 9), max_size=30))
def test_figures_add_up(some: list[int], others: list[int]) -> None:
    one, other, both = Figures(closed=1), Figures(closed=2), Figures(closed=3)
    one.days.update(some)
    other.days.update(others)
    both.days.update(some + others)
    one.add(other)
    assert one == both

"""Deadlines against a slow, obvious count of days, 2020 to 2027."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases import working_time
from bot.cases.calendar import (
    ZONE,
    add_working_days,
    calendar_known,
    end_of,
    is_working_day,
    local_day,
    working_days_between,
)
from bot.cases.deadlines import (
    Allowance,
    StepLimits,
    allowed_until,
    due_at,
    extended,
    moved_by_pause,
)
from bot.cases.model import ClockUnit, DemandType, Severity
from bot.city.model import OFFICE_HOURS

FIRST, LAST = date(2020, 1, 1), date(2027, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 60)]


@dataclass(frozen=True)
class Limits:
    days: int = 5
    extra_days_off: frozenset[date] = frozenset()
    extra_workdays: frozenset[date] = field(default_factory=frozenset)

    office_hours: tuple[tuple[time, time], ...] = OFFICE_HOURS
    steps: StepLimits = field(default_factory=StepLimits)
    unit: ClockUnit = ClockUnit.DAYS

    def allowance(self, demand_type: DemandType, severity: Severity) -> Allowance:
        return Allowance(amount=self.days, unit=self.unit)


def slow_is_working_day(day: date) -> bool:
    """From the library's tables read one by one, and plain weeks where it has none."""
    if day.year <= 2026:
        off = {**chinese_calendar.holidays, **chinese_calendar.in_lieu_days}
        return day in chinese_calendar.workdays or (day.weekday() < 5 and day not in off)
    fixed = {"01-01", "05-01", "05-02", "10-01", "10-02", "10-03"}
    return day.isoweekday() not in (6, 7) and day.strftime("%m-%d") not in fixed


WORKING = [day for day in DAYS if slow_is_working_day(day)]


def test_every_day_of_eight_years() -> None:
    assert [day for day in DAYS if is_working_day(day, Limits())] == WORKING


@given(day=st.dates(FIRST, LAST), count=st.integers(1, 30))
def test_the_deadline_is_the_nth_working_day_after(day: date, count: int) -> None:
    assert add_working_days(day, count, Limits()) == [w for w in WORKING if w > day][count - 1]


@given(day=st.dates(FIRST, LAST), count=st.integers(0, 30))
def test_no_deadline_falls_on_a_day_off(day: date, count: int) -> None:
    assert add_working_days(day, count, Limits()) in WORKING


@given(day=st.dates(FIRST, LAST), first=st.integers(1, 15), more=st.integers(0, 15))
def test_extending_adds_up(day: date, first: int, more: int) -> None:
    until = add_working_days(day, first, Limits())
    assert add_working_days(until, more, Limits()) == add_working_days(day, first + more, Limits())


@given(
    day=st.dates(FIRST, LAST),
    off=st.frozensets(st.dates(FIRST, LAST), max_size=20),
    on=st.frozensets(st.dates(FIRST, LAST), max_size=20),
)
def test_the_citys_word_comes_first(day: date, off: frozenset[date], on: frozenset[date]) -> None:
    limits = Limits(extra_days_off=off, extra_workdays=on)
    expected = day in on or (day not in off and slow_is_working_day(day))
    assert is_working_day(day, limits) == expected


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2026-03-02T02:00", "2026-03-09"),
        # 16:30 UTC is half past midnight of the next day in China.
        ("2026-03-02T16:30", "2026-03-10"),
        # National Day 2025, eight days off together with Mid-Autumn, a working Sunday before.
        ("2025-09-26T02:00", "2025-10-10"),
        # Saturday: the count begins on Monday.
        ("2026-03-07T02:00", "2026-03-13"),
    ],
)
def test_known_cases(opened: str, due: str) -> None:
    moment = datetime.fromisoformat(opened).replace(tzinfo=UTC)
    until = due_at(moment, DemandType.HELP, Severity.NORMAL, Limits())
    assert until.tzinfo is UTC
    assert until.astimezone(ZONE).isoformat() == f"{due}T23:59:59+08:00"


def test_days_are_chinas() -> None:
    assert local_day(datetime(2026, 3, 2, 16, 0, tzinfo=UTC)) == date(2026, 3, 3)


def test_which_calendars_are_known() -> None:
    assert calendar_known(2026)
    assert not calendar_known(2040)


def test_a_count_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="below 0"):
        add_working_days(FIRST, -1, Limits())


# -- office hours and clock hours ------------------------------------------------------------

MINUTE = timedelta(minutes=1)
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 2890 * 24 * 60).map(lambda minutes: BEGINNING + minutes * MINUTE)


def slow_open(moment: datetime) -> bool:
    """Whether the office is open in the minute that begins now, by the clock on the wall."""
    there = moment.astimezone(ZONE)
    clock = there.strftime("%H:%M")
    open_now = "08:30" <= clock < "12:00" or "14:30" <= clock < "17:30"
    return open_now and slow_is_working_day(there.date())


def slow_add(moment: datetime, minutes: int) -> datetime:
    """Minute by minute."""
    while minutes or not slow_open(moment):
        minutes -= slow_open(moment)
        moment += MINUTE
        if not minutes:
            return moment
    return moment


@given(moment=MOMENTS, minutes=st.integers(1, 600))
@settings(max_examples=60, deadline=None)
def test_office_hours_run_only_while_offices_are_open(moment: datetime, minutes: int) -> None:
    until = working_time.add(moment, timedelta(minutes=minutes), Limits())

    assert until == slow_add(moment, minutes)
    assert slow_open(until - MINUTE)
    assert working_time.between(moment, until, Limits()) == timedelta(minutes=minutes)


@given(moment=MOMENTS, first=st.integers(1, 900), more=st.integers(1, 900))
def test_office_hours_add_up(moment: datetime, first: int, more: int) -> None:
    one, two = timedelta(minutes=first), timedelta(minutes=more)
    limits = Limits()

    assert working_time.add(working_time.add(moment, one, limits), two, limits) == working_time.add(
        moment, one + two, limits
    )


@given(moment=MOMENTS, hours=st.sampled_from([5, 24, 48]))
def test_clock_hours_run_day_and_night(moment: datetime, hours: int) -> None:
    allowance = Allowance(amount=hours, unit=ClockUnit.CLOCK)
    assert allowed_until(moment, allowance, Limits()) - moment == timedelta(hours=hours)


def test_an_office_that_never_opens_is_an_error_not_a_hang() -> None:
    closed = Limits(extra_days_off=frozenset(FIRST + timedelta(days=n) for n in range(9000)))
    with pytest.raises(ValueError, match="no working days"):
        working_time.add(end_of(FIRST), timedelta(hours=1), closed)


# -- pauses and extensions -------------------------------------------------------------------


@given(
    opened=MOMENTS,
    waited=st.integers(0, 40),
    paused=st.integers(0, 60),
    unit=st.sampled_from(ClockUnit),
)
def test_a_pause_moves_a_deadline_by_exactly_what_counted(
    opened: datetime, waited: int, paused: int, unit: ClockUnit
) -> None:
    limits = Limits(days=7, unit=unit)
    due = due_at(opened, DemandType.HELP, Severity.NORMAL, limits)
    began = opened + timedelta(hours=waited)
    ended = began + timedelta(hours=paused)

    moved = moved_by_pause(due, began, ended, unit, limits)

    if unit is ClockUnit.DAYS:
        counted = [d for d in WORKING if local_day(began) < d <= local_day(ended)]
        assert len([d for d in WORKING if local_day(due) < d <= local_day(moved)]) == len(counted)
        assert local_day(moved) in WORKING
    elif unit is ClockUnit.HOURS:
        counted_time = working_time.between(began, ended, limits)
        assert working_time.between(due, moved, limits) == counted_time
    else:
        assert moved - due == ended - began


@given(opened=MOMENTS, lengths=st.lists(st.integers(0, 50), min_size=1, max_size=5))
def test_pauses_one_after_another_are_one_long_pause(opened: datetime, lengths: list[int]) -> None:
    limits = Limits()
    due = due_at(opened, DemandType.HELP, Severity.NORMAL, limits)
    at, apart = opened, due
    for hours in lengths:
        until = at + timedelta(hours=hours)
        apart = moved_by_pause(apart, at, until, ClockUnit.DAYS, limits)
        at = until

    assert apart == moved_by_pause(due, opened, at, ClockUnit.DAYS, limits)


@given(opened=MOMENTS, hours=st.integers(0, 200), days=st.integers(1, 15))
def test_pausing_and_extending_come_to_the_same_in_either_order(
    opened: datetime, hours: int, days: int
) -> None:
    limits = Limits()
    due = due_at(opened, DemandType.HELP, Severity.NORMAL, limits)
    end = opened + timedelta(hours=hours)

    paused_first = extended(moved_by_pause(due, opened, end, ClockUnit.DAYS, limits), days, limits)
    extended_first = moved_by_pause(
        extended(due, days, limits), opened, end, ClockUnit.DAYS, limits
    )

    assert paused_first == extended_first
    counted = working_days_between(local_day(opened), local_day(end), limits)
    assert paused_first == extended(due, days + counted, limits)


def test_a_clock_set_back_during_a_pause_moves_nothing() -> None:
    opened = datetime(2026, 3, 2, 2, tzinfo=UTC)
    for unit in ClockUnit:
        due = due_at(opened, DemandType.HELP, Severity.NORMAL, Limits(unit=unit))
        assert moved_by_pause(due, opened, opened - timedelta(days=9), unit, Limits()) == due

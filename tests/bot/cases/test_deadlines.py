"""Deadlines against a slow, obvious count of days, 2020 to 2027."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.deadlines import (
    ZONE,
    add_working_days,
    calendar_known,
    due_at,
    is_working_day,
    local_day,
)
from bot.cases.model import DemandType, Severity

FIRST, LAST = date(2020, 1, 1), date(2027, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 60)]


@dataclass(frozen=True)
class Limits:
    days: int = 5
    extra_days_off: frozenset[date] = frozenset()
    extra_workdays: frozenset[date] = field(default_factory=frozenset)

    def working_days(self, demand_type: DemandType, severity: Severity) -> int:
        return self.days


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

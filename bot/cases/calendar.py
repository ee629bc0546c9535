"""Working days of the official calendar, Asia/Shanghai. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

import chinese_calendar

ZONE = ZoneInfo("Asia/Shanghai")
_END_OF_DAY = time(23, 59, 59)
_ONE_DAY = timedelta(days=1)
_DAYS_KEPT = 4096
"""Some eleven years of answers."""

_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Days off that need no yearly notice (全国年节及纪念日放假办法, 国令795号), for years to come."""


class CalendarLimits(Protocol):
    """When a city's offices work."""

    @property
    def extra_days_off(self) -> frozenset[date]:
        """Days off the national calendar does not have, or does not know yet."""

    @property
    def extra_workdays(self) -> frozenset[date]:
        """Working days the national calendar does not have, or does not know yet (调休)."""

    @property
    def office_hours(self) -> tuple[tuple[time, time], ...]:
        """From when to when offices are open on a working day, in order, without overlap."""


def local_day(moment: datetime) -> date:
    """The calendar day of a moment in China."""
    return moment.astimezone(ZONE).date()


def is_working_day(day: date, limits: CalendarLimits) -> bool:
    """True where offices work: the city's word first, then the official calendar.

    For years whose calendar is not published yet: Monday to Friday without the fixed holidays.
    """
    if day in limits.extra_workdays:
        return True
    if day in limits.extra_days_off:
        return False
    return _official(day)


@lru_cache(maxsize=_DAYS_KEPT)
def _official(day: date) -> bool:
    # Lists count some fifty days for each of thousands of requests; the library takes 20 µs a day.
    if calendar_known(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED_HOLIDAYS


@cache
def calendar_known(year: int) -> bool:
    """True where the official holidays of that year are in the library."""
    try:
        chinese_calendar.is_workday(date(year, 12, 31))
    except NotImplementedError:
        return False
    return True


def add_working_days(day: date, count: int, limits: CalendarLimits) -> date:
    """The `count`-th working day after a day, which itself is not counted.

    For 0: that day, or the next working day where it is a day off.
    """
    if count < 0:
        raise ValueError("a count of days below 0")
    while count:
        day += _ONE_DAY
        count -= is_working_day(day, limits)
    while not is_working_day(day, limits):
        day += _ONE_DAY
    return day


def working_days_between(since: date, until: date, limits: CalendarLimits) -> int:
    """Working days after `since` up to and with `until`; 0 where `until` is not later."""
    days = (since + timedelta(days=ahead) for ahead in range(1, (until - since).days + 1))
    return sum(is_working_day(day, limits) for day in days)


def end_of(day: date) -> datetime:
    """The last second of a day in China, as UTC."""
    return datetime.combine(day, _END_OF_DAY, tzinfo=ZONE).astimezone(UTC)


def chinese_date(at: datetime | None) -> str:
    """Such as 2026年3月5日, in Asia/Shanghai; empty for None."""
    if at is None:
        return ""
    day = local_day(at)
    return f"{day.year}年{day.month}月{day.day}日"

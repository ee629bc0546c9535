"""When a case must be replied to: working days of the official calendar, Asia/Shanghai. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import chinese_calendar

from bot.cases.model import DemandType, Severity

ZONE = ZoneInfo("Asia/Shanghai")
_END_OF_DAY = time(23, 59, 59)
_ONE_DAY = timedelta(days=1)

_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Days off that need no yearly notice (全国年节及纪念日放假办法, 国令795号), for years to come."""


class CaseLimits(Protocol):
    """What a city says about time."""

    @property
    def extra_days_off(self) -> frozenset[date]:
        """Days off the national calendar does not have, or does not know yet."""

    @property
    def extra_workdays(self) -> frozenset[date]:
        """Working days the national calendar does not have, or does not know yet (调休)."""

    def working_days(self, demand_type: DemandType, severity: Severity) -> int:
        """Working days until a case of this kind must be replied to."""


def local_day(moment: datetime) -> date:
    """The calendar day of a moment in China."""
    return moment.astimezone(ZONE).date()


def is_working_day(day: date, limits: CaseLimits) -> bool:
    """True where offices work: the city's word first, then the official calendar.

    For years whose calendar is not published yet: Monday to Friday without the fixed holidays.
    """
    if day in limits.extra_workdays:
        return True
    if day in limits.extra_days_off:
        return False
    if calendar_known(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED_HOLIDAYS


def calendar_known(year: int) -> bool:
    """True where the official holidays of that year are in the library."""
    try:
        chinese_calendar.is_workday(date(year, 12, 31))
    except NotImplementedError:
        return False
    return True


def add_working_days(day: date, count: int, limits: CaseLimits) -> date:
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


def due_at(
    opened_at: datetime, demand_type: DemandType, severity: Severity, limits: CaseLimits
) -> datetime:
    """The last second (UTC) in which a case may be replied to in time."""
    days = limits.working_days(demand_type, severity)
    return end_of(add_working_days(local_day(opened_at), days, limits))


def end_of(day: date) -> datetime:
    """The last second of a day in China, as UTC."""
    return datetime.combine(day, _END_OF_DAY, tzinfo=ZONE).astimezone(UTC)


def chinese_date(at: datetime | None) -> str:
    """Such as 2026年3月5日, in Asia/Shanghai; empty for None."""
    if at is None:
        return ""
    day = local_day(at)
    return f"{day.year}年{day.month}月{day.day}日"

"""Office hours on working days: adding them up and counting them between two moments. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from bot.cases.calendar import ZONE, CalendarLimits, is_working_day, local_day

_ONE_DAY = timedelta(days=1)
_FAR_DAYS = 4000
"""No deadline lies further off; a city without a single working day must not hang us."""


def windows(day: date, limits: CalendarLimits) -> Iterator[tuple[datetime, datetime]]:
    """The office hours of one day as UTC moments, in order; none on a day off."""
    if is_working_day(day, limits):
        for begins, ends in limits.office_hours:
            yield (
                datetime.combine(day, begins, tzinfo=ZONE).astimezone(UTC),
                datetime.combine(day, ends, tzinfo=ZONE).astimezone(UTC),
            )


def add(start: datetime, amount: timedelta, limits: CalendarLimits) -> datetime:
    """The moment (UTC) at which `amount` of office hours have passed since `start`.

    For nothing to add: `start`, or the next opening where the office is closed then.

    Raises:
        ValueError: a negative amount.
    """
    if amount < timedelta(0):
        raise ValueError("a negative amount of time")
    day, left = local_day(start), amount
    for _ in range(_FAR_DAYS):
        for begins, ends in windows(day, limits):
            begins = max(begins, start)
            if begins >= ends:
                continue
            if left <= ends - begins:
                return begins + left
            left -= ends - begins
        day += _ONE_DAY
    raise ValueError("the calendar has no working days left")


def between(start: datetime, end: datetime, limits: CalendarLimits) -> timedelta:
    """Office hours from `start` to `end`; nothing where `end` comes first."""
    total, day, last = timedelta(0), local_day(start), local_day(end)
    while day <= last:
        for begins, ends in windows(day, limits):
            total += max(timedelta(0), min(ends, end) - max(begins, start))
        day += _ONE_DAY
    return total

"""Reads the figures of the overview page."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from bot.cases.calendar import ZONE, CalendarLimits, add_working_days, end_of, local_day
from bot.cases.rated import MOST_DAYS
from bot.errors import Invalid
from bot.openness.overview import Answers, CameIn, Clock, HourCount, whole_days
from bot.ports import Clock as Time

SOON_DAYS = 2
"""Working days; a case due by then is on the desk now."""


class OverviewStore(Protocol):
    """Counts; see `bot.storage.overview`."""

    async def hours(self, since: datetime, before: datetime) -> tuple[HourCount, ...]:
        """Cases by the hour they came in."""

    async def by(self, name: str, since: datetime, before: datetime) -> Counter[str]:
        """Cases of a half-open span by a column."""

    async def clocks(self, now: datetime, *, today: datetime, soon: datetime) -> tuple[Clock, ...]:
        """Open cases by department and time left."""

    async def answers(self, since: datetime, before: datetime) -> Answers:
        """How answers were taken."""


class OverviewUnit(Protocol):
    """One transaction."""

    @property
    def overview(self) -> OverviewStore:
        """Counts."""


class OverviewStorage(Protocol):
    """The database."""

    def read(self) -> AbstractAsyncContextManager[OverviewUnit]:
        """A transaction that only reads."""


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The page's own counts; grades and hot issues come from their services."""

    since: date
    until: date
    came: CameIn
    clocks: tuple[Clock, ...]
    answers: Answers


class Overviews:
    """Counts a span.

    Args:
        limits: the city's calendar.
    """

    def __init__(self, storage: OverviewStorage, clock: Time, limits: CalendarLimits) -> None:
        self._storage, self._clock, self._limits = storage, clock, limits

    @property
    def today(self) -> date:
        """The day, in China."""
        return local_day(self._clock.now())

    async def over(self, since: date, until: date) -> Overview:
        """The figures of a span, both days included; clocks as they stand now.

        Raises:
            Invalid: the days are in disorder, or too many.
        """
        if until < since:
            raise Invalid("结束日期早于开始日期。", fields={"to": "早于开始日期"})
        if (until - since).days >= MOST_DAYS:
            raise Invalid(f"一次最多统计 {MOST_DAYS} 天。", fields={"to": f"最多 {MOST_DAYS} 天"})
        now, today = self._clock.now(), self.today
        first, last = _midnight(since), _midnight(until + timedelta(days=1))
        async with self._storage.read() as unit:
            store = unit.overview
            hours = await store.hours(first, last)
            channels, types, places = [
                await store.by(name, first, last)
                for name in ("channel", "demand_type", "territory")
            ]
            clocks = await store.clocks(
                now,
                today=end_of(today),
                soon=end_of(add_working_days(today, SOON_DAYS, self._limits)),
            )
            answers = await store.answers(first, last)
        days = dict.fromkeys(whole_days(since, until), 0)
        for one in hours:
            days[local_day(one.hour)] += one.count
        return Overview(
            since=since,
            until=until,
            came=CameIn(
                total=sum(days.values()),
                days=days,
                channels=_ordered(channels),
                types=_ordered(types),
                places=_ordered(places),
            ),
            clocks=tuple(
                sorted(
                    clocks, key=lambda one: (-one.overdue, -one.today, -one.open, one.department)
                )
            ),
            answers=answers,
        )


def _pressing(one: Clock) -> tuple[int, int, int, str]:
    return -one.overdue, -one.today, -one.open, one.department


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZONE).astimezone(UTC)

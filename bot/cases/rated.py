"""Satisfaction per department over a span of days, for pages and programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from bot.cases.calendar import ZONE
from bot.cases.deadlines import CaseLimits
from bot.cases.figures import Figures
from bot.cases.model import Move
from bot.cases.satisfaction import COUNTED, Course, Tally
from bot.errors import Invalid
from bot.ports import Clock

MOST_DAYS = 366
_AT_ONCE = 400


class CourseStore(Protocol):
    """Courses of cases; see `bot.storage.satisfaction`."""

    async def cases_with(
        self, moves: Iterable[Move], *, since: datetime, before: datetime
    ) -> tuple[str, ...]:
        """The ids of cases with one of these moves in a span."""

    async def courses(self, case_ids: Sequence[str]) -> tuple[Course, ...]:
        """Some cases with their events."""


class CourseUnit(Protocol):
    """One transaction."""

    @property
    def satisfaction(self) -> CourseStore:
        """Courses of cases."""


class CourseStorage(Protocol):
    """The database."""

    def read(self) -> AbstractAsyncContextManager[CourseUnit]:
        """A transaction that only reads."""


@dataclass(frozen=True, kw_only=True)
class Satisfaction:
    """What the departments' figures are.

    Args:
        since, until: first and last day, in China.
        departments: name and figures, by name.
        total: all of these together.
    """

    since: date
    until: date
    departments: tuple[tuple[str, Figures], ...]
    total: Figures


class SatisfactionService:
    """Counts satisfaction.

    Args:
        storage: the database.
        clock: the time.
        limits: the city's calendar and deadlines.
    """

    def __init__(self, storage: CourseStorage, clock: Clock, limits: CaseLimits) -> None:
        self._storage = storage
        self._clock = clock
        self._limits = limits

    async def over(self, since: date, until: date, *, department: str = "") -> Satisfaction:
        """The figures of a span of days.

        Args:
            since: first day, in China.
            until: last day; 366 days at most.
            department: only this one's; empty: all.

        Raises:
            Invalid: the days are in disorder, or too many.
        """
        if until < since:
            raise Invalid("结束日期早于开始日期。", fields={"to": "早于开始日期"})
        if (until - since).days >= MOST_DAYS:
            raise Invalid(f"一次最多统计 {MOST_DAYS} 天。", fields={"to": f"最多 {MOST_DAYS} 天"})
        tally = Tally(since, until, self._limits, self._clock.now())
        async with self._storage.read() as unit:
            case_ids = await unit.satisfaction.cases_with(
                COUNTED, since=_midnight(since), before=_midnight(until) + timedelta(days=1)
            )
        for start in range(0, len(case_ids), _AT_ONCE):
            async with self._storage.read() as unit:
                for course in await unit.satisfaction.courses(case_ids[start : start + _AT_ONCE]):
                    tally.take(course)
        found = tuple(
            (name, figures) for name, figures in tally.figures() if department in ("", name)
        )
        total = Figures()
        for _, figures in found:
            total.add(figures)
        return Satisfaction(since=since, until=until, departments=found, total=total)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZONE).astimezone(UTC)

"""Published letters as the public reads and searches them, and the figures of all letters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol

from bot.cases.calendar import ZONE
from bot.cases.model import Case, CaseEvent
from bot.cases.published_letters import (
    LetterCity,
    LetterStore,
    PublishedLetter,
    letter_of,
)
from bot.letters.figures import FigureRow, LetterFigures, figures
from bot.letters.wanted import LetterFilter, Place
from bot.ports import Clock, Ids

MOST_COUNTED = 100
"""Of results; beyond it the reader is told that there are more."""
_KEPT_S = 60.0
_FIGURES_KEPT_S = 600.0
"""Of a year with 100,000 letters they take 3 s to count."""
_SEARCHES_AT_ONCE = 2
"""A word that is nowhere reads all letters: 0.3 s of 100,000 of them."""
_CARRIED_AT_ONCE = 200


class PublicStore(LetterStore, Protocol):
    """Where published letters are read; see `bot.storage.letters`."""

    async def get(self, id: str) -> PublishedLetter | None:
        """The letter at an address."""

    async def page(
        self,
        wanted: LetterFilter,
        *,
        before: Place | None = None,
        after: Place | None = None,
        limit: int,
    ) -> tuple[PublishedLetter, ...]:
        """Letters, the last published first."""

    async def count(self, wanted: LetterFilter, *, most: int) -> int:
        """How many, no further than `most`."""

    async def values_of(self, name: str) -> tuple[str, ...]:
        """The values a filter can take."""

    async def unwritten(self, *, limit: int) -> tuple[tuple[Case, tuple[CaseEvent, ...]], ...]:
        """Published cases without a letter."""

    async def offered(self, *, limit: int) -> tuple[Case, ...]:
        """Cases that may be published and are not."""

    async def documents(self, titles: Iterable[str]) -> dict[str, str]:
        """Published documents of these titles: title → id."""

    async def figure_rows(self, *, since: datetime, before: datetime) -> tuple[FigureRow, ...]:
        """What the figures count."""


class PublicUnit(Protocol):
    """One transaction."""

    @property
    def letters(self) -> PublicStore:
        """Published letters."""


class PublicStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[PublicUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[PublicUnit]:
        """A transaction that only reads."""


@dataclass(frozen=True, kw_only=True)
class LetterPage:
    """One page of letters.

    Args:
        count: of all that were found, up to `MOST_COUNTED` + 1.
        older, newer: where the next and the last page begin; None: there is none.
    """

    letters: tuple[PublishedLetter, ...]
    count: int
    older: Place | None = None
    newer: Place | None = None


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What can be chosen in the filters."""

    fields: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    demand_types: tuple[str, ...] = ()
    years: tuple[str, ...] = ()


class PublishedLetters:
    """What is asked of them.

    Args:
        storage: the database.
        clock: the time.
        ids: ids for letters of an earlier version.
        city: fields and calendar.
    """

    def __init__(self, storage: PublicStorage, clock: Clock, ids: Ids, city: LetterCity) -> None:
        self._storage, self._clock, self._ids, self._city = storage, clock, ids, city
        self._searches = asyncio.Semaphore(_SEARCHES_AT_ONCE)
        self._counting = asyncio.Lock()
        self._figures: dict[tuple[date, date], tuple[datetime, LetterFigures]] = {}
        self._choices: tuple[datetime, Choices] | None = None

    async def carry_over(self) -> int:
        """Write the letters of cases an earlier version published; how many there were."""
        carried = 0
        while True:
            async with self._storage.begin() as unit:
                cases = await unit.letters.unwritten(limit=_CARRIED_AT_ONCE)
                for case, events in cases:
                    letter = letter_of(case, events, self._city, id=self._ids.new_id())
                    await unit.letters.put(letter)
            carried += len(cases)
            if len(cases) < _CARRIED_AT_ONCE:
                return carried

    async def get(self, id: str) -> PublishedLetter | None:
        """The letter at an address, also one that is gone; None where none ever was."""
        async with self._storage.read() as unit:
            return await unit.letters.get(id)

    async def page(
        self,
        wanted: LetterFilter,
        *,
        before: Place | None = None,
        after: Place | None = None,
        limit: int = 20,
    ) -> LetterPage:
        """A page: the newest, those before a place, or those just after one."""
        if not wanted.words:
            return await self._page(wanted, before, after, limit)
        async with self._searches:
            return await self._page(wanted, before, after, limit)

    async def _page(
        self, wanted: LetterFilter, before: Place | None, after: Place | None, limit: int
    ) -> LetterPage:
        async with self._storage.read() as unit:
            found = await unit.letters.page(wanted, before=before, after=after, limit=limit + 1)
            whole = before is None and after is None and len(found) <= limit
            count = len(found) if whole else await unit.letters.count(wanted, most=MOST_COUNTED + 1)
        more = len(found) > limit
        if after is not None:
            shown = found[1:] if more else found
            older, newer = bool(shown), more
        else:
            shown = found[:limit]
            older, newer = more, before is not None
        return LetterPage(
            letters=shown,
            count=count,
            older=_place(shown[-1]) if older and shown else None,
            newer=_place(shown[0]) if newer and shown else None,
        )

    async def alike(
        self, letter: PublishedLetter, *, limit: int = 5
    ) -> tuple[PublishedLetter, ...]:
        """The latest letters on the same field, else to the same department."""
        same = LetterFilter(field=letter.field) if letter.field else None
        wanted = same or LetterFilter(department=letter.department)
        async with self._storage.read() as unit:
            found = await unit.letters.page(wanted, limit=limit + 1)
        return tuple(one for one in found if one.id != letter.id)[:limit]

    async def documents(self, titles: Iterable[str]) -> dict[str, str]:
        """Published documents of these titles: title → id."""
        async with self._storage.read() as unit:
            return await unit.letters.documents(titles)

    async def choices(self) -> Choices:
        """What letters there are, by what; at most a minute old."""
        now = self._clock.now()
        if self._choices is None or (now - self._choices[0]).total_seconds() > _KEPT_S:
            async with self._storage.read() as unit:
                found = Choices(
                    fields=await unit.letters.values_of("field"),
                    departments=await unit.letters.values_of("department"),
                    demand_types=await unit.letters.values_of("demand_type"),
                    years=tuple(reversed(await unit.letters.values_of("year"))),
                )
            self._choices = (now, found)
        return self._choices[1]

    async def offered(self, *, limit: int = 50) -> tuple[Case, ...]:
        """Cases whose citizens agreed and nobody has published, the oldest first; for staff."""
        async with self._storage.read() as unit:
            return await unit.letters.offered(limit=limit)

    async def figures(self, since: date, until: date) -> LetterFigures:
        """The figures of letters that came on these days, both included; ten minutes old."""
        now, span = self._clock.now(), (since, until)
        async with self._counting:
            kept = self._figures.get(span)
            if kept is not None and (now - kept[0]).total_seconds() <= _FIGURES_KEPT_S:
                return kept[1]
            async with self._storage.read() as unit:
                rows = await unit.letters.figure_rows(
                    since=_begin(since), before=_begin(date.fromordinal(until.toordinal() + 1))
                )
            field_of: Callable[[tuple[str, ...]], str] = self._city.field_of
            found = await asyncio.to_thread(
                figures, rows, self._city.limits, field_of, months=_months(since, until)
            )
            fresh = {
                one: kept
                for one, kept in self._figures.items()
                if (now - kept[0]).total_seconds() <= _FIGURES_KEPT_S
            }
            self._figures = fresh | {span: (now, found)}
            return found


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZONE).astimezone(UTC)


def _months(since: date, until: date) -> tuple[str, ...]:
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    return tuple(f"{month // 12}-{month % 12 + 1:02d}" for month in range(first, last + 1))


def _place(letter: PublishedLetter) -> Place:
    return Place(at=letter.published_at, id=letter.id)

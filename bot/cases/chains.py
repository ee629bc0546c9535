"""The chains of all cases: read a page at a time, and verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.cases.chain import ChainFault, verify
from bot.cases.filters import MAX_PAGE, CaseFilter, CasePage, CaseSort
from bot.cases.model import Case, CaseEvent
from bot.ports import Clock

LOOKS = 3
"""A case moved between two reads looks broken once; what looks so three times over is."""
UNREADABLE = (ValueError, TypeError, AttributeError)
"""What reading a row raises whose words are none of ours: a move or state that does not exist."""


class ChainStore(Protocol):
    """Cases and their events, read."""

    async def page(self, wanted: CaseFilter, *, now: datetime) -> CasePage:
        """One page of cases."""

    async def get(self, number: str) -> Case | None:
        """The case with this number."""

    async def events_of_all(self, case_ids: Sequence[str]) -> Mapping[str, tuple[CaseEvent, ...]]:
        """The events of several cases."""


class ChainUnit(Protocol):
    """One transaction."""

    @property
    def cases(self) -> ChainStore:
        """Cases."""


class ChainStorage(Protocol):
    """The database."""

    def read(self) -> AbstractAsyncContextManager[ChainUnit]:
        """A transaction that only reads."""


@dataclass(frozen=True, kw_only=True)
class CourseOfCase:
    """A case, all its events, and the first fault in their chain, or None.

    A fault may be `unreadable` too, at event 0: one of the events holds what no event can, and
    none is given.
    """

    case: Case
    events: tuple[CaseEvent, ...]
    fault: ChainFault | None


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A chain that does not hold: whose, and where."""

    number: str
    fault: ChainFault


@dataclass(frozen=True, kw_only=True)
class ChainReport:
    """What verifying found.

    Args:
        cases, events: looked at; requests for information are counted as cases too.
        broken: at most as many as were asked for.
        more_broken: so many beyond those.
        whole: every case was looked at.
    """

    cases: int = 0
    events: int = 0
    broken: tuple[Broken, ...] = ()
    more_broken: int = 0
    whole: bool = True


class Chains:
    """Cases with their courses, newest first."""

    def __init__(self, storage: ChainStorage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    async def page(
        self, cursor: str = "", *, limit: int = MAX_PAGE
    ) -> tuple[tuple[CourseOfCase, ...], str]:
        """Up to `limit` (1 to 200) cases, and the cursor of the next page; empty on the last."""
        wanted = CaseFilter(sort=CaseSort.OPENED, limit=limit, cursor=cursor)
        async with self._storage.read() as unit:
            page = await unit.cases.page(wanted, now=self._clock.now())
            try:
                events = await unit.cases.events_of_all([case.id for case in page.cases])
            except UNREADABLE:
                events = {}  # one of them; each is read alone below
        found = [await self._course(case, events.get(case.id, ())) for case in page.cases]
        return tuple(found), page.next_cursor

    async def verify(
        self, *, newest: int | None, go_on: Callable[[], bool], most_broken: int = 10
    ) -> ChainReport:
        """Verify chains page by page; memory holds one page.

        Args:
            newest: of so many cases; None: of all.
            go_on: asked before each page; False ends it.
            most_broken: how many are named.
        """
        report, cursor = ChainReport(), ""
        while True:
            left = MAX_PAGE if newest is None else newest - report.cases
            if left <= 0 or not go_on():
                return replace(report, whole=False)
            courses, cursor = await self.page(cursor, limit=min(left, MAX_PAGE))
            broken = [
                Broken(number=course.case.number, fault=course.fault)
                for course in courses
                if course.fault is not None
            ]
            room = most_broken - len(report.broken)
            report = replace(
                report,
                cases=report.cases + len(courses),
                events=report.events + sum(len(course.events) for course in courses),
                broken=(*report.broken, *broken[:room]),
                more_broken=report.more_broken + len(broken[room:]),
            )
            if not cursor:
                return report

    async def _course(self, case: Case, events: tuple[CaseEvent, ...]) -> CourseOfCase:
        for _ in range(LOOKS):
            if verify(case, events) is None:
                return CourseOfCase(case=case, events=events, fault=None)
            async with self._storage.read() as unit:
                case = await unit.cases.get(case.number) or case
                try:
                    events = (await unit.cases.events_of_all([case.id])).get(case.id, ())
                except UNREADABLE:
                    fault = ChainFault(case_id=case.id, seq=0, what="unreadable")
                    return CourseOfCase(case=case, events=(), fault=fault)
        return CourseOfCase(case=case, events=events, fault=verify(case, events))

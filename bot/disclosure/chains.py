"""The chains of all requests: read a page at a time, and verified as those of cases are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Protocol

from bot.cases.chains import LOOKS, UNREADABLE, Broken, ChainReport
from bot.chain import ChainFault
from bot.disclosure.chain import verify
from bot.disclosure.filters import RequestFilter
from bot.disclosure.model import Request, RequestEvent

PAGE = 200


class ChainStore(Protocol):
    """Requests and their events, read; see `bot.storage.disclosure`."""

    async def find(self, wanted: RequestFilter) -> tuple[Request, ...]:
        """Requests, the newest first."""

    async def get(self, number: str) -> Request | None:
        """The request with this number."""

    async def events_of_all(
        self, request_ids: Sequence[str]
    ) -> Mapping[str, tuple[RequestEvent, ...]]:
        """The events of several requests."""


class ChainUnit(Protocol):
    """One transaction."""

    @property
    def disclosures(self) -> ChainStore:
        """Requests."""


class ChainStorage(Protocol):
    """The database."""

    def read(self) -> AbstractAsyncContextManager[ChainUnit]:
        """A transaction that only reads."""


class RequestChains:
    """Requests with their events, newest first."""

    def __init__(self, storage: ChainStorage) -> None:
        self._storage = storage

    async def verify(
        self, *, newest: int | None, go_on: Callable[[], bool], most_broken: int = 10
    ) -> ChainReport:
        """Verify chains page by page; memory holds one page.

        Args:
            newest: of so many requests; None: of all.
            go_on: asked before each page; False ends it.
            most_broken: how many are named.
        """
        report, before = ChainReport(), ""
        while True:
            left = PAGE if newest is None else min(PAGE, newest - report.cases)
            if left <= 0 or not go_on():
                return replace(report, whole=False)
            requests, events = await self._page(before, left + 1)
            looked = requests[:left]
            for one in looked:
                count, fault = await self._fault(one, events.get(one.id, ()))
                report = _with(report, one.number, count, fault, most_broken)
            if len(requests) <= left:
                return report
            before = looked[-1].number

    async def _page(
        self, before: str, limit: int
    ) -> tuple[tuple[Request, ...], Mapping[str, tuple[RequestEvent, ...]]]:
        async with self._storage.read() as unit:
            found = await unit.disclosures.find(RequestFilter(before=before, limit=limit))
            try:
                return found, await unit.disclosures.events_of_all([one.id for one in found])
            except UNREADABLE:
                return found, {}  # one of them; each is read alone below

    async def _fault(
        self, one: Request, events: Sequence[RequestEvent]
    ) -> tuple[int, ChainFault | None]:
        """How many events it has, and the first fault in their chain."""
        for _ in range(LOOKS):
            if verify(one, events) is None:
                return len(events), None
            async with self._storage.read() as unit:
                one = await unit.disclosures.get(one.number) or one
                try:
                    events = (await unit.disclosures.events_of_all([one.id])).get(one.id, ())
                except UNREADABLE:
                    return 0, ChainFault(case_id=one.id, seq=0, what="unreadable")
        return len(events), verify(one, events)


def _with(
    report: ChainReport, number: str, count: int, fault: ChainFault | None, most_broken: int
) -> ChainReport:
    report = replace(report, cases=report.cases + 1, events=report.events + count)
    if fault is None:
        return report
    if len(report.broken) >= most_broken:
        return replace(report, more_broken=report.more_broken + 1)
    return replace(report, broken=(*report.broken, Broken(number=number, fault=fault)))

"""Deadlines of requests told of: found by the worker, read and put away by people."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol

from bot.cases.alerts import READ_BY
from bot.cases.calendar import local_day
from bot.cases.model import Actor, Role
from bot.disclosure.alerting import WATCHED, DisclosureAlert, due_alerts
from bot.disclosure.asked import DisclosureCity
from bot.disclosure.filters import RequestFilter
from bot.disclosure.model import Request
from bot.errors import NotFound
from bot.ports import Clock, Ids

BATCH = 200
"""Requests looked at in one transaction."""


class AlertRows(Protocol):
    """What was told; see `bot.storage.disclosure_alerts`."""

    async def tell(self, alert: DisclosureAlert, *, id: str) -> bool:
        """Keep an alert; False where it was told before."""

    async def unseen(
        self, *, roles: frozenset[Role], unit: str, limit: int = 100
    ) -> tuple[tuple[str, DisclosureAlert], ...]:
        """What readers of these roles have not seen yet, newest first, each with its id."""

    async def mark_seen(self, id: str, *, unit: str, by: str, now: datetime) -> bool:
        """Note who has seen an alert."""


class WatchedRequests(Protocol):
    """Requests; see `bot.storage.disclosure`."""

    async def find(self, wanted: RequestFilter) -> tuple[Request, ...]:
        """Requests, the newest first."""


class AlertUnit(Protocol):
    """One transaction."""

    @property
    def disclosures(self) -> WatchedRequests:
        """Requests."""

    @property
    def disclosure_alerts(self) -> AlertRows:
        """Their alerts."""


class AlertStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[AlertUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[AlertUnit]:
        """A transaction that only reads."""


class DisclosureAlerts:
    """The alerts of requests.

    Args:
        city: limits and the calendar.
    """

    def __init__(self, storage: AlertStorage, clock: Clock, ids: Ids, city: DisclosureCity) -> None:
        self._storage, self._clock, self._ids, self._city = storage, clock, ids, city
        self._day: date | None = None
        self._looked: dict[str, int] = {}
        """Versions of requests looked at on that day: until one changes, nothing new is due."""

    async def sweep(self) -> int:
        """Tell all that is due and was not told yet; gives how many alerts that were.

        The database lets each in once, so any number of replicas may sweep.
        """
        now, told, before = self._clock.now(), 0, ""
        if self._day != local_day(now):
            self._day, self._looked = local_day(now), {}
        while True:
            wanted = RequestFilter(states=WATCHED, before=before, limit=BATCH)
            async with self._storage.read() as unit:
                found = await unit.disclosures.find(wanted)
            fresh = [one for one in found if self._looked.get(one.id) != one.version]
            told += await self._tell(fresh, now)
            self._looked |= {one.id: one.version for one in fresh}
            if len(found) < BATCH:
                return told
            before = found[-1].number

    async def _tell(self, requests: Sequence[Request], now: datetime) -> int:
        limits, calendar = self._city.disclosure, self._city.limits
        due = [each for one in requests for each in due_alerts(one, now, limits, calendar)]
        if not due:
            return 0
        async with self._storage.begin() as unit:
            return sum(
                [await unit.disclosure_alerts.tell(one, id=self._ids.new_id()) for one in due]
            )

    async def of(self, reader: Actor) -> tuple[tuple[str, DisclosureAlert], ...]:
        """What the reader has not seen yet, newest first, at most 100, each with its id."""
        roles = READ_BY.get(reader.role)
        if roles is None:
            return ()
        async with self._storage.read() as unit:
            return await unit.disclosure_alerts.unseen(roles=roles, unit=reader.department)

    async def seen(self, id: str, reader: Actor) -> None:
        """Note that the reader has seen it.

        Raises:
            NotFound: it is another unit's, or was seen already.
        """
        async with self._storage.begin() as unit:
            found = await unit.disclosure_alerts.mark_seen(
                id, unit=reader.department, by=reader.id, now=self._clock.now()
            )
        if not found:
            raise NotFound("这条提醒已经有人看过。")

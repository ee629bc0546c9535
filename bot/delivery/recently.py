"""What went out lately and what did not, by channel and connector: for who looks after them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.ports import Clock

DAYS = 7
"""Older ones are not looked for: nobody puts right today what failed a month ago."""


@dataclass(frozen=True, kw_only=True)
class Recently:
    """How one channel or connector fared.

    Args:
        sent_at: when something last went out; None: nothing did.
        failed_at: when something was last given up; None: nothing was.
        error: that one's code.
    """

    sent_at: datetime | None = None
    failed_at: datetime | None = None
    error: str = ""


class RecentStore(Protocol):
    """The outbox and the notices to departments; see `bot.storage.recent`."""

    async def citizens(self, *, since: datetime) -> Mapping[str, Recently]:
        """Channel → how it fared since."""

    async def departments(self, *, since: datetime) -> Mapping[str, Recently]:
        """Connector to departments → how it fared since."""


class RecentUnit(Protocol):
    """One transaction."""

    @property
    def recent(self) -> RecentStore:
        """What went out."""


class RecentStorage(Protocol):
    """The database."""

    def read(self) -> AbstractAsyncContextManager[RecentUnit]:
        """A transaction that only reads."""


class RecentTraffic:
    """Asks the database."""

    def __init__(self, storage: RecentStorage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock

    async def citizens(self) -> Mapping[str, Recently]:
        """Channel → how it fared in the last week."""
        async with self._storage.read() as unit:
            return await unit.recent.citizens(since=self._since())

    async def departments(self) -> Mapping[str, Recently]:
        """Connector to departments → how it fared in the last week."""
        async with self._storage.read() as unit:
            return await unit.recent.departments(since=self._since())

    def _since(self) -> datetime:
        return self._clock.now() - timedelta(days=DAYS)

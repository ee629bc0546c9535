"""Asks other systems for news: one replica at a time, from where the last one stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta

from bot.delivery.backoff import Backoff
from bot.delivery.ports import DepartmentStorage
from bot.delivery.records import Poll
from bot.delivery.updates import WOKEN_BY, DepartmentUpdates
from bot.metrics import Metrics
from bot.ports import Clock, Wakeups
from bot.records import LeaseLost
from connectors.departments.base import Polled
from connectors.errors import ConnectorError

log = logging.getLogger(__name__)

_CAP_S = 600.0
_SHARE_OF_LEASE = 0.6


class Polling:
    """The systems that are asked.

    Args:
        systems: connector's name → system.
        updates: keeps the news.
        owner: this process's name in leases.
        lease_s: who has not finished by then is taken for dead.
        jitter: a random number, 0 to 1.
    """

    def __init__(
        self,
        storage: DepartmentStorage,
        systems: Mapping[str, Polled],
        updates: DepartmentUpdates,
        clock: Clock,
        wakeups: Wakeups,
        metrics: Metrics,
        *,
        owner: str,
        lease_s: float,
        jitter: Callable[[], float],
    ) -> None:
        self._storage, self._systems, self._updates = storage, systems, updates
        self._clock, self._wakeups, self._metrics = clock, wakeups, metrics
        self._owner, self._lease_s, self._jitter = owner, lease_s, jitter

    async def poll(self) -> int:
        """Ask every system that is due; gives how many news were new."""
        found = await asyncio.gather(
            *(self._poll(name, system) for name, system in self._systems.items())
        )
        return sum(found)

    async def _poll(self, name: str, system: Polled) -> int:
        async with self._storage.begin() as unit:
            poll = await unit.updates.claim_poll(
                name, owner=self._owner, lease_s=self._lease_s, now=self._clock.now()
            )
        if poll is None:
            return 0
        try:
            async with asyncio.timeout(self._lease_s * _SHARE_OF_LEASE):
                news, cursor = await system.poll(poll.cursor)
        except ConnectorError as error:
            await self._failed(poll, system, error.code, at_least_s=error.retry_after_s or 0.0)
            return 0
        except Exception as error:  # noqa: BLE001 - recorded; it is asked again
            await self._failed(poll, system, type(error).__name__)
            return 0
        now = self._clock.now()
        new = 0
        # The news and how far they were read: both, or neither, and then they are read again.
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                new = await self._updates.keep(unit, news)
                await unit.updates.polled(
                    poll,
                    owner=self._owner,
                    cursor=cursor,
                    next_at=now + timedelta(seconds=system.poll_every_s),
                    error="",
                    now=now,
                )
        if new:
            await self._wakeups.wake(WOKEN_BY)
        return new

    async def _failed(
        self, poll: Poll, system: Polled, error: str, *, at_least_s: float = 0.0
    ) -> None:
        backoff = Backoff(base_s=system.poll_every_s, cap_s=max(_CAP_S, system.poll_every_s))
        delay_s = backoff.delay_s(poll.failures + 1, self._jitter(), at_least_s=at_least_s)
        now = self._clock.now()
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await unit.updates.polled(
                    poll,
                    owner=self._owner,
                    cursor=poll.cursor,
                    next_at=now + timedelta(seconds=delay_s),
                    error=error,
                    now=now,
                )
        self._metrics.system_told(poll.source, "not_polled")
        log.warning("system not polled", extra={"source": poll.source, "error": error})

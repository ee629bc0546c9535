"""Call centres and mail boxes the worker listens to: each by one process at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol

from bot.calls.ports import CallStorage
from bot.ports import Clock
from connectors.errors import ConnectorError

log = logging.getLogger(__name__)

LEASE_S = 15.0
"""A worker that has not renewed by then is taken for dead, and another listens."""
_REFUSED_PAUSE_S = 60.0
"""A refused password is put right by a person, not by asking again at once."""
_FAILED_PAUSE_S = 5.0


Take = Callable[[Any], Awaitable[object]]
"""Keeps what a feed tells."""


class Feed(Protocol):
    """What is listened to: a call centre (`connectors.calls.CallFeed`), a mail box."""

    name: str

    async def run(self, take: Take) -> None:
        """Hand on whatever comes, for ever. Raises `connectors.errors.ConnectorError`."""

    async def close(self) -> None:
        """Free connections."""


class Feeding:
    """Listens to feeds while this process holds their leases.

    Args:
        storage: where the leases are.
        clock: the time.
        feeds: name → feed; each has a lease of its own.
        take: keeps an event.
        owner: this process's name.
        lease_s: see `LEASE_S`.
    """

    def __init__(
        self,
        storage: CallStorage,
        clock: Clock,
        feeds: Mapping[str, Feed],
        take: Take,
        *,
        owner: str,
        lease_s: float = LEASE_S,
        refused_pause_s: float = _REFUSED_PAUSE_S,
    ) -> None:
        self._storage, self._clock, self._feeds, self._take = storage, clock, feeds, take
        self._owner, self._lease_s, self._refused_pause_s = owner, lease_s, refused_pause_s

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until `stop` is set; then leases are given back and feeds closed."""
        if not self._feeds:
            return
        await asyncio.gather(*(self._one(name, feed, stop) for name, feed in self._feeds.items()))

    async def _one(self, name: str, feed: Feed, stop: asyncio.Event) -> None:
        listening: asyncio.Task[None] | None = None
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                mine = await self._lease(name)
                if mine and listening is None:
                    log.info("listening to a feed", extra={"feed": name})
                    listening = asyncio.create_task(self._listen(name, feed), name=f"feed {name}")
                if not mine and listening is not None:
                    log.warning("a feed's lease was lost", extra={"feed": name})
                    await _cancelled(listening)
                    listening = None
                await asyncio.wait({stopping}, timeout=self._lease_s / 3)
        finally:
            await _cancelled(stopping)
            if listening is not None:
                await _cancelled(listening)
                await self._release(name)
            await feed.close()

    async def _listen(self, name: str, feed: Feed) -> None:
        """Run a feed for ever; what it fails of is noted and tried again."""
        while True:
            pause_s, code = _FAILED_PAUSE_S, ""
            try:
                await feed.run(self._untroubled(name))
            except ConnectorError as error:
                code = error.code
                pause_s = _FAILED_PAUSE_S if error.retryable else self._refused_pause_s
            except Exception as error:  # noqa: BLE001 - the database may be away; it comes back
                code = type(error).__name__
            log.error("a feed is not listened to", extra={"feed": name, "error": code})
            await self._trouble(name, code or "ended")
            await asyncio.sleep(pause_s)

    def _untroubled(self, name: str) -> Take:
        """Takes events; the first after a trouble says that it is over."""
        told = [False]

        async def take(event: object) -> object:
            kept = await self._take(event)
            if not told[0]:
                told[0] = True
                await self._trouble(name, "")
            return kept

        return take

    async def _lease(self, name: str) -> bool:
        """Take or keep the lease. A database that is away: not ours, another may have it."""
        now = self._clock.now()
        try:
            async with self._storage.begin() as unit:
                return await unit.call_keeping.lease(
                    name,
                    owner=self._owner,
                    until=now + timedelta(seconds=self._lease_s),
                    now=now,
                )
        except Exception as error:  # noqa: BLE001 - the database may be away; it comes back
            log.error(  # noqa: TRY400 - the driver's error text may hold a row's words
                "a lease is not to be had", extra={"feed": name, "error": type(error).__name__}
            )
            return False

    async def _release(self, name: str) -> None:
        try:
            async with self._storage.begin() as unit:
                await unit.call_keeping.release(name, owner=self._owner, now=self._clock.now())
        except Exception as error:  # noqa: BLE001 - then it runs out by itself
            log.warning(
                "a lease was not given back", extra={"feed": name, "error": type(error).__name__}
            )

    async def _trouble(self, name: str, code: str) -> None:
        try:
            async with self._storage.begin() as unit:
                await unit.call_keeping.trouble(name, owner=self._owner, code=code[:120])
        except Exception as error:  # noqa: BLE001 - it stands in the log
            log.warning("trouble not noted", extra={"feed": name, "error": type(error).__name__})


async def _cancelled(task: asyncio.Task[object] | asyncio.Task[None] | asyncio.Task[bool]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

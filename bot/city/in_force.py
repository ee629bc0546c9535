"""The city a process runs with, read once at its start, and how others learn which that is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from bot.city import overlay, versions
from bot.city.changed import CityProcess, CityStorage
from bot.city.configuration import TOPIC, Misfits
from bot.city.load import CityError, load
from bot.city.model import City
from bot.errors import NotFound
from bot.ports import Clock

log = logging.getLogger(__name__)

BEAT_S = 30.0
"""How often a process shows itself."""
_GONE_AFTER = timedelta(minutes=2)
_FAULT_CHARS = 500


@dataclass(frozen=True, kw_only=True)
class InForce:
    """What a process was started with.

    Args:
        folder: where its files are.
        version: the last change in it; 0: the city's own folder as it is.
        catalogue: the dispatch catalogue's version; empty: the folder's own.
        fault: why the city's own folder is used and not the changes; empty: it is not.
    """

    city: City
    folder: Path
    version: int = 0
    catalogue: str = ""
    fault: str = ""


async def take_up(
    storage: CityStorage, home: Path, base: Path, misfits: Misfits = lambda city, folder: ()
) -> InForce:
    """Read the city with all changes; without them where they no longer fit, so that the service
    runs and its administrator can put them right.

    Args:
        storage: where the changes are.
        home: what the service writes.
        base: the city's own folder.
        misfits: what else must hold of the changes for the service to start.

    Raises:
        CityError: the city's own folder has faults; all are named.
    """
    async with storage.read() as unit:
        files, version = await unit.city.files(), await unit.city.newest()
    try:
        folder = await asyncio.to_thread(overlay.write, home, base, files)
        city = await asyncio.to_thread(_fitting, folder, misfits if files else None)
        return InForce(city=city, folder=folder, version=version, catalogue=versions.current(home))
    except (CityError, OSError) as error:
        if not files:
            raise
        log.exception("the city's changes are not readable; its own folder is used")
        faults = error.faults if isinstance(error, CityError) else (type(error).__name__,)
    await asyncio.to_thread(overlay.write, home, base, {})
    city = await asyncio.to_thread(load, base)
    return InForce(
        city=city,
        folder=base,
        catalogue=versions.current(home),
        fault="；".join(faults)[:_FAULT_CHARS],
    )


def _fitting(folder: Path, misfits: Misfits | None) -> City:
    city = load(folder)
    if misfits is not None and (found := misfits(city, folder)):
        raise CityError(found)
    return city


class Waiting(Protocol):
    """Waits for wake-ups; see `bot.waking.Waiter`."""

    async def wait(self, timeout_s: float) -> object:
        """Return when woken, or when the time is over."""


class Signals(Protocol):
    """Wake-ups; see `bot.cache.Cache`."""

    async def wake(self, *topics: str) -> None:
        """Wake whoever waits on a topic, in every process."""

    def waiting(self, *topics: str) -> AbstractContextManager[Waiting]:
        """Inside, wake-ups of these topics reach the waiter."""


class Presence:
    """Shows which version this process runs with, and sees the others.

    Args:
        storage: the database.
        clock: the time.
        signals: tell of a new version.
        process: this process's name.
        role: `serve` or `worker`.
        in_force: what it was started with.
    """

    def __init__(
        self,
        storage: CityStorage,
        clock: Clock,
        signals: Signals,
        *,
        process: str,
        role: str,
        in_force: InForce,
    ) -> None:
        self._storage, self._clock, self._signals = storage, clock, signals
        self.process, self._role, self.in_force = process, role, in_force
        self._started_at: datetime = clock.now()
        self._beating: asyncio.Task[None] | None = None
        self._end: Callable[[], object] = lambda: None
        self.asked_to_restart = False

    def on_restart(self, end: Callable[[], object]) -> None:
        """What ends this process's work when it is asked to start itself again."""
        self._end = end

    def start(self) -> None:
        """Show itself until `close`."""
        self._beating = asyncio.create_task(self._beat(), name="presence")

    async def close(self) -> None:
        """Stop, and be forgotten."""
        beating, self._beating = self._beating, None
        if beating is None:
            return
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        await self._safely(self._leave)

    async def show(self) -> None:
        """Show itself now."""
        now = self._clock.now()
        async with self._storage.begin() as unit:
            asked = await unit.city.seen(
                CityProcess(
                    process=self.process,
                    role=self._role,
                    version=self.in_force.version,
                    catalogue=self.in_force.catalogue,
                    fault=self.in_force.fault,
                    started_at=self._started_at,
                    seen_at=now,
                )
            )

        if asked and not self.asked_to_restart:
            log.info("asked to start again")
            self.asked_to_restart = True
            self._end()

    async def ask_restart(self, process: str) -> None:
        """Have a process start itself again; it ends what it has begun first.

        Raises:
            NotFound: there is none of that name any longer.
        """
        async with self._storage.begin() as unit:
            if not await unit.city.ask_restart(process):
                raise NotFound("这个进程已经不在了，请刷新。")
        await self._signals.wake(TOPIC)

    async def processes(self) -> tuple[CityProcess, ...]:
        """Every process that showed itself within two minutes."""
        async with self._storage.read() as unit:
            return await unit.city.processes(since=self._clock.now() - _GONE_AFTER)

    async def _beat(self) -> None:
        told = self.in_force.version
        with self._signals.waiting(TOPIC) as waiter:
            while True:
                await self._safely(self.show)
                newest = await self._newest(told)
                if newest > told:
                    log.warning("the city was changed: start this process again to use it")
                    told = newest
                await waiter.wait(BEAT_S)

    async def _newest(self, known: int) -> int:
        found = [known]

        async def look() -> None:
            async with self._storage.read() as unit:
                found.append(await unit.city.newest())

        await self._safely(look)
        return found[-1]

    async def _leave(self) -> None:
        async with self._storage.begin() as unit:
            await unit.city.gone(self.process, before=self._clock.now() - 10 * _GONE_AFTER)

    async def _safely(self, step: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await step()
        except Exception as error:  # noqa: BLE001 - the database may be away; it comes back
            log.error(  # noqa: TRY400 - the driver's error text may hold a row's words
                "presence not shown", extra={"error": type(error).__name__}
            )

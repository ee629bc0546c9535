"""What is live on pages: read when woken, once a process however many look on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.cache import Cache

log = logging.getLogger(__name__)

AGAIN_S = 10.0
"""Read again after so long without being woken: a wake-up may be lost, its cause is not."""
_AFTER_FAILURE_S = 1.0

State = TypeVar("State")


@dataclass(kw_only=True, eq=False)
class Watch(Generic[State]):
    """One thing watched for all who look at it here.

    Args:
        state: as last read; None before the first time.
        failed: why it cannot be read at all, such as that there is no such call.
    """

    topics: tuple[str, ...]
    state: State | None = None
    failed: Exception | None = None
    listeners: set[asyncio.Event] = field(default_factory=set)

    def tell(self) -> None:
        """Wake whoever looks."""
        for listener in self.listeners:
            listener.set()


class Watches:
    """Everything watched in this process; what nobody looks at any more is let go."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._watches: dict[str, tuple[Watch[object], asyncio.Task[None]]] = {}
        self._closing = asyncio.Event()
        self._everybody: set[asyncio.Event] = set()

    @property
    def closing(self) -> bool:
        """True once this process is about to end."""
        return self._closing.is_set()

    @property
    def looked_at(self) -> frozenset[str]:
        """What is watched now."""
        return frozenset(self._watches)

    @asynccontextmanager
    async def looking(
        self,
        key: str,
        topics: tuple[str, ...],
        read: Callable[[frozenset[str], State | None], Awaitable[State]],
        listener: asyncio.Event,
        *,
        pause_s: float = 0.0,
    ) -> AsyncIterator[Watch[State]]:
        """Inside, the watch's state is kept up to date, and the listener is set with each change.

        Args:
            key: one watch each.
            topics: what wakes it.
            read: reads its state.
            listener: set on each change.
            pause_s: at least so long between two reads.
        """
        if key not in self._watches:
            made: Watch[State] = Watch(topics=topics)
            task = asyncio.create_task(self._keep(made, read, pause_s), name="watch")
            self._watches[key] = (made, task)  # type: ignore[assignment]  # keyed by what it holds
        watch: Watch[State] = self._watches[key][0]  # type: ignore[assignment]  # keyed alike
        watch.listeners.add(listener)
        self._everybody.add(listener)
        listener.set()
        try:
            yield watch
        finally:
            watch.listeners.discard(listener)
            self._everybody.discard(listener)
            if not watch.listeners:
                _, task = self._watches.pop(key)
                task.cancel()
                # Whoever leaves waits for the reading's end: nothing is read when the database
                # closes, and nobody cancels what is just giving its connection back.
                await asyncio.wait({task})

    async def close(self) -> None:
        """Send everybody who looks elsewhere."""
        self._closing.set()
        for listener in self._everybody:
            listener.set()

    async def _keep(
        self,
        watch: Watch[State],
        read: Callable[[frozenset[str], State | None], Awaitable[State]],
        pause_s: float,
    ) -> None:
        with self._cache.waiting(*watch.topics) as waiter:
            woken: frozenset[str] = frozenset()
            while True:
                try:
                    watch.state = await read(woken, watch.state)
                    watch.failed = None
                except Exception as error:  # noqa: BLE001 - the database may be away; it comes back
                    log.warning("not read: %s", type(error).__name__)
                    watch.failed = error
                    await asyncio.sleep(_AFTER_FAILURE_S)
                watch.tell()
                if pause_s:
                    await asyncio.sleep(pause_s)
                woken = await waiter.wait(AGAIN_S)


async def heard(listener: asyncio.Event, timeout_s: float) -> bool:
    """Wait until the listener is set, then clear it; False after so long without."""
    with suppress(TimeoutError):
        await asyncio.wait_for(listener.wait(), timeout_s)
    was = listener.is_set()
    listener.clear()
    return was

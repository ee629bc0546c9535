"""A feed that listens while a test goes on, and what it told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from connectors.calls import CallEvent, CallFeed, RunningCall


@dataclass
class Taken:
    """Takes events as the service does: told twice, stored once.

    Attributes:
        events: as they were stored.
        told: their external ids, as they were told.
    """

    events: list[CallEvent] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, event: CallEvent) -> None:
        if event.external_id not in self.told:
            self.events.append(event)
        self.told.append(event.external_id)
        self._more.set()

    async def count(self, number: int) -> list[CallEvent]:
        """Wait for so many events."""
        async with asyncio.timeout(20):
            while len(self.events) < number:
                self._more.clear()
                await self._more.wait()
        return self.events

    async def count_told(self, number: int) -> None:
        """Wait until so many were told, told again or not."""
        async with asyncio.timeout(20):
            while len(self.told) < number:
                self._more.clear()
                await self._more.wait()

    async def kinds_of(self, call_id: str, number: int) -> list[str]:
        """Wait for so many events of a call; gives what they are."""
        async with asyncio.timeout(20):
            while len(self.of(call_id)) < number:
                self._more.clear()
                await self._more.wait()
        return [event.kind.value for event in self.of(call_id)]

    def of(self, call_id: str) -> list[CallEvent]:
        """The events of a call."""
        return [event for event in self.events if event.call_id == call_id]


@dataclass
class Pauses:
    """Waits for nothing, and remembers how long it should have.

    Attributes:
        asked_s: seconds.
        may_go_on: cleared, the next try waits for it.
    """

    asked_s: list[float] = field(default_factory=list)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_go_on.set()

    async def pause(self, seconds: float) -> None:
        self.asked_s.append(seconds)
        self._asked.set()
        await self.may_go_on.wait()
        await asyncio.sleep(0)

    async def count(self, number: int) -> list[float]:
        """Wait until so many were asked for."""
        async with asyncio.timeout(20):
            while len(self.asked_s) < number:
                self._asked.clear()
                await self._asked.wait()
        return self.asked_s


@asynccontextmanager
async def listening(feed: CallFeed) -> AsyncIterator[Taken]:
    """The feed runs until the end of the block."""
    taken = Taken()
    task = asyncio.create_task(feed.run(taken.take))
    try:
        yield taken
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await feed.close()


class Stored:
    """What the database holds as running."""

    def __init__(self, *calls: RunningCall) -> None:
        self._calls = calls

    async def running(self, feed: str) -> Sequence[RunningCall]:
        del feed
        return self._calls

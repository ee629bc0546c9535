"""Call centres are listened to by one process at a time, and by another when it dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.calls.feeding import Feeding
from bot.calls.service import Calls
from connectors.calls import CallEvent, TakeEvent
from connectors.errors import Refused
from tests.bot.calls.world import Desk, K


@dataclass
class Centre:
    """A call centre that tells what it has, then nothing more; or refuses us."""

    name: str = "ami"
    events: Sequence[CallEvent] = ()
    refused: bool = False
    running: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    async def run(self, take: TakeEvent) -> None:
        if self.refused:
            self.running.set()
            raise Refused("wrong_password")
        try:
            for event in self.events:
                await take(event)
            self.running.set()
            await asyncio.Event().wait()
        finally:
            self.stopped.set()

    async def close(self) -> None:
        self.closed = True


@asynccontextmanager
async def listening(
    desk: Desk, calls: Calls, centre: Centre, owner: str
) -> AsyncIterator[asyncio.Event]:
    """A worker that listens; set the event to end it."""
    stop = asyncio.Event()
    feeding = Feeding(
        desk.storage, desk.clock, {"ami": centre}, calls.take_event, owner=owner, lease_s=0.3
    )
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(feeding.run(stop))
        try:
            yield stop
        finally:
            stop.set()


async def test_events_are_taken_and_the_lease_is_given_back(desk: Desk) -> None:
    calls = await desk.replica()
    centre = Centre(events=[desk.event(K.OFFERED)])
    async with listening(desk, calls, centre, "w1"):
        await centre.running.wait()
        [state] = await calls.feeds()
        assert (state.owner, state.trouble) == ("w1", "")
    assert len(await calls.waiting()) == 1
    assert centre.closed
    [state] = await calls.feeds()
    assert state.until <= desk.clock.now()


async def test_a_second_worker_listens_when_the_first_has_ended(desk: Desk) -> None:
    calls = await desk.replica()
    first, second = Centre(), Centre()
    async with listening(desk, calls, first, "w1") as stop:
        await first.running.wait()
        async with listening(desk, calls, second, "w2"):
            stop.set()
            await second.running.wait()
            assert first.stopped.is_set()


async def test_a_second_worker_listens_when_the_lease_of_a_dead_one_runs_out(desk: Desk) -> None:
    calls, now = await desk.replica(), desk.clock.now()
    desk.clock.advance(seconds=10)
    async with desk.storage.begin() as unit:
        assert await unit.call_keeping.lease("ami", owner="dead", until=desk.clock.now(), now=now)
        assert not await unit.call_keeping.lease("ami", owner="w2", until=now, now=now)
    centre = Centre()
    async with listening(desk, calls, centre, "w2"):
        await centre.running.wait()
    [state] = await calls.feeds()
    assert state.owner == "w2"


async def test_who_loses_the_lease_stops_listening(desk: Desk) -> None:
    calls, centre = await desk.replica(), Centre()
    async with listening(desk, calls, centre, "slow"):
        await centre.running.wait()
        later = desk.clock.advance(seconds=5)
        async with desk.storage.begin() as unit:
            await unit.call_keeping.release("ami", owner="slow", now=later)
            until = desk.clock.now().replace(year=2027)
            assert await unit.call_keeping.lease("ami", owner="other", until=until, now=later)
        await centre.stopped.wait()


async def test_a_refused_password_is_shown_to_people(desk: Desk) -> None:
    calls, centre = await desk.replica(), Centre(refused=True)
    async with listening(desk, calls, centre, "w1"):
        await centre.running.wait()
        async with asyncio.timeout(10):
            while not (await calls.feeds())[0].trouble:  # noqa: ASYNC110 - another task writes it
                await asyncio.sleep(0)
    [state] = await calls.feeds()
    assert state.trouble == "wrong_password"

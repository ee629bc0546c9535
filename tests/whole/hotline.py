"""The hotline's side of the service as its processes, and the test's own hold on their database."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.calls.model import Call, CallState, Sentence
from bot.calls.recorded import RecordedCall, RecordedEvent, RecordedWords
from bot.calls.records import Draft, Latest, SuggestionSet
from bot.calls.replay import Player, Target
from bot.clock import SystemClock
from bot.library import Library
from bot.settings import ROOT
from bot.storage.units import Storage
from connectors.calls import Leg
from tests.conftest import CONTACT_KEYS, CONTACT_KEYS_SET
from tests.fakes.ami_server import SECRET, AmiServer
from tests.running import Part, free_port, part
from tests.servers import running_redis
from tests.whole.balancer import Balancer

KEYS = {"default": "key-of-the-first-call-centre", "second": "key-of-the-second-call-centre"}
_WITHIN_S = 50.0
"""For what a lease and a look of the next process come to; a test that waits longer has failed."""


@dataclass(kw_only=True)
class Redis:
    """The service's Redis, which may go and come again at the same address."""

    folder: Path
    port: int = field(default_factory=free_port)
    _running: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._running.enter_context(running_redis(self.folder, self.port))

    def stop(self) -> None:
        self._running.close()


@dataclass(kw_only=True)
class Hotline:
    """Processes on one PostgreSQL and one Redis, and a balancer before those that serve."""

    storage: Storage
    redis: Redis
    asterisk: AmiServer
    folder: Path
    settings: dict[str, str]
    processes: ExitStack
    balancer: Balancer
    started: dict[str, list[Part]] = field(default_factory=lambda: {"serve": [], "worker": []})

    def two_of_each(self) -> None:
        """Two replicas, behind the balancer, and two workers; what was killed is started anew."""
        for command, parts in self.started.items():
            parts[:] = [each for each in parts if each.process.poll() is None]
            while len(parts) < 2:
                home = self.folder / f"{command}-{secrets.token_hex(4)}"
                parts.append(self.processes.enter_context(part(home, command, **self.settings)))
        self.balancer.ports = [each.port for each in self.replicas]
        for each in self.replicas:
            each.answers()

    @property
    def replicas(self) -> list[Part]:
        """Those that serve, the one the balancer prefers first."""
        return self.started["serve"]

    async def plays(
        self,
        call: RecordedCall,
        call_id: str,
        *,
        centre: str = "default",
        speed: float = 0,
        at: dict[int, Callable[[], None]] | None = None,
    ) -> int:
        """A call centre tells a recorded call.

        Args:
            call: the recording.
            call_id: of the new call.
            centre: which call centre tells it.
            speed: times as fast as it was; 0: without a pause.
            at: number of a sentence that was told → what happens right after it.

        Returns:
            How many sentences were acknowledged.
        """
        told = 0

        def show(moment: RecordedEvent | RecordedWords) -> None:
            nonlocal told
            told += isinstance(moment, RecordedWords) and moment.committed
            then = (at or {}).pop(told, None)
            if then is not None:
                then()

        target = Target(url=self.balancer.url, key=KEYS[centre].encode(), centre=centre)
        player = Player(target, lambda: datetime.now(UTC))
        return await player.play(call, call_id, speed=speed, show=show)

    async def calls(self, call_id: str) -> list[Call]:
        """Everything known by an id of a call centre."""
        async with self.storage.read() as unit:
            return [one.call for one in await unit.calls.with_id(call_id)]

    async def call(self, call_id: str) -> Call:
        [only] = await self.calls(call_id)
        return only

    async def words(self, call: Call) -> list[tuple[Leg, str, int]]:
        """What is stored of it, as `words_of`."""
        async with self.storage.read() as unit:
            return _in_order(await unit.calls.sentences(call.id))

    async def last_of_citizen(self, call: Call) -> int:
        """The place of the citizen's last sentence in the call."""
        async with self.storage.read() as unit:
            sentences = await unit.calls.sentences(call.id)
        return max(one.seq for one in sentences if one.leg is Leg.CITIZEN)

    async def draft(self, call: Call) -> Draft:
        async with self.storage.read() as unit:
            return await unit.call_work.draft(call.id)

    async def latest(self, call: Call) -> Latest:
        async with self.storage.read() as unit:
            return await unit.call_work.latest(call.id)

    async def suggested(self, call: Call) -> SuggestionSet:
        """Wait for what is suggested after the last sentence."""

        async def there() -> bool:
            latest = await self.latest(call)
            return latest.known is not None and not latest.behind

        await until(there)
        known = (await self.latest(call)).known
        assert known is not None
        return known

    async def state(self, call_id: str, state: CallState) -> None:
        """Wait until the call by this id stands so."""

        async def stands() -> bool:
            return [one.state for one in await self.calls(call_id)] == [state]

        await until(stands)

    async def listener(self) -> Part:
        """The worker that listens to Asterisk."""
        await self.asterisk.until(lambda: self.asterisk.heard_by > 0)
        async with self.storage.read() as unit:
            [feed] = await unit.call_keeping.feeds()
        pid = int(feed.owner.split(":")[1])
        [found] = [each for each in self.started["worker"] if each.process.pid == pid]
        return found


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again until it is true."""
    async with asyncio.timeout(_WITHIN_S):
        while not await true():
            pass


def words_of(call: RecordedCall) -> list[tuple[Leg, str, int]]:
    """The sentences of a recording, each leg's in order."""
    return _in_order(call.sentences)


def _in_order(told: Sequence[RecordedWords] | Sequence[Sentence]) -> list[tuple[Leg, str, int]]:
    return sorted(
        ((one.leg, one.text, one.end_ms) for one in told), key=lambda one: (one[0], one[2])
    )


@asynccontextmanager
async def hotline_at(database_url: str, folder: Path) -> AsyncIterator[Hotline]:
    """The database with the sample content, Redis, Asterisk, and no process yet."""
    storage = Storage(database_url, keys=CONTACT_KEYS)
    library = Library(storage, clock=SystemClock())
    await library.import_paths([ROOT / "knowledge" / "samples"], publish=True, by="test")
    (folder / "redis").mkdir()
    redis = Redis(folder=folder / "redis")
    centres = {name: {"key": key} for name, key in KEYS.items()}
    async with AsyncExitStack() as closing:
        asterisk = await closing.enter_async_context(AmiServer())
        server = {"host": "127.0.0.1", "port": asterisk.port, "username": asterisk.username}
        closing.push_async_callback(storage.close)
        redis.start()
        closing.callback(redis.stop)
        processes = closing.enter_context(ExitStack())
        balancer = await closing.enter_async_context(Balancer(ports=[]).running())
        yield Hotline(
            storage=storage,
            redis=redis,
            asterisk=asterisk,
            folder=folder,
            settings={
                "redis_url": redis.url,
                "database_url": database_url,
                "secret_key": secrets.token_hex(16),
                "contact_keys": CONTACT_KEYS_SET,
                "hotline_centres": json.dumps(centres),
                "hotline_ami": json.dumps({"main": server | {"secret": SECRET}}),
            },
            processes=processes,
            balancer=balancer,
        )

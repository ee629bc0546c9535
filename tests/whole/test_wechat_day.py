"""A day of 200 citizens at the WeChat account, on two replicas, with everything that goes wrong.

Rasa's stand-in understands by rule and takes its time where the script says so; conversations are
away, so that every demand becomes a case at once and two cores carry the day in minutes.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.clock import SystemClock
from bot.library import Library
from bot.records import MessageState, OutboxState
from bot.settings import ROOT
from bot.storage import tables
from bot.storage.units import Storage
from tests.conftest import CONTACT_KEYS, CONTACT_KEYS_SET
from tests.fakes.wechat_platform import CUSTOM_SEND, Account, WeChatPlatform, running
from tests.servers import free_port, running_redis

from .day.balance import Books, Report, check
from .day.living import Day
from .day.processes import Process
from .day.script import the_day
from .day.stand_in import running_stand_in
from .day.wire import Balancer

pytestmark = pytest.mark.postgres

SEED, CITIZENS, SPREAD_S = 20260302, 200, 110.0
LEASE_S = 15.0
SETTLED_WITHIN_S = 90.0


@dataclass(frozen=True, kw_only=True)
class City:
    """Everything that runs."""

    platform: WeChatPlatform
    replicas: tuple[Process, Process]
    worker: Process
    redis: Redis
    storage: Storage


class Redis:
    """A Redis that can be restarted on its port; it keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self._running = self._new()

    def _new(self):
        return running_redis(self._folder, self._port)

    def start(self) -> str:
        return self._running.__enter__()

    def stop(self) -> None:
        self._running.__exit__(None, None, None)
        self._running = self._new()


@pytest.fixture
async def city(postgres_database_url: str, tmp_path: Path) -> AsyncIterator[City]:
    storage = Storage(postgres_database_url, keys=CONTACT_KEYS)
    samples = [ROOT / "knowledge" / "samples"]
    library = Library(storage, clock=SystemClock())
    await library.import_paths(samples, publish=True, by="test")
    platform = WeChatPlatform(Account(), lambda: datetime.now(UTC))
    (tmp_path / "redis").mkdir()
    redis = Redis(tmp_path / "redis")
    async with AsyncExitStack() as running_now:
        running_now.push_async_callback(storage.close)
        api = running_now.enter_context(running(platform))
        rasa = await running_now.enter_async_context(running_stand_in())
        settings = {
            "redis_url": redis.start(),
            "database_url": postgres_database_url,
            "secret_key": secrets.token_hex(16),
            "contact_keys": CONTACT_KEYS_SET,
            "public_url": "http://12345.example",
            "rasa_url": rasa,
            "rasa_timeout_s": "9",
            "lease_s": str(LEASE_S),
            "wechat_app_id": platform.account.app_id,
            "wechat_token": platform.account.token,
            "wechat_encoding_aes_key": platform.account.aes_key,
            "wechat_app_secret": platform.account.secret,
            "wechat_api_url": api,
        }
        running_now.callback(redis.stop)
        first = Process("serve", tmp_path / "first", settings)
        second = Process("serve", tmp_path / "second", settings)
        worker = Process("worker", tmp_path / "worker", settings)
        for process in (first, second, worker):
            process.start()
            running_now.callback(process.stop)
        for process in (first, second, worker):
            process.wait_ready()
        yield City(
            platform=platform,
            replicas=(first, second),
            worker=worker,
            redis=redis,
            storage=storage,
        )


async def go_wrong(city: City) -> None:
    """What befalls the service while the citizens write."""
    dice, faults = random.Random(SEED), city.platform.faults  # noqa: S311 - a script, no secret
    await asyncio.sleep(8)
    faults.busy(CUSTOM_SEND, 3)
    faults.delay(CUSTOM_SEND, 1.5, 2)
    await asyncio.sleep(7)
    city.platform.expire_tokens(42001)
    await asyncio.sleep(8)
    await asyncio.to_thread(city.redis.stop)
    await asyncio.sleep(dice.uniform(2, 3))
    await asyncio.to_thread(city.redis.start)
    await asyncio.sleep(6)
    killed = dice.choice(city.replicas)
    await asyncio.to_thread(killed.kill)
    await asyncio.sleep(2)
    await asyncio.to_thread(killed.start)
    await asyncio.sleep(9)
    await kill_worker_in_the_middle(city)
    faults.status(CUSTOM_SEND, 502, 2)
    await asyncio.sleep(5)
    city.platform.expire_tokens(40001)
    await asyncio.to_thread(killed.wait_ready)


async def kill_worker_in_the_middle(city: City) -> None:
    """It dies while messages are on their way; the platform never takes those up. One it had taken
    up would be sent again: the platform has no way to tell, and a reply twice is better than none.
    """
    faults = city.platform.faults
    faults.hold(CUSTOM_SEND)
    async with asyncio.timeout(30):
        await faults.until_waiting(CUSTOM_SEND)
    await asyncio.to_thread(city.worker.kill)
    faults.cut(CUSTOM_SEND, faults.waiting(CUSTOM_SEND))
    faults.release(CUSTOM_SEND)
    await asyncio.sleep(1)
    await asyncio.to_thread(city.worker.start)


async def settled(storage: Storage) -> None:
    """Returns once nothing is left to do, or when it should have been."""
    undone = (MessageState.STORED.value, MessageState.HANDLING.value)
    unsent = (OutboxState.PENDING.value, OutboxState.SENDING.value)
    for _ in range(int(SETTLED_WITHIN_S)):
        async with storage.read() as unit:
            inbox, outbox = (
                await unit.messages.counts(datetime.now(UTC)),
                await unit.outbox.counts(datetime.now(UTC)),
            )
        left = sum(inbox.by_state.get(state, 0) for state in undone)
        left += sum(outbox.by_state.get(state, 0) for state in unsent)
        if not left:
            return
        await asyncio.sleep(1)


async def books_of(city: City, day: Day, open_id: str) -> Books:
    conversation = await city.storage.conversation_id("wechat", open_id)
    async with city.storage.read() as unit:
        messages = await unit.messages.history(conversation, limit=500)
        rows = await unit.outbox.history(conversation, limit=500)
        cases = await unit.messages._connection.execute(
            sa.select(tables.cases.c.number, tables.cases.c.text).where(
                tables.cases.c.sender_id == open_id
            )
        )
        opened = dict(cases.all())
    return Books(
        open_id=open_id,
        written=day.written[open_id],
        messages=messages,
        rows=rows,
        seen=city.platform.seen_by(open_id),
        cases=opened,
    )


async def test_a_day_of_two_hundred_citizens(city: City) -> None:
    balancer = Balancer([replica.port for replica in city.replicas])
    day = Day(
        platform=city.platform,
        balancer=balancer,
        other_urls=tuple(replica.url for replica in city.replicas),
    )
    people = the_day(SEED, CITIZENS, SPREAD_S)
    async with asyncio.TaskGroup() as living:
        living.create_task(go_wrong(city))
        for citizen in people:
            living.create_task(day.live(citizen))
    await settled(city.storage)
    report = Report()
    for citizen in people:
        check(await books_of(city, day, citizen.open_id), report)
    await balancer.aclose()
    print(report)  # noqa: T201 - the day's figures
    assert not report.faults, str(report)

"""Two replicas behind nginx or HAProxy are replaced one after the other while citizens write:
no request fails and no message is lost. With `deploy/`'s own configuration and script."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from aiohttp import web

from bot.clock import SystemClock
from bot.library import Library
from bot.records import MessageState
from bot.settings import ROOT
from bot.storage import tables
from bot.storage.units import Storage
from tests.balancers import DEPLOY, Balancer, haproxy, nginx, present
from tests.fakes.wechat_platform import Account, WeChatPlatform, running
from tests.servers import free_port, running_redis

from .day.processes import Process

pytestmark = pytest.mark.postgres

DRAIN_S = 8.0
SETTLED_WITHIN_S = 60.0
SAYS = ("人民路的路灯坏了三天没人修，我要投诉", "居住证怎么办", "你好")
PAGES = ("/chat", "/progress", "/mailbox")


@dataclass
class Crowd:
    """Citizens who go on and on; what they sent, and what went wrong."""

    platform: WeChatPlatform
    url: str
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    wrote: int = 0
    chatted: int = 0
    read: int = 0
    failed: list[str] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for place in range(3):
                group.create_task(self._forever(place, self._write))
            for place in range(3, 5):
                group.create_task(self._forever(place, self._chat))
            group.create_task(self._forever(5, self._look))

    async def _forever(
        self, place: int, act: Callable[[httpx.AsyncClient, int], Awaitable[None]]
    ) -> None:
        transport = httpx.AsyncHTTPTransport(local_address=f"127.0.1.{place + 1}", verify=False)
        async with httpx.AsyncClient(transport=transport, timeout=60.0) as client:
            turn = 0
            while not self.stop.is_set():
                began = time.monotonic()
                await act(client, turn)
                self.took_s.append(time.monotonic() - began)
                turn += 1

    async def _write(self, client: httpx.AsyncClient, turn: int) -> None:
        citizen = f"citizen-{secrets.token_hex(6)}"
        xml = self.platform.text_message(citizen, SAYS[turn % len(SAYS)])
        sent = await self.platform.send_callback(f"{self.url}/channels/wechat", xml, client)
        self.wrote += 1
        if sent.fault or sent.sends != 1:
            self.failed.append(f"wechat, {sent.sends} sends: {sent.fault}")

    async def _chat(self, client: httpx.AsyncClient, turn: int) -> None:
        self.chatted += 1
        await self._fine(
            client.post(f"{self.url}/api/v1/chat", json={"text": SAYS[turn % len(SAYS)]})
        )

    async def _look(self, client: httpx.AsyncClient, turn: int) -> None:
        self.read += 1
        await self._fine(client.get(f"{self.url}{PAGES[turn % len(PAGES)]}"))

    async def _fine(self, asked: Awaitable[httpx.Response]) -> None:
        try:
            answer = await asked
        except httpx.HTTPError as error:
            self.failed.append(type(error).__name__)
        else:
            if answer.status_code != 200:
                self.failed.append(f"{answer.request.url.path}: {answer.status_code}")


@dataclass(frozen=True, kw_only=True)
class City:
    """What runs, except what stands before it."""

    platform: WeChatPlatform
    replicas: tuple[Process, ...]
    worker: Process
    storage: Storage

    @property
    def ports(self) -> list[int]:
        return [replica.port for replica in self.replicas]


@pytest.fixture
async def city(postgres_database_url: str, tmp_path: Path) -> AsyncIterator[City]:
    storage = Storage(postgres_database_url)
    library = Library(storage, clock=SystemClock())
    await library.import_paths([ROOT / "knowledge" / "samples"], publish=True, by="test")
    platform = WeChatPlatform(Account(), lambda: datetime.now(UTC))
    platform.give_up_after_s = 60.0  # what fails is counted here, not what is slow
    (tmp_path / "redis").mkdir()
    async with AsyncExitStack() as closing:
        closing.push_async_callback(storage.close)
        settings = {
            "redis_url": closing.enter_context(running_redis(tmp_path / "redis")),
            "database_url": postgres_database_url,
            "secret_key": secrets.token_hex(16),
            "rasa_url": f"http://127.0.0.1:{free_port()}",  # away: its stand-in does
            "proxy_hops": "1",
            "drain_s": str(DRAIN_S),
            "wechat_app_id": platform.account.app_id,
            "wechat_token": platform.account.token,
            "wechat_encoding_aes_key": platform.account.aes_key,
            "wechat_app_secret": platform.account.secret,
            "wechat_api_url": closing.enter_context(running(platform)),
        }
        replicas = tuple(Process("serve", tmp_path / name, settings) for name in ("a", "b"))
        worker = Process("worker", tmp_path / "worker", settings)
        for process in (*replicas, worker):
            closing.callback(process.stop)
            process.start()
        for process in (*replicas, worker):
            await asyncio.to_thread(process.wait_ready)
        yield City(platform=platform, replicas=replicas, worker=worker, storage=storage)


async def update(city: City, before: Balancer) -> list[int]:
    """Run the script; gives the exit codes of those it replaced."""
    codes: list[int] = []
    by_port = {str(replica.port): replica for replica in city.replicas}

    async def replace(request: web.Request) -> web.Response:
        codes.append(await asyncio.to_thread(by_port[request.match_info["port"]].replace))
        return web.Response()

    supervisor = web.Application()
    supervisor.router.add_get("/{port}", replace)
    runner = web.AppRunner(supervisor)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told = {
        **before.told,
        "RESTART": "curl -fsS --max-time 90",
        "UNIT": f"http://127.0.0.1:{runner.addresses[0][1]}/",
    }
    try:
        script = await asyncio.create_subprocess_exec(
            "sh", str(DEPLOY / "rolling_update.sh"), *by_port,
            env=os.environ | told,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await script.communicate()
        assert script.returncode == 0, said.decode()[-300:]
    finally:
        await runner.cleanup()
    return codes


async def settled(storage: Storage) -> None:
    """Wait until every message's turn is done."""
    messages = tables.messages
    undone = sa.select(sa.func.count()).where(messages.c.state != MessageState.HANDLED)
    async with asyncio.timeout(SETTLED_WITHIN_S):
        while await counted(storage, undone):  # each look takes as long as the database does
            pass


async def counted(storage: Storage, query: sa.Select[tuple[int]]) -> int:
    async with storage.begin_raw() as connection:
        return int(await connection.scalar(query) or 0)


@pytest.mark.parametrize(
    "balancer",
    [
        nginx,
        pytest.param(
            haproxy,
            marks=pytest.mark.skipif(
                not os.environ.get("POLICYLINE_TEST_LONG"),
                reason="some minutes more: POLICYLINE_TEST_LONG=1",
            ),
        ),
    ],
    ids=["nginx", "haproxy"],
)
async def test_replicas_are_replaced_and_nobody_notices(
    balancer: Callable[..., Balancer], city: City, tmp_path: Path
) -> None:
    if not present(balancer.__name__):
        pytest.skip(f"{balancer.__name__} is not installed")
    (tmp_path / "balancer").mkdir()
    with balancer(tmp_path / "balancer", city.ports) as before:
        crowd = Crowd(platform=city.platform, url=before.url)
        writing = asyncio.create_task(crowd.run())
        codes = await update(city, before)
        codes.append(await asyncio.to_thread(city.worker.replace))
        crowd.stop.set()
        await writing
    assert codes == [0, 0, 0]
    assert crowd.failed == []
    assert min(crowd.wrote, crowd.chatted, crowd.read) > 10
    await asyncio.to_thread(city.worker.wait_ready)
    await settled(city.storage)
    messages, outbox = tables.messages, tables.outbox
    for channel, sent in (("wechat", crowd.wrote), ("webchat", crowd.chatted)):
        of_channel = messages.c.channel == channel
        kept = await counted(city.storage, sa.select(sa.func.count()).where(of_channel))
        answered = sa.select(sa.func.count(sa.distinct(outbox.c.message_id))).where(
            outbox.c.message_id == messages.c.id, of_channel
        )
        assert (kept, await counted(city.storage, answered)) == (sent, sent)
    took_s = sorted(crowd.took_s)
    told = f"{len(took_s)} requests, p50 {took_s[len(took_s) // 2]:.2f} s, p99 "
    print(told + f"{took_s[int(len(took_s) * 0.99)]:.2f} s, longest {took_s[-1]:.2f} s")  # noqa: T201

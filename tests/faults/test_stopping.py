"""SIGTERM in the middle of work: exit code 0 within 10 s, and nothing is lost or done twice."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from aiohttp import web

from bot.records import MessageState
from bot.storage import tables
from bot.storage.units import Storage
from tests.fakes.wechat_platform import CUSTOM_SEND, Account, WeChatPlatform, running
from tests.whole.day.processes import Process

STOP_WITHIN_S = 30.0
"""Promised are 10, which `python -m tests.faults` looks at; here other tests run beside."""


class SlowRasa:
    """Takes texts and answers them when it is told to."""

    def __init__(self) -> None:
        self.asked, self.answers = threading.Event(), threading.Event()

    async def parse(self, _: web.Request) -> web.Response:
        self.asked.set()
        await asyncio.to_thread(self.answers.wait, 30)
        return web.json_response({"intent": {"name": "complaint", "confidence": 0.9}})


@pytest.fixture
async def rasa() -> AsyncIterator[tuple[SlowRasa, str]]:
    slow = SlowRasa()
    application = web.Application()
    application.router.add_post("/model/parse", slow.parse)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield slow, f"http://127.0.0.1:{runner.addresses[0][1]}"
    slow.answers.set()
    await runner.cleanup()


@pytest.fixture
def platform() -> Iterator[tuple[WeChatPlatform, str]]:
    made = WeChatPlatform(Account(), lambda: datetime.now(UTC))
    with running(made) as url:
        yield made, url


@pytest.fixture
def settings(
    database_url: str,
    redis_url: str,
    rasa: tuple[SlowRasa, str],
    platform: tuple[WeChatPlatform, str],
) -> dict[str, str]:
    account = platform[0].account
    return {
        "database_url": database_url,
        "redis_url": redis_url,
        "secret_key": "a key of the tests that is long enough",
        "rasa_url": rasa[1],
        "rasa_timeout_s": "20",
        "wechat_app_id": account.app_id,
        "wechat_token": account.token,
        "wechat_encoding_aes_key": account.aes_key,
        "wechat_app_secret": account.secret,
        "wechat_api_url": platform[1],
    }


@pytest.fixture
def processes(tmp_path: Path, settings: dict[str, str]) -> Iterator[tuple[Process, Process]]:
    """`serve`, and a worker that is not started yet."""
    serve = Process("serve", tmp_path / "serve", settings)
    worker = Process("worker", tmp_path / "worker", settings)
    serve.start()
    yield serve, worker
    serve.kill()
    worker.kill()


async def states(storage: Storage) -> list[str]:
    async with storage.read() as unit:
        rows = await unit.messages._connection.execute(sa.select(tables.messages.c.state))
        return list(rows.scalars())


async def until(storage: Storage, wanted: list[str]) -> None:
    async with asyncio.timeout(60):
        while await states(storage) != wanted:
            pass


def first_seen(platform: WeChatPlatform) -> None:
    """Returns once the citizen saw something beside the platform's own notice."""
    while all(one.way == "notice" for one in platform.seen_by("citizen-1")):
        time.sleep(0.05)


async def test_a_turn_that_does_not_end_in_time_is_the_workers(
    processes: tuple[Process, Process], rasa: tuple[SlowRasa, str], storage: Storage
) -> None:
    serve, worker = processes
    await asyncio.to_thread(serve.wait_ready)
    async with httpx.AsyncClient(timeout=30) as client:
        said = {"text": "投诉人民路的路灯坏了"}
        asking = asyncio.create_task(client.post(f"{serve.url}/api/v1/chat", json=said))
        await asyncio.to_thread(rasa[0].asked.wait, 20)
        code = await asyncio.to_thread(serve.terminate, STOP_WITHIN_S)
        await asyncio.gather(asking, return_exceptions=True)
    assert code == 0
    assert await states(storage) == [MessageState.STORED]
    rasa[0].answers.set()
    worker.start()
    await asyncio.to_thread(worker.wait_ready)
    await until(storage, [MessageState.HANDLED])
    async with storage.read() as unit:
        cases = await unit.cases._connection.scalar(
            sa.select(sa.func.count()).select_from(tables.cases)
        )
    assert cases == 1
    assert await asyncio.to_thread(worker.terminate, STOP_WITHIN_S) == 0


async def test_a_worker_stops_though_the_platform_hangs(
    processes: tuple[Process, Process],
    rasa: tuple[SlowRasa, str],
    platform: tuple[WeChatPlatform, str],
) -> None:
    serve, worker = processes
    worker.start()
    for process in processes:
        await asyncio.to_thread(process.wait_ready)
    rasa[0].answers.set()
    faults = platform[0].faults
    faults.hold(CUSTOM_SEND)
    faults.cut(CUSTOM_SEND)  # what the worker that stops had begun was never taken up
    url = f"{serve.url}/channels/wechat"
    xml = platform[0].text_message("citizen-1", "投诉人民路的路灯坏了")
    platform[0].give_up_after_s = 0.01  # nobody reads an answer in place
    await platform[0].send_callback(url, xml)
    await faults.until_waiting(CUSTOM_SEND)
    code = await asyncio.to_thread(worker.terminate, STOP_WITHIN_S)
    assert code == 0
    faults.release(CUSTOM_SEND)
    worker.start()
    await asyncio.to_thread(worker.wait_ready)
    async with asyncio.timeout(60):
        await asyncio.to_thread(first_seen, platform[0])
    seen = [one for one in platform[0].seen_by("citizen-1") if one.way != "notice"]
    assert len(seen) == 1

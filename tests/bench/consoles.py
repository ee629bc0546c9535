"""How soon every open console shows a call that waits, as consoles grow from one to two hundred.

One replica, the load beside it on the same cores. A call centre tells of a new call each second;
taken is the time from before its POST until each console has the event that shows it.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from bot.calls.replay import EVENTS, Target
from bot.web.sessions import COOKIE
from tests.bench.desk import KEY, events_of, sign_in
from tests.bench.shares import cpu_s
from tests.bench.table import Row, percentile
from tests.bench.wechat import database, fill
from tests.running import free_port, part
from tests.servers import running_redis

OPEN = (1, 10, 50, 200)
_CALLS, _EVERY_S, _READY_S = 10, 1.0, 30.0
"""A list shows ten calls that wait."""


async def measure(url: str, cookies: Sequence[str], first: int) -> list[float]:
    """Milliseconds for each call and console.

    Args:
        url: of the replica.
        cookies: of an operator a console.
        first: the callers' last four digits are counted from it; nobody else called with them.

    Raises:
        TimeoutError: a console never showed one.
    """
    seen: list[dict[str, float]] = [{} for _ in cookies]
    ready, calls = [asyncio.Event() for _ in cookies], list[str]()
    timeout = aiohttp.ClientTimeout(total=None, sock_read=None)
    target, sent = Target(url=url, key=KEY.encode()), dict[str, float]()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        looking = [
            asyncio.create_task(_look(session, url, cookie, seen[at], ready[at]))
            for at, cookie in enumerate(cookies)
        ]
        async with asyncio.timeout(_READY_S + len(cookies)):
            await asyncio.gather(*(one.wait() for one in ready))
        for number in range(_CALLS):
            call, mark = f"waits-{secrets.token_hex(4)}", f"{first + number:04d}"
            sent[mark] = time.perf_counter()
            await _tell(session, target, call, "offered", f"1390000{mark}")
            calls.append(call)
            await asyncio.sleep(_EVERY_S)
        async with asyncio.timeout(_READY_S):
            while any(mark not in one for one in seen for mark in sent):  # noqa: ASYNC110 - a look
                await asyncio.sleep(0.1)
        for call in calls:
            await _tell(session, target, call, "abandoned", "")
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)
    return [(one[mark] - at) * 1000 for one in seen for mark, at in sent.items()]


async def _look(
    session: aiohttp.ClientSession,
    url: str,
    cookie: str,
    seen: dict[str, float],
    ready: asyncio.Event,
) -> None:
    """One console: when it first showed the last four digits of each caller."""
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    async with session.get(f"{url}/desk/events", headers=headers) as answer:
        async for name, told in events_of(answer):
            now = time.perf_counter()
            if name == "desk":
                ready.set()
                for mark in re.findall(r"\*(\d{4})\b", told["html"]):
                    seen.setdefault(mark, now)


async def _tell(
    session: aiohttp.ClientSession, target: Target, call: str, what: str, caller: str
) -> None:
    now = datetime.now(UTC)
    told = {"event": what, "id": secrets.token_hex(8), "call": call, "caller": caller}
    body = json.dumps(told | {"at": now.isoformat()}).encode()
    headers = {**target.headers(body, now), "Content-Type": "application/json"}
    async with session.post(target.url + EVENTS, data=body, headers=headers) as answer:
        answer.raise_for_status()


def rows() -> list[Row]:
    """One row for each number of consoles."""
    found: list[tuple[int, list[float], float]] = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as started:
        folder = Path(name)
        (folder / "redis").mkdir()
        url = started.enter_context(database(folder))
        asyncio.run(fill(url))
        redis_url = started.enter_context(running_redis(folder / "redis"))
        cookies = asyncio.run(sign_in(url, redis_url, max(OPEN)))
        serve = started.enter_context(
            part(
                folder / "serve",
                "serve",
                database_url=url,
                redis_url=redis_url,
                secret_key=secrets.token_hex(16),
                rasa_port=str(free_port()),
                hotline_centres__default__key=KEY,
            )
        )
        serve.answers()
        pids = [serve.process.pid]
        for at, count in enumerate(OPEN):
            before, began = cpu_s(pids), time.perf_counter()
            times = asyncio.run(measure(serve.url, cookies[:count], 1000 * (at + 1)))
            busy = (cpu_s(pids) - before) / (time.perf_counter() - began)
            found.append((count, times, busy))
    return [
        Row(
            what=f"{count} consoles open: a new call shown on all, p50 / p99 ms",
            ours=f"{percentile(times, 0.5):.0f} / {percentile(times, 0.99):.0f}",
            peer=f"{percentile(found[0][1], 0.5):.0f} / {percentile(found[0][1], 0.99):.0f}",
            peer_name=f"one console; the replica kept {busy:.0%} of a core busy",
            ratio=f"{percentile(times, 0.5) / percentile(found[0][1], 0.5):.1f}",
        )
        for count, times, busy in found
    ]

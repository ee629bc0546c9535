"""Fifty calls at once, in real time: from a committed sentence to its suggestions on the desk.

Each call is a recording told as a call centre tells it (events by signed POST, words by WebSocket),
over and over, to an operator of its own, whose page listens by server-sent events. Taken is the
time from sending a citizen's committed sentence until the listener has the suggestions that know
it. The peer takes the same sentences and sends each straight to its listener: it stores nothing
and suggests nothing, so what is left is the cost of the way there and back under the same load.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.cache import Cache
from bot.calls.recorded import RecordedCall, RecordedEvent, RecordedWords, open_recording, shipped
from bot.calls.replay import EVENTS, TRANSCRIPTS, Step, Target, steps_of
from bot.cases.model import Role
from bot.clock import RandomIds, SystemClock
from bot.staff import StaffService
from bot.storage.units import Storage
from bot.web.sessions import COOKIE, Sessions
from connectors.calls import CallEventKind, Leg
from connectors.channels.hotline.signing import connection_content
from tests.bench.table import Row, percentile
from tests.bench.wechat import database, fill
from tests.running import ROOT, free_port, replica
from tests.servers import running_redis

CALLS, SECONDS, PEER_SECONDS = 50, 90.0, 45.0
WITHIN_MS = 300
PEER = "the same sentences straight to the listener, by aiohttp, nothing stored"
_SPREAD_S, _LEAD_MS = 8.0, 1500
_KEY = "a-key-for-the-measurement"


@dataclass
class Times:
    """Milliseconds of each citizen's sentence; those that never came."""

    ms: list[float] = field(default_factory=list)
    lost: int = 0


@dataclass
class Line:
    """One call that goes on, and what its listener was sent.

    Args:
        sent: the sentence's number → when it was sent.
        ready: the listener is there.
    """

    call_id: str
    sent: dict[int, float] = field(default_factory=dict)
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def shown(self, seq: int, times: Times) -> None:
        """Suggestions that know all sentences up to this one have come."""
        now = time.perf_counter()
        for known in [each for each in self.sent if each <= seq]:
            times.ms.append((now - self.sent.pop(known)) * 1000)


def recordings() -> list[RecordedCall]:
    """Calls in which somebody speaks, without the wait before they were answered."""
    found = [open_recording(name) for name in shipped()]
    return [_prompt(one) for one in found if len(one.sentences) > 5]


def _prompt(call: RecordedCall) -> RecordedCall:
    answered = next(
        each.at_ms
        for each in call.moments
        if isinstance(each, RecordedEvent) and each.kind is CallEventKind.ANSWERED
    )
    saved = max(0, answered - _LEAD_MS)
    return replace(
        call,
        moments=tuple(replace(each, at_ms=max(0, each.at_ms - saved)) for each in call.moments),
    )


def _of_operator(call: RecordedCall, operator: str) -> RecordedCall:
    moments = tuple(
        replace(each, operator=operator)
        if isinstance(each, RecordedEvent) and each.operator
        else each
        for each in call.moments
    )
    return replace(call, moments=moments)


async def tell(
    session: aiohttp.ClientSession,
    target: Target,
    line: Line,
    call: RecordedCall,
    until: float,
    *,
    events: bool,
) -> None:
    """A call in real time, as far as the measurement lasts."""
    headers = target.headers(connection_content(TRANSCRIPTS, {}), datetime.now(UTC))
    url, said = target.url + TRANSCRIPTS, 0
    began = time.perf_counter()
    steps = steps_of(call, line.call_id, datetime.now(UTC) - timedelta(seconds=1))
    async with session.ws_connect(url, headers=headers) as socket:
        reading = asyncio.create_task(_read(socket))
        for step in steps:
            due = began + step.moment.at_ms / 1000
            if due > until:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if step.message is not None:
                said += _note(line, step, said)
                await socket.send_str(json.dumps(step.message, ensure_ascii=False))
            elif step.event is not None and events:
                await _post(session, target, step)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


def _note(line: Line, step: Step, said: int) -> int:
    """1 for a committed sentence; a citizen's is timed where somebody listens."""
    moment = step.moment
    if not isinstance(moment, RecordedWords) or not moment.committed or not moment.text:
        return 0
    if moment.leg is Leg.CITIZEN and line.ready.is_set():
        line.sent[said] = time.perf_counter()
    return 1


async def _read(socket: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in socket:
        pass


async def _post(session: aiohttp.ClientSession, target: Target, step: Step) -> None:
    body = json.dumps(step.event, ensure_ascii=False).encode()
    headers = {**target.headers(body, datetime.now(UTC)), "Content-Type": "application/json"}
    async with session.post(target.url + EVENTS, data=body, headers=headers) as answer:
        answer.raise_for_status()


async def listen(
    session: aiohttp.ClientSession, url: str, cookie: str, line: Line, times: Times
) -> None:
    """The operator's page: finds the call that rings, then follows it."""
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    go = ""
    async with session.get(f"{url}/desk/events", headers=headers) as answer:
        async for name, told in _events(answer):
            if name == "desk" and told["go"]:
                go = told["go"]
                break
    async with session.get(f"{url}/desk/events?call={go}", headers=headers) as answer:
        await _follow(answer, line, times)


async def _listen_to_peer(
    session: aiohttp.ClientSession, url: str, line: Line, times: Times
) -> None:
    async with session.get(f"{url}/desk/events?call={line.call_id}") as answer:
        await _follow(answer, line, times)


async def _follow(answer: aiohttp.ClientResponse, line: Line, times: Times) -> None:
    line.ready.set()
    async for name, told in _events(answer):
        if name == "parts":
            line.shown(told["seq"], times)


async def _events(answer: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, Any]]:
    """Events as they come: name and content."""
    name = ""
    async for raw in answer.content:
        key, _, value = raw.decode().rstrip("\n").partition(": ")
        if key == "event":
            name = value
        elif key == "data":
            yield name, json.loads(value)


async def measure(url: str, cookies: Sequence[str], seconds: float) -> Times:
    """All calls at once; with cookies, of operators, else of the peer."""
    times, until = Times(), time.perf_counter() + seconds
    calls = recordings()
    timeout = aiohttp.ClientTimeout(total=None, sock_read=None)
    connector = aiohttp.TCPConnector(limit=0)
    target = Target(url=url, key=_KEY.encode())
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:

        async def keep(number: int) -> None:
            chance = random.Random(number)  # noqa: S311 - the same calls each time
            await asyncio.sleep(chance.random() * _SPREAD_S)
            while time.perf_counter() < until:
                line = Line(call_id=f"bench-{number}-{secrets.token_hex(4)}")
                call = _of_operator(chance.choice(calls), f"op-{number}")
                who = (
                    listen(session, url, cookies[number], line, times)
                    if cookies
                    else _listen_to_peer(session, url, line, times)
                )
                listening = asyncio.create_task(who)
                await tell(session, target, line, call, until, events=bool(cookies))
                await asyncio.sleep(1.0)
                times.lost += len(line.sent)
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening

        await asyncio.gather(*(keep(number) for number in range(CALLS)))
    return times


async def sign_in(database_url: str, redis_url: str) -> list[str]:
    """An operator a call, signed in; their cookies."""
    storage, cache, clock = Storage(database_url), Cache(redis_url), SystemClock()
    staff = StaffService(storage, clock, RandomIds())
    sessions = Sessions(cache, clock, idle=timedelta(hours=1), longest=timedelta(hours=1))
    cookies = []
    for number in range(CALLS):
        name = f"op-{number}"
        await staff.add(name, Role.OPERATOR, "", password="first-of-them-all")
        member = replace(await staff.get(name), must_change=False)
        cookies.append((await sessions.begin(member))[0])
    await cache.close()
    await storage.close()
    return cookies


@contextmanager
def echo() -> Iterator[str]:
    """The peer in a process of its own; gives its address."""
    port = free_port()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "BENCH_PORT": str(port)}
    command = [sys.executable, "-m", "tests.bench.desk_echo"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or not process.stdout.readline():
            raise RuntimeError("the echo did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate()


def rows() -> Sequence[Row]:
    """Ours and the peer, one after the other under the same load."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as started:
        folder = Path(name)
        (folder / "redis").mkdir()
        url = started.enter_context(database(folder))
        asyncio.run(fill(url))
        redis_url = started.enter_context(running_redis(folder / "redis"))
        cookies = asyncio.run(sign_in(url, redis_url))
        ours = started.enter_context(
            replica(
                folder / "serve",
                database_url=url,
                redis_url=redis_url,
                secret_key=secrets.token_hex(16),
                rasa_port=str(free_port()),
                hotline_centres__default__key=_KEY,
            )
        )
        mine = asyncio.run(measure(ours, cookies, SECONDS))
        theirs = asyncio.run(measure(started.enter_context(echo()), (), PEER_SECONDS))
    return list(_rows(mine, theirs))


def _rows(mine: Times, theirs: Times) -> Iterator[Row]:
    what = f"Suggestions on the desk, {CALLS} calls at once"
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        ours, peer = percentile(mine.ms, share), percentile(theirs.ms, share)
        yield Row(
            what=f"{what}: {name} ms",
            ours=f"{ours:.0f}",
            peer=f"{peer:.1f}",
            peer_name=PEER,
            ratio=f"{ours / peer:.1f}",
        )
    within = [sum(ms <= WITHIN_MS for ms in each.ms) / len(each.ms) for each in (mine, theirs)]
    yield Row(
        what=f"{what}: within {WITHIN_MS} ms",
        ours=f"{within[0]:.1%}",
        peer=f"{within[1]:.1%}",
        peer_name=PEER,
    )
    yield Row(
        what=f"{what}: sentences timed, never shown",
        ours=f"{len(mine.ms)}, {mine.lost}",
        peer=f"{len(theirs.ms)}, {theirs.lost}",
        peer_name=PEER,
    )

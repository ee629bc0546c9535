"""Callbacks of the WeChat account in encrypted mode, beside a bot of `wechatpy`'s that echoes.

Fifty messages a second, each another citizen's, whether the ones before are answered or not. The
peer does the platform's part alone: it checks, decrypts, answers with the text it got, encrypts;
it stores nothing, understands nothing and reads no content. Both get the same callbacks at the
same rate in turns of a few seconds, so that a drift of the machine's speed meets both.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bot.clock import SystemClock
from bot.library import Library
from bot.storage.units import Storage
from tests.bench.table import Row, percentile
from tests.bench.turns import QUESTIONS
from tests.fakes.wechat_platform import GIVE_UP_AFTER_S, Account, WeChatPlatform, running
from tests.rasa_server import PYTHON as RASA_PYTHON
from tests.rasa_server import running_rasa, trained_model
from tests.running import ROOT, free_port, replica
from tests.servers import find_postgres, running_postgres, running_redis

PER_SECOND, ROUNDS, ROUND_S = 50, 3, 8
PEER = "wechatpy's crypto and parser behind aiohttp, an echo without storage"
PATIENCE_S = 60.0


@dataclass
class Times:
    """Times of callbacks in ms; those over 5 s the platform would have sent again.

    Args:
        in_place: how many were answered with more than `success`.
        failed: how many had no answer with status 200.
    """

    ms: list[float] = field(default_factory=list)
    in_place: int = 0
    failed: int = 0

    @property
    def in_time(self) -> float:
        """Share answered before the platform gives up."""
        good = sum(ms < GIVE_UP_AFTER_S * 1000 for ms in self.ms)
        return good / max(1, len(self.ms) + self.failed)


async def load(platform: WeChatPlatform, url: str, begun: int, seconds: float, to: Times) -> None:
    """Send callbacks at the rate, not waiting for answers; notes each one's time.

    Args:
        platform: whose callbacks.
        url: the account's address.
        begun: number of the first citizen.
        seconds: for how long.
        to: where the times go.
    """
    # Written before: what the platform's side costs is no part of it.
    made = [
        platform.callback(
            platform.text_message(f"bench-{begun + number}", QUESTIONS[number % len(QUESTIONS)])
        )
        for number in range(round(PER_SECOND * seconds))
    ]
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    async with httpx.AsyncClient(timeout=PATIENCE_S, limits=limits, verify=False) as client:  # noqa: S501 - no TLS here

        async def one(query: dict[str, str], body: bytes, after_s: float) -> None:
            await asyncio.sleep(after_s)
            began = time.perf_counter()
            try:
                answer = await client.post(url, params=query, content=body)
            except httpx.HTTPError:
                to.failed += 1
                return
            if answer.status_code != 200:
                to.failed += 1
                return
            to.ms.append((time.perf_counter() - began) * 1000)
            to.in_place += answer.content not in (b"", b"success")

        await asyncio.gather(
            *(one(query, body, number / PER_SECOND) for number, (query, body) in enumerate(made))
        )


async def measure_pair(platform: WeChatPlatform, ours: str, peer: str) -> tuple[Times, Times]:
    """Both sides in turn, after a short warm-up of each."""
    first, second, citizens = Times(), Times(), 0
    for url in (ours, peer):
        await load(platform, url, citizens, 1.0, Times())
        citizens += PER_SECOND
    for _ in range(ROUNDS):
        for url, times in ((ours, first), (peer, second)):
            await load(platform, url, citizens, ROUND_S, times)
            citizens += PER_SECOND * ROUND_S
    return first, second


@contextmanager
def echo_bot(account: Account) -> Iterator[str]:
    """The peer in a process of its own; gives its address."""
    port = free_port()
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "BENCH_PORT": str(port),
        "BENCH_TOKEN": account.token,
        "BENCH_KEY": account.aes_key,
        "BENCH_APP_ID": account.app_id,
    }
    command = [sys.executable, "-m", "tests.bench.wechat_echo"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or not process.stdout.readline():
            raise RuntimeError("the echo bot did not start")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """PostgreSQL, as several replicas need it; SQLite where there is none."""
    binaries = find_postgres()
    if binaries is None:
        yield f"sqlite+aiosqlite:///{folder / 'policyline.db'}"
        return
    cluster = Path(tempfile.mkdtemp(prefix="policyline-bench-"))
    try:
        with running_postgres(binaries, cluster) as url:
            yield url
    finally:
        shutil.rmtree(cluster)


async def fill(url: str) -> None:
    """The sample content, published."""
    storage = Storage(url)
    await storage.upgrade()
    library = Library(storage, clock=SystemClock())
    await library.import_paths([ROOT / "knowledge" / "samples"], publish=True, by="bench")
    await storage.close()


def measure(*, with_rasa: bool) -> tuple[Times, Times]:
    """One replica with everything it needs, and the peer."""
    platform = WeChatPlatform(Account(), lambda: datetime.now(UTC))
    account = platform.account
    with tempfile.TemporaryDirectory() as name, ExitStack() as started:
        folder = Path(name)
        (folder / "redis").mkdir()
        (folder / "rasa").mkdir()
        url = started.enter_context(database(folder))
        asyncio.run(fill(url))
        redis_url = started.enter_context(running_redis(folder / "redis"))
        settings = {
            "database_url": url,
            "redis_url": redis_url,
            "secret_key": secrets.token_hex(16),
            "rasa_port": str(free_port()),
            "wechat_app_id": account.app_id,
            "wechat_token": account.token,
            "wechat_encoding_aes_key": account.aes_key,
            "wechat_app_secret": account.secret,
            "wechat_api_url": started.enter_context(running(platform)),
        }
        if with_rasa:
            rasa = started.enter_context(running_rasa(folder / "rasa", redis_url, trained_model()))
            settings |= {"rasa_url": rasa.url, "rasa_token": rasa.token}
        ours = started.enter_context(replica(folder / "serve", **settings))
        peer = started.enter_context(echo_bot(account))
        return asyncio.run(measure_pair(platform, f"{ours}/channels/wechat", peer))


def rows() -> Sequence[Row]:
    """Callbacks without Rasa, and with it where it is installed."""
    found: list[Row] = []
    for with_rasa in (False, True) if RASA_PYTHON.exists() else (False,):
        ours, peer = measure(with_rasa=with_rasa)
        found += _rows(ours, peer, "Rasa there" if with_rasa else "Rasa away")
    return found


def _rows(ours: Times, peer: Times, rasa: str) -> Iterator[Row]:
    what = f"WeChat callback at {PER_SECOND} messages/s, {rasa}"
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        mine, theirs = percentile(ours.ms, share), percentile(peer.ms, share)
        yield Row(
            what=f"{what}: {name} ms",
            ours=f"{mine:.0f}" if mine >= 10 else f"{mine:.1f}",
            peer=f"{theirs:.1f}",
            peer_name=PEER,
            ratio=f"{mine / theirs:.1f}",
        )
    for label, pick in (
        ("answered inside the first 5 s", lambda times: times.in_time),
        ("answered in place", lambda times: times.in_place / max(1, len(times.ms) + times.failed)),
    ):
        yield Row(
            what=f"{what}: {label}",
            ours=f"{pick(ours):.1%}",
            peer=f"{pick(peer):.1%}",
            peer_name=PEER,
        )

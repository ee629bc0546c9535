"""Whole turns, with storage and Rasa, beside Rasa's own REST channel with the same model.

The service is started as `policyline up` starts it, on ports and in a folder of its own. Both
sides get the same questions, one citizen a question, in turns of a few seconds each, so that a
drift of the machine's speed meets both.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx

from tests.bench.table import Row, percentile
from tests.running import ROOT, Started, free_port, service

ROUNDS, TURNS_A_ROUND, AT_ONCE = 3, 120, 8
QUESTIONS = (
    "居民医保每年交多少钱",
    "创业担保贷款最多能贷多少",
    "高龄津贴怎么领",
    "公积金辞职了怎么取",
    "电动车上牌要带什么材料",
    "农村建房能批多大面积",
    "低保怎么申请",
    "新生儿户口怎么上",
)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Turns per second and times of one turn, in ms."""

    per_second: float
    p50_ms: float
    p99_ms: float


@contextmanager
def rest_channel(started: Started, home: Path) -> Iterator[str]:
    """A second Rasa with the same model, actions and stores, behind its own REST channel."""
    port = free_port()
    credentials = home / "credentials.yml"
    credentials.write_text("rest:\n")
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "POLICYLINE_RASA_TOKEN": started.rasa_token,
        "POLICYLINE_ACTIONS_URL": f"{started.url}/internal/rasa/actions",
        "POLICYLINE_REDIS_HOST": "127.0.0.1",
        "POLICYLINE_REDIS_PORT": str(started.redis_port),
        "POLICYLINE_REDIS_DB": "0",
        "POLICYLINE_REDIS_PASSWORD": "",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    with (home / "rest.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(ROOT / ".venv-rasa" / "bin" / "python", "-m", "rasa", "run"),
                *("--interface", "127.0.0.1", "--port", str(port)),
                *("--model", ROOT / ".rasa" / "model.tar.gz", "--credentials", credentials),
                *("--endpoints", ROOT / "nlu" / "rasa" / "endpoints.yml"),
            ],
            env=environment,
            stdout=log,
            stderr=log,
            cwd=home,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        give_up_at = time.monotonic() + 120
        while not answers(url):
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"Rasa did not start; its log is {home / 'rest.log'}")
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def answers(url: str) -> bool:
    """True once a Rasa at this address has loaded its model."""
    try:
        return httpx.get(f"{url}/webhooks/rest/", timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False


Say = Callable[[str], Awaitable[None]]


async def load(say: Say, turns: int, at_once: int) -> list[float]:
    """Run turns, so many at once; gives each turn's time in ms."""
    waiting = iter(range(turns))
    times: list[float] = []

    async def one_after_another() -> None:
        for number in waiting:
            began = time.perf_counter()
            await say(QUESTIONS[number % len(QUESTIONS)])
            times.append((time.perf_counter() - began) * 1000)

    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    return times


async def measure_pair(ours: Say, peer: Say) -> tuple[Measured, Measured]:
    """Both sides in turn, after a warm-up of each."""
    sides: tuple[tuple[Say, list[float], list[float]], ...] = ((ours, [], []), (peer, [], []))
    for say, _, _ in sides:
        await load(say, 2 * AT_ONCE, AT_ONCE)
    for _ in range(ROUNDS):
        for say, times, walls in sides:
            began = time.perf_counter()
            times += await load(say, TURNS_A_ROUND, AT_ONCE)
            walls.append(time.perf_counter() - began)
    first, second = (
        Measured(
            per_second=ROUNDS * TURNS_A_ROUND / sum(walls),
            p50_ms=percentile(times, 0.5),
            p99_ms=percentile(times, 0.99),
        )
        for _, times, walls in sides
    )
    return first, second


async def _measure(started: Started, rest_url: str) -> tuple[Measured, Measured]:
    async with httpx.AsyncClient(timeout=30.0) as client:
        citizens = count()

        async def ours(question: str) -> None:
            number = next(citizens)  # each turn another citizen's, from an address of their own
            address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            answer = await client.post(
                f"{started.url}/api/v1/chat",
                json={"text": question},
                headers={"X-Forwarded-For": address},
            )
            answer.raise_for_status()
            if not answer.json()["replies"]:
                raise RuntimeError("a turn without a reply")

        async def rasa(question: str) -> None:
            answer = await client.post(
                f"{rest_url}/webhooks/rest/webhook",
                json={"sender": uuid.uuid4().hex, "message": question},
            )
            answer.raise_for_status()
            if not answer.json():
                raise RuntimeError("a turn of Rasa's without a reply")

        return await measure_pair(ours, rasa)


def resident_mb(pid: int) -> dict[str, float]:
    """Resident memory of a process's children by what they are, in MB (Linux)."""
    found: dict[str, float] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            facts = dict(
                line.split(":", 1) for line in status.read_text().splitlines() if ":" in line
            )
            command = (status.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, UnicodeDecodeError):
            continue
        if int(facts["PPid"]) == pid and "VmRSS" in facts:
            name = next(
                (n for n in ("redis-server", "rasa", "serve", "worker") if n in command), command
            )
            found[name] = int(facts["VmRSS"].split()[0]) / 1024
    return found


def rows() -> Sequence[Row]:
    """Turns, start and memory."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with service(home, proxy_hops="1") as cold:
            with rest_channel(cold, home) as rest_url:
                ours, peer = asyncio.run(_measure(cold, rest_url))
            memory = resident_mb(cold.pid)
        with service(home) as warm:
            warm_s = warm.cold_start_s
    name = "Rasa's REST channel, same model and actions"
    return (
        Row(
            what=f"turns per second, {AT_ONCE} citizens at once",
            ours=f"{ours.per_second:.1f}",
            peer=f"{peer.per_second:.1f}",
            peer_name=name,
            ratio=f"{ours.per_second / peer.per_second:.2f}×",
        ),
        Row(
            what="one turn, p50 ms",
            ours=f"{ours.p50_ms:.0f}",
            peer=f"{peer.p50_ms:.0f}",
            peer_name=name,
            ratio=f"{ours.p50_ms / peer.p50_ms:.2f}",
        ),
        Row(
            what="one turn, p99 ms",
            ours=f"{ours.p99_ms:.0f}",
            peer=f"{peer.p99_ms:.0f}",
            peer_name=name,
            ratio=f"{ours.p99_ms / peer.p99_ms:.2f}",
        ),
        Row(what="first start to ready, s", ours=f"{cold.cold_start_s:.1f}"),
        Row(what="second start to ready, s", ours=f"{warm_s:.1f}"),
        *(
            Row(what=f"memory of {part}, MB", ours=f"{size:.0f}")
            for part, size in sorted(memory.items())
        ),
    )

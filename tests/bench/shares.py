"""What one message costs each part: seconds of CPU, memory, and bytes in PostgreSQL.

    python -m tests.bench.shares

The whole service with Rasa on PostgreSQL; CPU seconds count work, not waiting, so other work on
the machine changes them little. The figures go into `tests/bench/sizing.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx

from tests.running import service
from tests.servers import find_postgres, running_postgres

CONVERSATIONS = 40
QUESTIONS = ("居住证怎么办", "高龄津贴怎么申请", "公租房申请需要什么材料")
DEMAND = (
    "我要投诉，路灯坏了三天没人修",
    "剑光街道人民路12号门口",
    "前天晚上",
    "不用了",
    "确认",
)
TABLES = {
    "message": ("messages", "conversations", "outbox"),
    "case": ("cases", "case_events", "department_deliveries", "case_alerts"),
}
_TICK = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from tree(int(child))


def cpu_s(pids: list[int]) -> float:
    """Their CPU seconds, with those of children that have ended."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(value) for value in fields[11:15])
    return ticks / _TICK


def parts(up: int, postgres: int) -> dict[str, list[int]]:
    """Part → its processes."""
    found: dict[str, list[int]] = {"postgres": list(tree(postgres))}
    for pid in list(tree(up))[1:]:
        said = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        for name in ("redis-server", "nlu/rasa/server.py", "bot serve", "bot worker"):
            if name in said:
                found.setdefault(name, []).append(pid)
    return found


def spent(up: int, postgres: int) -> dict[str, float]:
    """Part → CPU seconds so far; what ended between two looks counts with its parent."""
    return {name: cpu_s(pids) for name, pids in parts(up, postgres).items()}


def memory_mb(pids: list[int]) -> float:
    """Their resident memory."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


async def sizes(url: str) -> dict[str, float]:
    """Bytes and rows of tables."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        found = {}
        for names in TABLES.values():
            for name in names:
                counting = f"SELECT count(*) FROM {name}"  # noqa: S608 - a name of ours
                found[name] = float(await connection.fetchval(counting))
                found[f"{name} bytes"] = float(
                    await connection.fetchval("SELECT pg_total_relation_size($1::regclass)", name)
                )
        return found
    finally:
        await connection.close()


def say(client: httpx.Client, texts: tuple[str, ...]) -> int:
    """One conversation; gives how many messages."""
    conversation = None
    for text in texts:
        body = {"text": text} | ({"conversation_id": conversation} if conversation else {})
        answer = client.post("/api/v1/chat", json=body)
        while answer.status_code == 429:
            time.sleep(float(answer.headers.get("Retry-After", "1")))
            answer = client.post("/api/v1/chat", json=body)
        conversation = answer.raise_for_status().json()["conversation_id"]
    return len(texts)


def main() -> None:
    """Measure and print, as JSON."""
    binaries = find_postgres()
    if binaries is None:
        sys.exit("no PostgreSQL")
    out: dict[str, dict[str, float]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="policyline-pg-") as pg,
        tempfile.TemporaryDirectory(prefix="policyline-") as home,
        running_postgres(binaries, Path(pg)) as url,
        service(Path(home), database_url=url, secret_key=secrets.token_hex(16)) as started,
        httpx.Client(base_url=started.url, timeout=60.0) as client,
    ):
        postgres = int((Path(pg) / "cluster" / "postmaster.pid").read_text().splitlines()[0])
        say(client, (*QUESTIONS, *DEMAND))
        for what, texts in (("question", QUESTIONS), ("demand", DEMAND)):
            before_bytes = asyncio.run(sizes(url))
            before = spent(started.pid, postgres)
            messages = sum(say(client, texts) for _ in range(CONVERSATIONS))
            out[f"{what}: CPU ms a message"] = {
                name: round((now - before[name]) / messages * 1000, 1)
                for name, now in spent(started.pid, postgres).items()
            }
            after_bytes = asyncio.run(sizes(url))
            out[f"{what}: rows and bytes"] = {
                name: after_bytes[name] - before_bytes[name] for name in after_bytes
            }
        out["memory, MB"] = {
            name: round(memory_mb(pids)) for name, pids in parts(started.pid, postgres).items()
        }
    print(json.dumps(out, indent=1))  # noqa: T201


if __name__ == "__main__":
    main()

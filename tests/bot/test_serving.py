"""`serve` and `worker` as processes: Redis there, Rasa away."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from bot.cache import Cache
from bot.settings import ROOT
from bot.storage.units import Storage
from tests.servers import free_port

STARTED = {"serve": '"message": "serving"', "worker": '"message": "worker ready"'}
STOP_WITHIN_S = 30


@contextmanager
def role(name: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """The role as a process that has started; killed at the end where it still runs."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("POLICYLINE_")}
    named = {f"POLICYLINE_{key.upper()}": value for key, value in settings.items()}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", name],
        cwd=ROOT,
        env=environment | named,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            assert any(STARTED[name] in line for line in process.stderr), f"{name} did not start"
            yield process
        finally:
            process.kill()


async def start_again(settings: dict[str, str], pid: int) -> None:
    """Ask the process to, as the page does; its name holds its number."""
    storage, cache = Storage(settings["database_url"]), Cache(settings["redis_url"])
    try:
        names: list[str] = []
        for _ in range(100):
            if names := await running(storage):
                break
            await asyncio.sleep(0.1)  # it is ready a moment before it is on the list
        [name] = names
        assert f":{pid}:" in name
        async with storage.begin() as unit:
            assert await unit.city.ask_restart(name)
        await cache.wake("city")
    finally:
        await cache.close()
        await storage.close()


async def running(storage: Storage) -> list[str]:
    """The names of the processes that are there."""
    async with storage.read() as unit:
        seen = await unit.city.processes(since=datetime.min.replace(tzinfo=UTC))
        return [one.process for one in seen]


@pytest.mark.parametrize("name", ["serve", "worker"])
def test_a_process_starts_itself_again_under_its_number(
    settings: dict[str, str], name: str
) -> None:
    with role(name, **settings) as process:
        assert process.stderr is not None
        asyncio.run(start_again(settings, process.pid))
        assert any(STARTED[name] in line for line in process.stderr)
        assert stopped(process) == 0


def stopped(process: subprocess.Popen[str]) -> int:
    """The exit code after being asked to end, in time."""
    process.send_signal(signal.SIGTERM)
    return process.wait(STOP_WITHIN_S)


@pytest.fixture
def settings(sqlite_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "home": str(tmp_path),
        "database_url": sqlite_url,
        "redis_url": redis_url,
        "port": str(free_port()),
        "rasa_url": f"http://127.0.0.1:{free_port()}",
    }


def test_a_complaint_without_rasa_is_registered_and_counted(settings: dict[str, str]) -> None:
    base = f"http://127.0.0.1:{settings['port']}"
    with role("serve", **settings) as process, httpx.Client(base_url=base) as client:
        assert client.get("/health").json() == {"status": "ok"}
        assert client.get("/ready").json() == {
            "ready": True,
            "degraded": True,
            "leaving": False,
            "parts": {
                "database": True,
                "schema": True,
                "index": True,
                "redis": True,
                "rasa": False,
            },
        }
        said = client.post("/api/v1/chat", json={"text": "我要投诉，门口的路灯坏了"}, timeout=20)
        (reply,) = said.json()["replies"]
        assert (reply["kind"], reply["case"]["state"]) == ("case", "triage")
        counted = client.get("/metrics").text
        assert 'policyline_turn_seconds_count{channel="webchat",outcome="done"} 1.0' in counted
        assert 'policyline_queue_rows{queue="inbox",state="failed"} 0.0' in counted
        assert "路灯" not in counted
        assert stopped(process) == 0


def test_the_worker_ends_when_told(settings: dict[str, str]) -> None:
    with role("worker", **settings) as process:
        assert stopped(process) == 0


def test_without_redis_both_roles_do_their_work(settings: dict[str, str]) -> None:
    alone = {**settings, "redis_url": f"redis://127.0.0.1:{free_port()}/0"}
    base = f"http://127.0.0.1:{settings['port']}"
    with role("serve", **alone) as process, httpx.Client(base_url=base, timeout=20) as client:
        assert client.get("/ready").json()["parts"]["redis"] is False
        said = client.post("/api/v1/chat", json={"text": "你好"})
        assert len(said.json()["replies"]) == 1
        assert stopped(process) == 0


def test_a_port_that_is_taken_is_said_plainly(settings: dict[str, str]) -> None:
    with role("serve", **settings):
        environment = {f"POLICYLINE_{key.upper()}": value for key, value in settings.items()}
        second = subprocess.run(
            [sys.executable, "-m", "bot", "serve"],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert second.returncode == 1
    assert "POLICYLINE_PORT" in second.stderr.splitlines()[-1]
    assert "Traceback" not in second.stderr

"""The whole service as its processes, for tests and measurements that need all of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, kw_only=True)
class Started:
    """The running service: addresses, Rasa's token, and how long it took to get ready."""

    url: str
    rasa_url: str
    rasa_token: str
    redis_port: int
    cold_start_s: float
    pid: int


@contextmanager
def service(home: Path, **settings: str) -> Iterator[Started]:
    """`policyline up` in a folder of its own; stopped as Ctrl-C stops it at the end.

    Args:
        home: the folder.
        settings: more settings, without their prefix.

    Raises:
        RuntimeError: it did not get ready; names the folder of its logs.
    """
    ports = [free_port() for _ in range(3)]
    environment = os.environ | {
        "POLICYLINE_HOME": str(home),
        "POLICYLINE_PORT": str(ports[0]),
        "POLICYLINE_REDIS_PORT": str(ports[1]),
        "POLICYLINE_RASA_PORT": str(ports[2]),
        "PYTHONPATH": str(ROOT),
        **{f"POLICYLINE_{name.upper()}": value for name, value in settings.items()},
    }
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "up"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        cwd=home,
    )
    try:
        assert process.stdout is not None
        ready = next((line for line in process.stdout if line.startswith("已就绪")), None)
        if ready is None:
            raise RuntimeError(f"the service did not start; its logs are in {home / 'logs'}")
        yield Started(
            url=f"http://127.0.0.1:{ports[0]}",
            rasa_url=f"http://127.0.0.1:{ports[2]}",
            rasa_token=(home / "rasa_token").read_text().strip(),
            redis_port=ports[1],
            cold_start_s=time.monotonic() - began,
            pid=process.pid,
        )
    finally:
        process.send_signal(signal.SIGINT)
        _ended(process)
        if process.stdout is not None:
            process.stdout.close()


@dataclass(frozen=True, kw_only=True)
class Part:
    """One process of the service: `serve` or `worker`; `url` is where a `serve` will answer."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """As when its machine loses power; gone when this returns."""
        self.process.kill()
        self.process.wait()

    def answers(self) -> None:
        """Wait until it answers. Raises `RuntimeError` where it ended before, naming its log."""
        while not _listens(self.port):
            if self.process.poll() is not None:
                raise RuntimeError(f"serve ended: {self.log}")
            time.sleep(0.05)


def _ended(process: subprocess.Popen[Any], within_s: float = 30) -> None:
    """Wait for its end. Raises `TimeoutExpired`; it is gone then too, and slows no other test."""
    try:
        process.wait(within_s)
    finally:
        process.kill()
        process.wait()


@contextmanager
def part(home: Path, command: str, **settings: str) -> Iterator[Part]:
    """One process of the service by itself; at the end told to stop, as a service manager does.

    Args:
        home: a folder of its own.
        command: `serve` or `worker`.
        settings: more settings, without their prefix.
    """
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    environment = os.environ | {
        "POLICYLINE_HOME": str(home),
        "POLICYLINE_PORT": str(port),
        "PYTHONPATH": str(ROOT),
        **{f"POLICYLINE_{name.upper()}": value for name, value in settings.items()},
    }
    with (home / f"{command}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", command], env=environment, stdout=log, stderr=log
        )
    try:
        yield Part(process=process, port=port, log=home / f"{command}.log")
    finally:
        process.terminate()
        _ended(process)


@contextmanager
def replica(home: Path, **settings: str) -> Iterator[str]:
    """One `policyline serve` by itself; gives its address once it answers.

    Args:
        home: a folder of its own.
        settings: more settings, without their prefix.

    Raises:
        RuntimeError: it ended before it answered; names its log.
    """
    with part(home, "serve", **settings) as serving:
        serving.answers()
        yield serving.url


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

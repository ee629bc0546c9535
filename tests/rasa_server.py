"""A real Rasa for tests: trained when its inputs changed, started once, its output in a log."""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse

import httpx

from nlu.rasa import train
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
READY_WITHIN_S = 180.0


@dataclass(frozen=True, kw_only=True)
class RasaServer:
    """A running Rasa.

    Args:
        url: where it listens.
        token: shared with it, both ways.
        actions_port: on loopback, where it will call our actions; a test listens there.
        redis_url: its tracker and lock stores.
        log: its output, for a person who wonders.
        pid: its process, which leads a group of its own.
    """

    url: str
    token: str
    actions_port: int
    redis_url: str
    log: Path
    pid: int

    def kill(self) -> None:
        """End it at once, as a crash would."""
        os.killpg(self.pid, signal.SIGKILL)


def model_folder() -> Path:
    """Where the model is kept from one test run to the next; the service's own by default."""
    return Path(os.environ.get("POLICYLINE_TEST_RASA_DIR", train.OUT))


def trained_model() -> Path:
    """The model, trained first where its inputs changed; test processes wait for each other."""
    folder = model_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "training.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return train.train(str(PYTHON), folder)


@contextmanager
def running_rasa(folder: Path, redis_url: str, model: Path) -> Iterator[RasaServer]:
    """Rasa on a free port with this model; gives it once it answers, stops it at the end.

    Raises:
        RuntimeError: it ended or did not get ready; names its log.
    """
    port, actions_port, token = free_port(), free_port(), secrets.token_urlsafe(16)
    redis = urlparse(redis_url)
    environment = train.environment() | {
        "POLICYLINE_RASA_TOKEN": token,
        "POLICYLINE_ACTIONS_URL": f"http://127.0.0.1:{actions_port}/internal/rasa/actions",
        "POLICYLINE_REDIS_HOST": str(redis.hostname),
        "POLICYLINE_REDIS_PORT": str(redis.port),
        "POLICYLINE_REDIS_DB": redis.path.strip("/") or "0",
        "POLICYLINE_REDIS_PASSWORD": redis.password or "",
    }
    log = folder / "rasa.log"
    command = [str(PYTHON), str(ROOT / "nlu" / "rasa" / "server.py")]
    command += ["--port", str(port), "--model", str(model)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    server = RasaServer(
        url=f"http://127.0.0.1:{port}",
        token=token,
        actions_port=actions_port,
        redis_url=redis_url,
        log=log,
        pid=process.pid,
    )
    try:
        _wait_ready(process, server)
        yield server
    finally:
        if process.poll() is None:
            server.kill()
        process.wait()


def _wait_ready(process: subprocess.Popen[bytes], server: RasaServer) -> None:
    give_up_at = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < give_up_at:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{server.url}/webhooks/policyline/", timeout=1.0).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"Rasa did not get ready; its output is in {server.log}")

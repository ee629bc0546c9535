"""PostgreSQL, Redis, Rasa or its stand-in, each on one port: killed, frozen, filled, begun anew."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import redis

from bot.redis_server import find_redis_server, redis_arguments
from nlu.rasa import train
from tests.rasa_server import PYTHON as RASA_PYTHON
from tests.rasa_server import trained_model
from tests.running import ROOT
from tests.servers import find_postgres, free_port

_UP_WITHIN_S, _RASA_WITHIN_S = 60.0, 240.0


class Missing(Exception):
    """A server's program is not on this machine; the message says which."""


class Server:
    """One process that listens on a port of its own.

    Args:
        command: its command line.
        folder: where it works and writes its log.
        port: where it will listen.
        environment: instead of this process's.
        within_s: in which it has to listen.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        folder: Path,
        port: int,
        environment: Mapping[str, str] | None = None,
        within_s: float = _UP_WITHIN_S,
    ) -> None:
        self._command, self._folder, self.port = [str(word) for word in command], folder, port
        self._environment, self._within_s = environment, within_s
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens; again where it ends at once.

        Raises:
            RuntimeError: it does not come up; names its log.
        """
        give_up_at = time.monotonic() + self._within_s
        while time.monotonic() < give_up_at:
            if not self.runs:
                self._launch()
            if self._listens():
                return
            time.sleep(0.1)
        raise RuntimeError(f"{self._command[0]} does not come up: {self._folder}/log")

    @property
    def runs(self) -> bool:
        """False where it ended."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """As when its machine loses power."""
        self.send(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def send(self, number: signal.Signals) -> None:
        """A signal to it, where it runs."""
        if self._process is not None and self.runs:
            self._process.send_signal(number)

    def _launch(self) -> None:
        ended = ["setpriv", "--pdeathsig", "KILL"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*ended, *self._command], cwd=self._folder, stdout=log, stderr=log,
                env=self._environment or os.environ | {"PYTHONPATH": str(ROOT)},
            )  # fmt: skip

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Postgres(Server):
    """A cluster that survives the death of its process, on a file system that can be filled.

    Args:
        folder: an empty folder.
    """

    def __init__(self, folder: Path) -> None:
        binaries, port = find_postgres(), free_port()
        if binaries is None:
            raise Missing("no PostgreSQL server binary (Debian package: postgresql)")
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = folder / "cluster"
        with (folder / "log").open("ab") as log:
            subprocess.run(
                [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                 "--no-locale", "-N", "--wal-segsize=1"],
                check=True, user=self._user, cwd=folder, stdout=log, stderr=log,
            )  # fmt: skip
        # Killed processes lose nothing the kernel has; a power cut is not what is tried here.
        options = ("fsync=off", "max_connections=300", "min_wal_size=2MB", "max_wal_size=24MB")
        words = [word for option in options for word in ("-c", option)]
        rights = ["--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        super().__init__(
            [*(["setpriv", *rights, "--pdeathsig", "KILL"] if self._user else []),
             binaries / "postgres", "-D", data, "-k", folder, "-p", str(port), "-h", "127.0.0.1",
             *words],
            folder, port,
        )  # fmt: skip

    @property
    def url(self) -> str:
        """Of its database, straight to it."""
        return self.url_at(self.port)

    def url_at(self, port: int) -> str:
        """Of its database by way of a port."""
        return f"postgresql+asyncpg://postgres@127.0.0.1:{port}/postgres"

    async def takes(self) -> None:
        """Wait until it takes questions: it may be recovering."""
        async with asyncio.timeout(_UP_WITHIN_S):
            while True:
                with contextlib.suppress(OSError, asyncpg.PostgresError):
                    await self.does("SELECT 1")
                    return
                await asyncio.sleep(0.1)

    async def does(self, *statements: str) -> None:
        """Run statements as its superuser."""
        where = {"host": "127.0.0.1", "port": self.port, "user": "postgres"}
        own = {"default_transaction_read_only": "off"}
        connection = await asyncpg.connect(**where, database="postgres", server_settings=own)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def backends(self) -> list[int]:
        """Process ids of the services' connections."""
        where = {"host": "127.0.0.1", "port": self.port, "user": "postgres"}
        connection = await asyncpg.connect(**where, database="postgres")
        try:
            rows = await connection.fetch(
                "SELECT pid FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid"
            )
        finally:
            await connection.close()
        return [row["pid"] for row in rows]


def redis_server(folder: Path) -> Server:
    """A Redis. Raises `Missing`."""
    binary = find_redis_server()
    if binary is None:
        raise Missing("no redis-server")
    port = free_port()
    return Server(redis_arguments(binary, folder=folder, port=port), folder, port)


def empty_redis(server: Server) -> None:
    """FLUSHALL."""
    with redis.Redis(port=server.port) as client:
        client.flushall()


def rasa_itself(
    folder: Path, port: int, *, actions_port: int, redis_port: int, token: str
) -> Server:
    """Rasa with the trained model; its actions are one replica's. Raises `Missing`."""
    if not RASA_PYTHON.exists():
        raise Missing("no Rasa environment (make setup)")
    command = [RASA_PYTHON, ROOT / "nlu" / "rasa" / "server.py"]
    environment = train.environment() | {
        "POLICYLINE_RASA_TOKEN": token,
        "POLICYLINE_ACTIONS_URL": f"http://127.0.0.1:{actions_port}/internal/rasa/actions",
        "POLICYLINE_REDIS_HOST": "127.0.0.1",
        "POLICYLINE_REDIS_PORT": str(redis_port),
        "POLICYLINE_REDIS_DB": "0",
        "POLICYLINE_REDIS_PASSWORD": "",
    }
    return Server(
        [*command, "--port", str(port), "--model", trained_model()],
        folder,
        port,
        environment,
        within_s=_RASA_WITHIN_S,
    )


def rasa_stand_in(folder: Path, port: int) -> Server:
    """Rasa's stand-in; it fails while `folder/fails` is there."""
    command = [sys.executable, "-m", "tests.faults.rasa", str(port), str(folder / "fails")]
    return Server(command, folder, port)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """A small file system at a folder; False where nobody here may mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "policyline-faults", folder]
    mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=False, capture_output=True)


def fill(folder: Path) -> None:
    """Write until the file system is full."""
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
        block = bytes(4096)
        while True:
            filler.write(block)


def free(folder: Path) -> None:
    """Undo `fill`."""
    (folder / "filler").unlink(missing_ok=True)

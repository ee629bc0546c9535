"""Real servers for tests: found, started in a folder of their own, stopped."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.redis_server import find_redis_server, redis_arguments


def free_port() -> int:
    """A TCP port on 127.0.0.1 nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_postgres() -> Path | None:
    """The folder of initdb, postgres and pg_ctl: on PATH, else the newest Debian one."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    return folders[-1].parent if folders else None


@contextmanager
def running_postgres(binaries: Path, folder: Path) -> Iterator[str]:
    """A throwaway cluster that listens on a socket in `folder` alone; gives the URL of its
    database `postgres`. PostgreSQL refuses to run as root: then it runs as user `postgres`."""
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None:
        owner = pwd.getpwnam(user)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = folder / "cluster"
    # Nothing here outlives the tests, so it need not survive a crash either.
    options = (
        f"-k {folder} -p 5432 -c listen_addresses='' -c fsync=off -c synchronous_commit=off "
        "-c full_page_writes=off -c max_connections=200 -c shared_buffers=32MB"
    )

    def run(*command: str) -> None:
        # pg_ctl leaves the server behind with our descriptors: nothing of it may be a pipe.
        with (folder / "output").open("ab") as output:
            subprocess.run(
                [str(binaries / command[0]), *command[1:]],
                check=True,
                user=user,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    run(
        "initdb",
        "-D",
        str(data),
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "-N",
    )
    run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
    try:
        yield f"postgresql+asyncpg://postgres@/postgres?host={folder}&port=5432"
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")


@contextmanager
def running_redis(folder: Path, port: int | None = None) -> Iterator[str]:
    """A Redis server; gives its URL, or raises where there is no binary."""
    binary = find_redis_server()
    if binary is None:
        raise RuntimeError("no redis-server")
    port = port or free_port()
    process = subprocess.Popen(
        redis_arguments(binary, folder=folder, port=port), stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            for line in process.stdout or ():
                if "ready to accept connections" in line.lower():
                    break
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            # What it still says would fill the pipe and keep it from ending.
            process.communicate()

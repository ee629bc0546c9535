"""Real servers for tests: found, started in a folder of their own, stopped."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
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
    with (folder / "output").open("ab") as output:
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
             "--no-locale", "-N"],
            check=True, user=user, cwd=folder, stdout=output, stderr=output,
        )  # fmt: skip
    # Nothing here outlives the tests, so it need not survive a crash either.
    options = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
    server = [binaries / "postgres", "-D", data, "-k", folder, "-p", "5432", "-h", ""]
    server += [word for option in options for word in ("-c", option)]
    # setpriv ends the server also where the tests are killed and cannot.
    rights = ["--reuid", user, "--regid", user, "--init-groups"] if user else []
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            ["setpriv", *rights, "--pdeathsig", "INT", *server], cwd=folder, stdout=log, stderr=log
        )
    with process:
        try:
            ready = [binaries / "pg_isready", "-q", "-h", folder, "-p", "5432"]
            while subprocess.run(ready, check=False).returncode:
                if process.poll() is not None:
                    raise RuntimeError("PostgreSQL ended before it was ready")
                time.sleep(0.05)
            yield f"postgresql+asyncpg://postgres@/postgres?host={folder}&port=5432"
        finally:
            process.send_signal(signal.SIGQUIT)


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


EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def running_clamd(folder: Path) -> Iterator[str]:
    """ClamAV's daemon with one signature, that of EICAR's test file; gives where it listens."""
    signatures, where = folder / "signatures", folder / "clamd.socket"
    signatures.mkdir(exist_ok=True)
    (signatures / "test.ndb").write_text(f"Eicar-Test:0:*:{EICAR[:40].hex()}\n")
    configuration = folder / "clamd.conf"
    configuration.write_text(
        f"LocalSocket {where}\nDatabaseDirectory {signatures}\nForeground yes\n"
        "StreamMaxLength 2M\nLogTime no\nMaxThreads 2\n"
    )
    where.unlink(missing_ok=True)
    with (folder / "clamd.log").open("ab") as log:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "/usr/sbin/clamd", "--config-file", configuration],
            stdout=log,
            stderr=log,
        )
    with process:
        try:
            while not _answers(where):
                if process.poll() is not None:
                    raise RuntimeError("clamd ended before it was ready")
                time.sleep(0.05)
            yield f"unix:{where}"
        finally:
            process.kill()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True

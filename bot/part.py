"""One process that `policyline up` keeps: started with its own log, waited for, ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import httpx

STOP_WITHIN_S = 10.0
READY_WITHIN_S = 180.0


class UpError(Exception):
    """Why the service cannot be started; one sentence for the person at the terminal."""


@dataclass(kw_only=True)
class Part:
    """One process of the service.

    Args:
        ready: returns once the process does its work; raises while it does not.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    ready: Callable[[], Awaitable[None]] | None = None
    process: asyncio.subprocess.Process | None = field(default=None, init=False)

    async def start(self) -> None:
        """Start the process, its output appended to its log."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                env=dict(self.environment),
                # Not the caller's folder: Rasa would import whatever Python files lie there.
                cwd=self.log.parent,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    async def wait_ready(self) -> None:
        """Wait until it is ready.

        Raises:
            UpError: it ended or did not get ready in time; names its log.
        """
        if self.ready is None:
            return
        deadline = monotonic() + READY_WITHIN_S
        while monotonic() < deadline:
            if self.process is not None and self.process.returncode is not None:
                raise UpError(f"{self.name} 启动失败，原因见 {self.log}")
            try:
                await self.ready()
            except (OSError, httpx.HTTPError):
                await asyncio.sleep(0.1)
            else:
                return
        raise UpError(f"{self.name} 在 {READY_WITHIN_S:.0f} 秒内没有就绪，详情见 {self.log}")

    async def stop(self) -> None:
        """Ask it to end, then make it."""
        if self.process is None or self.process.returncode is not None:
            return
        _signal_group(self.process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), STOP_WITHIN_S)
        except TimeoutError:
            _signal_group(self.process.pid, signal.SIGKILL)
            await self.process.wait()


def die_with_parent() -> None:
    """In the child: be ended by the kernel when the parent ends (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)

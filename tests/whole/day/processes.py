"""The service's processes, each to be killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tests.running import ROOT
from tests.servers import free_port

READY_WITHIN_S = 240.0


class Process:
    """`policyline serve` or `policyline worker` in a folder of its own, on one port for ever.

    Args:
        role: `serve` or `worker`.
        home: its folder; its output is `output.log` there.
        settings: without their prefix.
        module: what is run with the role as its argument.
        environment: more of it, by full name.
    """

    def __init__(
        self,
        role: str,
        home: Path,
        settings: dict[str, str],
        *,
        module: str = "bot",
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        home.mkdir(parents=True)
        self._module = module
        self.role, self.log, self.port = role, home / "output.log", free_port()
        named = settings | {"home": str(home), "port": str(self.port)}
        self._environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            **environment,
            **{f"POLICYLINE_{name.upper()}": value for name, value in named.items()},
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; it gets ready on its own."""
        self._said_before = self._said()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._module, self.role],
                env=self._environment,
                stdout=log,
                stderr=log,
            )

    def wait_ready(self) -> None:
        """Blocks until it is.

        Raises:
            RuntimeError: it ended, or did not get ready; names its log.
        """
        give_up_at = time.monotonic() + READY_WITHIN_S
        while self._said() == self._said_before:
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > give_up_at:
                raise RuntimeError(f"{self.role} is not ready: {self.log}")
            time.sleep(0.1)

    def kill(self) -> None:
        """End it at once, as a crash would (SIGKILL)."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """End it as an operator would."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def replace(self, within_s: float = 60.0) -> int:
        """End it as its supervisor would (SIGTERM), wait until it has, and start it anew; gives the
        exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(within_s)
        self.start()
        return code

    @property
    def pid(self) -> int:
        """Of the process started last."""
        if self._process is None:
            raise RuntimeError(f"{self.role} was never started")
        return self._process.pid

    def terminate(self, within_s: float) -> int | None:
        """SIGTERM; gives its exit code, or None where it had to be killed after so long."""
        if self._process is None:
            return None
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    @property
    def runs(self) -> bool:
        """False where it ended."""
        return self._process is not None and self._process.poll() is None

    def _said(self) -> int:
        """How often it said that it is ready."""
        said = self.log.read_text("utf-8", "replace") if self.log.exists() else ""
        return said.count('"serving"' if self.role == "serve" else '"worker ready"')

"""Faults a test orders of the platform's HTTP interface; each is used up by the next calls."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Literal

Fault = Literal["delay", "refuse", "status", "cut", "lose_answer"]


class Faults:
    """Orders by path, such as `/cgi-bin/message/custom/send`; for any thread."""

    def __init__(self) -> None:
        self._orders: dict[tuple[Fault, str], deque[float]] = defaultdict(deque)
        self._held: dict[str, int] = {}
        self._lock = threading.RLock()

    def delay(self, path: str, seconds: float, times: int = 1) -> None:
        """The next calls are taken up only after so many seconds."""
        self._order("delay", path, seconds, times)

    def busy(self, path: str, times: int = 1) -> None:
        """The next calls are answered -1."""
        self.refuse(path, -1, times)

    def refuse(self, path: str, code: int, times: int = 1) -> None:
        """The next calls with a good token are answered with this error code."""
        self._order("refuse", path, code, times)

    def status(self, path: str, status: int, times: int = 1) -> None:
        """The next calls are answered with an HTTP status and a page, as a gateway does."""
        self._order("status", path, status, times)

    def cut(self, path: str, times: int = 1) -> None:
        """The next calls lose their connection before anything was done."""
        self._order("cut", path, 1, times)

    def lose_answer(self, path: str, times: int = 1) -> None:
        """The next calls are carried out, and then their connection is cut."""
        self._order("lose_answer", path, 1, times)

    def hold(self, path: str) -> None:
        """Calls wait until `release`."""
        with self._lock:
            self._held.setdefault(path, 0)

    def release(self, path: str | None = None) -> None:
        """Let the calls held at a path go on, or all calls."""
        with self._lock:
            for held in [path] if path is not None else list(self._held):
                self._held.pop(held, None)

    def waiting(self, path: str) -> int:
        """How many calls have come to a held path."""
        return self._held.get(path, 0)

    def left(self, fault: Fault, path: str) -> int:
        """How many orders are not used up."""
        return len(self._orders[fault, path])

    def forget(self, fault: Fault, path: str) -> None:
        """Take orders back."""
        self._orders[fault, path].clear()

    def take(self, fault: Fault, path: str) -> float | None:
        """Use up one order, if there is any."""
        with self._lock:
            orders = self._orders[fault, path]
            return orders.popleft() if orders else None

    async def until_waiting(self, path: str, calls: int = 1) -> None:
        """Wait until so many calls have come to a held path."""
        await _until(lambda: self.waiting(path) >= calls)

    async def pause(self, path: str) -> None:
        """Wait as ordered."""
        with self._lock:
            if path in self._held:
                self._held[path] += 1
        await _until(lambda: path not in self._held)
        delay_s = self.take("delay", path)
        if delay_s is not None:
            await asyncio.sleep(delay_s)

    def _order(self, fault: Fault, path: str, value: float, times: int) -> None:
        with self._lock:
            self._orders[fault, path].extend([value] * times)


async def _until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110  # made true in another thread
        await asyncio.sleep(0.005)

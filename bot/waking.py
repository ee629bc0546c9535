"""Waiting for a topic inside one process; `bot/cache.py` carries wake-ups between processes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Waiter:
    """Wakes its owner when one of its topics is woken; a wake-up between two waits is kept."""

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self._woken: set[str] = set()
        self._event = asyncio.Event()

    def wake(self, topic: str) -> None:
        """Note that the topic was woken."""
        self._woken.add(topic)
        self._event.set()

    async def wait(self, timeout_s: float) -> frozenset[str]:
        """The topics woken since the last wait; empty after `timeout_s` seconds without any."""
        if not self._event.is_set():
            try:
                await asyncio.wait_for(self._event.wait(), timeout_s)
            except TimeoutError:
                return frozenset()
        woken = frozenset(self._woken)
        self._woken.clear()
        self._event.clear()
        return woken


class Hub:
    """Who in this process waits for what."""

    def __init__(self) -> None:
        self._waiters: dict[str, set[Waiter]] = {}

    @contextmanager
    def waiting(self, *topics: str) -> Iterator[Waiter]:
        """Inside, wake-ups of these topics reach the waiter."""
        waiter = Waiter(frozenset(topics))
        for topic in waiter.topics:
            self._waiters.setdefault(topic, set()).add(waiter)
        try:
            yield waiter
        finally:
            for topic in waiter.topics:
                waiters = self._waiters[topic]
                waiters.discard(waiter)
                if not waiters:
                    del self._waiters[topic]

    def wake(self, topic: str) -> None:
        """Wake whoever waits for the topic here."""
        for waiter in tuple(self._waiters.get(topic, ())):
            waiter.wake(topic)

    def wake_all(self) -> None:
        """Wake everybody, because wake-ups may have been missed."""
        for topic in tuple(self._waiters):
            self.wake(topic)

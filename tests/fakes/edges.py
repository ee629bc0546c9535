"""Time, ids and texts that do the same in every run."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class FakeClock:
    """Stands still until it is told to go on. Starts on Monday 2 March 2026, 10:00 in China."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)) -> None:
        self.time = start

    def now(self) -> datetime:
        return self.time

    def advance(self, **span: float) -> datetime:
        """Go on by `seconds=…`, `minutes=…`, `days=…`; gives the new time."""
        self.time += timedelta(**span)
        return self.time


class CountingIds:
    """id 1, id 2, …: 26 characters, sorted as they were made."""

    def __init__(self) -> None:
        self.count = 0

    def new_id(self) -> str:
        self.count += 1
        return f"{self.count:026d}"

    def new_query_code(self) -> str:
        self.count += 1
        return f"{self.count:06d}"


def steady_bytes() -> Callable[[int], bytes]:
    """Bytes that look random and are the same in every run."""
    count = itertools.count()
    return lambda length: hashlib.sha256(str(next(count)).encode()).digest()[:length]


class RecordedWakeups:
    """Remembers which topics were woken."""

    def __init__(self) -> None:
        self.topics: list[str] = []

    async def wake(self, *topics: str) -> None:
        self.topics.extend(topics)

"""The real time and real chance, for `bot/app.py` and commands to hand in."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o, u, so that an id can be read out over the telephone."""

_RANDOM_BITS = 80
_ID_CHARS = 26


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Now, aware, UTC."""
        return datetime.now(UTC)


class RandomIds:
    """Ids of 48 bits of milliseconds and 80 random bits, 26 characters, sortable (ULID's layout).

    Ids of one process grow strictly, also inside one millisecond and when the clock goes back.
    """

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def new_id(self) -> str:
        """A new id, sortable by time."""
        with self._lock:
            fresh = (time.time_ns() // 1_000_000 << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
            if fresh >> _RANDOM_BITS <= self._last >> _RANDOM_BITS:
                fresh = self._last + 1 + secrets.randbits(32)
            self._last = fresh
        digits = [_ALPHABET[(fresh >> (5 * place)) & 31] for place in range(_ID_CHARS)]
        return "".join(reversed(digits))

    def new_query_code(self) -> str:
        """Six random digits."""
        return f"{secrets.randbelow(1_000_000):06d}"

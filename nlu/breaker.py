"""When Rasa is left alone: after some failures in a row nobody waits for it; then one tries it.

Its own load is the reason too: a Rasa that comes up again is not met by everybody at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FAILURES_TO_OPEN = 3
"""Failures in a row after which Rasa is taken for away; a refused connection counts at once."""
REST_S = 5.0
"""How long Rasa is then left alone; the next one after that tries it again, alone."""


class Resting(Exception):
    """It is left alone for now; do without."""


class Breaker:
    """Counts failures in a row.

    Args:
        rest_s: how long what failed is left alone, seconds.
        monotonic: the clock of that, seconds.
    """

    def __init__(
        self, *, rest_s: float = REST_S, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._rest_s, self._monotonic = rest_s, monotonic
        self._failures = 0
        self._open = self._trying = False
        self._away_until = float("-inf")

    @property
    def away(self) -> bool:
        """True while it is left alone."""
        return self._monotonic() < self._away_until

    @property
    def failures(self) -> int:
        """In a row, so far."""
        return self._failures

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Ask inside, and say `failed` or `succeeded` there; who says neither changes nothing.

        Raises:
            Resting: it is left alone, or somebody is just finding out whether it is back.
        """
        if self.away or (self._open and self._trying):
            raise Resting
        first = self._open
        self._trying = self._trying or first
        try:
            yield
        finally:
            if first:
                self._trying = False

    def succeeded(self) -> None:
        """It answered."""
        self._failures, self._open = 0, False

    def failed(self, *, at_once: bool = False) -> None:
        """It did not.

        Args:
            at_once: it is surely away, whatever came before.
        """
        self._failures += 1
        if at_once or self._open or self._failures >= FAILURES_TO_OPEN:
            self._open = True
            self._away_until = self._monotonic() + self._rest_s

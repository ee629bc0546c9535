"""Nonces that were used, so that nobody can send a message of the platform's again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from connectors.departments.robots import Rates

_HERE = 20_000


class Nonces:
    """The nonces of one platform's calls.

    Args:
        name: the connector's.
        rates: counters all replicas share (Redis); None: this process remembers alone.
        now: the time.
    """

    def __init__(self, name: str, rates: Rates | None, now: Callable[[], datetime]) -> None:
        self._name, self._rates, self._now = name, rates, now
        self._here: OrderedDict[str, float] = OrderedDict()

    async def first(self, nonce: str, window_s: float) -> bool:
        """True the first time within so many seconds."""
        if self._rates is not None:
            hit = await self._rates.hit(f"nonce:{self._name}:{nonce}", 1, window_s)
            return hit.allowed
        now_s = self._now().timestamp()
        while self._here and (next(iter(self._here.values())) < now_s or len(self._here) >= _HERE):
            self._here.popitem(last=False)
        if nonce in self._here:
            return False
        self._here[nonce] = now_s + window_s
        return True

"""What went out already, kept for all replicas: for receivers that would show a resend twice."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

_REMEMBER_S = 7 * 24 * 3600.0
"""Longer than any notice is retried."""
_HERE = 1000


class Memory(Protocol):
    """Short texts all replicas share (Redis); everything in it may vanish."""

    async def get_token(self, name: str) -> str | None:
        """The text kept under a name, or None."""

    async def set_token(self, name: str, value: str, ttl_s: float) -> None:
        """Keep a text for so many seconds."""


class Once:
    """The idempotency keys of one sender.

    A process that dies between the receiver's answer and `done` sends again: without a key on the
    receiver's side nobody can know better.
    """

    def __init__(self, sender: str, memory: Memory) -> None:
        self._sender, self._memory = sender, memory
        self._here: OrderedDict[str, str] = OrderedDict()

    async def receipt(self, key: str) -> str | None:
        """What the receiver called it; None where it did not go out."""
        if key in self._here:
            return self._here[key]
        kept = await self._memory.get_token(self._name(key))
        return None if kept is None else kept.removeprefix("=")

    async def done(self, key: str, receipt: str = "") -> None:
        """It went out."""
        self._here[key] = receipt
        if len(self._here) > _HERE:
            self._here.popitem(last=False)
        await self._memory.set_token(self._name(key), f"={receipt}", _REMEMBER_S)

    def _name(self, key: str) -> str:
        return f"told:{self._sender}:{key}"

"""A channel in memory that is as strict as a platform."""

from __future__ import annotations

import asyncio
from collections import deque

from connectors.base import Outbound, Receipt


class StrictChannel:
    """Sends once per idempotency key and keeps what arrived, in order.

    Args:
        outcomes: raised by the next sends, one each; None lets one through.
        lost_receipts: so many first sends arrive, and the answer is lost on its way back.
    """

    def __init__(
        self,
        name: str = "strict",
        outcomes: tuple[Exception | None, ...] = (),
        *,
        lost_receipts: int = 0,
    ) -> None:
        self.name = name
        self.arrived: list[Outbound] = []
        self.calls = 0
        self._outcomes = deque(outcomes)
        self._lost = lost_receipts
        self._sending: set[str] = set()

    async def send(self, outbound: Outbound) -> Receipt:
        self.calls += 1
        if outbound.conversation_id in self._sending:
            raise AssertionError("two sends of one conversation at once")
        self._sending.add(outbound.conversation_id)
        try:
            await asyncio.sleep(0)
            outcome = self._outcomes.popleft() if self._outcomes else None
            if outcome is not None:
                raise outcome
            if all(o.idempotency_key != outbound.idempotency_key for o in self.arrived):
                self.arrived.append(outbound)
            if self._lost:
                self._lost -= 1
                raise ConnectionResetError
            return Receipt(external_id=f"{self.name}-{outbound.idempotency_key}")
        finally:
            self._sending.discard(outbound.conversation_id)

    async def close(self) -> None:
        """Nothing to free."""

    @property
    def texts(self) -> list[str]:
        """What arrived, in order."""
        return [outbound.reply.text for outbound in self.arrived]

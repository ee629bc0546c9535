"""What did not reach a citizen and will not by itself: a person tries again, or tells otherwise."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.delivery.ports import AuditRows
from bot.errors import Conflict
from bot.ports import Clock, Ids, Wakeups
from bot.records import AuditEntry, OutboxRow

SHOWN = 200
"""Rows on the page."""


class CitizenRows(Protocol):
    """Replies and notices; see `bot.storage.outbox`."""

    async def dead_rows(self, *, limit: int = 100) -> tuple[OutboxRow, ...]:
        """What will never go out by itself, oldest first."""

    async def revive(self, outbox_id: str, *, now: datetime) -> bool:
        """Try a dead row again."""

    async def settle(self, outbox_id: str, *, now: datetime) -> bool:
        """A person told the citizen."""


class CitizenUnit(Protocol):
    """One transaction."""

    @property
    def outbox(self) -> CitizenRows:
        """Replies and notices."""

    @property
    def audit(self) -> AuditRows:
        """What staff did."""


class CitizenStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[CitizenUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[CitizenUnit]:
        """A transaction that only reads."""


class CitizenDeliveries:
    """The page's side of the outbox."""

    def __init__(self, storage: CitizenStorage, clock: Clock, ids: Ids, wakeups: Wakeups) -> None:
        self._storage, self._clock, self._ids, self._wakeups = storage, clock, ids, wakeups

    async def failed(self) -> tuple[OutboxRow, ...]:
        """What no citizen got, oldest first, at most `SHOWN`."""
        async with self._storage.read() as unit:
            return await unit.outbox.dead_rows(limit=SHOWN)

    async def retry(self, outbox_id: str, *, by: str) -> None:
        """Try again at once. Raises `Conflict` where it is done by now."""
        async with self._storage.begin() as unit:
            if not await unit.outbox.revive(outbox_id, now=self._clock.now()):
                raise _done()
            await self._audit(unit, by, "outbox.retry", outbox_id)
        await self._wakeups.wake("outbox")

    async def told(self, outbox_id: str, *, by: str) -> None:
        """The citizen was told otherwise. Raises `Conflict` where it is done by now."""
        async with self._storage.begin() as unit:
            if not await unit.outbox.settle(outbox_id, now=self._clock.now()):
                raise _done()
            await self._audit(unit, by, "outbox.told", outbox_id)

    async def _audit(self, unit: CitizenUnit, by: str, action: str, subject: str) -> None:
        entry = AuditEntry(
            id=self._ids.new_id(), at=self._clock.now(), actor=by, action=action, subject=subject
        )
        await unit.audit.add(entry)


def _done() -> Conflict:
    return Conflict("这一条刚刚有人处理过，请刷新后再看。", code="changed_meanwhile")

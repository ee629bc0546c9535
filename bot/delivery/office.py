"""What the office sees of notices to departments and of what their systems told, and does."""

from __future__ import annotations

from dataclasses import dataclass

from bot.delivery.ports import DepartmentStorage, DepartmentUnit
from bot.delivery.records import (
    Delivery,
    DeliveryState,
    NewDelivery,
    Poll,
    StoredUpdate,
    UpdateState,
)
from bot.errors import Conflict
from bot.ports import Clock, Ids, Wakeups
from bot.records import AuditEntry, QueueCounts

SHOWN = 200
"""Rows of each list on the page."""
FAILING = 3
"""From so many failures in a row on, a person should look at a system that is asked for news."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How everything stands.

    Args:
        failed: notices that will not go out by themselves, oldest first.
        waiting: notices on their way, oldest first.
        held: what other systems told and could not be applied, oldest first.
        silent: systems that do not answer when they are asked for news.
        counts: all notices that are not sent, by state.
        held_count: how many there are in all.
    """

    failed: tuple[Delivery, ...]
    waiting: tuple[Delivery, ...]
    held: tuple[StoredUpdate, ...]
    silent: tuple[Poll, ...]
    counts: QueueCounts
    held_count: int

    @property
    def to_do(self) -> int:
        """How many things wait for a person."""
        return self.counts.by_state.get(DeliveryState.DEAD, 0) + self.held_count


class DeliveryOffice:
    """The page's side."""

    def __init__(
        self, storage: DepartmentStorage, clock: Clock, ids: Ids, wakeups: Wakeups
    ) -> None:
        self._storage, self._clock, self._ids, self._wakeups = storage, clock, ids, wakeups

    async def standing(self) -> Standing:
        """How everything stands now."""
        now = self._clock.now()
        async with self._storage.read() as unit:
            updates = await unit.updates.counts(now)
            return Standing(
                failed=await unit.deliveries.in_state((DeliveryState.DEAD,), limit=SHOWN),
                waiting=await unit.deliveries.in_state(
                    (DeliveryState.PENDING, DeliveryState.SENDING), limit=SHOWN
                ),
                held=await unit.updates.in_state((UpdateState.HELD,), limit=SHOWN),
                silent=tuple(
                    poll for poll in await unit.updates.polls() if poll.failures >= FAILING
                ),
                counts=await unit.deliveries.counts(now),
                held_count=updates.by_state.get(UpdateState.HELD, 0),
            )

    async def counts(self) -> tuple[QueueCounts, QueueCounts]:
        """Unsent notices and updates that are not applied, by state."""
        now = self._clock.now()
        async with self._storage.read() as unit:
            return await unit.deliveries.counts(now), await unit.updates.counts(now)

    async def retry(self, delivery_id: str, *, by: str) -> None:
        """Try a notice again at once. Raises `Conflict` where it is done by now."""
        async with self._storage.begin() as unit:
            if not await unit.deliveries.revive(delivery_id, now=self._clock.now()):
                raise _done()
            await self._audit(unit, by, "delivery.retry", delivery_id)
        await self._wakeups.wake("departments")

    async def not_reached(self, delivery_id: str, *, error: str) -> Delivery | None:
        """What went out as this row reached nobody: a person sees it, as a dead row of its own.

        A sender sends nothing twice under one key, so the copy is what is sent again. However
        often this is told, there is one.

        Args:
            delivery_id: what went out.
            error: a stable code of what became of it.

        Returns:
            What went out; None where there is no such row.
        """
        async with self._storage.begin() as unit:
            row = await unit.deliveries.get(delivery_id)
            if row is None:
                return None
            new, new_id = _again(row), self._ids.new_id()
            if await unit.deliveries.add(new, id=new_id, now=self._clock.now()):
                await unit.deliveries.bury(new_id, error=error)
        return row

    async def told(self, delivery_id: str, *, by: str) -> None:
        """They were told otherwise. Raises `Conflict` where it is done by now."""
        async with self._storage.begin() as unit:
            if not await unit.deliveries.settle(delivery_id, by=by, now=self._clock.now()):
                raise _done()
            await self._audit(unit, by, "delivery.told", delivery_id)
        await self._wakeups.wake("departments")  # what waited behind it may go now

    async def retry_update(self, update_id: str, *, by: str) -> None:
        """Try to apply what was told again. Raises `Conflict` where it is done by now."""
        async with self._storage.begin() as unit:
            if not await unit.updates.revive(update_id, now=self._clock.now()):
                raise _done()
            await self._audit(unit, by, "update.retry", update_id)
        await self._wakeups.wake("updates")

    async def settle_update(self, update_id: str, *, by: str) -> None:
        """A person dealt with what was told. Raises `Conflict` where it is done by now."""
        async with self._storage.begin() as unit:
            if not await unit.updates.settle(update_id, by=by, now=self._clock.now()):
                raise _done()
            await self._audit(unit, by, "update.settle", update_id)

    async def _audit(self, unit: DepartmentUnit, by: str, action: str, subject: str) -> None:
        entry = AuditEntry(
            id=self._ids.new_id(), at=self._clock.now(), actor=by, action=action, subject=subject
        )
        await unit.audit.add(entry)


def _again(row: Delivery) -> NewDelivery:
    return NewDelivery(
        key=f"back:{row.id}", sequence=row.sequence, sender=row.sender, notice=row.notice
    )


def _done() -> Conflict:
    return Conflict("这一条刚刚有人处理过，请刷新后再看。", code="changed_meanwhile")

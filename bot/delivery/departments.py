"""Tells departments and other systems: claim with a lease, send, note what came of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.delivery.attempt import BATCH, Attempt, Came, Trying
from bot.delivery.backoff import Backoff
from bot.delivery.guarded import for_sender
from bot.delivery.ports import DepartmentStorage, DepartmentUnit
from bot.delivery.records import Delivery
from bot.metrics import Metrics
from bot.ports import Clock
from bot.records import LeaseLost
from bot.spans import span
from bot.trail import on_trail, trail_of
from connectors.base import Receipt
from connectors.departments.base import DepartmentSender, NoticeKind

log = logging.getLogger(__name__)

PATIENCE = Backoff(base_s=5.0, cap_s=600.0, tries=150)
"""Some 18 hours: a system that fails for an hour, or a night, is told by itself within 10 minutes
of its coming back."""
NOT_CONFIGURED = "sender_not_configured"


class DepartmentDeliveries:
    """Sends the notices to departments through their senders.

    Args:
        senders: connector's name → sender.
        owner: this process's name in leases.
        lease_s: a sender that has not finished by then is taken for dead.
        jitter: a random number, 0 to 1.
    """

    def __init__(
        self,
        storage: DepartmentStorage,
        senders: Mapping[str, DepartmentSender],
        clock: Clock,
        metrics: Metrics,
        *,
        owner: str,
        lease_s: float,
        jitter: Callable[[], float],
        backoff: Backoff = PATIENCE,
    ) -> None:
        self._storage, self._senders, self._clock = storage, senders, clock
        self._metrics, self._owner, self._lease_s = metrics, owner, lease_s
        self._trying = Trying(lease_s=lease_s, backoff=backoff, jitter=jitter)

    async def deliver(self, stop: asyncio.Event | None = None) -> int:
        """Send everything that is due; gives how many rows were tried.

        Args:
            stop: once it is set, what was taken is sent and nothing more is taken.
        """
        tried = 0
        while not (stop and stop.is_set()) and (rows := await self._claim()):
            await asyncio.gather(*(self._send(row) for row in rows))
            tried += len(rows)
        return tried

    async def _claim(self) -> tuple[Delivery, ...]:
        async with self._storage.begin() as unit:
            return await unit.deliveries.claim_due(
                owner=self._owner, lease_s=self._lease_s, limit=BATCH, now=self._clock.now()
            )

    async def _send(self, row: Delivery) -> None:
        async with self._storage.read() as unit:
            trail = trail_of(await unit.deliveries.origin_of(row.case_number))
        with (
            on_trail(trail=trail, case_number=row.case_number, delivery_id=row.id),
            span("notice", sender=row.sender),
        ):
            await self._send_on(row)

    async def _send_on(self, row: Delivery) -> None:
        sender = self._senders.get(row.sender)
        if sender is None:
            tried = self._trying.failed(NOT_CONFIGURED, tried=row.attempts)
        else:
            tried = await self._trying.attempt(
                partial(self._hand_over, row, sender), tried=row.attempts
            )
        if tried.came is Came.SENT:
            await self._sent(row, tried.receipt)
            return
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await self._note(unit, row, tried)
        self._metrics.department_told(row.sender, tried.came)
        log.warning(
            "department not told",
            extra={
                "delivery_id": row.id,
                "sender": row.sender,
                "case_number": row.case_number,
                "outcome": tried.came,
                "error": tried.error,
            },
        )

    async def _hand_over(self, row: Delivery, sender: DepartmentSender) -> Receipt:
        notice = replace(row.notice, idempotency_key=row.id)
        if not notice.external_number:
            async with self._storage.read() as unit:
                number = await unit.deliveries.external_number_of(row.sender, row.case_number)
            notice = replace(notice, external_number=number)
        return await sender.send(for_sender(notice, sender))

    async def _sent(self, row: Delivery, receipt: str) -> None:
        # Lost here, the row is sent again by who took it over, under the same idempotency key.
        now = self._clock.now()
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await unit.deliveries.mark_sent(row, owner=self._owner, now=now, receipt=receipt)
                if receipt and _gives_a_number(row):
                    await unit.deliveries.note_number(row.sender, receipt, row.case_number, now)
        self._metrics.department_told(row.sender, "sent")
        log.info("department told", extra={"sender": row.sender, "receipt": receipt[:120]})

    async def _note(self, unit: DepartmentUnit, row: Delivery, tried: Attempt) -> None:
        """Raises `LeaseLost`."""
        if tried.came in {Came.DEAD, Came.KEPT}:  # a department is not waited for
            await unit.deliveries.dead(row.id, owner=self._owner, error=tried.error)
            return
        await unit.deliveries.retry_at(
            row.id,
            owner=self._owner,
            at=self._clock.now() + timedelta(seconds=tried.after_s),
            error=tried.error,
            counts=tried.came is Came.RETRIED,
        )


def _gives_a_number(row: Delivery) -> bool:
    """Another system's answer to a case it is given is its number there."""
    first = row.notice.kind is NoticeKind.DISPATCHED and not row.notice.external_number
    return first and not row.address

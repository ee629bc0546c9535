"""Tells departments and other systems: claim with a lease, send, note what came of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from bot.delivery.backoff import Backoff
from bot.delivery.guarded import for_sender
from bot.delivery.ports import DepartmentStorage
from bot.delivery.records import Delivery
from bot.metrics import Metrics
from bot.ports import Clock
from bot.records import LeaseLost
from connectors.base import Receipt
from connectors.departments.base import DepartmentSender, NoticeKind
from connectors.errors import ConnectorError, Waiting

log = logging.getLogger(__name__)

PATIENCE = Backoff(base_s=5.0, cap_s=600.0, tries=150)
"""Some 18 hours: a system that fails for an hour, or a night, is told by itself within 10 minutes
of its coming back."""
NOT_CONFIGURED = "sender_not_configured"

_BATCH = 20
_SHARE_OF_LEASE = 0.6
_WAIT_AT_LEAST_S = 0.2


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
        self._jitter, self._backoff = jitter, backoff

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
                owner=self._owner, lease_s=self._lease_s, limit=_BATCH, now=self._clock.now()
            )

    async def _send(self, row: Delivery) -> None:
        sender = self._senders.get(row.sender)
        try:
            if sender is None:
                await self._again(row, NOT_CONFIGURED)
                return
            async with asyncio.timeout(self._lease_s * _SHARE_OF_LEASE):
                receipt = await self._hand_over(row, sender)
        except Waiting as error:
            await self._wait(row, error)
        except ConnectorError as error:
            if error.retryable:
                await self._again(row, error.code, at_least_s=error.retry_after_s or 0.0)
            else:
                await self._dead(row, error.code)
        except Exception as error:  # noqa: BLE001 - recorded; the row is tried again
            await self._again(row, type(error).__name__)
        else:
            await self._sent(row, receipt.external_id)

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

    async def _again(self, row: Delivery, error: str, *, at_least_s: float = 0.0) -> None:
        if self._backoff.used_up(row.attempts):
            await self._dead(row, error)
            return
        delay_s = self._backoff.delay_s(row.attempts, self._jitter(), at_least_s=at_least_s)
        await self._later(row, error, delay_s, counts=True)
        self._note(row, "retried", error)

    async def _wait(self, row: Delivery, error: Waiting) -> None:
        """Its turn comes with the other side's quota: no failed try, however long it takes."""
        delay_s = max(_WAIT_AT_LEAST_S, error.retry_after_s or 0.0) + self._jitter()
        await self._later(row, error.code, delay_s, counts=False)
        self._note(row, "waits", error.code)

    async def _later(self, row: Delivery, error: str, delay_s: float, *, counts: bool) -> None:
        at = self._clock.now() + timedelta(seconds=delay_s)
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await unit.deliveries.retry_at(
                    row.id, owner=self._owner, at=at, error=error, counts=counts
                )

    async def _dead(self, row: Delivery, error: str) -> None:
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await unit.deliveries.dead(row.id, owner=self._owner, error=error)
        self._note(row, "dead", error)

    def _note(self, row: Delivery, what: str, error: str) -> None:
        self._metrics.department_told(row.sender, what)
        log.warning(
            "department not told",
            extra={
                "delivery_id": row.id,
                "sender": row.sender,
                "case_number": row.case_number,
                "outcome": what,
                "error": error,
            },
        )


def _gives_a_number(row: Delivery) -> bool:
    """Another system's answer to a case it is given is its number there."""
    first = row.notice.kind is NoticeKind.DISPATCHED and not row.notice.external_number
    return first and not row.address

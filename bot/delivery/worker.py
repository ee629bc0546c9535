"""Sends what is due: claim with a lease, send, note what came of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial

from bot.delivery.attempt import BATCH, Attempt, Came, Trying
from bot.delivery.backoff import Backoff
from bot.metrics import Metrics
from bot.ports import Clock, Wakeups
from bot.records import LeaseLost, OutboxRow
from bot.spans import span
from bot.trail import on_trail, trail_of
from bot.transactions import Transactions, Unit
from connectors.base import Channel

log = logging.getLogger(__name__)

NOT_CONFIGURED = "channel_not_configured"
"""Why a row is kept whose channel this installation does not have, or no longer has."""
_NEWS_FOR = timedelta(days=3)
"""What was kept for longer is no news: whoever sets a channel up does not mean to send it."""


OnDead = Callable[[OutboxRow, str], Awaitable[None]]
"""Told of a row that will never go out, and why, before it is noted so; maybe more than once."""


async def nobody_told(row: OutboxRow, error: str) -> None:
    """Where the list of such rows is enough."""
    del row, error


class Deliveries:
    """Sends the outbox's rows through their channels.

    Args:
        owner: this process's name in leases.
        lease_s: a sender that has not finished by then is taken for dead.
        jitter: a random number, 0 to 1.
        on_dead: told of what will never go out.
    """

    def __init__(
        self,
        storage: Transactions,
        channels: Mapping[str, Channel],
        clock: Clock,
        wakeups: Wakeups,
        metrics: Metrics,
        *,
        owner: str,
        lease_s: float,
        backoff: Backoff,
        jitter: Callable[[], float],
        on_dead: OnDead = nobody_told,
    ) -> None:
        self._storage, self._channels, self._clock = storage, channels, clock
        self._wakeups, self._metrics = wakeups, metrics
        self._owner, self._lease_s = owner, lease_s
        self._trying = Trying(lease_s=lease_s, backoff=backoff, jitter=jitter)
        self._on_dead = on_dead

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

    async def release_configured(self) -> int:
        """Let what was kept for want of a channel that is there now go out; gives how many rows.

        Only what is younger than three days: the rest stays kept for the citizen's next contact.
        """
        now = self._clock.now()
        async with self._storage.begin() as unit:
            return await unit.outbox.release_for(
                tuple(self._channels), error=NOT_CONFIGURED, since=now - _NEWS_FOR, now=now
            )

    async def _claim(self) -> tuple[OutboxRow, ...]:
        async with self._storage.begin() as unit:
            return await unit.outbox.claim_due(
                owner=self._owner, lease_s=self._lease_s, limit=BATCH, now=self._clock.now()
            )

    async def _send(self, row: OutboxRow) -> None:
        trail = row.message_id or await self._trail_of(row.case_number)
        ids = {"message_id": row.message_id or "", "case_number": row.case_number}
        with on_trail(trail=trail, outbox_id=row.id, **ids), span("reply", channel=row.channel):
            await self._send_on(row)

    async def _trail_of(self, case_number: str) -> str:
        if not case_number:
            return ""
        async with self._storage.read() as unit:
            return trail_of(await unit.outbox.origin_of(case_number))

    async def _send_on(self, row: OutboxRow) -> None:
        channel = self._channels.get(row.channel)
        if channel is None:
            tried = Attempt(came=Came.KEPT, error=NOT_CONFIGURED)
        else:
            tried = await self._trying.attempt(
                partial(channel.send, row.outbound), tried=row.attempts
            )
        if tried.came is Came.SENT:
            await self._sent(row, tried.receipt)
            return
        if tried.came is Came.DEAD:
            await self._tell_dead(row, tried.error)
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await self._note(unit, row, tried)
        self._metrics.delivered(row.channel, tried.came)
        log.warning(
            "not delivered",
            extra={
                "outbox_id": row.id,
                "channel": row.channel,
                "outcome": tried.came,
                "error": tried.error,
            },
        )

    async def _sent(self, row: OutboxRow, receipt: str) -> None:
        # Lost here, the row is sent again by who took it over, under the same idempotency key.
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await unit.outbox.mark_sent(
                    row.id, owner=self._owner, now=self._clock.now(), receipt=receipt
                )
        self._metrics.delivered(row.channel, "sent")
        log.info("delivered", extra={"channel": row.channel, "receipt": receipt[:80]})
        await self._wakeups.wake(f"chat:{row.conversation_id}")

    async def _note(self, unit: Unit, row: OutboxRow, tried: Attempt) -> None:
        """Raises `LeaseLost`."""
        if tried.came is Came.KEPT:
            await unit.outbox.keep(row.id, owner=self._owner, error=tried.error)
        elif tried.came is Came.DEAD:
            await unit.outbox.dead(row.id, owner=self._owner, error=tried.error)
        else:
            await unit.outbox.retry_at(
                row.id,
                owner=self._owner,
                at=self._clock.now() + timedelta(seconds=tried.after_s),
                error=tried.error,
                counts=tried.came is Came.RETRIED,
            )

    async def _tell_dead(self, row: OutboxRow, error: str) -> None:
        try:
            await self._on_dead(row, error)
        except Exception as failed:  # noqa: BLE001 - the row stands as dead all the same
            log.error(  # noqa: TRY400 - the driver's error text may hold a row's words
                "not told that it is not delivered",
                extra={"outbox_id": row.id, "error": type(failed).__name__},
            )

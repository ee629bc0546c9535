"""Sends what is due: claim with a lease, send, note what came of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta

from bot.delivery.backoff import Backoff
from bot.metrics import Metrics
from bot.ports import Clock, Wakeups
from bot.records import LeaseLost, OutboxRow
from bot.transactions import Transactions
from connectors.base import Channel
from connectors.errors import ConnectorError, Kept, Waiting

log = logging.getLogger(__name__)

NOT_CONFIGURED = "channel_not_configured"
"""Why a row is kept whose channel this installation does not have, or no longer has."""
_NEWS_FOR = timedelta(days=3)
"""What was kept for longer is no news: whoever sets a channel up does not mean to send it."""
_BATCH = 20
_SHARE_OF_LEASE = 0.6
_WAIT_AT_LEAST_S = 0.2


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
        self._owner, self._lease_s, self._backoff, self._jitter = owner, lease_s, backoff, jitter
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
                owner=self._owner, lease_s=self._lease_s, limit=_BATCH, now=self._clock.now()
            )

    async def _send(self, row: OutboxRow) -> None:
        channel = self._channels.get(row.channel)
        try:
            if channel is None:
                raise Kept(NOT_CONFIGURED)  # noqa: TRY301 - one place says what follows
            async with asyncio.timeout(self._lease_s * _SHARE_OF_LEASE):
                receipt = await channel.send(row.outbound)
        except Kept as error:
            await self._keep(row, error.code)
        except Waiting as error:
            await self._wait(row, error.code, error.retry_after_s or 0.0)
        except ConnectorError as error:
            if error.retryable:
                await self._again(row, error.code, at_least_s=error.retry_after_s or 0.0)
            else:
                await self._dead(row, error.code)
        except Exception as error:  # noqa: BLE001 - recorded; the row is tried again
            await self._again(row, type(error).__name__)
        else:
            await self._sent(row, receipt.external_id)

    async def _sent(self, row: OutboxRow, receipt: str) -> None:
        # Lost here, the row is sent again by who took it over, under the same idempotency key.
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await unit.outbox.mark_sent(
                    row.id, owner=self._owner, now=self._clock.now(), receipt=receipt
                )
        self._metrics.delivered(row.channel, "sent")
        await self._wakeups.wake(f"chat:{row.conversation_id}")

    async def _again(self, row: OutboxRow, error: str, *, at_least_s: float = 0.0) -> None:
        if self._backoff.used_up(row.attempts):
            await self._dead(row, error)
            return
        delay_s = self._backoff.delay_s(row.attempts, self._jitter(), at_least_s=at_least_s)
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await unit.outbox.retry_at(
                    row.id,
                    owner=self._owner,
                    at=self._clock.now() + timedelta(seconds=delay_s),
                    error=error,
                )
        self._note(row, "retried", error)

    async def _wait(self, row: OutboxRow, error: str, wait_s: float) -> None:
        """Its turn comes with the platform's quota: no failed try, however long it takes."""
        delay_s = max(_WAIT_AT_LEAST_S, wait_s) + self._jitter()
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await unit.outbox.retry_at(
                    row.id,
                    owner=self._owner,
                    at=self._clock.now() + timedelta(seconds=delay_s),
                    error=error,
                    counts=False,
                )
        self._note(row, "waits", error)

    async def _keep(self, row: OutboxRow, error: str) -> None:
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await unit.outbox.keep(row.id, owner=self._owner, error=error)
        self._note(row, "kept", error)

    async def _dead(self, row: OutboxRow, error: str) -> None:
        try:
            await self._on_dead(row, error)
        except Exception as failed:  # noqa: BLE001 - the row stands as dead all the same
            log.error(  # noqa: TRY400 - the driver's error text may hold a row's words
                "not told that it is not delivered",
                extra={"outbox_id": row.id, "error": type(failed).__name__},
            )
        with suppress(LeaseLost):
            async with self._storage.begin() as unit:
                await unit.outbox.dead(row.id, owner=self._owner, error=error)
        self._note(row, "dead", error)

    def _note(self, row: OutboxRow, what: str, error: str) -> None:
        self._metrics.delivered(row.channel, what)
        log.warning(
            "not delivered",
            extra={"outbox_id": row.id, "channel": row.channel, "outcome": what, "error": error},
        )

"""What goes on beside the pages: deliveries, and messages whose handler is gone."""

from __future__ import annotations

import asyncio
import logging
import random
from functools import partial
from typing import Any

from bot import texting
from bot.calls_loop import calls_until
from bot.delivery.backoff import Backoff
from bot.delivery.loops import departments_until
from bot.delivery.worker import Deliveries
from bot.handling import handling
from bot.insight_loop import insight_until
from bot.services import Services
from bot.transactions import Transactions
from connectors.errors import Retryable

log = logging.getLogger(__name__)

_POLL_S = 1.0
"""How often due rows are looked for when no wake-up comes: retries are due by time alone."""
_PAUSE_S = 2.0
_END_WITHIN_S = 6.0
"""How long a message on its way may take at the end; a platform's call is given up after five. What
is cut off then is sent again when its lease ends."""
_WATCH_S = 30.0
"""Deadlines count in days, at the shortest in hours."""


async def run(services: Services, storage: Transactions, stop: asyncio.Event) -> None:
    """Work until `stop` is set; then what was begun is ended, within 10 seconds.

    Args:
        services: everything.
        storage: the same database the services work with.
        stop: set it to end.
    """
    deliveries = Deliveries(
        storage,
        services.channels,
        services.clock,
        services.cache,
        services.metrics,
        owner=services.process,
        lease_s=services.settings.lease_s,
        backoff=Backoff(),
        jitter=random.SystemRandom().random,
        on_dead=partial(texting.not_sent, services=services),
    )
    await _release_configured(deliveries)
    async with handling(services, sweep=True):
        log.info("worker ready", extra={"owner": services.process})
        working = asyncio.gather(
            deliver_until(stop, deliveries, services),
            watch_deadlines(stop, services),
            insight_until(stop, services),
            calls_until(stop, services),
            departments_until(stop, services),
            scan_until(stop, services),
            services.posting.run(stop),
        )
        await _ended(working, stop)


async def _ended(working: asyncio.Future[list[None]], stop: asyncio.Event) -> None:
    """Until `stop`, and then as long as what was begun may take."""
    stopping = asyncio.create_task(stop.wait())
    try:
        either: set[asyncio.Future[Any]] = {working, stopping}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({working}, timeout=_END_WITHIN_S)
    finally:
        stopping.cancel()
        if not working.done():
            log.warning("what was begun did not end in time")
            working.cancel()
    await asyncio.gather(working, return_exceptions=stop.is_set())


async def _release_configured(deliveries: Deliveries) -> None:
    try:
        await deliveries.release_configured()
    except Exception as error:  # noqa: BLE001 - the database may be away; the next start does it
        log.error(  # noqa: TRY400 - the driver's error text may hold a row's words
            "kept rows not readable", extra={"error": type(error).__name__}
        )


async def watch_deadlines(stop: asyncio.Event, services: Services) -> None:
    """Tell of deadlines of cases, opinion items and requests near or past, every half minute,
    until `stop` is set."""
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            for sweep in (
                services.sweeper.sweep,
                services.opinions.sweep,
                services.disclosure_alerts.sweep,
                services.attachments.sweep,
            ):
                try:
                    if await sweep():
                        await services.cache.wake("cases")
                except Exception as error:  # noqa: BLE001 - the database may be away; it comes back
                    log.error(  # noqa: TRY400 - the driver's error text may hold a row's words
                        "deadlines not readable", extra={"error": type(error).__name__}
                    )
            await asyncio.wait({stopping}, timeout=_WATCH_S)
    finally:
        stopping.cancel()
        await asyncio.gather(stopping, return_exceptions=True)


async def scan_until(stop: asyncio.Event, services: Services) -> None:
    """Have new attachments looked at for viruses until `stop` is set, where a scanner is set up."""
    if services.scanning.scanner is None:
        return
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            pause_s = _POLL_S
            try:
                if await services.scanning.sweep():
                    await services.cache.wake("cases")
            except Retryable as error:
                log.warning("attachments not scanned", extra={"error": error.code})
                pause_s = _WATCH_S / 3
            except Exception as error:  # noqa: BLE001 - the database may be away; it comes back
                log.error(  # noqa: TRY400 - the driver's error text may hold a row's words
                    "attachments not readable", extra={"error": type(error).__name__}
                )
            await asyncio.wait({stopping}, timeout=pause_s)
    finally:
        stopping.cancel()
        await asyncio.gather(stopping, return_exceptions=True)


async def deliver_until(stop: asyncio.Event, deliveries: Deliveries, services: Services) -> None:
    """Deliver what is due, as soon as it is, until `stop` is set."""
    stopping = asyncio.create_task(stop.wait())
    try:
        with services.cache.waiting("outbox") as waiter:
            while not stop.is_set():
                try:
                    await deliveries.deliver(stop)
                except Exception as error:  # noqa: BLE001 - the database may be away; it comes back
                    log.error(  # noqa: TRY400 - the driver's error text may hold a row's words
                        "outbox not readable", extra={"error": type(error).__name__}
                    )
                    await asyncio.wait({stopping}, timeout=_PAUSE_S)
                    continue
                waiting = asyncio.create_task(waiter.wait(_POLL_S))
                await asyncio.wait({stopping, waiting}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
    finally:
        stopping.cancel()
        await asyncio.gather(stopping, return_exceptions=True)

"""Beside the deliveries: call centres are listened to, and calls left behind are seen to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.services import Services

log = logging.getLogger(__name__)

_LEFT_BEHIND_S = 1.0
"""A call whose process died waits no longer for its suggestions than this and the lease."""
_SWEEP_S = 60.0


async def calls_until(stop: asyncio.Event, services: Services) -> None:
    """Listen to call centres and watch over calls until `stop` is set."""
    await asyncio.gather(
        services.feeding.run(stop),
        _every(_LEFT_BEHIND_S, stop, services.calls.take_over),
        _every(_SWEEP_S, stop, services.calls.sweep),
        _every(_SWEEP_S, stop, lambda: services.calls.forget(services.settings.transcript_days)),
    )


async def _every(pause_s: float, stop: asyncio.Event, sweep: Callable[[], Awaitable[int]]) -> None:
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            try:
                await sweep()
            except Exception as error:  # noqa: BLE001 - the database may be away; it comes back
                log.error(  # noqa: TRY400 - the driver's error text may hold a row's words
                    "calls not readable", extra={"error": type(error).__name__}
                )
            await asyncio.wait({stopping}, timeout=pause_s)
    finally:
        stopping.cancel()
        await asyncio.gather(stopping, return_exceptions=True)

"""Beside the replies: departments are told, their systems heard and asked, until it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.services import Services

log = logging.getLogger(__name__)

_POLL_S = 1.0
"""How often due rows are looked for when no wake-up comes: retries are due by time alone."""
_PAUSE_S = 2.0


async def departments_until(stop: asyncio.Event, services: Services) -> None:
    """Tell, hear and ask until `stop` is set."""
    await asyncio.gather(
        _until(stop, services, lambda: services.telling.deliver(stop), "departments", "cases"),
        _until(stop, services, lambda: services.updates.apply(stop), "updates"),
        _until(stop, services, services.polling.poll),
    )


async def _until(
    stop: asyncio.Event, services: Services, work: Callable[[], Awaitable[object]], *topics: str
) -> None:
    """Do it again and again, at once when one of the topics is woken."""
    stopping = asyncio.create_task(stop.wait())
    try:
        with services.cache.waiting(*topics) as waiter:
            while not stop.is_set():
                pause_s = _POLL_S
                try:
                    await work()
                except Exception as error:  # noqa: BLE001 - the database may be away; it comes back
                    log.error(  # noqa: TRY400 - the driver's error text may hold a row's words
                        "departments not reached", extra={"error": type(error).__name__}
                    )
                    pause_s = _PAUSE_S
                waiting = asyncio.create_task(waiter.wait(pause_s))
                await asyncio.wait({stopping, waiting}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
    finally:
        stopping.cancel()
        await asyncio.gather(stopping, return_exceptions=True)

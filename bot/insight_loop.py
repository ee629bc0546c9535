"""Beside the deliveries: hot issues are looked at anew, sure repeats are merged, time and again."""

from __future__ import annotations

import asyncio
import logging

from bot.services import Services

log = logging.getLogger(__name__)


async def insight_until(stop: asyncio.Event, services: Services) -> None:
    """Look at the cases every so often until `stop` is set."""
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            try:
                alerted = await services.hot.refresh()
                await services.duplicates.merge_sure(services.cases)
                for issue in alerted:
                    await services.staff.record(
                        "system", "hot_issue.alert", issue.id, cases=str(issue.cases)
                    )
            except Exception as error:  # noqa: BLE001 - the database may be away; it comes back
                log.error(  # noqa: TRY400 - the driver's error text may hold a row's words
                    "hot issues not refreshed", extra={"error": type(error).__name__}
                )
            await asyncio.wait({stopping}, timeout=services.settings.hot_refresh_s)
    finally:
        stopping.cancel()
        await asyncio.gather(stopping, return_exceptions=True)

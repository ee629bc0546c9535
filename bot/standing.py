"""Fills the gauges: asks the database, the platforms and this process how things stand."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from bot.disclosure.filters import RequestFilter
from bot.services import Services
from connectors.base import WatchesQuotas

log = logging.getLogger(__name__)

_WITHIN_S = 5.0
_SOON_DAYS = 3


async def collect(services: Services, parts: Mapping[str, bool]) -> None:
    """Bring the gauges up to date; what cannot be asked has no figures.

    Args:
        services: everything.
        parts: which parts answer.
    """
    gauges = services.metrics.gauges
    for name, up in parts.items():
        gauges.part(name, up=up)
    gauges.circuit("rasa", is_open=services.nlu.away)
    gauges.circuit("rasa_dialogue", is_open=services.dialogue.away)
    gauges.circuit("redis", is_open=services.cache.away)
    gauges.circuit("rephrasing", is_open=services.rephraser.away)
    try:
        async with asyncio.timeout(_WITHIN_S):
            await _rows(services)
    except Exception as error:  # noqa: BLE001 - the counters are told all the same
        gauges.unknown()
        log.warning("queues not counted", extra={"error": type(error).__name__})
    await quotas(services)


async def _rows(services: Services) -> None:
    gauges, library = services.metrics.gauges, services.library
    gauges.index(documents=len(library.index), revision=library.revision)
    inbox, outbox = await asyncio.gather(services.inbox.counts(), services.outbox.counts())
    gauges.queue("inbox", inbox)
    gauges.queue("outbox", outbox)
    departments, updates = await services.deliveries.counts()
    gauges.queue("departments", departments)
    gauges.queue("updates", updates)
    gauges.boxes(await services.boxes.unseen_s())
    waiting, oldest = await services.attachments.waiting()
    gauges.unscanned(waiting, (services.clock.now() - oldest).total_seconds() if oldest else 0.0)
    counts, due = await services.cases.clocks()
    gauges.cases({state.value: n for state, n in counts.by_state.items()}, due)
    gauges.requests(await _requests_due(services))


async def _requests_due(services: Services) -> dict[str, int]:
    left = [
        reading.left
        for _, reading in await services.disclosures.open_by_clock(RequestFilter())
        if reading.due_on is not None and reading.paused_since is None
    ]
    return {
        "overdue": sum(days < 0 for days in left),
        "day": sum(0 <= days <= 1 for days in left),
        "three_days": sum(0 <= days <= _SOON_DAYS for days in left),
    }


async def quotas(services: Services) -> None:
    """Bring the platforms' quotas up to date."""
    for name, channel in services.channels.items():
        if isinstance(channel, WatchesQuotas):
            for use in await channel.quota_use():
                services.metrics.gauges.platform_quota(
                    name, use.interface, use.window, used=use.used, limit=use.limit
                )

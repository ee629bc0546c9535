"""For who watches the service: is it alive, can it work, what does it count."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from aiohttp import web

from bot.services import Services
from connectors.base import WatchesQuotas

_CHECK_WITHIN_S = 2.0


def routes(services: Services) -> tuple[web.RouteDef, ...]:
    """`/health`, `/ready` and `/metrics`."""

    async def health(request: web.Request) -> web.Response:
        del request
        return web.json_response({"status": "ok"})

    async def readiness(request: web.Request) -> web.Response:
        del request
        able, parts = await ready(services)
        return web.json_response({"ready": able, "parts": parts}, status=200 if able else 503)

    async def counters(request: web.Request) -> web.Response:
        del request
        return web.Response(
            body=await metrics(services),
            headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    return (
        web.get("/health", health),
        web.get("/ready", readiness),
        web.get("/metrics", counters),
    )


async def ready(services: Services) -> tuple[bool, dict[str, bool]]:
    """Whether turns can be handled, and which parts answer.

    The database is needed. Redis and Rasa may be away: the service then does with less, and says
    so here.
    """
    database, redis, rasa = await asyncio.gather(
        _answers(services.inbox.counts()),
        services.cache.ping(),
        _answers(services.dialogue.ping()),
    )
    return database, {"database": database, "redis": redis, "rasa": rasa}


async def metrics(services: Services) -> bytes:
    """Counters of this process, the queues as the database has them, and the platforms' quotas as
    all replicas have used them, for Prometheus."""
    inbox, outbox = await asyncio.gather(services.inbox.counts(), services.outbox.counts())
    services.metrics.rasa_resting(parse=services.nlu.away, dialogue=services.dialogue.away)
    services.metrics.queue("inbox", inbox)
    services.metrics.queue("outbox", outbox)
    departments, updates = await services.deliveries.counts()
    services.metrics.queue("departments", departments)
    services.metrics.queue("updates", updates)
    services.metrics.boxes(await services.boxes.unseen_s())
    waiting, oldest = await services.attachments.waiting()
    services.metrics.unscanned(
        waiting, (services.clock.now() - oldest).total_seconds() if oldest else 0.0
    )
    for name, channel in services.channels.items():
        if isinstance(channel, WatchesQuotas):
            for use in await channel.quota_use():
                services.metrics.platform_quota(
                    name, use.interface, use.window, used=use.used, limit=use.limit
                )
    return services.metrics.text()


async def _answers(asked: Awaitable[object]) -> bool:
    try:
        async with asyncio.timeout(_CHECK_WITHIN_S):
            await asked
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it does not answer
        return False
    return True

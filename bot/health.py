"""For who watches the service: is it alive, can it work, what does it count."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from aiohttp import web

from bot.services import Services
from bot.settings import Settings
from bot.standing import collect
from bot.web.security import address_behind

_CHECK_WITHIN_S = 2.0
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
_LEAVING = 404
"""What HAProxy (`http-check disable-on-404`) takes for: no new requests, open ones go on."""
NEEDED = ("database", "schema", "index")
"""Without these nothing can be handled; without the others less can be done."""

Checks = Callable[[], Awaitable[bool]]


class Leaving:
    """Set where this process is about to end: no new requests should be sent to it."""

    def __init__(self) -> None:
        self.set = False


def routes(
    services: Services, schema_current: Checks, leaving: Leaving | None = None
) -> tuple[web.RouteDef, ...]:
    """`/health`, `/ready` and `/metrics`.

    Args:
        services: everything.
        schema_current: whether the database has this version's shape, or a later one's.
        leaving: whether this process is about to end.
    """

    async def health(request: web.Request) -> web.Response:
        del request
        return web.json_response({"status": "ok"})

    async def readiness(request: web.Request) -> web.Response:
        del request
        parts = await parts_of(services, schema_current)
        gone = leaving is not None and leaving.set
        able = not gone and all(parts[name] for name in NEEDED)
        told = {"ready": able, "degraded": not all(parts.values()), "leaving": gone}
        status = _LEAVING if gone else 200 if able else 503
        return web.json_response({**told, "parts": parts}, status=status)

    async def counters(request: web.Request) -> web.Response:
        if not may_read_metrics(request, services.settings):
            return web.json_response({"error": "not_allowed"}, status=403)
        await collect(services, await parts_of(services, schema_current))
        return web.Response(
            body=services.metrics.text(),
            headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    return (
        web.get("/health", health),
        web.get("/ready", readiness),
        web.get("/metrics", counters),
    )


async def parts_of(services: Services, schema_current: Checks) -> dict[str, bool]:
    """Which parts answer.

    The database, its shape and the index are needed. Redis and Rasa may be away: the service then
    does with less, and says so here.
    """
    database, schema, redis, rasa = await asyncio.gather(
        _answers(services.inbox.message("")),
        _holds(schema_current()),
        services.cache.ping(),
        _answers(services.dialogue.ping()),
    )
    index = services.library.loaded
    return {"database": database, "schema": schema, "index": index, "redis": redis, "rasa": rasa}


def may_read_metrics(request: web.Request, settings: Settings) -> bool:
    """Who has the token may, and who asks from an allowed address.

    Behind a proxy nobody counted (`proxy_hops` 0) every reader has the proxy's address, so none is
    believed.
    """
    token = settings.metrics_token.get_secret_value()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    if not settings.proxy_hops and any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ip_address(address_behind(request, settings.proxy_hops))
    except ValueError:
        return False
    return any(address in network for network in settings.metrics_networks)


async def _answers(asked: Awaitable[object]) -> bool:
    try:
        async with asyncio.timeout(_CHECK_WITHIN_S):
            await asked
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it does not answer
        return False
    return True


async def _holds(asked: Awaitable[bool]) -> bool:
    try:
        async with asyncio.timeout(_CHECK_WITHIN_S):
            return await asked
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it cannot be told
        return False

"""`/channels/departments/<name>`: departments' own systems and other platforms call us here."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

from aiohttp import web

from bot.errors import Forbidden, Invalid
from bot.web.callbacks import raw_of, response_of
from bot.web.routes import Handler, Route, services_of
from connectors.departments.base import CalledBySystem, RefusesReplays
from connectors.errors import Malformed, Unverified

log = logging.getLogger(__name__)


def system_routes(called: Mapping[str, CalledBySystem]) -> Iterator[Route]:
    """The route of every system that calls us."""
    for name, system in called.items():
        path = f"/channels/departments/{name}"
        yield Route(method="POST", path=path, handler=_taking(name, system))


def _taking(name: str, system: CalledBySystem) -> Handler:
    async def take(request: web.Request) -> web.Response:
        raw = await raw_of(request)
        try:
            updates = system.parse(raw)
            if isinstance(system, RefusesReplays):
                await system.admit(raw)
        except Unverified as error:
            log.warning("call of %s not verified: %s", name, error.code)
            raise Forbidden("签名不对。", code="unverified") from error
        except Malformed as error:
            raise Invalid("消息格式不对。", code="malformed") from error
        await services_of(request).updates.store(updates)
        return response_of(system.acknowledge(raw, updates))

    return take

"""`/deliveries`: what citizens, departments and other systems are told, and what systems tell, as
the office must look after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.delivery import duty_phones
from bot.web.rendering import page
from bot.web.routes import Handler, services_of, session_of

_HERE = "/deliveries"


async def show(request: web.Request) -> web.Response:
    """What failed, what could not be applied, what waits."""
    services = services_of(request)
    return page(
        request,
        "deliveries.html",
        standing=await services.deliveries.standing(),
        unreached=await services.unreached.failed(),
        stopped=await duty_phones.stopped(services.city.contacts, services.optouts.stopped),
        now=services.clock.now(),
    )


def _doing(act: Callable[[web.Request], Callable[..., Awaitable[None]]]) -> Handler:
    async def do(request: web.Request) -> web.Response:
        await act(request)(request.match_info["id"], by=session_of(request).name)
        return web.Response(status=303, headers={"Location": _HERE})

    return do


retry = _doing(lambda request: services_of(request).deliveries.retry)
told = _doing(lambda request: services_of(request).deliveries.told)
retry_update = _doing(lambda request: services_of(request).deliveries.retry_update)
settle_update = _doing(lambda request: services_of(request).deliveries.settle_update)
retry_citizen = _doing(lambda request: services_of(request).unreached.retry)
told_citizen = _doing(lambda request: services_of(request).unreached.told)

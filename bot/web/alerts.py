"""`/alerts`: deadlines near or past that the reader must act on."""

from __future__ import annotations

from aiohttp import web

from bot.web.rendering import page
from bot.web.rights import Right, allowed
from bot.web.routes import services_of, session_of


async def show(request: web.Request) -> web.Response:
    """What the reader has not seen yet, newest first."""
    services, session = services_of(request), session_of(request)
    acts = allowed(Right.INSIGHT_ACT, session.role)
    return page(
        request,
        "alerts.html",
        alerts=await services.alerts.of(session.actor),
        disclosure_alerts=await services.disclosure_alerts.of(session.actor),
        opinion_alerts=await services.opinions.alerts() if acts else (),
        now=services.clock.now(),
    )


async def seen(request: web.Request) -> web.Response:
    """Put one away."""
    await services_of(request).alerts.seen(request.match_info["id"], session_of(request).actor)
    return web.Response(status=303, headers={"Location": "/alerts"})


async def disclosure_seen(request: web.Request) -> web.Response:
    """Put one of a request for information away."""
    alert_id, actor = request.match_info["id"], session_of(request).actor
    await services_of(request).disclosure_alerts.seen(alert_id, actor)
    return web.Response(status=303, headers={"Location": "/alerts"})

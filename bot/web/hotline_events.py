"""`/channels/hotline/events`: what call centres without a feed of their own tell us of calls."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol

from aiohttp import web

from bot.errors import Forbidden, Invalid
from bot.web.routes import Handler, Route
from connectors.base import RawRequest
from connectors.calls import CallEvent
from connectors.errors import Malformed, Unverified

log = logging.getLogger(__name__)

PATH = "/channels/hotline/events"
MAX_BODY = 1024 * 1024

Take = Callable[[CallEvent], Awaitable[object]]
"""`Calls.take_event`: when it returns, the event is stored; told again it changes nothing."""


class Webhook(Protocol):
    """What reads the requests."""

    def parse(self, request: RawRequest) -> tuple[CallEvent, ...]:
        """Verify, then parse. Raises `Unverified` or `Malformed`, never anything else."""


def event_routes(webhook: Webhook | None, take: Take) -> Iterator[Route]:
    """The route, where a call centre is configured.

    Args:
        webhook: of the registry, or None.
        take: `services.calls.take_event`.
    """
    if webhook is not None:
        yield Route(method="POST", path=PATH, handler=_taking(webhook, take), max_body=MAX_BODY)


def _taking(webhook: Webhook, take: Take) -> Handler:
    async def post(request: web.Request) -> web.Response:
        raw = RawRequest(
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
        )
        try:
            events = webhook.parse(raw)
        except Unverified as error:
            log.warning("call events not verified: %s", error.code)
            raise Forbidden("签名不对、已过期，或没有这个呼叫中心。", code="unverified") from error
        except Malformed as error:
            said = getattr(error, "message", "消息格式不对。")
            fields = getattr(error, "fields", {})
            raise Invalid(said, code="malformed", fields=fields) from error
        for event in events:
            await take(event)
        return web.json_response({"stored": len(events)})

    return post

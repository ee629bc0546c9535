"""`/channels/<name>`: whatever a channel's platform calls us for, one handler for all of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterator, Mapping

from aiohttp import web

from bot.errors import Forbidden, Invalid
from bot.web.routes import Handler, Route, services_of
from connectors.base import CallbackChannel, Channel, FollowsUp, RawRequest, RawResponse
from connectors.errors import Malformed, Unverified

log = logging.getLogger(__name__)

_going_on: set[asyncio.Task[None]] = set()
"""Else nothing would hold these tasks once their request is gone."""
_NEEDED = ("greet", "parse", "carries", "answer_in_place", "reply_within_s")


def callback_routes(channels: Mapping[str, Channel]) -> Iterator[Route]:
    """The routes of every channel that is called by its platform."""
    for name, channel in channels.items():
        if all(hasattr(channel, needed) for needed in _NEEDED):
            path = f"/channels/{name}"
            yield Route(method="GET", path=path, handler=_greeting(channel))  # type: ignore[arg-type]  # the loop has just checked
            yield Route(method="POST", path=path, handler=_taking(channel))  # type: ignore[arg-type]  # the loop has just checked


def _greeting(channel: CallbackChannel) -> Handler:
    async def greet(request: web.Request) -> web.Response:
        raw = await raw_of(request)
        try:
            return response_of(channel.greet(raw))
        except Unverified as error:
            raise _unverified(channel, error) from error

    return greet


def _taking(channel: CallbackChannel) -> Handler:
    async def take(request: web.Request) -> web.Response:
        loop = asyncio.get_running_loop()
        answer_by = loop.time() + channel.reply_within_s
        raw = await raw_of(request)
        try:
            inbound = channel.parse(raw)
        except Unverified as error:
            raise _unverified(channel, error) from error
        except Malformed as error:
            raise Invalid("消息格式不对。", code="malformed") from error
        services = services_of(request)
        stored = [await services.intake.store(one) for one in inbound]
        if len(stored) != 1:
            return response_of(channel.answer_in_place(raw, ()))
        if not inbound[0].answerable:
            return response_of(channel.answer_in_place(raw, ()))
        # One sent again may overtake the first: both get the same, whichever is read.
        carried = await services.outbox.carry_in_turn(
            stored[0].message,
            channel.carries,
            timeout_s=answer_by - loop.time(),
            just_stored=stored[0].new,
            listening=lambda: not _gone(request),
        )
        response = response_of(channel.answer_in_place(raw, carried or ()))
        if isinstance(channel, FollowsUp):
            if carried is None and await _written(request, response):
                await _though_gone(channel.still_at(inbound[0]))
            elif carried and channel.follows(carried) and await _written(request, response):
                await _though_gone(channel.follow_up(carried))
        return response

    return take


async def _written(request: web.Request, response: web.Response) -> bool:
    """Give the answer out before anything else is done; False where nobody was there to read it."""
    try:
        await response.prepare(request)
        await response.write_eof()
    except ConnectionError:
        return False
    return True


async def _though_gone(doing: Coroutine[None, None, None]) -> None:
    """Do it to its end, also where the platform hangs up meanwhile: it has its answer."""
    task = asyncio.create_task(doing)
    _going_on.add(task)
    task.add_done_callback(_going_on.discard)
    await asyncio.shield(task)


def _gone(request: web.Request) -> bool:
    """True where nobody is there any more to read the answer."""
    return request.transport is None or request.transport.is_closing()


async def raw_of(request: web.Request) -> RawRequest:
    """The request as a connector sees it; names of headers in lower case."""
    return RawRequest(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.read(),
    )


def response_of(raw: RawResponse) -> web.Response:
    """What a connector answers."""
    return web.Response(
        status=raw.status, body=raw.body, headers={"Content-Type": raw.content_type}
    )


def _unverified(channel: CallbackChannel, error: Unverified) -> Forbidden:
    log.warning("callback of %s not verified: %s", channel.name, error.code)
    return Forbidden("签名不对。", code="unverified")

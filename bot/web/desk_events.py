"""`/desk/events`: a call as it goes, to whoever looks at it, by server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from bot.cases.model import Actor
from bot.errors import NotFound
from bot.privacy import call_as_seen_by, mask_phone
from bot.web.auth import session_holds
from bot.web.desk_feed import DeskFeed, Lobby
from bot.web.desk_parts import TEMPLATE, is_live, said
from bot.web.desk_state import Desk, as_seen_by, may_open
from bot.web.routes import DESK_FEED, PAGES, services_of, session_of
from bot.web.security import HEADERS
from bot.web.sessions import COOKIE, ended_topic
from bot.web.watching import Watch, heard

if TYPE_CHECKING:
    from datetime import datetime

    from bot.calls.model import Call, Sentence
    from bot.web.rendering import Pages

HEARTBEAT_S = 15.0
_RETRY_MS = 1000
_LONGEST_AFTER = 9


async def events(request: web.Request) -> web.StreamResponse:
    """Everything that changes, until the reader leaves or signs out.

    `Last-Event-ID` (or `after`) is the last sentence the reader has; the others follow, and all
    else is sent as it stands.

    Raises:
        NotFound: there is no such call, or it is another operator's.
    """
    call_id, reader = request.query.get("call", "")[:80], session_of(request).actor
    if call_id:
        await open_to(request, call_id, reader)
    response = await begun(request)
    feed, listener = request.app[DESK_FEED], asyncio.Event()
    async with AsyncExitStack() as stack:
        signed = await stack.enter_async_context(watch_session(request, listener))
        mine = await stack.enter_async_context(feed.mine(reader.id, listener))
        lobby = await stack.enter_async_context(feed.lobby(listener))
        call = await stack.enter_async_context(feed.call(call_id, listener)) if call_id else None
        sender = Sender(request, feed, reader, call_id, _after(request))

        def news() -> Iterator[bytes]:
            if mine.state is not None and lobby.state is not None:
                yield from sender.desk(mine.state, lobby.state)
            if call is not None and call.state is not None:
                yield from sender.call(call.state)

        await send_until_left(request, response, listener, signed, news)
    return response


async def open_to(request: web.Request, call_id: str, reader: Actor) -> Call:
    """The call, where it is this reader's business. Raises `NotFound`."""
    call = await services_of(request).calls.get(call_id)
    if not may_open(call, reader):
        raise NotFound("没有这通电话。")
    return call


async def begun(request: web.Request) -> web.StreamResponse:
    """An answer that goes on."""
    response = web.StreamResponse(headers={**HEADERS, "Cache-Control": "no-store"})
    response.content_type = "text/event-stream"
    response.charset = "utf-8"
    response.headers["X-Accel-Buffering"] = "no"  # a proxy that gathers answers would hold it back
    await response.prepare(request)
    await response.write(f"retry: {_RETRY_MS}\n\n".encode())
    return response


def watch_session(
    request: web.Request, listener: asyncio.Event
) -> AbstractAsyncContextManager[Watch[bool]]:
    """Inside, whether the reader is still signed in."""
    session_id, app = request.cookies.get(COOKIE, ""), request.app

    async def again(_: frozenset[str], __: bool | None) -> bool:
        return await session_holds(app, session_id)

    topic = ended_topic(session_id)
    return app[DESK_FEED].watches.looking(topic, (topic,), again, listener)


async def send_until_left(
    request: web.Request,
    response: web.StreamResponse,
    listener: asyncio.Event,
    signed: Watch[bool],
    news: Callable[[], Iterator[bytes]],
) -> None:
    """Send what is new with each wake-up, and a ping where nothing is."""
    watches = request.app[DESK_FEED].watches
    with suppress(ConnectionError):  # the reader is gone
        while not watches.closing and request.transport is not None:
            if signed.state is False:
                await response.write(event("bye", {}))
                return
            for frame in news():
                await response.write(frame)
            if not await heard(listener, HEARTBEAT_S):
                await response.write(event("ping", {}))


def event(name: str, told: object, *, id: str = "") -> bytes:
    """One event as it is sent."""
    head = f"id: {id}\n" if id else ""
    return f"{head}event: {name}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n".encode()


def _after(request: web.Request) -> int:
    told = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) <= _LONGEST_AFTER else -1


class Sender:
    """What one reader was sent, and what is new to them.

    Args:
        after: the last sentence the reader has, or -1.
    """

    def __init__(
        self, request: web.Request, feed: DeskFeed, reader: Actor, call_id: str, after: int
    ) -> None:
        self._pages, self._services = request.app[PAGES], services_of(request)
        self._feed, self._reader, self._call_id = feed, reader, call_id
        self._after, self._seq = after, -2
        self._hashes: dict[str, str] = {}
        self._fields: dict[str, dict[str, object]] = {}
        self._partials: dict[str, str] | None = None
        self._known: Desk | None = None
        self._listed: tuple[object, object] | None = None

    def desk(self, mine: tuple[Call, ...], lobby: Lobby) -> Iterator[bytes]:
        """The lists, where they changed."""
        if self._listed == (mine, lobby):
            return
        self._listed = (mine, lobby)
        live = [one for one in mine if is_live(one.state)]
        now = self._services.clock.now()
        html = list_html(self._pages, now, mine, lobby, self._reader, self._call_id)
        yield event("desk", {"html": html, "go": live[0].id if live else ""})

    def call(self, desk: Desk) -> Iterator[bytes]:
        """What is new of the call."""
        if desk is self._known:
            return
        self._known = desk
        if not may_open(desk.call, self._reader):
            yield event("gone", {})
            return
        yield from self._sentences(desk)
        yield from self._words(desk)
        shown = self._feed.rendered(desk, self._reader)
        changed = {n: p for n, p in shown.parts.items() if self._hashes.get(n) != p.hash}
        seq = desk.suggested.seq if desk.suggested else -1
        if changed or seq != self._seq:
            self._hashes |= {name: part.hash for name, part in changed.items()}
            self._seq = seq
            parts = {name: {"html": p.html, "hash": p.hash} for name, p in changed.items()}
            yield event("parts", {"seq": seq, "state": desk.call.state.value, "parts": parts})
        fields = {n: one for n, one in shown.fields.items() if self._fields.get(n) != one}
        if fields:
            self._fields |= fields
            yield event("fields", fields)

    def _sentences(self, desk: Desk) -> Iterator[bytes]:
        new = desk.sentences[self._after + 1 :]  # numbered without gaps
        if not new:
            return
        self._after = new[-1].seq
        seen = as_seen_by(_only(desk, new), self._reader).sentences
        told = {"html": "".join(said(self._pages, seen)), "last": self._after}
        yield event("sentences", told, id=str(self._after))

    def _words(self, desk: Desk) -> Iterator[bytes]:
        seen = as_seen_by(_only(desk, ()), self._reader).partials
        words = {leg.value: text for leg, text in seen.items()}
        if words != self._partials:
            self._partials = words
            yield event("words", words)


def _only(desk: Desk, sentences: tuple[Sentence, ...]) -> Desk:
    return Desk(call=desk.call, sentences=sentences, partials=desk.partials)


def list_html(
    pages: Pages,
    now: datetime,
    mine: tuple[Call, ...],
    lobby: Lobby,
    reader: Actor,
    chosen: str,
) -> str:
    """The operator's calls and the lobby."""
    seen = [call_as_seen_by(one, reader) for one in mine]
    waiting = [replace(one, caller=mask_phone(one.caller)) for one in lobby.waiting]
    return pages.part(TEMPLATE, "mine", seen, waiting, lobby.call_backs, chosen, now)

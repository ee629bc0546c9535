"""`/desk/callbacks` and `/desk/board`: who is to be called, and how the hotline is doing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel, Field

from bot.calls.call_backs import call_back_as_seen_by
from bot.calls.model import Call
from bot.calls.records import FeedState, Figures
from bot.calls.wrapping import CallBackOutcome
from bot.privacy import may_see_caller
from bot.web.desk_events import begun, event, send_until_left, watch_session
from bot.web.reading import read_form, read_query
from bot.web.rendering import page
from bot.web.routes import DESK_FEED, PAGES, services_of, session_of
from bot.web.stacked_bar import StackedBar, stacked_bar

TEMPLATE = "desk_board_parts.html"
_PAUSE_S = 1.0


class _Outcome(BaseModel):
    outcome: CallBackOutcome = Field(title="回电结果")


class _Wanted(BaseModel):
    all: bool = Field(default=False, title="全部")
    done: str = Field(default="", max_length=20)


@dataclass(frozen=True, kw_only=True)
class Board:
    """The hotline at a moment.

    Args:
        by_operator: each operator's figures of today.
    """

    waiting: tuple[Call, ...]
    running: tuple[Call, ...]
    today: Figures
    by_operator: Mapping[str, Figures]
    feeds: tuple[FeedState, ...]
    call_backs: int

    @property
    def course(self) -> StackedBar:
        """Today's calls by how they went."""
        day = self.today
        return stacked_bar(
            (
                ("接通", "good", day.answered),
                ("已回电", "soft", day.called_back),
                ("未接通", "bad", max(0, day.missed - day.called_back)),
            )
        )

    @property
    def answers(self) -> StackedBar:
        """Suggested answers by what was done with them."""
        day = self.today
        return stacked_bar(
            (
                ("采用", "good", day.adopted),
                ("修改后采用", "soft", day.edited),
                ("不用", "bad", day.ignored),
            )
        )


async def call_backs(request: web.Request) -> web.Response:
    """Who is to be called: those promised first, then those who called in vain."""
    wanted, services = read_query(request, _Wanted), services_of(request)
    reader = session_of(request).actor
    found = await services.calls.call_backs(open_only=not wanted.all)
    if found and may_see_caller(reader):
        await services.staff.record(reader.id, "call.see_callers", "call_backs")
    return page(
        request,
        "desk_callbacks.html",
        entries=[call_back_as_seen_by(one, reader) for one in found],
        shows_all=wanted.all,
        done="done" in request.query,
        now=services.clock.now(),
    )


async def called_back(request: web.Request) -> web.Response:
    """What came of calling."""
    asked = await read_form(request, _Outcome)
    await services_of(request).calls.called_back(
        request.match_info["id"], session_of(request).actor, asked.outcome
    )
    return web.Response(status=303, headers={"Location": "/desk/callbacks?done=1"})


async def show(request: web.Request) -> web.Response:
    """The supervisor's view."""
    board = await _read(request)
    return page(request, "desk_board.html", board=_html(request, board))


async def events(request: web.Request) -> web.StreamResponse:
    """The same, as it changes."""
    response = await begun(request)
    feed, listener = request.app[DESK_FEED], asyncio.Event()
    app_request = request

    async def again(_: frozenset[str], __: Board | None) -> Board:
        return await _read(app_request)

    async with AsyncExitStack() as stack:
        signed = await stack.enter_async_context(watch_session(request, listener))
        looking = feed.watches.looking("board", ("desk",), again, listener, pause_s=_PAUSE_S)
        board = await stack.enter_async_context(looking)
        told: list[Board] = []

        def news() -> Iterator[bytes]:
            if board.state is not None and told[-1:] != [board.state]:
                told[:] = [board.state]
                yield event("board", {"html": _html(request, board.state)})

        await send_until_left(request, response, listener, signed, news)
    return response


async def _read(request: web.Request) -> Board:
    calls = services_of(request).calls
    return Board(
        waiting=await calls.waiting(),
        running=await calls.running(),
        today=await calls.figures(),
        by_operator=await calls.by_operator(),
        feeds=await calls.feeds(),
        call_backs=len(await calls.call_backs()),
    )


def _html(request: web.Request, board: Board) -> str:
    now = services_of(request).clock.now()
    return request.app[PAGES].part(TEMPLATE, "board", board, now)

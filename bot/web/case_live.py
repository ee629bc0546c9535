"""`/cases/live`: a list as it changes by other hands, by server-sent events.

What stands on the reader's page stays where it is; the page marks what is not theirs to decide any
more and says how many new ones there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

from aiohttp import web

from bot.cases.filters import MAX_PAGE, CaseFilter
from bot.cases.model import Case
from bot.errors import NotFound
from bot.web.case_lists import LISTS, ListQuery, filter_of, own_of
from bot.web.desk_events import begun, event, send_until_left, watch_session
from bot.web.reading import read_query
from bot.web.rights import allowed
from bot.web.routes import DESK_FEED, services_of, session_of
from bot.web.words import STATES

_PAUSE_S = 1.0
"""Between two reads of a list: on a busy morning many cases move in a second."""

_Listed = tuple[Case, ...]


async def events(request: web.Request) -> web.StreamResponse:
    """The list's cases with their versions, with each change, until the reader leaves.

    Raises:
        NotFound: there is no such list, or it is not the reader's.
    """
    name = request.query.get("list", "")
    shown = LISTS.get(name)
    if shown is None or not allowed(shown.right, session_of(request).role):
        raise NotFound("没有这个列表。")
    wanted = read_query(request, ListQuery)
    own = own_of(request) if shown.own else ""
    chosen = filter_of(wanted, shown.tab(wanted.tab), own=own, limit=MAX_PAGE)
    response, listener = await begun(request), asyncio.Event()
    watches = request.app[DESK_FEED].watches
    services = services_of(request)

    async def read(_: frozenset[str], __: _Listed | None) -> _Listed:
        return (await services.cases.cases(chosen)).cases

    async with AsyncExitStack() as stack:
        signed = await stack.enter_async_context(watch_session(request, listener))
        looked = watches.looking(_key(chosen), ("cases",), read, listener, pause_s=_PAUSE_S)
        watch = await stack.enter_async_context(looked)
        told: list[object] = [None]

        def news() -> Iterator[bytes]:
            if watch.state is None:
                return
            rows = [_row(case) for case in watch.state]
            if rows != told[0]:
                told[0] = rows
                yield event("list", {"cases": rows, "whole": len(rows) < MAX_PAGE})

        await send_until_left(request, response, listener, signed, news)
    return response


def _key(chosen: CaseFilter) -> str:
    """One watch for all who look at the same list."""
    return f"list:{chosen!r}"


def _row(case: Case) -> list[object]:
    """Nothing of the citizen's: number, version, state, who has it."""
    return [case.number, case.version, STATES[case.state], case.lead_department]

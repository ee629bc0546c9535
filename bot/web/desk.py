"""`/desk`: the page an operator works on, and what is looked up there by hand."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import BaseModel, Field

from bot.calls.order import Field as OrderField
from bot.calls.searching import look_up
from bot.cases.model import Actor
from bot.privacy import as_seen_by as case_as_seen_by
from bot.privacy import call_as_seen_by
from bot.web.desk_events import list_html, open_to
from bot.web.desk_parts import TEMPLATE, is_live, said
from bot.web.desk_state import Desk, as_seen_by, read
from bot.web.reading import clean, read_query
from bot.web.rendering import page
from bot.web.routes import DESK_FEED, PAGES, services_of, session_of

if TYPE_CHECKING:
    from bot.calls.model import Call
    from bot.calls.suggestions import Suggested

_EARLIER = 6


class _Wanted(BaseModel):
    call: str = Field(default="", max_length=80, title="通话")
    q: str = Field(default="", max_length=200, title="要查的内容")
    done: str = Field(default="", max_length=40)


_DONE = {
    "opened": "已登记工单",
    "joined": "已并入工单",
    "saved": "已保存",
    "wrapped": "已办结",
    "adopted": "已采用，请读给市民",
    "ignored": "已记下不用",
    "transferred": "已转接",
    "noted": "已记下转接",
    "told": "已记下",
    "seat": "已记下分机号",
}


async def show(request: web.Request) -> web.Response:
    """The call asked for, else the operator's newest on the line, else the newest to wrap up."""
    wanted, reader = read_query(request, _Wanted), session_of(request).actor
    feed, services = request.app[DESK_FEED], services_of(request)
    mine, lobby = await feed.calls_of(reader.id), await feed.read_lobby()
    call = await _chosen(request, wanted.call, mine, reader)
    now = services.clock.now()
    lists = list_html(request.app[PAGES], now, mine, lobby, reader, call.id if call else "")
    values = await _call_values(request, call, reader) if call else _NO_CALL
    return page(
        request,
        "desk.html",
        lists=lists,
        call=call and call_as_seen_by(call, reader),
        words_sought=clean(wanted.q),
        found=await _found(request, wanted, reader) if wanted.q else None,
        done=_DONE.get(wanted.done, ""),
        Fields=OrderField,
        **values,
    )


_NO_CALL: dict[str, Any] = {
    "desk_now": None,
    "shown": {},
    "fields": {},
    "transcript": "",
    "caller": "",
}


async def _chosen(
    request: web.Request, wanted: str, mine: tuple[Call, ...], reader: Actor
) -> Call | None:
    if wanted:
        return await open_to(request, wanted, reader)
    live = [one for one in mine if is_live(one.state)]
    return next(iter([*live, *mine]), None)


async def _call_values(request: web.Request, call: Call, reader: Actor) -> dict[str, Any]:
    services, pages = services_of(request), request.app[PAGES]
    await services.calls.shown(call, reader)  # that the number was seen is written down
    desk = await read(services.calls, call.id, frozenset(), None)
    rendered, seen = request.app[DESK_FEED].rendered(desk, reader), as_seen_by(desk, reader)
    return {
        "desk_now": seen,
        "shown": rendered.parts,
        "fields": rendered.fields,
        "transcript": "".join(said(pages, seen.sentences)),
        "caller": await _caller(request, desk, reader),
    }


async def _caller(request: web.Request, desk: Desk, reader: Actor) -> str:
    """What is known of the number: earlier cases and calls, and where they happened."""
    calls = services_of(request).calls
    earlier = await calls.earlier_of(desk.call.caller, limit=_EARLIER, but=desk.call.id)
    cases = [case_as_seen_by(one, reader) for one in earlier.cases]
    seen = {
        "calls": [call_as_seen_by(one, reader) for one in earlier.calls],
        "cases": [one for one in cases if one.number != desk.call.case_number],
    }
    place = next((one.place for one in cases if one.place), "")
    return request.app[PAGES].part(TEMPLATE, "caller", seen, place)


async def search(request: web.Request) -> web.Response:
    """What the content says to a question typed by hand; to scripts as a fragment."""
    wanted, reader = read_query(request, _Wanted), session_of(request).actor
    if "X-Fragment" not in request.headers:
        query = request.rel_url.raw_query_string  # decoded, it could break the answer's head
        return web.Response(
            status=303, headers={"Location": f"/desk?{query}" if query else "/desk"}
        )
    html = await _found(request, wanted, reader)
    return web.Response(text=html, content_type="text/html", charset="utf-8")


async def _found(request: web.Request, wanted: _Wanted, reader: Actor) -> str:
    words, services = clean(wanted.q), services_of(request)
    found: tuple[Suggested, ...] = ()
    if words:
        if wanted.call:
            await open_to(request, wanted.call, reader)
            await services.calls.searched(wanted.call, words, reader)
        found = await asyncio.to_thread(look_up, services.library, words)
    csrf = session_of(request).csrf
    told = [{**asdict(one), "id": one.id} for one in found]
    return request.app[PAGES].part(TEMPLATE, "found", wanted.call, csrf, words, told)

"""`/cases/export`: a list of cases to take away, with a mark that says who did, and a line in the
audit. Persons stand in it only for who may see anybody's."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, Field

from bot.cases.export_book import ExportMark, book_of
from bot.cases.filters import MAX_PAGE
from bot.cases.model import Case
from bot.errors import Invalid, PolicylineError
from bot.privacy import masked_case, sees_everybody
from bot.web.case_lists import LISTS, ListQuery, filter_of
from bot.web.reading import clean, parse, read_form
from bot.web.rendering import page
from bot.web.routes import services_of, session_of
from bot.web.words import SEVERITIES, STATES, channel_name

MOST = 5000
"""Cases in one file; who needs more takes shorter spans."""
_Words = Annotated[str, BeforeValidator(lambda v: clean(v) if isinstance(v, str) else v)]
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _Asked(BaseModel):
    query: str = Field(default="", max_length=600, title="列表")
    reason: _Words = Field(min_length=2, max_length=200, title="用途")
    persons: bool = Field(default=False, title="包含个人信息")


async def ask(request: web.Request) -> web.Response:
    """The form: what for, and whether with persons."""
    return _form(request, request.query_string)


async def take(request: web.Request) -> web.Response:
    """The workbook, after the audit has its line."""
    form = await request.post()
    try:
        asked = await read_form(request, _Asked)
        wanted = _list_of(asked.query)
        cases = await _cases(request, wanted)
    except PolicylineError as error:
        return _form(
            request, str(form.get("query", ""))[:600], problem=error.message, status=error.status
        )
    services, session = services_of(request), session_of(request)
    masked = not (asked.persons and sees_everybody(session.role))
    mark = ExportMark(
        city=services.city.name,
        by=session.name,
        name=session.display_name,
        at=services.clock.now(),
        id=services.ids.new_id()[-8:],
        reason=asked.reason,
        masked=masked,
    )
    await services.staff.record(
        session.name,
        "case.export",
        mark.id,
        count=str(len(cases)),
        persons="no" if masked else "yes",
        reason=asked.reason,
        list=wanted.model_copy(update={"text": ""}).address(""),
    )
    body = await asyncio.to_thread(
        book_of,
        map(masked_case, cases) if masked else cases,
        mark,
        channel_name=channel_name,
        state_name=lambda case: STATES[case.state],
        severity_name=lambda case: SEVERITIES[case.severity],
    )
    name = f"cases-{mark.at:%Y%m%d}-{mark.id}.xlsx"
    return web.Response(
        body=body,
        content_type=_SHEET,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _cases(request: web.Request, wanted: ListQuery) -> list[Case]:
    """All that the list shows. Raises `Invalid` for more than fit."""
    chosen = filter_of(wanted, LISTS["cases"].tab(wanted.tab), limit=MAX_PAGE)
    found: list[Case] = []
    while True:
        shown = await services_of(request).cases.cases(chosen)
        found += shown.cases
        if len(found) > MOST:
            raise Invalid(f"超过 {MOST} 件，请缩短来件日期或加上条件，分几次导出。")
        if not shown.next_cursor:
            return found
        chosen = replace(chosen, cursor=shown.next_cursor)


def _list_of(query: str) -> ListQuery:
    """The list named by an address's query, from its beginning. Raises `Invalid`."""
    told = {k: v for k, v in parse_qsl(urlsplit(f"?{query}").query) if v and k != "cursor"}
    return parse(ListQuery, told)


def _form(
    request: web.Request, query: str, *, problem: str = "", status: int = 200
) -> web.Response:
    return page(
        request,
        "case_export.html",
        status=status,
        query=query[:600],
        problem=problem,
        with_persons=sees_everybody(session_of(request).role),
        most=MOST,
    )

"""`/insight/hot`: what many citizens bring, and opening items of public opinion from it."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel, Field

from bot.openness.records import HotIssue
from bot.privacy import as_seen_by
from bot.web.reading import read_form, read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of
from bot.web.sparkline import Sparkline, sparkline
from bot.web.words import local

SHOWN = 30


class _Wanted(BaseModel):
    done: str = Field(default="", max_length=20, title="刚做的一步")


class _Opinion(BaseModel):
    major: bool = Field(default=False, title="是否重大")


@dataclass(frozen=True, kw_only=True)
class _Row:
    issue: HotIssue
    line: Sparkline


def _row(issue: HotIssue) -> _Row:
    until = local(issue.changed_at)
    if until is None:
        raise LookupError("an issue without a time")
    return _Row(issue=issue, line=sparkline(issue.days, until.date()))


async def show(request: web.Request) -> web.Response:
    """The hottest issues."""
    services = services_of(request)
    found = await services.hot.hottest(limit=SHOWN)
    return page(
        request, "hot.html", rows=[_row(issue) for issue in found], now=services.clock.now()
    )


async def show_issue(request: web.Request) -> web.Response:
    """One issue: its days, its cases, its opinion item."""
    wanted = read_query(request, _Wanted)
    services, actor = services_of(request), session_of(request).actor
    issue, cases = await services.hot.issue(request.match_info["id"])
    return page(
        request,
        "hot_issue.html",
        row=_row(issue),
        issue=issue,
        cases=[as_seen_by(case, actor) for case in cases],
        now=services.clock.now(),
        hours=services.hot.opinion_hours,
        done=wanted.done == "opinion",
    )


async def open_opinion(request: web.Request) -> web.Response:
    """Open the issue's item of public opinion."""
    asked = await read_form(request, _Opinion)
    services, by = services_of(request), session_of(request).name
    item = await services.hot.open_opinion(request.match_info["id"], major=asked.major, by=by)
    await services.staff.record(by, "opinion.open", item.issue_id, major=str(item.major))
    where = f"/insight/hot/{item.issue_id}?done=opinion"
    return web.Response(status=303, headers={"Location": where})

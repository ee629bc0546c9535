"""`/insight/hot`: what many citizens bring, and what is done about it as public opinion."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel, Field

from bot.openness.opinion_course import Course, course
from bot.openness.opinion_items import due_alerts
from bot.openness.records import HotIssue
from bot.privacy import as_seen_by
from bot.web import opinion
from bot.web.reading import read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of
from bot.web.sparkline import Sparkline, sparkline
from bot.web.words import local

SHOWN = 30


class _Wanted(BaseModel):
    done: str = Field(default="", max_length=20, title="刚做的一步")


_DONE = {"opinion": "已立为舆情事项", "step": "已登记"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """An issue as a list shows it."""

    issue: HotIssue
    line: Sparkline
    course: Course | None


def row_of(issue: HotIssue) -> Row:
    """An issue with its days as a line, and its opinion item's course."""
    until = local(issue.changed_at)
    if until is None:
        raise LookupError("an issue without a time")
    return Row(
        issue=issue,
        line=sparkline(issue.days, until.date()),
        course=course(issue.opinion) if issue.opinion else None,
    )


async def show(request: web.Request) -> web.Response:
    """Issues with an open opinion item, then the hottest."""
    services = services_of(request)
    found = await services.hot.hottest(limit=SHOWN)
    now = services.clock.now()
    items = [issue.opinion for issue in found if issue.opinion]
    return page(
        request,
        "hot.html",
        rows=[row_of(issue) for issue in found],
        looked_at=max((issue.changed_at for issue in found), default=None),
        pressing=len({alert.item_id for alert in due_alerts(items, now)}),
        closed=await services.opinions.closed(),
        now=now,
    )


async def show_issue(request: web.Request) -> web.Response:
    """One issue: its days, its cases, its opinion item."""
    return await _issue_page(request, done=read_query(request, _Wanted).done)


async def enter_step(request: web.Request) -> web.Response:
    """Write down what was done about the issue's opinion item."""
    problem = await opinion.enter(request)
    if problem is not None:
        return await _issue_page(request, problem=problem)
    where = f"/insight/hot/{request.match_info['id']}?done=step"
    return web.Response(status=303, headers={"Location": where})


async def _issue_page(
    request: web.Request, *, done: str = "", problem: opinion.Problem | None = None
) -> web.Response:
    services, actor = services_of(request), session_of(request).actor
    issue, cases = await services.hot.issue(request.match_info["id"])
    return page(
        request,
        "hot_issue.html",
        status=problem.status if problem else 200,
        row=row_of(issue),
        issue=issue,
        course=course(issue.opinion) if issue.opinion else None,
        cases=[as_seen_by(case, actor) for case in cases],
        now=services.clock.now(),
        hours=services.hot.opinion_hours,
        done=_DONE.get(done, ""),
        problem=problem,
    )

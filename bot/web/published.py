"""`/published` and its place in the API: what the public may read of cases."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from pydantic import BaseModel, Field

from bot.cases.model import Case
from bot.errors import Invalid
from bot.web.api import pace, result
from bot.web.models import Result
from bot.web.reading import read_query
from bot.web.rendering import page
from bot.web.routes import services_of

PER_PAGE = 20


class PublishedQuery(BaseModel):
    """Where a page begins."""

    before: str = Field(
        default="", max_length=40, title="之前", description="上一页给出的 next，空为最新"
    )


class PublishedCase(Result):
    """A case as the public reads it; no number, no name, no place to the door."""

    title: str
    text: str
    reply: str
    demand_type: str
    department: str
    opened_on: str
    published_at: str


class PublishedResult(Result):
    """The last published first."""

    cases: list[PublishedCase]
    next: str = Field(description="下一页的 before；没有更多为空")


async def show(request: web.Request) -> web.Response:
    """The list, for reading."""
    found, following = await _page(request)
    return page(request, "published.html", cases=found, following=following)


async def cases(request: web.Request) -> web.Response:
    """The list, for programs."""
    await pace(request)
    found, following = await _page(request)
    return result(PublishedResult(cases=[_shown(case) for case in found], next=following))


async def _page(request: web.Request) -> tuple[tuple[Case, ...], str]:
    wanted = read_query(request, PublishedQuery)
    before = _time(wanted.before)
    found = await services_of(request).cases.published(before=before, limit=PER_PAGE + 1)
    shown = found[:PER_PAGE]
    last = shown[-1].published_at if len(found) > PER_PAGE else None
    return shown, last.isoformat() if last else ""


def _time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid("页码不对，请从第一页看起。", fields={"before": "不是上一页给出的值"})
    return moment


def _shown(case: Case) -> PublishedCase:
    public = case.published
    if public is None or case.published_at is None:
        raise ValueError("a case nobody published")
    return PublishedCase(
        title=public.title,
        text=public.text,
        reply=public.reply,
        demand_type=case.demand_type.value,
        department=case.lead_department,
        opened_on=f"{case.opened_at:%Y-%m-%d}",
        published_at=case.published_at.isoformat(),
    )

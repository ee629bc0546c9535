"""Published letters in the API: what the public may read of cases."""

from __future__ import annotations

from aiohttp import web
from pydantic import BaseModel, Field

from bot.cases.published_letters import PublishedLetter, search_words
from bot.letters.wanted import LetterFilter, place_of
from bot.web.api import pace, result
from bot.web.letters import SEARCHES_PER_ADDRESS
from bot.web.models import Result
from bot.web.reading import read_query
from bot.web.routes import services_of
from bot.web.security import address_of, limit

PER_PAGE = 20


class PublishedQuery(BaseModel):
    """Which letters, and where a page begins."""

    before: str = Field(
        default="", max_length=120, title="之前", description="上一页给出的 next，空为最新"
    )
    q: str = Field(
        default="", max_length=60, title="搜索", description="词；几个词用空格隔开，都要有"
    )
    field: str = Field(default="", max_length=80, title="领域", description="试点领域的名称")
    department: str = Field(default="", max_length=80, title="部门", description="承办部门的名称")
    year: int = Field(default=0, ge=0, le=9999, title="年份", description="来信的年份，0 为不限")


class PublishedCase(Result):
    """A case as the public reads it; no number, no name, no place to the door."""

    id: str = Field(description="公开编号，/letters/{id} 可以阅读")
    title: str
    text: str
    reply: str
    demand_type: str
    field: str
    department: str
    opened_on: str
    replied_on: str
    working_days: int = Field(description="从来信到答复的工作日数")
    published_at: str


class PublishedResult(Result):
    """The last published first."""

    cases: list[PublishedCase]
    next: str = Field(description="下一页的 before；没有更多为空")


async def cases(request: web.Request) -> web.Response:
    """The list, for programs."""
    await pace(request)
    asked = read_query(request, PublishedQuery)
    words = search_words(asked.q)
    if words:
        who = address_of(request)
        await limit(request, "letters-q", who, times=SEARCHES_PER_ADDRESS, window_s=60)
    wanted = LetterFilter(
        words=words, field=asked.field, department=asked.department, year=asked.year
    )
    found = await services_of(request).letters.page(
        wanted, before=place_of(asked.before), limit=PER_PAGE
    )
    following = found.older.encode() if found.older else ""
    return result(
        PublishedResult(cases=[_shown(letter) for letter in found.letters], next=following)
    )


def _shown(letter: PublishedLetter) -> PublishedCase:
    return PublishedCase(
        id=letter.id,
        title=letter.title,
        text=letter.text,
        reply=letter.reply,
        demand_type=letter.demand_type.value,
        field=letter.field,
        department=letter.department,
        opened_on=letter.received_on.isoformat(),
        replied_on=letter.replied_on.isoformat(),
        working_days=letter.working_days,
        published_at=letter.published_at.isoformat(),
    )

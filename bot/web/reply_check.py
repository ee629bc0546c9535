"""`/cases/{number}/reply-check`: what is wrong with a reply, told while it is written."""

from __future__ import annotations

from typing import Literal

from aiohttp import web
from pydantic import BaseModel, Field

from bot.cases import replying
from bot.web.api import result
from bot.web.case_page import case_for
from bot.web.models import Result
from bot.web.reading import read_form
from bot.web.routes import services_of


class _ReplyText(BaseModel):
    text: str = Field(default="", max_length=5000, title="答复")


class FindingResult(Result):
    """One thing wrong with it."""

    code: str
    weight: Literal["blocking", "advice"]
    said: str


class ReplyCheckResult(Result):
    """The blocking first."""

    fit: bool
    findings: list[FindingResult]


async def check(request: web.Request) -> web.Response:
    """Check it; nothing is kept."""
    asked = await read_form(request, _ReplyText)
    case = await case_for(request)
    demands = await services_of(request).cases.demands(case.number)
    found = replying.check(asked.text, replying.replied_to(case, demands))
    return result(
        ReplyCheckResult(
            fit=not replying.blocks(found),
            findings=[
                FindingResult(code=one.code, weight=one.weight.value, said=one.said)
                for one in found
            ],
        )
    )

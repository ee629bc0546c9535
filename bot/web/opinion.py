"""What is done about an issue's item of public opinion, on the issue's page, and its alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, Field

from bot.errors import PolicylineError
from bot.openness.opinion_course import MAX_LINK, MAX_NOTE, Asked
from bot.openness.records import OpinionAct
from bot.web.reading import clean, read_form
from bot.web.routes import services_of, session_of
from bot.web.words import SHANGHAI

_Words = Annotated[str, BeforeValidator(lambda v: clean(v) if isinstance(v, str) else v)]


class _OpinionForm(BaseModel):
    major: bool = Field(default=False, title="是否重大")


class StepForm(BaseModel):
    """What somebody did about the item; a time without a zone is China's."""

    act: OpinionAct = Field(title="操作")
    name: _Words = Field(default="", max_length=40, title="要求")
    note: _Words = Field(default="", max_length=MAX_NOTE, title="说明")
    link: _Words = Field(default="", max_length=MAX_LINK, title="链接")
    done_at: Annotated[datetime | None, BeforeValidator(lambda v: v or None)] = Field(
        default=None, title="完成时间"
    )
    afresh: bool = Field(default=False, title="重新计时")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a step was not written down, and what had been typed."""

    message: str
    typed: StepForm
    status: int


async def open_item(request: web.Request) -> web.Response:
    """Open the issue's item of public opinion."""
    asked = await read_form(request, _OpinionForm)
    services, by = services_of(request), session_of(request).name
    item = await services.hot.open_opinion(request.match_info["id"], major=asked.major, by=by)
    await services.staff.record(by, "opinion.open", item.issue_id, major=str(item.major))
    where = f"/insight/hot/{item.issue_id}?done=opinion"
    return web.Response(status=303, headers={"Location": where})


async def enter(request: web.Request) -> Problem | None:
    """Write down what was done; gives the problem where it was not."""
    typed = await read_form(request, StepForm)
    services, by = services_of(request), session_of(request).name
    done_at = typed.done_at
    if done_at is not None and done_at.tzinfo is None:
        done_at = done_at.replace(tzinfo=SHANGHAI)
    asked = Asked(
        act=typed.act,
        name=typed.name,
        note=typed.note,
        link=typed.link,
        done_at=done_at,
        afresh=typed.afresh,
    )
    try:
        item = await services.opinions.enter(request.match_info["id"], asked, by=by)
    except PolicylineError as error:
        return Problem(message=error.message, typed=typed, status=error.status)
    await services.staff.record(by, f"opinion.{typed.act.value}", item.issue_id, step=typed.name)
    return None


async def seen(request: web.Request) -> web.Response:
    """Put an alert away."""
    by = session_of(request).name
    await services_of(request).opinions.seen(request.match_info["id"], by=by)
    return web.Response(status=303, headers={"Location": "/alerts"})

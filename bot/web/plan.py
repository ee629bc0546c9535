"""`/insight/plan`: the duties of the yearly plan of openness, by unit, and what was entered.

The office sees all units, a unit its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from aiohttp import web
from pydantic import BaseModel, Field

from bot.city.sheets import write_csv
from bot.errors import Invalid, NotFound, PolicylineError
from bot.openness.plan.duties import PlanDuty
from bot.openness.plan.entering import AskedEvidence, items_of, takes_evidence
from bot.openness.plan.judging import by_unit, totals
from bot.openness.plan.outcome import Assessment
from bot.openness.plan.service import Board
from bot.openness.plan.words import HEADINGS, STANDINGS, rows
from bot.web.disclosure_access import own_unit
from bot.web.disclosure_form import Day, Words
from bot.web.reading import read_form, read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of

_FIRST_YEAR = 2000
_SHOWN = 60
_DONE = {"entered": "已登记", "withdrawn": "已撤回，仍可查看"}


class PlanQuery(BaseModel):
    """Which year, unit and standing."""

    year: int | None = Field(default=None, ge=_FIRST_YEAR, le=9998, title="年份")
    unit: Words = Field(default="", max_length=80, title="单位", description="不写为全部单位。")
    state: Literal["missed", "at_risk", "not_due", "met"] | None = Field(
        default=None,
        title="状态",
        description="missed 未落实、at_risk 有风险、not_due 未到期、met 已落实；不写为全部。",
    )


class _DutyQuery(BaseModel):
    year: int | None = Field(default=None, ge=_FIRST_YEAR, le=9998, title="年份")
    duty: Words = Field(max_length=60, title="任务")
    unit: Words = Field(max_length=80, title="单位")
    done: str = Field(default="", max_length=20, title="刚做的一步")


class EvidenceForm(BaseModel):
    """What a unit did."""

    duty: Words = Field(max_length=60, title="任务")
    unit: Words = Field(max_length=80, title="单位")
    on: Day = Field(default=None, title="日期")
    item: Words = Field(default="", max_length=80, title="类别")
    title: Words = Field(default="", max_length=1000, title="标题")
    link: Words = Field(default="", max_length=2000, title="链接")
    note: Words = Field(default="", max_length=2000, title="备注")


class _WithdrawForm(BaseModel):
    year: int = Field(ge=_FIRST_YEAR, le=9998, title="年份")
    why: Words = Field(default="", max_length=2000, title="原因")


@dataclass(frozen=True, kw_only=True)
class _Problem:
    message: str
    fields: dict[str, str]
    typed: EvidenceForm | None
    status: int


async def board_for(request: web.Request, asked: PlanQuery) -> tuple[Board, list[Assessment]]:
    """The board, and what of it was asked for and this reader may see."""
    services = services_of(request)
    unit = own_unit(session_of(request).actor) or asked.unit
    found = await services.plan.board(asked.year or services.plan.today.year, unit=unit)
    return found, [one for one in found.assessments if asked.state in (None, one.standing.value)]


async def show(request: web.Request) -> web.Response:
    """Units by duties."""
    asked, services = read_query(request, PlanQuery), services_of(request)
    found, wanted = await board_for(request, asked)
    own = own_unit(session_of(request).actor)
    year = found.span.year
    duties = list(dict.fromkeys(one.duty.id for one in wanted))
    return page(
        request,
        "plan.html",
        plan=found.plan,
        year=year,
        years=_years(services.plan.today.year),
        asked=asked,
        own=own,
        units=found.plan.units if found.plan else (),
        duties=[duty for duty in (found.plan.duties if found.plan else ()) if duty.id in duties],
        rows=[(unit, {one.duty.id: one for one in ones}) for unit, ones in by_unit(wanted)],
        totals=totals(found.assessments),
        standings=STANDINGS,
        query=_query(asked, year),
        link=lambda state: _query(asked.model_copy(update={"state": state.value}), year),
        quote=quote,
    )


async def download(request: web.Request) -> web.Response:
    """The same as a CSV a spreadsheet opens."""
    found, wanted = await board_for(request, read_query(request, PlanQuery))
    name = f"plan-{found.span.year}.csv"
    shown = quote(f"政务公开工作要点 {found.span.year}年 {found.span.today}.csv")
    return web.Response(
        body=write_csv([HEADINGS, *rows(wanted)]),
        content_type="text/csv",
        charset="utf-8",
        headers={
            "Content-Disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{shown}"
        },
    )


async def show_duty(request: web.Request) -> web.Response:
    """One duty at one unit: how it stands, what was entered, and a form."""
    asked = read_query(request, _DutyQuery)
    return await _duty_page(
        request, asked.duty, asked.unit, asked.year, done=_DONE.get(asked.done, "")
    )


async def enter(request: web.Request) -> web.Response:
    """Enter what a unit did."""
    services, session = services_of(request), session_of(request)
    typed = await read_form(request, EvidenceForm)
    _own_only(own_unit(session.actor), typed.unit)
    try:
        if typed.on is None:
            raise Invalid("请填写日期。", fields={"on": "请填写日期。"})
        values = typed.model_dump() | {"on": typed.on}
        await services.plan.enter(AskedEvidence(**values), by=session.name)
    except PolicylineError as error:
        problem = _Problem(
            message=error.message, fields=dict(error.fields), typed=typed, status=error.status
        )
        return await _duty_page(request, typed.duty, typed.unit, None, problem=problem)
    return _to_duty(typed.duty, typed.unit, typed.on.year, "entered")


async def withdraw(request: web.Request) -> web.Response:
    """Take an entry back."""
    session, services = session_of(request), services_of(request)
    typed = await read_form(request, _WithdrawForm)
    entry = await services.plan.withdraw(
        request.match_info["id"], typed.why, by=session.name, unit=own_unit(session.actor)
    )
    return _to_duty(entry.duty, entry.unit, typed.year, "withdrawn")


async def _duty_page(
    request: web.Request,
    duty_id: str,
    unit: str,
    year: int | None,
    *,
    done: str = "",
    problem: _Problem | None = None,
) -> web.Response:
    services = services_of(request)
    _own_only(own_unit(session_of(request).actor), unit)
    year = year or services.plan.today.year
    plan = services.plan.plan(year)
    duty = plan.duty(duty_id) if plan else None
    if plan is None or duty is None or unit not in (*duty.units, plan.office):
        raise NotFound("没有这项任务。")
    board = await services.plan.board(year, unit=unit)
    stands = [one for one in board.assessments if one.duty.id == duty_id]
    return page(
        request,
        "plan_duty.html",
        status=problem.status if problem else 200,
        duty=duty,
        unit=unit,
        year=year,
        stands=stands[0] if stands else None,
        entries=await services.plan.evidence(year, duty_id, unit),
        items=_items(duty, unit, plan.office),
        takes=takes_evidence(duty),
        standings=STANDINGS,
        today=services.plan.today,
        shown=_SHOWN,
        done=done,
        problem=problem,
        typed=problem.typed if problem else None,
    )


def _items(duty: PlanDuty, unit: str, office: str) -> tuple[str, ...]:
    items = items_of(duty)
    if not duty.event:
        return items
    events = (duty.event,) if unit == office else ()
    return (*(duty.items if unit in duty.units else ()), *events)


def _own_only(own: str, unit: str) -> None:
    if own and own != unit:
        raise NotFound("没有这项任务。")


def _to_duty(duty: str, unit: str, year: int, done: str) -> web.Response:
    query = urlencode({"duty": duty, "unit": unit, "year": year, "done": done})
    return web.Response(status=303, headers={"Location": f"/insight/plan/duty?{query}"})


def _query(asked: PlanQuery, year: int) -> str:
    return urlencode({"year": year, "unit": asked.unit, "state": asked.state or ""})


def _years(this_year: int) -> tuple[int, ...]:
    return this_year, this_year - 1

"""`/triage/bulk`: one move on several cases at once, each by itself; what could not be is said."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, Field

from bot.cases.model import Move, MoveRefused
from bot.errors import Invalid, PolicylineError
from bot.web.case_lists import ListQuery, Outcome, list_page
from bot.web.case_page import concerns
from bot.web.errors import move_refused
from bot.web.reading import clean, parse
from bot.web.routes import services_of, session_of

MOST = 50
"""Cases at once: one page and some more."""
MOVES = frozenset({Move.DISPATCH, Move.REFUSE, Move.NOTE, Move.SUPERVISE})
_Words = Annotated[str, BeforeValidator(lambda v: clean(v) if isinstance(v, str) else v)]


class _BulkForm(BaseModel):
    move: Move = Field(title="操作")
    department: _Words = Field(default="", max_length=80, title="部门")
    reason: _Words = Field(default="", max_length=2000, title="理由")
    text: _Words = Field(default="", max_length=2000, title="内容")
    back: str = Field(default="", max_length=500, title="返回")


async def move(request: web.Request) -> web.Response:
    """Make one move on every case chosen; the list again, with what became of each.

    A case that somebody moved meanwhile stays as it is: its version was sent with it.

    Raises:
        Invalid: nothing chosen, too much chosen, or a move that is made one by one.
    """
    form = await request.post()
    chosen = [str(one) for one in form.getall("chosen", [])]
    asked = parse(_BulkForm, {n: v for n, v in form.items() if n in _BulkForm.model_fields})
    if asked.move not in MOVES:
        raise Invalid("这个操作要逐件办理。")
    if len(chosen) > MOST:
        raise Invalid(f"一次最多办理 {MOST} 件。")
    wanted = _list_of(asked.back)
    done: list[str] = []
    refused: dict[str, str] = {}
    for one in dict.fromkeys(chosen):
        number, _, version = one.partition(":")
        why_not = await _moved(request, number, version, asked)
        if why_not:
            refused[number] = why_not
        else:
            done.append(number)
    outcome = Outcome(
        wanted=wanted,
        done=tuple(done),
        refused=refused if chosen else {"": "请先勾选要办理的工单。"},
        typed=asked.model_dump(include={"department", "reason", "text"}),
    )
    return await list_page(
        request, "triage", outcome=outcome, status=400 if outcome.refused else 200
    )


async def _moved(request: web.Request, number: str, version: str, asked: _BulkForm) -> str:
    """Why the case was not moved, or empty."""
    services, actor = services_of(request), session_of(request).actor
    try:
        case = await services.cases.get(number)
        if not version.isdigit() or not concerns(case, actor):
            return "没有这个编号的诉求"
        await services.cases.move(
            number,
            asked.move,
            actor,
            reason=asked.reason,
            department=asked.department,
            text=asked.text,
            seen_version=int(version),
        )
    except MoveRefused as error:
        return move_refused(error)[2]
    except PolicylineError as error:
        return error.message
    return ""


def _list_of(back: str) -> ListQuery:
    """The list the reader came from; the plain one where its address is none of ours."""
    try:
        return parse(ListQuery, {k: v for k, v in parse_qsl(urlsplit(back).query) if v})
    except PolicylineError:
        return ListQuery()

"""`/cases/{number}`: one case with its whole course, and the moves the reader may make."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, Field

from bot.attachment_model import AttachmentKind
from bot.cases.answering import ReplyUnfit
from bot.cases.duplicates import Similar
from bot.cases.filters import OPEN_STATES
from bot.cases.model import (
    Actor,
    Case,
    Move,
    MoveRefused,
    Published,
    Role,
    RoutingInput,
    State,
)
from bot.cases.ports import Demand
from bot.cases.publishing import draft
from bot.cases.replying import PRIVATE, Finding, template
from bot.cases.rules import moves_open_to
from bot.errors import NotFound, PolicylineError
from bot.privacy import as_seen_by, may_see_person, may_see_source
from bot.web.disclosure_from_case import became, offers_disclosure
from bot.web.errors import move_refused
from bot.web.reading import clean, read_form
from bot.web.rendering import local_path, page
from bot.web.routes import services_of, session_of

_SIMILAR_WITHIN_S = 1.5
_DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD})

FIELDS: dict[Move, tuple[str, ...]] = {
    Move.DISPATCH: ("department",),
    Move.REASSIGN: ("department", "reason"),
    Move.ADD_SUPPORT: ("department",),
    Move.SUPPORT_REPLY: ("text",),
    Move.PAUSE: ("reason",),
    Move.RESUME: (),
    Move.ASK_EXTENSION: ("days", "reason"),
    Move.REFUSE_EXTENSION: ("reason",),
    Move.APPROVE_REPLY: ("text",),
    Move.REJECT_REPLY: ("reason",),
    Move.UNMERGE: ("reason",),
    Move.APPEAL: ("reason",),
    Move.UPHOLD_APPEAL: ("reason",),
    Move.DISMISS_APPEAL: ("reason",),
    Move.TO_TRIAGE: (),
    Move.ACCEPT: (),
    Move.WORK: (),
    Move.REPLY: ("text",),
    Move.RETURN: ("reason",),
    Move.EXTEND: ("days", "reason"),
    Move.VISIT: ("text",),
    Move.CLOSE: (),
    Move.MERGE: ("lead_number", "reason"),
    Move.REFUSE: ("reason",),
    Move.URGE: ("text",),
    Move.SUPERVISE: ("reason",),
    Move.REOPEN: ("reason",),
    Move.RATE: ("grade", "text"),
    Move.AGREE_PUBLISH: ("text",),
    Move.PUBLISH: ("public",),
    Move.WITHDRAW: ("reason",),
    Move.NOTE: ("text",),
}
"""What each move asks for on its form."""

MAIN_MOVES = frozenset(
    {
        Move.DISPATCH,
        Move.ACCEPT,
        Move.WORK,
        Move.REPLY,
        Move.APPROVE_REPLY,
        Move.SUPPORT_REPLY,
        Move.CLOSE,
    }
)
"""The next step of a case's usual course; its form stands open."""

_Words = Annotated[str, BeforeValidator(lambda v: clean(v) if isinstance(v, str) else v)]


class _MoveForm(BaseModel):
    move: Move = Field(title="操作")
    version: int | None = Field(default=None, title="版本")
    department: _Words = Field(default="", max_length=80, title="部门")
    reason: _Words = Field(default="", max_length=2000, title="理由")
    text: _Words = Field(default="", max_length=5000, title="内容")
    lead_number: _Words = Field(default="", max_length=40, title="并入工单编号")
    days: int = Field(default=0, ge=0, le=60, title="工作日数")
    grade: int = Field(default=0, ge=0, le=5, title="评价")
    despite: bool = Field(default=False, title="仍要发送")
    draft_sources: _Words = Field(default="", max_length=500, title="参考来源")
    public_title: _Words = Field(default="", max_length=200, title="公开的标题")
    public_text: _Words = Field(default="", max_length=5000, title="公开的内容")
    public_reply: _Words = Field(default="", max_length=5000, title="公开的答复")
    back: str = Field(default="", max_length=500, title="返回")


class _SplitForm(BaseModel):
    version: int | None = Field(default=None, title="版本")
    back: str = Field(default="", max_length=500, title="返回")


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """Why a move was not made, and what had been typed."""

    message: str
    move: Move
    typed: _MoveForm
    findings: tuple[Finding, ...] = ()

    @property
    def may_be_sent(self) -> bool:
        """The reply may go out in full knowledge of what was found."""
        return bool(self.findings) and not any(one.code in PRIVATE for one in self.findings)


async def show(request: web.Request) -> web.Response:
    """The case."""
    case = await case_for(request)
    return await _page(request, case)


async def move(request: web.Request) -> web.Response:
    """Make one move, then back to the list it came from, or to the case."""
    asked = await read_form(request, _MoveForm)
    case = await case_for(request)
    try:
        if asked.move is Move.RATE:
            await _rate(request, case.number, asked)
            return _done(asked, case.number)
        await services_of(request).cases.move(
            case.number,
            asked.move,
            session_of(request).actor,
            reason=asked.reason,
            department=asked.department,
            text=asked.text,
            days=asked.days,
            lead_number=asked.lead_number,
            despite=asked.despite,
            public=_public(asked),
            draft_sources=_keys(asked.draft_sources),
            seen_version=asked.version,
        )
    except MoveRefused as error:
        status, _, message = move_refused(error)
        return await _refused(request, case.number, message, asked, status)
    except ReplyUnfit as error:
        return await _refused(
            request, case.number, error.message, asked, error.status, error.findings
        )
    except PolicylineError as error:
        return await _refused(request, case.number, error.message, asked, error.status)
    return _done(asked, case.number)


async def _rate(request: web.Request, number: str, asked: _MoveForm) -> None:
    """A grade the citizen told by telephone or at a visit."""
    await services_of(request).cases.rate(
        number,
        asked.grade,
        session_of(request).actor,
        text=asked.text,
        seen_version=asked.version,
    )


def _done(asked: _MoveForm | _SplitForm, number: str) -> web.Response:
    back = local_path(asked.back, f"/cases/{number}")
    mark = "&" if "?" in back else "?"
    return web.Response(status=303, headers={"Location": f"{back}{mark}done={number}"})


async def split(request: web.Request) -> web.Response:
    """Open a case for each further demand of the text."""
    asked = await read_form(request, _SplitForm)
    case = await case_for(request)
    try:
        await services_of(request).cases.split(
            case.number, session_of(request).actor, seen_version=asked.version
        )
    except MoveRefused as error:
        status, _, message = move_refused(error)
        return await _refused(request, case.number, message, _MoveForm(move=Move.SPLIT), status)
    except PolicylineError as error:
        failed = _MoveForm(move=Move.SPLIT)
        return await _refused(request, case.number, error.message, failed, error.status)
    return _done(asked, case.number)


def _keys(told: str) -> tuple[str, ...]:
    """The sources a reply's form names: document ids and case numbers."""
    return tuple(key for key in told.split("、") if key)


def _public(asked: _MoveForm) -> Published | None:
    if asked.move is not Move.PUBLISH:
        return None
    return Published(title=asked.public_title, text=asked.public_text, reply=asked.public_reply)


async def _refused(
    request: web.Request,
    number: str,
    message: str,
    asked: _MoveForm,
    status: int,
    findings: tuple[Finding, ...] = (),
) -> web.Response:
    case = await services_of(request).cases.get(number)
    problem = _Problem(message=message, move=asked.move, typed=asked, findings=findings)
    return await _page(request, case, problem=problem, status=status)


async def case_for(request: web.Request) -> Case:
    """The case, where it is this reader's business.

    Raises:
        NotFound: there is none, or it is another department's.
    """
    case = await services_of(request).cases.get(request.match_info["number"])
    if not concerns(case, session_of(request).actor):
        raise NotFound("没有这个编号的诉求。")
    return case


def concerns(case: Case, reader: Actor) -> bool:
    """True where the reader may open the case: the office any, a department its own."""
    if reader.role not in _DEPARTMENT_ROLES:
        return True
    return reader.department in {case.lead_department, *case.supporting}


def _offered(case: Case, actor: Actor) -> list[Move]:
    """The moves with a form here; none that would leave the case where it is."""
    there = {Move.TO_TRIAGE} if case.state is State.TRIAGE else set()
    return [one for one in moves_open_to(case, actor) if one in FIELDS and one not in there]


@dataclass(frozen=True, kw_only=True)
class Merge:
    """An open case that may be one with the case shown; the later of the two goes into the earlier.

    Args:
        mergeable: the reader may merge the later one now.
    """

    other: Case
    probability: float
    reasons: tuple[str, ...]
    later: Case
    earlier: Case
    mergeable: bool


async def _draft(
    request: web.Request, case: Case, offered: Sequence[Move]
) -> tuple[str, tuple[str, ...]]:
    """What the reply's box begins with, and the sources it rests on: the suggested draft where the
    address asks for it (`?draft=1`), else the plain frame."""
    if Move.REPLY not in offered:
        return "", ()
    services = services_of(request)
    demands = await services.cases.demands(case.number)
    if "draft" not in request.query:
        return template(case, services.city.wording, demands), ()
    suggested = await services.drafts.suggest(case, demands)
    return suggested.draft.text, suggested.draft.used


async def demands_of(request: web.Request, case: Case, actor: Actor) -> tuple[Demand, ...]:
    """The demands a text names, where the reader may split it."""
    if Move.SPLIT not in moves_open_to(case, actor):
        return ()
    item = RoutingInput(text=case.text, title=case.title, place=case.place)
    return tuple(await asyncio.to_thread(services_of(request).router.parts, item))


async def similar_to(request: web.Request, case: Case, actor: Actor) -> list[Merge]:
    """Open cases that may be one with it, as far as they concern the reader."""
    if case.state not in OPEN_STATES:
        return []
    try:
        async with asyncio.timeout(_SIMILAR_WITHIN_S):
            found = await services_of(request).duplicates.suggest(case.number)
    except TimeoutError:
        return []  # the first look of a process reads every open case; the next one goes on there
    return [_merge(case, each, actor) for each in found if concerns(each.case, actor)]


def _merge(case: Case, similar: Similar, actor: Actor) -> Merge:
    earlier, later = sorted((case, similar.case), key=lambda one: one.number)
    return Merge(
        other=as_seen_by(similar.case, actor),
        probability=similar.probability,
        reasons=similar.reasons,
        later=later,
        earlier=earlier,
        mergeable=Move.MERGE in moves_open_to(later, actor),
    )


async def _page(
    request: web.Request, case: Case, *, problem: _Problem | None = None, status: int = 200
) -> web.Response:
    services, actor = services_of(request), session_of(request).actor
    sees_person, offered = may_see_person(case, actor), _offered(case, actor)
    reply_draft, draft_sources = await _draft(request, case, offered)
    if sees_person and (case.contact_phone or case.contact_name):
        await services.staff.record(actor.id, "case.see_person", case.number)
    return page(
        request,
        "case.html",
        status=status,
        case=as_seen_by(case, actor),
        routing=case.routing,
        masked=not sees_person,
        events=await services.cases.events(case.number),
        attachments=[
            one
            for one in await services.attachments.seen_with(case)
            if one.kind is not AttachmentKind.SOURCE or may_see_source(actor)
        ],
        moves=offered,
        disclosure=await became(request, case),
        offers_disclosure=offers_disclosure(request, case),
        similar=await similar_to(request, case, actor),
        demands=await demands_of(request, case, actor),
        reply_draft=reply_draft,
        draft_sources=draft_sources,
        public=draft(case) if Move.PUBLISH in offered else None,
        fields=FIELDS,
        main_moves=MAIN_MOVES,
        units=services.city.unit_names,
        now=services.clock.now(),
        problem=problem,
        done="done" in request.query,
    )

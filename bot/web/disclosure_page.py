"""`/disclosures/{number}`: one request, its clock and course, the moves open to the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel, Field

from bot.cases.calendar import local_day
from bot.disclosure.application import Way
from bot.disclosure.asked import AskedMove
from bot.disclosure.course import Outcome, Party, RemedyKind
from bot.disclosure.letters import Letter
from bot.disclosure.model import Move, Request, RequestEvent
from bot.disclosure.privacy import as_seen_by, may_see_applicant, names_in
from bot.disclosure.results import Result
from bot.disclosure.rules import moves_open_to
from bot.errors import PolicylineError
from bot.privacy import mask_text
from bot.web.disclosure_access import request_for
from bot.web.disclosure_drawn import drawn as clock_drawn
from bot.web.disclosure_form import Day, Words
from bot.web.disclosure_letters import drafted
from bot.web.reading import read_form, read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of

FIELDS: Mapping[Move, tuple[str, ...]] = {
    Move.ASSIGN: ("unit",),
    Move.EXAMINE: (),
    Move.ASK_CORRECTION: ("days", "letter"),
    Move.CORRECT: ("day", "text"),
    Move.GIVE_UP: ("reason", "letter"),
    Move.WORK: (),
    Move.CONSULT: ("name", "letter"),
    Move.INQUIRY_RECEIVED: ("name", "day", "text"),
    Move.OPINION: ("name", "day", "text"),
    Move.ASK_EXTENSION: ("days", "reason"),
    Move.EXTEND: ("days", "reason", "letter"),
    Move.REFUSE_EXTENSION: ("reason",),
    Move.PROPOSE: ("letter",),
    Move.APPROVE: ("letter",),
    Move.REJECT: ("reason",),
    Move.DECIDE: ("letter",),
    Move.DELIVER: ("way", "day", "text"),
    Move.ARCHIVE: (),
    Move.WITHDRAW: ("text",),
    Move.REMEDY: ("remedy", "day", "text"),
    Move.REMEDY_ENDED: ("place", "outcome", "day", "text"),
    Move.NOTE: ("text",),
}
"""What each move asks for on its form."""

MAIN_MOVES = frozenset(
    {
        Move.EXAMINE,
        Move.CORRECT,
        Move.WORK,
        Move.OPINION,
        Move.PROPOSE,
        Move.APPROVE,
        Move.DECIDE,
        Move.DELIVER,
        Move.ARCHIVE,
    }
)
"""The next steps of the usual course; their forms stand open."""

CHOSEN_FIRST: Mapping[Move, str] = {
    Move.PROPOSE: "result",
    Move.DECIDE: "result",
    Move.CONSULT: "party",
}
"""Moves whose letter depends on a choice, which is made before the letter is drafted."""


class _MoveForm(BaseModel):
    move: Move = Field(title="操作")
    version: int | None = Field(default=None, title="版本")
    unit: Words = Field(default="", max_length=80, title="单位")
    reason: Words = Field(default="", max_length=5000, title="理由")
    text: Words = Field(default="", max_length=20_000, title="内容")
    name: Words = Field(default="", max_length=120, title="对方")
    days: int = Field(default=0, ge=0, le=60, title="工作日数")
    day: Day = Field(default=None, title="日期")
    result: Result | None = Field(default=None, title="答复类型")
    party: Party = Field(default=Party.THIRD_PARTY, title="对方类型")
    way: Way | None = Field(default=None, title="送达方式")
    remedy: RemedyKind = Field(default=RemedyKind.REVIEW, title="类型")
    outcome: Outcome = Field(default=Outcome.PENDING, title="结果")
    place: int = Field(default=0, ge=0, title="哪一件")

    def asked(self, request: web.Request) -> AskedMove:
        """The move as the service takes it."""
        given = self.model_dump(exclude={"version"})
        return AskedMove(actor=session_of(request).actor, **given)


class PageQuery(BaseModel):
    """What was chosen before a letter is drafted."""

    result: Result | None = Field(default=None, title="答复类型")
    party: Party | None = Field(default=None, title="对方类型")


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """Why a move was not made, and what had been typed."""

    message: str
    typed: _MoveForm


async def show(request: web.Request) -> web.Response:
    """The request."""
    return await _page(request, await request_for(request), read_query(request, PageQuery))


async def move(request: web.Request) -> web.Response:
    """Make one move, then back to the request."""
    form = await read_form(request, _MoveForm)
    one = await request_for(request)
    try:
        await services_of(request).disclosures.move(
            one.number, form.asked(request), seen_version=form.version
        )
    except PolicylineError as error:
        one = await services_of(request).disclosures.get(one.number)
        chosen = PageQuery(result=form.result, party=form.party)
        problem = _Problem(message=error.message, typed=form)
        return await _page(request, one, chosen, problem=problem, status=error.status)
    raise web.HTTPSeeOther(f"/disclosures/{one.number}?done=1")


def _drafts(request: web.Request, one: Request, chosen: PageQuery) -> dict[Move, str]:
    """The letters the open forms begin with."""
    letters = {
        Move.ASK_CORRECTION: drafted(request, one, Letter.CORRECTION),
        Move.EXTEND: drafted(request, one, Letter.EXTENSION),
        Move.GIVE_UP: drafted(request, one, Letter.DECISION, result=Result.NOT_CORRECTED),
    }
    if one.course.proposal is not None:
        letters[Move.APPROVE] = one.course.proposal.letter
    if chosen.result is not None:
        decision = drafted(request, one, Letter.DECISION, result=chosen.result)
        letters |= {Move.PROPOSE: decision, Move.DECIDE: decision}
    if chosen.party is not None:
        asks = Letter.THIRD_PARTY if chosen.party is Party.THIRD_PARTY else Letter.AGENCY
        letters[Move.CONSULT] = drafted(request, one, asks)
    return letters


def _seen(event: RequestEvent, names: tuple[str, ...] | None) -> tuple[RequestEvent, str, str]:
    """An event with its reason and words, masked where the reader may not see the applicant."""
    words = event.details.get("text", "")
    if event.details.get("name"):
        words = f"{event.details['name']}：{words}"
    if names is None:
        return event, event.reason, words
    return event, mask_text(event.reason, names), mask_text(words, names)


async def _page(
    request: web.Request,
    one: Request,
    chosen: PageQuery,
    *,
    problem: _Problem | None = None,
    status: int = 200,
) -> web.Response:
    services, actor = services_of(request), session_of(request).actor
    sees = may_see_applicant(one, actor)
    if sees:
        await services.staff.record(actor.id, "disclosure.see_applicant", one.number)
    reading, today = services.disclosures.reading(one), local_day(services.clock.now())
    names = None if sees else names_in(one)
    events = [_seen(event, names) for event in await services.disclosures.events(one.number)]
    offered = [each for each in moves_open_to(one, actor) if each in FIELDS]
    return page(
        request,
        "disclosure.html",
        status=status,
        one=as_seen_by(one, actor),
        masked=not sees,
        reading=reading,
        drawn=clock_drawn(one, reading, today, services.city.disclosure, services.city.limits),
        events=events,
        earlier=await services.disclosures.earlier(one, actor) if sees else (),
        files=await services.disclosure_files.of(one),
        moves=offered,
        fields=FIELDS,
        main_moves=MAIN_MOVES,
        chosen_first=CHOSEN_FIRST,
        chosen=chosen,
        drafts=_drafts(request, one, chosen) if sees else {},
        limits=services.city.disclosure,
        units=services.city.unit_names,
        today=today,
        problem=problem,
        done="done" in request.query,
    )

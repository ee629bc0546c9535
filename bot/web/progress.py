"""`/progress`: a citizen follows a case; its number and query code stay out of the address."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web
from pydantic import BaseModel, Field

from bot.attachment_model import AttachmentKind
from bot.cases.filters import AWAITING_REPLY
from bot.cases.model import CITIZEN, Case, DemandType, Move, MoveRefused
from bot.cases.rules import next_state
from bot.errors import Invalid, PolicylineError, TooMany
from bot.web.letter_form import more_of, pace_letters
from bot.web.models import NoteRequest, RateRequest
from bot.web.reading import clean, parse
from bot.web.rendering import page
from bot.web.routes import services_of
from bot.web.security import address_of, check_origin, limit
from bot.web.steps import steps_of
from bot.web.uploads import BODY_LIMIT, FILES, WAY_TOO_MUCH, close_files, files_in
from bot.web.who_has_it import who_has_it

_MORE_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
_NOTE_CHARS = 2000

_Act = Callable[[Case], Awaitable[str]]


class _LookUp(BaseModel):
    number: str = Field(default="", max_length=40, title="工单编号")
    query_code: str = Field(default="", max_length=40, title="查询码")


async def ask(request: web.Request) -> web.Response:
    """The form."""
    return _form(request, number=request.query.get("number", "")[:20])


async def show(request: web.Request) -> web.Response:
    """The case."""
    return await _with_case(request)


async def rate(request: web.Request) -> web.Response:
    """Grade it."""
    form = await request.post()

    async def grade(case: Case) -> str:
        asked = parse(RateRequest, {"grade": form.get("grade", "")})
        await services_of(request).cases.rate(case.number, asked.grade, CITIZEN)
        return "感谢您的评价，已经记下。"

    return await _with_case(request, grade)


async def urge(request: web.Request) -> web.Response:
    """Ask for it to be dealt with soon."""

    async def hurry(case: Case) -> str:
        await services_of(request).cases.move(case.number, Move.URGE, CITIZEN)
        return "已经替您催办。"

    return await _with_case(request, hurry)


async def reopen(request: web.Request) -> web.Response:
    """Ask for it to be dealt with anew, with a reason."""
    form = await request.post()

    async def again(case: Case) -> str:
        asked = parse(NoteRequest, {"text": form.get("text", "")})
        await services_of(request).cases.move(case.number, Move.REOPEN, CITIZEN, reason=asked.text)
        return "已经重新办理，进展会告诉您。"

    return await _with_case(request, again)


async def agree(request: web.Request) -> web.Response:
    """Agree to its publication."""

    async def allow(case: Case) -> str:
        await services_of(request).cases.move(case.number, Move.AGREE_PUBLISH, CITIZEN)
        return "谢谢。公开前会隐去您的个人信息。"

    return await _with_case(request, allow)


async def note(request: web.Request) -> web.Response:
    """Add words or files to it; stored before it is said that they are there."""
    if (request.content_length or 0) > BODY_LIMIT:  # nothing of it is read
        return _form(request, number="", problem=WAY_TOO_MUCH, status=413)
    request = request.clone(client_max_size=BODY_LIMIT)
    try:
        form = await request.post()
    except web.HTTPRequestEntityTooLarge:
        return _form(request, number="", problem=WAY_TOO_MUCH, status=413)

    async def add(case: Case) -> str:
        files, said = files_in(form), clean(str(form.get("text", "")))
        more_id = str(form.get("more_id", ""))
        if not files:
            asked = parse(NoteRequest, {"text": said})
            cases = services_of(request).cases
            await cases.move(case.number, Move.NOTE, CITIZEN, text=asked.text)
            return "补充说明已经转给承办单位。"
        if not _MORE_ID.fullmatch(more_id):
            raise Invalid("页面已过期，请再提交一次。")
        await pace_letters(request)
        services = services_of(request)
        inbound = more_of(case.number, more_id, said[:_NOTE_CHARS], files, services)
        stored = await services.intake.store(inbound)
        await services.outbox.wait_for(stored.message.id, services.settings.chat_wait_s / 2)
        return f"{len(files)} 个附件已经收到，转给承办单位。"

    try:
        return await _with_case(request, add)
    finally:
        close_files(form)


async def _with_case(request: web.Request, act: _Act | None = None) -> web.Response:
    """Look the case up, act on it where asked, and show it."""
    check_origin(request)
    await limit(request, "progress", address_of(request), times=60, window_s=60)
    form = await request.post()
    wanted = parse(_LookUp, {name: form.get(name, "") for name in ("number", "query_code")})
    services = services_of(request)
    try:
        case = await services.cases.look_up(
            wanted.number, wanted.query_code, who=address_of(request)
        )
    except PolicylineError as error:
        response = _form(request, number=wanted.number, problem=error.message, status=error.status)
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.retry_after_s)
        return response
    done, problem = "", ""
    if act is not None:
        try:
            done = await act(case)
            case = await services.cases.get(case.number)
        except PolicylineError as error:
            problem = error.message
    return page(
        request,
        "progress.html",
        status=400 if problem else 200,
        case=case,
        steps=steps_of(await services.cases.events(case.number)),
        may_rate=_open_to_citizen(case, Move.RATE),
        may_reopen=_open_to_citizen(case, Move.REOPEN),
        may_agree=_open_to_citizen(case, Move.AGREE_PUBLISH)
        and bool(case.reply_text)
        and not case.confidential
        and case.demand_type is not DemandType.REPORT,
        may_urge=_open_to_citizen(case, Move.URGE) and case.state in AWAITING_REPLY,
        query_code=wanted.query_code,
        who=who_has_it(case, services.city.hotline),
        files=[
            one
            for one in await services.attachments.of_case(case.number)
            if one.kind is not AttachmentKind.SOURCE
        ],
        more_id=secrets.token_urlsafe(16),
        most_files=FILES,
        done=done,
        problem=problem,
    )


def _open_to_citizen(case: Case, move: Move) -> bool:
    try:
        next_state(case, move, CITIZEN, reason="-")
    except MoveRefused:
        return False
    return True


def _form(
    request: web.Request, *, number: str, problem: str = "", status: int = 200
) -> web.Response:
    return page(request, "progress.html", status=status, case=None, number=number, problem=problem)

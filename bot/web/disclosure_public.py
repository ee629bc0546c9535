"""`/disclosure`: how to apply for information, what is public already, the form; following it.

Number and query code stay out of the address.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from pydantic import BaseModel, Field

from bot.cases.calendar import local_day
from bot.cases.model import CITIZEN
from bot.disclosure.application import Channel
from bot.disclosure.asked import AskedMove
from bot.disclosure.model import Move, Request
from bot.disclosure.rules import moves_open_to
from bot.errors import PolicylineError, TooLarge, TooMany
from bot.web.disclosure_form import RequestForm, Words, check_whole, typed_of
from bot.web.disclosure_steps import steps_of
from bot.web.reading import parse, read_query
from bot.web.rendering import page
from bot.web.routes import services_of
from bot.web.security import address_of, check_origin, limit
from bot.web.uploads import BODY_LIMIT, FILES, WAY_TOO_MUCH, close_files, files_in
from knowledge.model import Answer

_Act = Callable[[Request], Awaitable[str]]


class _Search(BaseModel):
    q: Words = Field(default="", max_length=200, title="搜索")


class _LookUp(BaseModel):
    number: str = Field(default="", max_length=40, title="登记编号")
    query_code: str = Field(default="", max_length=40, title="查询码")


class _Text(BaseModel):
    text: Words = Field(default="", max_length=5000, title="内容")


async def show(request: web.Request) -> web.Response:
    """Guide, search and form."""
    asked = read_query(request, _Search).q
    found = None
    if asked:
        await limit(request, "disclosure-search", address_of(request), times=60, window_s=60)
        found = await services_of(request).library.answered(asked)
    return _form(request, {}, asked=asked, found=found)


async def send(request: web.Request) -> web.Response:
    """Register a request; number and code are shown once."""
    check_origin(request)
    services = services_of(request)
    typed: dict[str, str] = {}
    if (request.content_length or 0) > BODY_LIMIT:  # nothing of it is read
        return _form(request, typed, error=TooLarge(WAY_TOO_MUCH))
    try:
        sent = await request.clone(client_max_size=BODY_LIMIT).post()
    except web.HTTPRequestEntityTooLarge:
        return _form(request, typed, error=TooLarge(WAY_TOO_MUCH))
    try:
        typed = typed_of(sent)
        files = files_in(sent)
        await limit(request, "disclosure", address_of(request), times=20, window_s=3600)
        form = parse(RequestForm, typed)
        check_whole(form)
        today = local_day(services.clock.now())
        made = await services.disclosures.register(form.new(Channel.WEB, today), files=files)
    except PolicylineError as error:
        return _form(request, typed, error=error)
    finally:
        close_files(sent)
    return page(
        request,
        "disclosure_receipt.html",
        made=made,
        reading=services.disclosures.reading(made.request),
    )


async def ask_progress(request: web.Request) -> web.Response:
    """The form for number and code."""
    return _progress_form(request, number="")


async def progress(request: web.Request) -> web.Response:
    """The request."""
    return await _with_request(request)


async def correct(request: web.Request) -> web.Response:
    """Correct it, as the office asked."""
    form = await request.post()

    async def write(one: Request) -> str:
        text = parse(_Text, {"text": form.get("text", "")}).text
        asked = AskedMove(move=Move.CORRECT, actor=CITIZEN, text=text)
        await services_of(request).disclosures.move(one.number, asked)
        return "补正已经提交，答复期限从今天起重新计算。"

    return await _with_request(request, write)


async def withdraw(request: web.Request) -> web.Response:
    """Take it back."""

    async def take_back(one: Request) -> str:
        asked = AskedMove(move=Move.WITHDRAW, actor=CITIZEN)
        await services_of(request).disclosures.move(one.number, asked)
        return "申请已经撤回，不再办理。"

    return await _with_request(request, take_back)


async def _with_request(request: web.Request, act: _Act | None = None) -> web.Response:
    """Look the request up, act on it where asked, and show it."""
    check_origin(request)
    await limit(request, "progress", address_of(request), times=60, window_s=60)
    form = await request.post()
    wanted = parse(_LookUp, {name: form.get(name, "") for name in ("number", "query_code")})
    services = services_of(request)
    try:
        one = await services.disclosures.look_up(
            wanted.number, wanted.query_code, who=address_of(request)
        )
    except PolicylineError as error:
        return _progress_form(request, number=wanted.number, error=error)
    done, problem = "", ""
    if act is not None:
        try:
            done = await act(one)
            one = await services.disclosures.get(one.number)
        except PolicylineError as error:
            problem = error.message
    return page(
        request,
        "disclosure_progress.html",
        status=400 if problem else 200,
        one=one,
        reading=services.disclosures.reading(one),
        steps=steps_of(await services.disclosures.events(one.number)),
        open_moves=moves_open_to(one, CITIZEN),
        Move=Move,
        query_code=wanted.query_code,
        done=done,
        problem=problem,
    )


def _progress_form(
    request: web.Request, *, number: str, error: PolicylineError | None = None
) -> web.Response:
    response = page(
        request,
        "disclosure_progress.html",
        status=error.status if error else 200,
        one=None,
        number=number,
        problem=error.message if error else "",
    )
    return _told_to_wait(response, error)


def _form(
    request: web.Request,
    typed: Mapping[str, str],
    *,
    error: PolicylineError | None = None,
    asked: str = "",
    found: Answer | None = None,
) -> web.Response:
    services = services_of(request)
    response = page(
        request,
        "disclosure_apply.html",
        status=error.status if error else 200,
        typed=typed,
        key=typed.get("key") or services.ids.new_id(),
        problem=error.message if error else "",
        faults=error.fields if error else {},
        units=services.city.unit_names,
        limits=services.city.disclosure,
        most_files=FILES,
        asked=asked,
        found=found,
    )
    return _told_to_wait(response, error)


def _told_to_wait(response: web.Response, error: PolicylineError | None) -> web.Response:
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response

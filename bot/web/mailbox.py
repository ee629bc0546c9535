"""`/mailbox`: a letter to a leader, written on a page. It works without script; with it, what is
written is kept on the device and answers are suggested meanwhile."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

from aiohttp import web

from bot.cases.model import Case
from bot.city.mailbox import NotTaken
from bot.errors import Invalid, PolicylineError
from bot.letters.opening import origin_of
from bot.presenting import answer_reply
from bot.services import Services
from bot.web.letter_form import (
    LETTER_ID,
    TEXT_CHARS,
    LetterRequest,
    external_id,
    inbound_of,
    mobile_of,
    pace_codes,
    pace_letters,
)
from bot.web.reading import clean, parse
from bot.web.rendering import page
from bot.web.routes import PAGES, services_of
from bot.web.security import address_of, check_origin, limit
from bot.web.uploads import BODY_LIMIT, FILES, WAY_TOO_MUCH, Form, close_files, files_in
from connectors.base import Reply
from connectors.channels.mailbox.letter import CHANNEL
from knowledge.model import AnswerKind

COOKIE = "policyline_letter"
_COOKIE_S = 3600
_SUGGESTED_FROM = 8
"""Characters; before that nobody has said what it is about."""
_ID = re.compile(LETTER_ID)
_WORDS = ("to", "subject", "text", "place", "name", "phone", "mail", "phone_code")
_MARKS = ("public", "may_publish", "anonymous")


@dataclass(frozen=True, kw_only=True)
class _Written:
    """What stands in the form; it comes back whole where something is wrong with it."""

    values: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    code_sent: bool = False


@dataclass(frozen=True, kw_only=True)
class _Suggested:
    """What is told about a letter before it is sent."""

    answer: Reply | None = None
    elsewhere: tuple[NotTaken, ...] = ()
    emergency: str = ""


async def show(request: web.Request) -> web.Response:
    """The form."""
    return _form(request, _Written())


async def suggest(request: web.Request) -> web.Response:
    """What may already answer a letter: a fragment for the page's script, else the form again."""
    check_origin(request)
    await limit(request, "mailbox-suggest", address_of(request), times=120, window_s=60)
    form = await request.post()
    values = _values(form)
    close_files(form)
    found = await _suggestions(services_of(request), f"{values['subject']}\n{values['text']}")
    if "X-Fragment" in request.headers:
        text = request.app[PAGES].text("mailbox_suggested.html", suggested=found)
        return web.Response(text=text.strip(), content_type="text/html", charset="utf-8")
    return _form(request, _Written(values=values), suggested=found, asked=True)


async def send_code(request: web.Request) -> web.Response:
    """Send a code to the number in the form: a line for the page's script, else the form again."""
    check_origin(request)
    form = await request.post()
    values = _values(form)
    close_files(form)
    services = services_of(request)
    try:
        await pace_codes(request)
        phone = mobile_of(values["phone"])
        if not phone or not _ID.fullmatch(values["letter_id"]):
            raise Invalid("请先填写手机号。", fields={"phone": "请填写"})
        await services.phone_codes.send(phone, values["letter_id"])
        written = _Written(values=values, code_sent=True)
        status = 200
    except PolicylineError as error:
        written = _Written(values=values, problem=error.message, fields=dict(error.fields))
        status = error.status
    if "X-Fragment" in request.headers:
        said = written.problem or "验证码已经发出，请看短信。"
        return web.Response(status=status, text=said, content_type="text/plain", charset="utf-8")
    return _form(request, written, status=status)


async def send(request: web.Request) -> web.Response:
    """Take the letter: stored with its files before anything is answered; sent twice, it is one."""
    check_origin(request)
    if (request.content_length or 0) > BODY_LIMIT:  # nothing of it is read
        return _form(request, _Written(problem=WAY_TOO_MUCH), status=413)
    try:
        form = await request.clone(client_max_size=BODY_LIMIT).post()
    except web.HTTPRequestEntityTooLarge:
        return _form(request, _Written(problem=WAY_TOO_MUCH), status=413)
    values = _values(form)
    try:
        await pace_letters(request)
        files = files_in(form)
        inbound = await inbound_of(_letter(values), services_of(request), files)
    except PolicylineError as error:
        written = _Written(values=values, problem=error.message, fields=dict(error.fields or {}))
        return _form(request, written, status=error.status)
    finally:
        close_files(form)
    services = services_of(request)
    stored = await services.intake.store(inbound)
    await services.outbox.wait_for(stored.message.id, services.settings.chat_wait_s / 2)
    response = web.Response(status=303, headers={"Location": "/mailbox/sent"})
    response.set_cookie(
        COOKIE,
        values["letter_id"],
        max_age=_COOKIE_S,
        httponly=True,
        samesite="Strict",
        path="/mailbox",
        secure=services.settings.base_url.startswith("https://"),
    )
    return response


async def sent(request: web.Request) -> web.Response:
    """Number and query code, for whoever sent the letter from this browser."""
    letter_id = request.cookies.get(COOKIE, "")
    services = services_of(request)
    if not _ID.fullmatch(letter_id):
        return web.Response(status=303, headers={"Location": "/mailbox"})
    message = await services.inbox.by_external_id(CHANNEL, external_id(letter_id))
    if message is None:
        return web.Response(status=303, headers={"Location": "/mailbox"})
    opened = await services.cases.opened_under(origin_of(message.id))
    case: Case | None = opened.case if opened else None
    way = case.routing.statutory_way if case and case.routing else ""
    return page(
        request,
        "mailbox_sent.html",
        case=case,
        query_code=opened.query_code if opened else "",
        way=way,
        emergency=case.routing.emergency_number if case and case.routing else "",
    )


def _form(
    request: web.Request,
    written: _Written,
    *,
    suggested: _Suggested | None = None,
    asked: bool = False,
    status: int = 200,
) -> web.Response:
    services = services_of(request)
    values = dict.fromkeys((*_WORDS, *_MARKS, "letter_id"), "") | written.values
    if not _ID.fullmatch(values["letter_id"]):
        values["letter_id"] = secrets.token_urlsafe(24)
    return page(
        request,
        "mailbox.html",
        status=status,
        mailbox=services.city.mailbox,
        values=values,
        problem=written.problem,
        faults=written.fields,
        suggested=suggested,
        asked=asked,
        longest=TEXT_CHARS,
        most_files=FILES,
        code_wanted=services.phone_codes.wanted,
        code_sent=written.code_sent,
    )


def _values(form: Form) -> dict[str, str]:
    said = {name: form.get(name, "") for name in (*_WORDS, *_MARKS, "letter_id")}
    return {name: clean(one) if isinstance(one, str) else "" for name, one in said.items()}


def _letter(values: dict[str, str]) -> LetterRequest:
    if not _ID.fullmatch(values["letter_id"]):
        raise Invalid("页面已过期，请再提交一次。")
    marks = {name: bool(values[name]) for name in _MARKS}
    return parse(LetterRequest, values | marks)


async def _suggestions(services: Services, text: str) -> _Suggested:
    said = text.strip()
    if len(said) < _SUGGESTED_FROM:
        return _Suggested()
    answer = await services.library.answered(said[: services.settings.max_question_chars], ())
    told = None
    if answer.kind is not AnswerKind.NONE:
        say, base_url = services.city.wording.say, services.settings.base_url
        told = answer_reply(answer, say=say, base_url=base_url)
    return _Suggested(
        answer=told,
        elsewhere=services.city.mailbox.elsewhere(said),
        emergency=services.router.emergency_number(said),
    )

"""`/mailbox`: a letter to a leader, written on a page. It works without script; with it, what is
written is kept on the device and answers are suggested meanwhile."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

from aiohttp import web
from pydantic import BaseModel, Field

from bot.cases.model import Case
from bot.city.mailbox import NotTaken
from bot.errors import Invalid, PolicylineError
from bot.letters.facts import WEB_SENDER
from bot.letters.opening import origin_of
from bot.presenting import answer_reply
from bot.services import Services
from bot.web.reading import clean, parse
from bot.web.rendering import page
from bot.web.routes import PAGES, services_of
from bot.web.security import address_of, check_origin, limit
from bot.web.uploads import BODY_LIMIT, FILES, WAY_TOO_MUCH, Form, files_in
from connectors.base import Inbound, InboundFile, InboundKind, Reply
from connectors.channels.mailbox.letter import CHANNEL, Fact
from knowledge.model import AnswerKind

COOKIE = "policyline_letter"
_COOKIE_S = 3600
TEXT_CHARS = 5000
_SUGGESTED_FROM = 8
"""Characters; before that nobody has said what it is about."""
_PER_ADDRESS = 20
"""Letters an hour; many people may share the address of a school or an office."""
_ID = re.compile(r"[A-Za-z0-9_-]{22,64}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_WORDS = ("to", "subject", "text", "place", "name", "phone", "mail")
_MARKS = ("public", "may_publish", "anonymous")


class _Letter(BaseModel):
    to: str = Field(max_length=40, title="写给谁")
    subject: str = Field(min_length=2, max_length=80, title="标题")
    text: str = Field(min_length=5, max_length=TEXT_CHARS, title="内容")
    place: str = Field(default="", max_length=100, title="地点")
    name: str = Field(default="", max_length=40, title="姓名")
    phone: str = Field(default="", max_length=20, title="手机号")
    mail: str = Field(default="", max_length=120, title="邮箱")


@dataclass(frozen=True, kw_only=True)
class _Written:
    """What stands in the form; it comes back whole where something is wrong with it."""

    values: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    fields: dict[str, str] = field(default_factory=dict)


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
    found = await _suggestions(services_of(request), f"{values['subject']}\n{values['text']}")
    if "X-Fragment" in request.headers:
        text = request.app[PAGES].text("mailbox_suggested.html", suggested=found)
        return web.Response(text=text.strip(), content_type="text/html", charset="utf-8")
    return _form(request, _Written(values=values), suggested=found, asked=True)


async def send(request: web.Request) -> web.Response:
    """Take the letter: stored with its files before anything is answered; sent twice, it is one."""
    check_origin(request)
    values: dict[str, str] = {}
    if (request.content_length or 0) > BODY_LIMIT:  # nothing of it is read
        return _form(request, _Written(problem=WAY_TOO_MUCH), status=413)
    try:
        form = await request.clone(client_max_size=BODY_LIMIT).post()
        values = _values(form)
        await limit(request, "mailbox", address_of(request), times=_PER_ADDRESS, window_s=3600)
        inbound = _inbound(services_of(request), values, files_in(form))
    except web.HTTPRequestEntityTooLarge:
        return _form(request, _Written(problem=WAY_TOO_MUCH), status=413)
    except PolicylineError as error:
        written = _Written(values=values, problem=error.message, fields=dict(error.fields or {}))
        return _form(request, written, status=error.status)
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
    message = await services.inbox.by_external_id(CHANNEL, f"form:{letter_id}")
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
    )


def _values(form: Form) -> dict[str, str]:
    said = {name: form.get(name, "") for name in (*_WORDS, *_MARKS, "letter_id")}
    return {name: clean(one) if isinstance(one, str) else "" for name, one in said.items()}


def _inbound(services: Services, values: dict[str, str], files: tuple[InboundFile, ...]) -> Inbound:
    letter = parse(_Letter, {name: values[name] for name in _WORDS})
    names = {one.name for one in services.city.mailbox.recipients}
    if letter.to not in names:
        raise Invalid("请选择写给谁。", fields={"to": "请选择"})
    phone = re.sub(r"[\s-]", "", letter.phone)
    if phone and not _MOBILE.fullmatch(phone):
        raise Invalid(
            "手机号不对，请填写 11 位手机号，也可以不填。", fields={"phone": "应为 11 位手机号"}
        )
    if letter.mail and not _MAIL.fullmatch(letter.mail):
        raise Invalid("邮箱不对，请检查一下，也可以不填。", fields={"mail": "不是邮箱地址"})
    letter_id = values["letter_id"]
    if not _ID.fullmatch(letter_id):
        raise Invalid("页面已过期，请再提交一次。")
    details = {
        Fact.VIA: "web", Fact.SUBJECT: letter.subject, Fact.TO: letter.to,
        Fact.PLACE: letter.place, Fact.CONTACT_NAME: letter.name, Fact.CONTACT_PHONE: phone,
        Fact.CONTACT_MAIL: letter.mail, Fact.PUBLIC: "yes" if values["public"] else "no",
        Fact.MAY_PUBLISH: "yes" if values["may_publish"] else "no",
        Fact.ANONYMOUS: "yes" if values["anonymous"] else "",
    }  # fmt: skip
    return Inbound(
        channel=CHANNEL,
        external_id=f"form:{letter_id}",
        sender_id=letter.mail or phone or f"{WEB_SENDER}{letter_id}",
        conversation_id=f"{CHANNEL}:form:{letter_id}",
        kind=InboundKind.LETTER,
        text=letter.text,
        details={name.value: said for name, said in details.items() if said},
        sent_at=services.clock.now(),
        answerable=False,
        # Its id follows from the form's, as with a mail's files, so a resend is known.
        files=files,
    )


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

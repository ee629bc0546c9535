"""A letter as the form and the API take it, and as the inbound message it becomes."""

from __future__ import annotations

import re

from aiohttp import web
from pydantic import Field

from bot.errors import Invalid
from bot.letters.facts import WEB_SENDER
from bot.services import Services
from bot.web.models import Request, Text
from bot.web.security import address_of, limit
from connectors.base import Inbound, InboundFile, InboundKind
from connectors.channels.mailbox.letter import CHANNEL, Fact

TEXT_CHARS = 5000
_LETTERS, _CODES, _HOUR_S = 20, 10, 3600
"""Of one address in an hour; many people may share that of a school or an office."""
LETTER_ID = r"^[A-Za-z0-9_-]{22,64}$"
_MOBILE = re.compile(r"1[3-9]\d{9}")
_MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class LetterRequest(Request):
    """A letter to a leader."""

    letter_id: str = Field(
        pattern=LETTER_ID,
        title="来信编号",
        description="调用方生成的不可猜测的编号；用同一编号重发得到同一封信。",
    )
    to: Text = Field(max_length=40, title="写给谁")
    subject: Text = Field(min_length=2, max_length=80, title="标题")
    text: Text = Field(min_length=5, max_length=TEXT_CHARS, title="内容")
    place: Text = Field(default="", max_length=100, title="地点")
    name: Text = Field(default="", max_length=40, title="姓名")
    phone: Text = Field(default="", max_length=20, title="手机号")
    mail: Text = Field(default="", max_length=120, title="邮箱")
    phone_code: Text = Field(
        default="", max_length=12, title="短信验证码", description="城市要求核对手机号时填写。"
    )
    public: bool = Field(default=False, title="公开信")
    may_publish: bool = Field(default=False, title="同意公开来信和答复")
    anonymous: bool = Field(default=False, title="匿名")


async def pace_letters(request: web.Request) -> None:
    """Count a letter, or what is added to one, of an address. Raises `TooMany`."""
    await limit(request, "mailbox", address_of(request), times=_LETTERS, window_s=_HOUR_S)


async def pace_codes(request: web.Request) -> None:
    """Count a code asked for from an address. Raises `TooMany`."""
    await limit(request, "phone-code", address_of(request), times=_CODES, window_s=_HOUR_S)


def mobile_of(said: str) -> str:
    """A mobile number's 11 digits, or empty where none was said. Raises `Invalid`."""
    phone = re.sub(r"[\s-]", "", said)
    if phone and not _MOBILE.fullmatch(phone):
        raise Invalid(
            "手机号不对，请填写 11 位手机号，也可以不填。", fields={"phone": "应为 11 位手机号"}
        )
    return phone


def external_id(letter_id: str) -> str:
    """The id under which a letter of the form or the API is stored, once."""
    return f"form:{letter_id}"


async def inbound_of(
    letter: LetterRequest, services: Services, files: tuple[InboundFile, ...] = ()
) -> Inbound:
    """The message a letter becomes; its phone is checked where the city asks for it.

    Raises:
        Invalid: addressee, phone, mail address or code are wrong.
    """
    if letter.to not in {one.name for one in services.city.mailbox.recipients}:
        raise Invalid("请选择写给谁。", fields={"to": "请选择"})
    phone = mobile_of(letter.phone)
    if letter.mail and not _MAIL.fullmatch(letter.mail):
        raise Invalid("邮箱不对，请检查一下，也可以不填。", fields={"mail": "不是邮箱地址"})
    if phone and services.phone_codes.wanted:
        await services.phone_codes.check(phone, letter.letter_id, letter.phone_code)
    details = {
        Fact.VIA: "web", Fact.SUBJECT: letter.subject, Fact.TO: letter.to,
        Fact.PLACE: letter.place, Fact.CONTACT_NAME: letter.name, Fact.CONTACT_PHONE: phone,
        Fact.CONTACT_MAIL: letter.mail, Fact.PUBLIC: "yes" if letter.public else "no",
        Fact.MAY_PUBLISH: "yes" if letter.may_publish else "no",
        Fact.ANONYMOUS: "yes" if letter.anonymous else "",
        Fact.PHONE_CHECKED: "yes" if phone and services.phone_codes.wanted else "",
    }  # fmt: skip
    return Inbound(
        channel=CHANNEL,
        external_id=external_id(letter.letter_id),
        sender_id=letter.mail or phone or f"{WEB_SENDER}{letter.letter_id}",
        conversation_id=f"{CHANNEL}:form:{letter.letter_id}",
        kind=InboundKind.LETTER,
        text=letter.text,
        details={name.value: said for name, said in details.items() if said},
        sent_at=services.clock.now(),
        answerable=False,
        # Its id follows from the form's, as with a mail's files, so a resend is known.
        files=files,
    )


def more_of(
    number: str, more_id: str, text: str, files: tuple[InboundFile, ...], services: Services
) -> Inbound:
    """The message that adds words and files to a case whose query code was right.

    Args:
        number: the case's.
        more_id: made with the page, so that pressed twice it is one.
        text: what they say of it, or empty.
        files: what they chose.
        services: for the time.
    """
    return Inbound(
        channel=CHANNEL,
        external_id=f"more:{number}:{more_id}",
        sender_id=f"{WEB_SENDER}{number}",
        conversation_id=f"{CHANNEL}:more:{number}",
        kind=InboundKind.LETTER,
        text=text,
        details={Fact.VIA.value: "web", Fact.CASE.value: number},
        sent_at=services.clock.now(),
        answerable=False,
        files=files,
    )

"""A new request: what was sent in, checked and put in order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from bot.cases.calendar import local_day
from bot.cases.model import Actor
from bot.clean import clean_text
from bot.disclosure.application import Applicant, NewRequest
from bot.disclosure.asked import DisclosureCity
from bot.disclosure.clock import received_day
from bot.disclosure.course import Course
from bot.disclosure.model import Move, Request, RequestEvent, State
from bot.errors import Invalid

NUMBER_PREFIX = "GK"
MAX_CONTENT_CHARS = 3000
_LENGTHS: Mapping[str, int] = {
    "name": 80,
    "certificate_number": 40,
    "contact": 80,
    "phone": 40,
    "email": 200,
    "address": 200,
}


def cleaned(new: NewRequest) -> NewRequest:
    """What was sent, in a form that can be kept. Raises `Invalid` naming what is missing."""
    values = {
        name: " ".join(clean_text(getattr(new.applicant, name)).split())[:most]
        for name, most in _LENGTHS.items()
    }
    applicant: Applicant = replace(new.applicant, **values)  # type: ignore[arg-type]
    content, purpose = clean_text(new.content).strip(), clean_text(new.purpose).strip()
    faults = {}
    if not applicant.name:
        faults["name"] = "请填写姓名或者名称"
    if not (applicant.phone or applicant.email or applicant.address):
        faults["phone"] = "电话、电子邮箱、通信地址至少填一项"
    if applicant.email and "@" not in applicant.email:
        faults["email"] = "电子邮箱的写法不对"
    if not content:
        faults["content"] = "请写明要哪些信息"
    if len(content) > MAX_CONTENT_CHARS or len(purpose) > MAX_CONTENT_CHARS:
        faults["content"] = f"最多 {MAX_CONTENT_CHARS} 个字"
    if faults:
        raise Invalid("；".join(faults.values()) + "。", fields=faults)
    return replace(new, applicant=applicant, content=content, purpose=purpose)


def registered(
    new: NewRequest, city: DisclosureCity, actor: Actor, *, id: str, now: datetime
) -> tuple[Request, RequestEvent]:
    """The request as it stands after registration, still without a number, and its event.

    Raises:
        Invalid: an unknown unit, or days that cannot be.
    """
    unit, day = _unit(new, city), _received(new, city, local_day(now))
    request = Request(
        id=id,
        number="",
        channel=new.channel,
        applicant=new.applicant,
        content=new.content,
        purpose=new.purpose,
        form=new.form,
        way=new.way,
        unit=unit,
        state=State.REGISTERED,
        opened_at=now,
        received_on=day,
        course=Course(begins_on=day, from_case=new.from_case),
        version=1,
    )
    details = {"channel": new.channel.value, "day": str(day), "unit": unit}
    if new.from_case:
        details["from_case"] = new.from_case
    event = RequestEvent(
        request_id=id,
        at=now,
        actor=actor,
        move=Move.REGISTER,
        from_state=None,
        to_state=State.REGISTERED,
        details=details,
    )
    return request, event


def _unit(new: NewRequest, city: DisclosureCity) -> str:
    unit = city.unit(new.unit) if new.unit.strip() else ""
    if unit is None:
        raise Invalid("没有这个单位，请重新选择。", fields={"unit": "没有这个单位"})
    return unit


def _received(new: NewRequest, city: DisclosureCity, today: date) -> date:
    day = received_day(
        new.channel, new.arrived_on, new.confirmed_on, city.disclosure, signed=new.signed
    )
    if day > today:
        raise Invalid("收到日期还没有到。", fields={"arrived_on": "日期还没有到"})
    if new.confirmed_on is not None and new.confirmed_on < new.arrived_on:
        raise Invalid("确认日期早于到达日期。", fields={"confirmed_on": "早于到达日期"})
    return day


def number_in(year: int, count: int) -> str:
    """Such as GK2026000123."""
    return f"{NUMBER_PREFIX}{year}{count:06d}"

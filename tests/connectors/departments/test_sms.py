"""Duty phones told by text message, through the strict gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp.test_utils import TestServer

from bot.city.load import DEFAULT
from connectors.channels.hotline.sms import templates
from connectors.departments.base import NoticeKind
from connectors.departments.sms.sender import SmsToDepartments
from connectors.errors import Refused, Retryable, Waiting
from tests.connectors.departments.notices import Memory, notice
from tests.connectors.hotline.sms.bench import settings_for
from tests.fakes.edges import FakeClock
from tests.fakes.sms_gateway import DEPARTMENT_LINK, LINK, SmsGateway, approved_in

FILE = DEFAULT / "sms.toml"
PHONE = "13900000001"
NUMBER = "20260302000001"


@dataclass
class Bench:
    sender: SmsToDepartments
    gateway: SmsGateway
    clock: FakeClock
    memory: Memory
    counted: list[tuple[str, str, str]] = field(default_factory=list)


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    clock, memory, counted = FakeClock(), Memory(), list[tuple[str, str, str]]()
    gateway = SmsGateway(approved_in(FILE), clock.now)
    async with TestServer(gateway.application()) as server:
        url = str(server.make_url("/api"))
        sender = SmsToDepartments(
            settings_for(url, department_link=DEPARTMENT_LINK),
            templates.read(FILE, link=LINK, department_link=DEPARTMENT_LINK),
            memory,
            count=lambda *what: counted.append(what),
            now=clock.now,
        )
        yield Bench(sender=sender, gateway=gateway, clock=clock, memory=memory, counted=counted)
        await sender.close()


@pytest.mark.parametrize("kind", NoticeKind)
async def test_each_kind_has_a_text_with_the_number_and_nothing_of_a_citizen(
    kind: NoticeKind,
) -> None:
    async with bench() as at:
        told = notice(address=PHONE, kind=kind, words="王五 13900000009 再来看看")
        receipt = await at.sender.send(told)
        [sent] = at.gateway.sent
    assert (sent.phone, sent.message_id) == (PHONE, receipt.external_id)
    assert NUMBER in sent.text
    assert DEPARTMENT_LINK in sent.text
    assert [word for word in ("路灯", "新城大道", "王五", "13900000009") if word in sent.text] == []


async def test_what_it_is_until_when_and_how_urgent_are_said() -> None:
    async with bench() as at:
        await at.sender.send(notice("a", address=PHONE, severity="urgent"))
        decided = notice("b", address=PHONE, kind=NoticeKind.RETURN_DECIDED, granted=False)
        await at.sender.send(decided)
    dispatched, returned = at.gateway.texts
    assert f"新工单（紧急）：编号{NUMBER}，请在3月9日前办结" in dispatched
    assert f"编号{NUMBER}：退单审核结果：不同意。" in returned


async def test_the_night_is_quiet_unless_it_is_urgent() -> None:
    async with bench() as at:
        at.clock.advance(hours=14)  # midnight in China
        with pytest.raises(Waiting, match="sms_quiet_hours") as waits:
            await at.sender.send(notice("a", address=PHONE))
        assert waits.value.retry_after_s == 8 * 3600
        await at.sender.send(notice("b", address=PHONE, severity="emergency"))
    assert [sent.reference for sent in at.gateway.sent] == ["b"]


async def test_the_limit_of_a_number_is_waited_for_before_the_gateway_says_so() -> None:
    async with bench() as at:
        await at.sender.send(notice("a", address=PHONE))
        with pytest.raises(Waiting, match="sms_number_limit"):
            await at.sender.send(notice("b", address=PHONE))
        await at.sender.send(notice("b", address="13900000002"))
        at.clock.advance(seconds=62)
        await at.sender.send(notice("c", address=PHONE))
    assert len(at.gateway.sent) == 3
    assert at.gateway.refusals == []


async def test_a_lost_answer_and_a_lost_memory_send_nothing_twice() -> None:
    async with bench() as at:
        at.gateway.faults = ["lost"]
        with pytest.raises(Retryable, match="sms_unreachable"):
            await at.sender.send(notice("a", address=PHONE))
        first = await at.sender.send(notice("a", address=PHONE))
        assert await at.sender.send(notice("a", address=PHONE)) == first
    assert len(at.gateway.sent) == 1
    assert at.counted == [("sms", "send", "unreachable"), ("sms", "send", "duplicate")]


@pytest.mark.parametrize(
    ("address", "code"), [("07951234567", "sms_no_mobile"), ("13900000007", "sms_blacklist")]
)
async def test_what_can_never_arrive_is_for_a_person(address: str, code: str) -> None:
    async with bench() as at:
        at.gateway.blacklist.add("13900000007")
        with pytest.raises(Refused, match=code):
            await at.sender.send(notice(address=address))


async def test_a_kind_without_a_text_is_for_a_person() -> None:
    async with bench() as at:
        callers_only = templates.read(FILE, link=LINK)
        sender = SmsToDepartments(settings_for("http://127.0.0.1:1"), callers_only, at.memory)
        with pytest.raises(Refused, match="sms_no_template"):
            await sender.send(notice(address=PHONE))
        await sender.close()


async def test_no_number_is_kept_or_shown() -> None:
    async with bench() as at:
        await at.sender.send(notice(address=PHONE))
        assert PHONE not in f"{at.memory.kept!r}{at.sender!r}{at.counted!r}"

"""A code by text message in the mailbox's form, through the strict gateway."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.cases.filters import CaseFilter
from bot.handling import handling
from bot.phone_codes import PhoneCodes
from bot.services import Services
from bot.web import build
from connectors.channels.hotline.sms import templates
from connectors.channels.hotline.sms.channel import SmsChannel
from tests.bot.conftest import SECRET, World
from tests.fakes.sms_gateway import LINK, SmsGateway, approved_in

from .conftest import PAGE
from .sms import FILE, settings_for
from .test_mailbox import TEXT, form, letter_id

PHONE = "13900000001"


class Mailbox:
    """A replica whose mailbox wants numbers proven."""

    def __init__(self, world: World, services: Services, gateway: SmsGateway, client: TestClient):
        self.world, self.services, self.gateway, self.client = world, services, gateway, client

    async def code(self, letter: str, phone: str = PHONE) -> tuple[int, str]:
        answer = await self.client.post(
            "/mailbox/code",
            data={"phone": phone, "letter_id": letter},
            headers={"X-Fragment": "1"},
        )
        return answer.status, await answer.text()

    async def send(self, letter: str, **values: str) -> tuple[int, str]:
        answer = await self.client.post("/mailbox", data=form(letter, **values), headers=PAGE)
        return answer.status, await answer.text()

    def texted(self) -> str:
        """The code in the last message."""
        found = re.search(r"验证码(\d{6})", self.gateway.sent[-1].text)
        assert found is not None
        return found[1]

    async def count(self) -> int:
        return len((await self.services.cases.cases(CaseFilter())).cases)


@pytest.fixture
async def mailbox(world: World) -> AsyncIterator[Mailbox]:
    async with mailbox_of(world) as opened:
        yield opened


@asynccontextmanager
async def mailbox_of(world: World) -> AsyncIterator[Mailbox]:
    gateway = SmsGateway(approved_in(FILE), world.clock.now)
    digits = iter(f"{number:06d}" for number in range(123456, 123999))
    async with TestServer(gateway.application()) as interface:
        services = await world.replica()
        channel = SmsChannel(
            settings_for(str(interface.make_url("/api"))),
            templates.read(FILE, link=LINK),
            services.cache,
            now=world.clock.now,
        )
        codes = PhoneCodes(
            services.cache, channel, SECRET, wanted=True, digits=lambda: next(digits)
        )
        services = await world.replica(phone_codes=codes)
        async with (
            handling(services, sweep=False),
            TestServer(build(services)) as server,
            TestClient(server) as client,
        ):
            try:
                yield Mailbox(world, services, gateway, client)
            finally:
                await channel.close()


async def test_a_proven_number_goes_with_the_case(mailbox: Mailbox) -> None:
    letter = await letter_id(mailbox.client)
    assert await mailbox.code(letter) == (200, "验证码已经发出，请看短信。")
    assert mailbox.gateway.sent[-1].phone == PHONE
    status, shown = await mailbox.send(letter, phone=PHONE, phone_code=f" {mailbox.texted()} ")
    assert status == 200
    assert "您的来信已经登记" in shown
    [case] = (await mailbox.services.cases.cases(CaseFilter())).cases
    assert (case.contact_phone, case.course.details["phone_checked"]) == (PHONE, "yes")


async def test_pressed_twice_the_code_is_still_good_and_the_letter_one(mailbox: Mailbox) -> None:
    letter = await letter_id(mailbox.client)
    await mailbox.code(letter)
    for _ in range(2):
        status, _ = await mailbox.send(letter, phone=PHONE, phone_code=mailbox.texted())
        assert status == 200
    assert await mailbox.count() == 1


async def test_without_or_with_a_wrong_code_nothing_is_taken_and_nothing_lost(
    mailbox: Mailbox,
) -> None:
    letter = await letter_id(mailbox.client)
    status, shown = await mailbox.send(letter, phone=PHONE)
    assert (status, "请先获取短信验证码" in shown) == (400, True)
    await mailbox.code(letter)
    status, shown = await mailbox.send(letter, phone=PHONE, phone_code="999999")
    assert (status, "验证码不对" in shown, TEXT in shown) == (400, True, True)
    assert await mailbox.count() == 0


async def test_a_code_is_good_for_its_number_and_letter_alone(mailbox: Mailbox) -> None:
    letter, other = await letter_id(mailbox.client), await letter_id(mailbox.client)
    await mailbox.code(letter)
    code = mailbox.texted()
    for which, phone in ((other, PHONE), (letter, "13900000002")):
        status, _ = await mailbox.send(which, phone=phone, phone_code=code)
        assert status == 400
    assert await mailbox.count() == 0


async def test_a_code_cannot_be_guessed(mailbox: Mailbox) -> None:
    letter = await letter_id(mailbox.client)
    await mailbox.code(letter)
    for guess in range(5):
        await mailbox.send(letter, phone=PHONE, phone_code=f"{guess:06d}")
    status, shown = await mailbox.send(letter, phone=PHONE, phone_code=mailbox.texted())
    assert (status, "输错次数太多" in shown) == (400, True)
    assert await mailbox.count() == 0


async def test_nobody_is_flooded_with_codes(mailbox: Mailbox) -> None:
    letter = await letter_id(mailbox.client)
    assert (await mailbox.code(letter))[0] == 200
    status, said = await mailbox.code(letter)
    assert (status, "太频繁" in said) == (429, True)
    assert len(mailbox.gateway.sent) == 1


async def test_at_night_and_after_td_a_code_goes_out_at_once(mailbox: Mailbox) -> None:
    mailbox.world.clock.advance(hours=14)  # midnight in China
    await mailbox.services.optouts.stop(PHONE)
    letter = await letter_id(mailbox.client)
    assert (await mailbox.code(letter))[0] == 200


async def test_a_number_that_is_none_is_told_so(mailbox: Mailbox) -> None:
    letter = await letter_id(mailbox.client)
    for phone in ("", "0795-6200000"):
        assert (await mailbox.code(letter, phone))[0] == 400
    assert mailbox.gateway.sent == []


async def test_without_a_number_no_code_is_asked_for(mailbox: Mailbox) -> None:
    status, shown = await mailbox.send(await letter_id(mailbox.client), mail="a@b.example")
    assert (status, "您的来信已经登记" in shown) == (200, True)


async def test_without_script_the_form_comes_back_with_what_was_written(mailbox: Mailbox) -> None:
    letter = await letter_id(mailbox.client)
    data = {"phone": PHONE, "letter_id": letter, "text": TEXT, "subject": "路灯"}
    answer = await mailbox.client.post("/mailbox/code", data=data, headers=PAGE)
    shown = await answer.text()
    assert answer.status == 200
    assert "验证码已经发出" in shown
    assert TEXT in shown
    assert letter in shown


async def test_programs_prove_numbers_too(mailbox: Mailbox) -> None:
    asked = {"letter_id": "program-letter-000000001", "phone": PHONE}
    answer = await mailbox.client.post("/api/v1/letters/phone-codes", json=asked)
    assert answer.status == 200
    letter = {**asked, "to": "领导信箱", "subject": "路灯坏了", "text": TEXT}
    refused = await mailbox.client.post("/api/v1/letters", json=letter)
    assert (refused.status, (await refused.json())["error"]["fields"].keys()) == (
        400,
        {"phone_code"},
    )
    taken = await mailbox.client.post(
        "/api/v1/letters", json={**letter, "phone_code": mailbox.texted()}
    )
    assert taken.status == 201
    assert re.fullmatch(r"\d{14}", (await taken.json())["number"])

"""`policyline check` on the gateway of text messages, against the strict one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import TestServer

from bot.commands.findings import Finding, Verdict
from bot.commands.sms_check import gateway as checked
from bot.settings import Settings
from tests.fakes.sms_gateway import KEY, SmsGateway

PREFIX = "POLICYLINE_HOTLINE_SMS_"


@pytest.fixture
async def gateway(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SmsGateway]:
    made = SmsGateway({}, lambda: datetime.now(UTC))
    async with TestServer(made.application()) as server:
        given = {"URL": str(server.make_url("/api")), "APP": "fengcheng", "KEY": KEY}
        for name, value in given.items():
            monkeypatch.setenv(f"{PREFIX}{name}", value)
        yield made


async def finding() -> Finding:
    return await checked(Settings())


async def test_none_is_set() -> None:
    found = await finding()
    assert (found.verdict, "未设置" in found.said) == (Verdict.FINE, True)


async def test_one_that_lets_us_in(gateway: SmsGateway) -> None:
    found = await finding()
    assert (found.verdict, found.said) == (Verdict.FINE, "可使用，还有 10000 条")


async def test_one_that_soon_wants_money(gateway: SmsGateway) -> None:
    gateway.balance = 12
    found = await finding()
    assert (found.verdict, "只剩 12 条" in found.said) == (Verdict.LESS, True)


@pytest.mark.parametrize(("name", "said"), [("key", "SMS_KEY"), ("app", "SMS_APP")])
async def test_one_that_does_not(gateway: SmsGateway, name: str, said: str) -> None:
    setattr(gateway, name, "another key of the gateway")
    found = await finding()
    assert (found.verdict, said in found.said) == (Verdict.FAULT, True)
    assert KEY not in repr(found)


async def test_one_in_trouble(gateway: SmsGateway) -> None:
    gateway.faults = ["500"]
    assert (await finding()).verdict is Verdict.LESS


async def test_faulty_settings_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}URL", "https://sms.example")
    found = await finding()
    assert (found.verdict, "APP is missing" in found.said) == (Verdict.FAULT, True)


async def test_codes_are_wanted_and_nobody_sends_them() -> None:
    found = await checked(Settings(letter_phone_code=True))
    assert (found.verdict, "没有短信网关" in found.said) == (Verdict.FAULT, True)

"""Faults ordered of the fake platform."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.connectors.wechat.caller import Caller, text
from tests.fakes.wechat_platform import CUSTOM_SEND, WeChatPlatform

Platform = tuple[WeChatPlatform, str]


async def test_an_answer_lost_after_the_message_was_taken(
    platform: Platform, caller: Caller
) -> None:
    platform[0].faults.lose_answer(CUSTOM_SEND)
    with pytest.raises(httpx.TransportError):
        await caller.post(CUSTOM_SEND, text("您好。"))
    assert platform[0].sent_to("citizen") == ["您好。"]


async def test_a_connection_cut_before_the_message_was_taken(
    platform: Platform, caller: Caller
) -> None:
    platform[0].faults.cut(CUSTOM_SEND)
    with pytest.raises(httpx.TransportError):
        await caller.post(CUSTOM_SEND, text("您好。"))
    assert platform[0].sent == []
    assert await caller.post(CUSTOM_SEND, text("您好。")) == 0


async def test_a_gateways_page_instead_of_an_answer(platform: Platform, caller: Caller) -> None:
    platform[0].faults.status("/cgi-bin/menu/get", 502)
    assert (await caller.get("/cgi-bin/menu/get")).status_code == 502
    assert (await caller.get("/cgi-bin/menu/get")).json()["errcode"] == 46003


async def test_held_calls_wait_for_their_release(platform: Platform, caller: Caller) -> None:
    faults = platform[0].faults
    faults.hold(CUSTOM_SEND)
    call = asyncio.create_task(caller.post(CUSTOM_SEND, text("您好。")))
    await faults.until_waiting(CUSTOM_SEND)
    assert platform[0].sent == []
    faults.release(CUSTOM_SEND)
    assert await call == 0


async def test_a_delayed_call_is_taken_up_later(platform: Platform, caller: Caller) -> None:
    platform[0].faults.delay(CUSTOM_SEND, 0.05)
    began = asyncio.get_running_loop().time()
    assert await caller.post(CUSTOM_SEND, text("您好。")) == 0
    assert asyncio.get_running_loop().time() - began >= 0.05
    assert platform[0].faults.left("delay", CUSTOM_SEND) == 0

"""The fake platform's access tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.connectors.wechat.caller import STABLE, Caller, text
from tests.connectors.wechat.conftest import MovableClock
from tests.fakes.wechat_platform import CUSTOM_SEND, WeChatPlatform

Platform = tuple[WeChatPlatform, str]


async def test_a_stable_token_is_the_same_until_its_last_five_minutes(
    caller: Caller, clock: MovableClock
) -> None:
    first = caller.token
    clock.time += timedelta(minutes=114, seconds=59)
    assert await caller.stable() == {"access_token": first, "expires_in": 301}
    clock.time += timedelta(seconds=1)
    assert (await caller.stable())["access_token"] != first
    clock.time += timedelta(seconds=299)
    assert await caller.post(CUSTOM_SEND, text("您好。"), first) == 0
    clock.time += timedelta(seconds=1)
    assert await caller.post(CUSTOM_SEND, text("您好。"), first) == 42001
    assert await caller.post(CUSTOM_SEND, text("您好。")) == 0


async def test_a_token_takes_the_512_characters_it_may(caller: Caller) -> None:
    assert len(caller.token) == 512


async def test_a_forced_token_ends_the_one_before(caller: Caller) -> None:
    first = caller.token
    await caller.stable(force_refresh=True)
    assert await caller.post(CUSTOM_SEND, text("您好。"), first) == 40001
    assert await caller.post(CUSTOM_SEND, text("您好。")) == 0


async def test_forced_refreshes_are_30_s_apart_and_20_a_day(
    caller: Caller, clock: MovableClock
) -> None:
    await caller.stable(force_refresh=True)
    clock.time += timedelta(seconds=29)
    assert (await caller.stable(force_refresh=True))["errcode"] == 45011
    for _ in range(19):
        clock.time += timedelta(seconds=30)
        assert "access_token" in await caller.stable(force_refresh=True)
    clock.time += timedelta(seconds=30)
    assert (await caller.stable(force_refresh=True))["errcode"] == 45009
    assert "access_token" in await caller.stable()


async def test_the_old_token_ends_its_predecessor_but_no_stable_one(caller: Caller) -> None:
    first, second = await caller.old(), await caller.old()
    assert await caller.post(CUSTOM_SEND, text("您好。"), first) == 40001
    assert await caller.post(CUSTOM_SEND, text("您好。"), second) == 0
    assert await caller.post(CUSTOM_SEND, text("您好。")) == 0


async def test_token_calls_are_counted_by_the_minute_and_the_day(
    platform: Platform, caller: Caller, clock: MovableClock
) -> None:
    quotas = platform[0].quotas
    assert (quotas.per_minute[STABLE], quotas.daily[STABLE]) == (10_000, 500_000)
    quotas.per_minute[STABLE], quotas.daily[STABLE] = 2, 3
    await caller.stable()
    assert (await caller.stable())["errcode"] == 45011
    clock.time += timedelta(minutes=1)
    await caller.stable()
    assert (await caller.stable())["errcode"] == 45009


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"appid": "wx9"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "password"}, 40002),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
    ],
)
async def test_a_token_asked_for_wrongly(
    changes: dict[str, str], code: int, caller: Caller
) -> None:
    assert (await caller.stable(**changes))["errcode"] == code


@pytest.mark.parametrize(("token", "code"), [("", 41001), ("never-issued", 40014)])
async def test_a_call_without_a_token(token: str, code: int, caller: Caller) -> None:
    assert await caller.post(CUSTOM_SEND, text("您好。"), token) == code

"""Quotas watched, slowed before they run out, waited for; tokens shared and seldom forced."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from connectors.base import Outbound, Reply
from connectors.channels.wechat.channel import WeChatChannel
from connectors.errors import Retryable, Waiting
from tests.connectors.wechat.conftest import DictTokens, MovableClock, settings_for
from tests.fakes.wechat_platform import CUSTOM_SEND, WeChatPlatform

Platform = tuple[WeChatPlatform, str]
STABLE = "/cgi-bin/stable_token"


@dataclass(frozen=True)
class Hit:
    allowed: bool
    retry_after_s: float


class ClockedRates:
    """Counters that end with the clock, as Redis' do."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock, self._kept = clock, {}  # type: ignore[var-annotated]

    async def hit(self, key: str, limit: int, window_s: float) -> Hit:
        now = self._clock.now()
        count, ends = self._kept.get(key, (0, now))
        if ends <= now:
            count, ends = 0, now + timedelta(seconds=window_s)
        self._kept[key] = (count + 1, ends)
        return Hit(count + 1 <= limit, (ends - now).total_seconds())

    async def used(self, key: str) -> int:
        count, ends = self._kept.get(key, (0, self._clock.now()))
        return count if ends > self._clock.now() else 0


@dataclass
class Replicas:
    """Channels of one account that share what Redis holds."""

    make: Callable[..., WeChatChannel]
    calls: Counter[tuple[str, str]]


@pytest.fixture
async def replicas(
    platform: Platform, clock: MovableClock, tokens: DictTokens
) -> AsyncIterator[Replicas]:
    fake, url = platform
    rates, calls, made = ClockedRates(clock), Counter[tuple[str, str]](), []

    def make(**more: object) -> WeChatChannel:
        channel = WeChatChannel(
            settings_for(fake.account, api_url=url, **more),
            tokens,
            rates=rates,
            count=lambda _, path, outcome: calls.update([(path, outcome)]),
            now=clock.now,
        )
        made.append(channel)
        return channel

    yield Replicas(make, calls)
    for channel in made:
        await channel.close()


def to(name: str, key: str = "") -> Outbound:
    return Outbound(
        idempotency_key=key or name,
        channel="wechat",
        conversation_id=f"wechat:{name}",
        recipient=name,
        reply=Reply(text="您好。"),
    )


async def test_what_is_used_counts_for_all_replicas(platform: Platform, replicas: Replicas) -> None:
    one, two = replicas.make(), replicas.make()
    for number, channel in enumerate((one, two, one)):
        platform[0].citizen_wrote(f"c{number}")
        await channel.send(to(f"c{number}"))
    for channel in (one, two):
        use = {(u.interface, u.window): (u.used, u.limit) for u in await channel.quota_use()}
        assert use[CUSTOM_SEND, "day"] == (3, 500_000)
        assert use[STABLE, "day"] == (1, 500_000)
        assert use[STABLE, "minute"] == (1, 10_000)
        assert use[CUSTOM_SEND, "minute"] == (3, 0)
    assert replicas.calls[CUSTOM_SEND, "ok"] == 3


async def test_the_days_last_share_is_spread_over_what_is_left_of_the_day(
    platform: Platform, replicas: Replicas, clock: MovableClock
) -> None:
    fake = platform[0]
    fake.quotas.daily[CUSTOM_SEND] = 10
    channel = replicas.make(daily_quotas={CUSTOM_SEND: 10}, quota_slow_at=0.5)
    for number in range(20):
        fake.citizen_wrote(f"c{number}")
    for number in range(6):
        await channel.send(to(f"c{number}"))
    with pytest.raises(Waiting) as slowed:
        await channel.send(to("c6"))
    # 9:00 in Beijing, five of ten left for fifteen hours: one in three hours.
    assert slowed.value.code == "wechat_slowed_day"
    assert slowed.value.retry_after_s == pytest.approx(3 * 3600)
    assert replicas.calls[CUSTOM_SEND, "waits"] == 1
    clock.time += timedelta(seconds=slowed.value.retry_after_s or 0)
    fake.citizen_wrote("c6")
    await channel.send(to("c6"))
    assert fake.quotas.used(CUSTOM_SEND) == 7


async def test_a_quota_that_is_used_up_waits_for_midnight_in_beijing(
    platform: Platform, replicas: Replicas, clock: MovableClock
) -> None:
    fake = platform[0]
    fake.quotas.daily[CUSTOM_SEND] = 2
    one, two = replicas.make(), replicas.make()
    for number in range(4):
        fake.citizen_wrote(f"c{number}")
    for number in range(2):
        await one.send(to(f"c{number}"))
    with pytest.raises(Waiting) as said:
        await one.send(to("c2"))
    assert said.value.code == "wechat_45009"
    assert said.value.retry_after_s == pytest.approx(15 * 3600 + 1)
    asked = replicas.calls.total()
    with pytest.raises(Waiting):
        await two.send(to("c3"))
    assert replicas.calls[CUSTOM_SEND, "45009"] == 1
    assert replicas.calls.total() == asked + 1  # counted as waiting, not asked
    clock.time += timedelta(seconds=said.value.retry_after_s or 0)
    await two.send(to("c2"))
    await one.send(to("c3"))
    assert [name for name, _ in fake.sent] == ["c0", "c1", "c2", "c3"]


async def test_a_minutes_quota_waits_for_the_next_minute(
    platform: Platform, replicas: Replicas, clock: MovableClock
) -> None:
    fake = platform[0]
    fake.quotas.per_minute[CUSTOM_SEND] = 1
    channel = replicas.make()
    clock.time += timedelta(seconds=20)
    for name in "ab":
        fake.citizen_wrote(name)
    await channel.send(to("a"))
    with pytest.raises(Waiting) as said:
        await channel.send(to("b"))
    assert said.value.code == "wechat_45011"
    assert said.value.retry_after_s == pytest.approx(41)
    clock.time += timedelta(seconds=41)
    await channel.send(to("b"))
    assert len(fake.sent) == 2


async def test_two_replicas_fetch_one_token_at_once(platform: Platform, replicas: Replicas) -> None:
    fake = platform[0]
    one, two = replicas.make(), replicas.make()
    for name in "abcdef":
        fake.citizen_wrote(name)
    await asyncio.gather(*(one.send(to(n)) for n in "abc"), *(two.send(to(n)) for n in "def"))
    assert (fake.tokens_issued, replicas.calls[CUSTOM_SEND, "ok"]) == (1, 6)
    assert fake.quotas.used(STABLE) == 1


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_refused_token_is_fetched_once_for_both(
    platform: Platform, replicas: Replicas, code: int
) -> None:
    fake = platform[0]
    one, two = replicas.make(), replicas.make()
    for name in "abcd":
        fake.citizen_wrote(name)
    await one.send(to("a"))
    fake.expire_tokens(code)
    await asyncio.gather(one.send(to("b")), two.send(to("c")), one.send(to("d")))
    assert (fake.tokens_issued, len(fake.sent), fake.quotas.used(STABLE)) == (2, 4, 2)


async def test_the_token_is_renewed_in_its_last_five_minutes(
    platform: Platform, clock: MovableClock, replicas: Replicas, tokens: DictTokens
) -> None:
    fake, channel = platform[0], replicas.make()
    fake.citizen_wrote("a")
    await channel.send(to("a", "1"))
    first = tokens.values[f"wechat-token:{fake.account.app_id}"]
    clock.time += timedelta(seconds=6901)
    tokens.values.clear()  # as Redis does, at 6,900 s
    await channel.send(to("a", "2"))
    assert fake.tokens_issued == 2
    fake.tokens.check(first)  # still valid for what is under way


async def test_without_redis_a_process_keeps_its_token(
    platform: Platform, replicas: Replicas, tokens: DictTokens
) -> None:
    fake, channel = platform[0], replicas.make()
    for name in "ab":
        fake.citizen_wrote(name)
    await channel.send(to("a"))
    tokens.values.clear()
    await channel.send(to("b"))
    assert fake.quotas.used(STABLE) == 1


async def test_a_token_the_platform_will_not_change_is_forced_seldom(
    platform: Platform, clock: MovableClock, replicas: Replicas
) -> None:
    fake = platform[0]
    one, two = replicas.make(), replicas.make()
    for number in range(30):
        fake.citizen_wrote(f"c{number}")
    await one.send(to("c0"))
    fake.faults.refuse(CUSTOM_SEND, 40001, times=1)
    await one.send(to("c1"))
    assert fake.tokens_issued == 2
    fake.faults.refuse(CUSTOM_SEND, 40001, times=2)
    with pytest.raises(Retryable) as refused:  # 30 s have not passed: the same token, once more
        await two.send(to("c2"))
    assert (refused.value.code, fake.tokens_issued) == ("wechat_40001", 2)
    for number in range(3, 28):
        clock.time += timedelta(seconds=31)
        fake.faults.refuse(CUSTOM_SEND, 40001, times=1)
        await one.send(to(f"c{number}"))
    assert fake.tokens_issued == 1 + 20  # 20 forced a day; the platform never had to refuse one


async def test_another_day_it_may_be_forced_again(
    platform: Platform, clock: MovableClock, replicas: Replicas
) -> None:
    fake, channel = platform[0], replicas.make(forced_a_day=1)
    fake.citizen_wrote("a")
    issued = 0
    for _ in range(2):
        await channel.send(to("a", f"first{clock.now()}"))
        fake.faults.refuse(CUSTOM_SEND, 40001)
        await channel.send(to("a", f"again{clock.now()}"))
        issued = fake.tokens_issued
        clock.time += timedelta(hours=25)
        fake.citizen_wrote("a")
    assert issued == 4


async def test_the_tokens_own_quota_is_waited_for(platform: Platform, replicas: Replicas) -> None:
    fake, channel = platform[0], replicas.make()
    fake.citizen_wrote("a")
    fake.quotas.per_minute[STABLE] = 0
    with pytest.raises(Waiting) as said:
        await channel.send(to("a"))
    assert (said.value.code, said.value.retry_after_s) == ("token_refused_45011", 60.0)
    fake.quotas.per_minute.pop(STABLE)
    await channel.send(to("a"))
    assert len(fake.sent) == 1

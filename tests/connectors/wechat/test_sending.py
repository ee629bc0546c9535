"""Customer-service messages against the strict platform."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from connectors.base import Outbound, Reply
from connectors.channels.wechat.channel import WeChatChannel
from connectors.channels.wechat.settings import WeChatSettings
from connectors.errors import Kept, Misconfigured, Refused, Retryable
from tests.connectors.wechat.conftest import DictTokens, MovableClock, settings_for
from tests.fakes.wechat_platform import WeChatPlatform

Platform = tuple[WeChatPlatform, str]


def to(open_id: str, text: str, key: str = "key") -> Outbound:
    return Outbound(
        idempotency_key=key,
        channel="wechat",
        conversation_id=f"wechat:{open_id}",
        recipient=open_id,
        reply=Reply(text=text),
    )


async def test_a_text_arrives_as_it_is(platform: Platform, channel: WeChatChannel) -> None:
    platform[0].citizen_wrote("citizen")
    await channel.send(to("citizen", "您的诉求已转市城市管理局办理。"))
    assert platform[0].sent == [("citizen", "您的诉求已转市城市管理局办理。")]


async def test_one_token_serves_many_messages(platform: Platform, channel: WeChatChannel) -> None:
    for name in ("a", "b", "c", "d"):
        platform[0].citizen_wrote(name)
    await asyncio.gather(*(channel.send(to(name, "您好。", name)) for name in "abcd"))
    assert platform[0].tokens_issued == 1
    assert len(platform[0].sent) == 4


async def test_a_refused_token_is_fetched_anew_once(
    platform: Platform, channel: WeChatChannel
) -> None:
    platform[0].citizen_wrote("citizen")
    await channel.send(to("citizen", "第一条", "1"))
    platform[0].expire_tokens()
    await channel.send(to("citizen", "第二条", "2"))
    assert [text for _, text in platform[0].sent] == ["第一条", "第二条"]
    assert platform[0].tokens_issued == 2


async def test_a_long_text_goes_in_parts_and_no_part_twice(
    platform: Platform, channel: WeChatChannel
) -> None:
    platform[0].citizen_wrote("citizen")
    text = "".join(f"第{number}条 本办法自发布之日起施行。" for number in range(100))
    await channel.send(to("citizen", text))
    sent = [part for _, part in platform[0].sent]
    assert len(sent) > 1
    assert "".join(sent).replace(" ", "") == text.replace(" ", "")
    await channel.send(to("citizen", text))
    assert [part for _, part in platform[0].sent] == sent


async def test_parts_that_were_not_taken_follow_later(
    platform: Platform, channel: WeChatChannel
) -> None:
    text = "".join(f"第{number}条 本办法自发布之日起施行。" for number in range(150))
    platform[0].citizen_wrote("citizen")
    for number in range(3):
        await channel.send(to("citizen", "占用条数。", f"filler{number}"))
    with pytest.raises(Kept):
        await channel.send(to("citizen", text))
    platform[0].citizen_wrote("citizen")
    await channel.send(to("citizen", text))
    parts = [part for _, part in platform[0].sent if part != "占用条数。"]
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")


async def test_the_sixth_message_in_48_hours_is_kept(
    platform: Platform, channel: WeChatChannel
) -> None:
    platform[0].citizen_wrote("citizen")
    for number in range(5):
        await channel.send(to("citizen", "您好。", str(number)))
    with pytest.raises(Kept) as kept:
        await channel.send(to("citizen", "您好。", "6"))
    assert kept.value.code == "wechat_45047"


async def test_a_message_after_48_hours_is_kept(
    platform: Platform, channel: WeChatChannel, clock: MovableClock
) -> None:
    platform[0].citizen_wrote("citizen")
    clock.time += timedelta(hours=48, seconds=1)
    with pytest.raises(Kept) as kept:
        await channel.send(to("citizen", "您好。"))
    assert kept.value.code == "wechat_45015"


async def test_a_citizen_who_blocks_messages_keeps_them(
    platform: Platform, channel: WeChatChannel
) -> None:
    platform[0].citizen_wrote("citizen")
    platform[0].blocked.add("citizen")
    with pytest.raises(Kept):
        await channel.send(to("citizen", "您好。"))


async def test_a_busy_platform_is_tried_again(platform: Platform, channel: WeChatChannel) -> None:
    platform[0].citizen_wrote("citizen")
    platform[0].busy_answers = 1
    with pytest.raises(Retryable):
        await channel.send(to("citizen", "您好。"))
    await channel.send(to("citizen", "您好。"))
    assert len(platform[0].sent) == 1


async def test_a_platform_out_of_reach_is_tried_again(
    clock: MovableClock, tokens: DictTokens, platform: Platform
) -> None:
    settings = settings_for(platform[0].account, api_url="http://127.0.0.1:1")
    channel = WeChatChannel(settings, tokens, now=clock.now)
    with pytest.raises(Retryable):
        await channel.send(to("citizen", "您好。"))
    await channel.close()


async def test_a_wrong_secret_is_a_fault_of_settings(
    clock: MovableClock, tokens: DictTokens, platform: Platform
) -> None:
    fake, url = platform
    settings = settings_for(fake.account, api_url=url, app_secret="wrong")
    channel = WeChatChannel(settings, tokens, now=clock.now)
    with pytest.raises(Misconfigured):
        await channel.send(to("citizen", "您好。"))
    await channel.close()


async def test_an_unknown_code_is_refused(clock: MovableClock, tokens: DictTokens) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"errcode": 48001, "errmsg": "api unauthorized"})

    tokens.values["wechat-token:wx1"] = "t"
    settings = WeChatSettings.model_validate(
        {"app_id": "wx1", "token": "t", "mode": "plain", "app_secret": "s"}
    )
    channel = WeChatChannel(settings, tokens, now=clock.now, transport=httpx.MockTransport(answer))
    with pytest.raises(Refused) as refused:
        await channel.send(to("citizen", "您好。"))
    assert refused.value.code == "wechat_48001"
    await channel.close()

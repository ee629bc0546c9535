"""Files citizens sent, fetched from the strict platform."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from connectors.base import InboundKind, RawRequest
from connectors.channels.wechat.channel import WeChatChannel
from connectors.errors import Gone, Refused, Retryable, TooLarge
from tests.connectors.wechat.conftest import DictTokens, MovableClock, settings_for
from tests.fakes.recogniser import amr
from tests.fakes.wechat_platform import WeChatPlatform

Platform = tuple[WeChatPlatform, str]
GET = "/cgi-bin/media/get"
PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 100
MANY = 10 * 1024 * 1024


async def fetched(
    platform: Platform, channel: WeChatChannel, xml: str, *, max_bytes: int = MANY
) -> bytes:
    query, body = platform[0].encrypted(xml)
    [inbound] = channel.parse(RawRequest(method="POST", path="/", query=query, body=body))
    return await channel.fetch(inbound.kind, inbound.details, max_bytes=max_bytes)


async def test_the_better_recording_is_preferred(
    platform: Platform, channel: WeChatChannel
) -> None:
    both = platform[0].voice_message("c", amr(2), body_16k=amr(2, wide=True))
    assert await fetched(platform, channel, both) == amr(2, wide=True)
    assert await fetched(platform, channel, platform[0].voice_message("c", amr(2))) == amr(2)


async def test_where_the_better_one_is_gone_the_other_does(
    platform: Platform, channel: WeChatChannel
) -> None:
    both = platform[0].voice_message("c", amr(2), body_16k=amr(2, wide=True))
    without = re.sub(r"<MediaId16K>.*</MediaId16K>", "<MediaId16K>none</MediaId16K>", both)
    assert await fetched(platform, channel, without) == amr(2)


async def test_a_picture_and_a_video_come_as_they_are(
    platform: Platform, channel: WeChatChannel
) -> None:
    film = b"\0\0\0\x18ftypmp42" + b"v" * 500
    assert await fetched(platform, channel, platform[0].image_message("c", PNG)) == PNG
    assert await fetched(platform, channel, platform[0].video_message("c", film)) == film


async def test_after_three_days_it_is_gone(
    platform: Platform, channel: WeChatChannel, clock: MovableClock
) -> None:
    xml = platform[0].image_message("c", PNG)
    query, body = platform[0].encrypted(xml)
    [inbound] = channel.parse(RawRequest(method="POST", path="/", query=query, body=body))
    clock.time += timedelta(days=3)
    with pytest.raises(Gone) as gone:
        await channel.fetch(inbound.kind, inbound.details, max_bytes=MANY)
    assert gone.value.code == "wechat_40007"


async def test_what_is_too_large_is_not_read(platform: Platform, channel: WeChatChannel) -> None:
    with pytest.raises(TooLarge):
        await fetched(platform, channel, platform[0].image_message("c", PNG), max_bytes=50)


async def test_a_refused_token_is_fetched_anew_once(
    platform: Platform, channel: WeChatChannel
) -> None:
    assert await fetched(platform, channel, platform[0].image_message("c", PNG)) == PNG
    platform[0].expire_tokens(42001)
    assert await fetched(platform, channel, platform[0].image_message("c", PNG)) == PNG
    assert platform[0].tokens_issued == 2


async def test_a_busy_platform_is_tried_again(platform: Platform, channel: WeChatChannel) -> None:
    platform[0].faults.busy(GET)
    with pytest.raises(Retryable):
        await fetched(platform, channel, platform[0].image_message("c", PNG))
    assert await fetched(platform, channel, platform[0].image_message("c", PNG)) == PNG


async def test_without_a_secret_nothing_is_fetched(
    platform: Platform, tokens: DictTokens, clock: MovableClock
) -> None:
    bare = WeChatChannel(settings_for(platform[0].account, app_secret=""), tokens, now=clock.now)
    with pytest.raises(Refused):
        await bare.fetch(InboundKind.IMAGE, {"MediaId": "m"}, max_bytes=MANY)


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/latest", "file:///etc/passwd", "https://qq.com.evil.cn/v"]
)
async def test_a_video_elsewhere_is_not_fetched(
    address: str, platform: Platform, tokens: DictTokens, clock: MovableClock
) -> None:
    asked = []

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url.host))
        if request.url.path == GET:
            return httpx.Response(200, json={"video_url": address})
        return httpx.Response(200, json={"access_token": "t", "expires_in": 7200})

    settings = settings_for(platform[0].account, api_url="https://api.weixin.qq.com")
    channel = WeChatChannel(settings, tokens, now=clock.now, transport=httpx.MockTransport(answer))
    with pytest.raises(Refused):
        await channel.fetch(InboundKind.VIDEO, {"MediaId": "m"}, max_bytes=MANY)
    assert set(asked) == {"api.weixin.qq.com"}
    await channel.close()

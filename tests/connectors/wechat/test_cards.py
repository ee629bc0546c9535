"""A chart's interpretation as an article, and the choices under it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.base import RawRequest, Reply, ReplyCitation, ReplyKind, ReplyOption
from connectors.channels.wechat.channel import WeChatChannel
from connectors.errors import Kept
from tests.connectors.wechat.conftest import DictTokens, MovableClock, settings_for
from tests.connectors.wechat.test_menus_and_notices import out
from tests.fakes.wechat_platform import CUSTOM_SEND, WeChatPlatform

Platform = tuple[WeChatPlatform, str]
OTHER = Reply(text="您反映的事情已转市城市管理局。")
CHART = Reply(
    kind=ReplyKind.ANSWER,
    text="医保缴费标准为每人每年四百元。",
    citations=(
        ReplyCitation(
            document_id="d",
            title="一图读懂医保缴费",
            url="https://policy.example/documents/d",
            form="chart",
            picture="https://policy.example/d.png",
        ),
    ),
    options=tuple(ReplyOption(label=said, text=said) for said in ("有帮助", "没帮助")),
)
NO_CARD = {
    "of text": replace(CHART, citations=(replace(CHART.citations[0], form="text"),)),
    "with a second source": replace(CHART, citations=CHART.citations * 2),
    "long": replace(CHART, text="医保缴费标准为每人每年四百元。" * 10),
}


async def test_a_charts_interpretation_is_one_article(
    platform: Platform, channel: WeChatChannel
) -> None:
    fake = platform[0]
    fake.citizen_wrote("citizen")
    await channel.send(out(CHART))
    seen, asked = fake.seen_by("citizen")
    assert asked.kind == "msgmenu"
    assert seen.message["news"]["articles"] == [
        {
            "title": "一图读懂医保缴费",
            "description": CHART.text,
            "url": "https://policy.example/documents/d",
            "picurl": "https://policy.example/d.png",
        }
    ]


@pytest.mark.parametrize("kind", NO_CARD)
async def test_every_other_answer_is_text_with_its_link(
    platform: Platform, channel: WeChatChannel, kind: str
) -> None:
    platform[0].citizen_wrote("citizen")
    await channel.send(out(NO_CARD[kind]))
    seen = platform[0].seen_by("citizen")
    assert {one.kind for one in seen} <= {"text", "msgmenu"}
    assert any('<a href="https://policy.example/documents/d">' in one.text for one in seen)


async def test_in_place_an_article_goes_alone(platform: Platform, channel: WeChatChannel) -> None:
    fake = platform[0]
    query, body = fake.encrypted(fake.text_message("citizen", "医保"))
    request = RawRequest(method="POST", path="/", query=query, body=body)
    assert channel.carries((CHART,)) == 1
    assert channel.follows((out(CHART),))
    alone = fake.read_reply(channel.answer_in_place(request, (out(CHART),)).body)
    assert "<ArticleCount>1</ArticleCount>" in alone
    assert "<![CDATA[https://policy.example/d.png]]>" in alone
    assert channel.carries((CHART, OTHER)) == 2
    assert not channel.follows((out(CHART), out(OTHER, "2")))
    both = fake.read_reply(channel.answer_in_place(request, (out(CHART), out(OTHER, "2"))).body)
    assert "<MsgType><![CDATA[text]]></MsgType>" in both
    assert CHART.text in both
    assert OTHER.text in both
    assert both.count("weixin://bizmsgmenu?msgmenucontent=") == 2


def kinds(fake: WeChatPlatform) -> list[str]:
    return [seen.kind for seen in fake.seen_by("citizen")]


async def test_the_choices_follow_the_article_as_a_menu_once(
    platform: Platform, channel: WeChatChannel
) -> None:
    fake = platform[0]
    fake.citizen_wrote("citizen")
    await channel.send(out(CHART))
    await channel.send(out(CHART))
    assert kinds(fake) == ["news", "msgmenu"]
    listed = fake.seen_by("citizen")[1].message["msgmenu"]["list"]
    assert listed == [{"id": "01J:0", "content": "有帮助"}, {"id": "01J:1", "content": "没帮助"}]


async def test_where_no_menus_may_be_sent_they_follow_as_links(
    platform: Platform, channel: WeChatChannel
) -> None:
    fake = platform[0]
    fake.account.kind = "subscription"
    fake.citizen_wrote("citizen")
    await channel.send(out(CHART))
    assert kinds(fake) == ["news", "text"]
    assert re.findall(r">(.帮助)</a>", fake.sent[-1][1]) == ["有帮助", "没帮助"]


async def test_the_fifth_message_is_the_article_and_its_choices_are_left_out(
    platform: Platform, channel: WeChatChannel
) -> None:
    fake = platform[0]
    fake.citizen_wrote("citizen")
    for number in range(4):
        await channel.send(out(OTHER, f"filler{number}"))
    await channel.send(out(CHART))
    assert kinds(fake) == ["text"] * 4 + ["news"]
    with pytest.raises(Kept):
        await channel.send(out(CHART, "sixth"))
    assert len(kinds(fake)) == 5


@pytest.mark.parametrize("code", [-1, 45047, 45015, 48002, 45011, 45002])
async def test_whatever_befalls_the_choices_the_article_counts_as_sent(
    code: int, platform: Platform, channel: WeChatChannel
) -> None:
    fake = platform[0]
    fake.citizen_wrote("citizen")
    query, body = fake.encrypted(fake.text_message("citizen", "医保"))
    request = RawRequest(method="POST", path="/", query=query, body=body)
    channel.answer_in_place(request, (out(CHART),))
    fake.faults.refuse(CUSTOM_SEND, code)
    await channel.follow_up((out(CHART),))
    await channel.send(out(CHART))  # a worker that took it over by mistake
    assert fake.faults.left("refuse", CUSTOM_SEND) == 0
    assert "news" not in kinds(fake)


async def test_asked_again_the_choices_do_not_follow_again(
    platform: Platform, channel: WeChatChannel, clock: MovableClock, tokens: DictTokens
) -> None:
    fake, url = platform
    fake.citizen_wrote("citizen")
    other = WeChatChannel(settings_for(fake.account, api_url=url), tokens, now=clock.now)
    for one in (channel, other, channel):
        await one.follow_up((out(CHART),))
        clock.time += timedelta(seconds=5)
    assert kinds(fake) == ["msgmenu"]
    await other.close()


async def test_an_account_without_a_secret_has_nothing_to_send_them_with(
    platform: Platform, clock: MovableClock, tokens: DictTokens
) -> None:
    settings = settings_for(platform[0].account, app_secret="")
    channel = WeChatChannel(settings, tokens, now=clock.now)
    assert not channel.follows((out(CHART),))
    await channel.follow_up((out(CHART),))
    assert not channel.follows((out(replace(CHART, options=())),))

"""Every kind of message and event, in every mode, through the account's callback over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.records import MessageState
from connectors.base import InboundKind
from tests.bot.conftest import World
from tests.bot.web.wechat import FILM, JPEG, desk_of
from tests.fakes.recogniser import amr
from tests.fakes.wechat_platform import WeChatPlatform

Written = Callable[[WeChatPlatform], str]
MODES = ("plain", "compatible", "encrypted")

EVENTS: dict[str, tuple[Written, str, dict[str, str]]] = {
    "subscribe": (
        lambda p: p.follow("c", "42"),
        "wechat_subscribe",
        {"Event": "subscribe", "EventKey": "qrscene_42"},
    ),
    "unsubscribe": (lambda p: p.unfollow("c"), "", {"Event": "unsubscribe"}),
    "scan": (lambda p: p.scan("c", "42"), "", {"Event": "SCAN", "EventKey": "42"}),
    "click": (lambda p: p.click("c", "k"), "answer", {"Event": "CLICK", "EventKey": "k"}),
    "view": (
        lambda p: p.view("c", "https://city.gov.cn/"),
        "",
        {"Event": "VIEW", "EventKey": "https://city.gov.cn/"},
    ),
    "location": (
        lambda p: p.report_location("c", 28.19, 115.78),
        "",
        {"Event": "LOCATION", "Latitude": "28.19", "Longitude": "115.78"},
    ),
    "templatesendjobfinish": (
        lambda p: p.template_finished("c", 7, "failed:user block"),
        "",
        {"Event": "TEMPLATESENDJOBFINISH", "MsgID": "7", "Status": "failed:user block"},
    ),
    "other": (
        lambda p: p.event("c", "kf_create_session", "", {"KfAccount": "k@x"}),
        "",
        {"Event": "kf_create_session", "KfAccount": "k@x"},
    ),
}
MESSAGES: dict[InboundKind, tuple[Written, str, str]] = {
    InboundKind.TEXT: (lambda p: p.text_message("c", "怎么办社保"), "answer", "text"),
    InboundKind.IMAGE: (lambda p: p.image_message("c", JPEG), "image_about", "image"),
    InboundKind.VOICE: (lambda p: p.voice_message("c", amr(2)), "wechat_voice", "voice"),
    InboundKind.VIDEO: (
        lambda p: p.video_message("c", FILM, short=True),
        "video_about",
        "shortvideo",
    ),
    InboundKind.LOCATION: (
        lambda p: p.location_message("c", 28.1, 115.7, "剑光街道"),
        "wechat_location",
        "location",
    ),
    InboundKind.LINK: (
        lambda p: p.link_message("c", "题", "述", "https://example.com"),
        "wechat_link",
        "link",
    ),
    InboundKind.UNKNOWN: (
        lambda p: p.message("c", "miniprogrampage", {"Title": "小程序"}),
        "wechat_unsupported",
        "miniprogrampage",
    ),
}
ANSWER = "带身份证到社保窗口办理。"


def counted(metrics: bytes, what: str) -> bool:
    line = f'policyline_message_kinds_total{{channel="wechat",what="{what}"}} 1.0'
    return line in metrics.decode()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", EVENTS)
async def test_an_event_is_acknowledged_stored_and_counted(
    name: str, mode: str, world: World
) -> None:
    written, key, facts = EVENTS[name]
    async with desk_of(world, mode=mode) as desk:
        delivery = await desk.gets(written(desk.platform))
        await desk.handler.idle()
        [kept] = await desk.kept()
        metrics = desk.services.metrics.text()
        said = ANSWER if key == "answer" else desk.services.city.wording.texts.get(key, "")
    assert (delivery.sends, delivery.fault) == (1, "")
    assert (kept.kind, kept.state) == (InboundKind.EVENT, MessageState.HANDLED)
    assert facts.items() <= kept.details.items()
    assert counted(metrics, f"event_{name}")
    told = delivery.seen.text if delivery.seen else ""
    assert told.startswith(said.replace("{city}", "小城"))
    assert bool(told) is bool(key)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", MESSAGES)
async def test_a_message_is_answered_stored_and_counted(
    kind: InboundKind, mode: str, world: World
) -> None:
    written, key, name = MESSAGES[kind]
    async with desk_of(world, mode=mode) as desk:
        delivery = await desk.gets(written(desk.platform))
        await desk.handler.idle()
        [kept] = await desk.kept()
        metrics = desk.services.metrics.text()
        texts = desk.services.city.wording.texts
        said = ANSWER if key == "answer" else texts[key].replace("{place}", "剑光街道")
    assert (delivery.sends, delivery.fault) == (1, "")
    assert (kept.kind, kept.details["msg_type"]) == (kind, name)
    assert kept.state is MessageState.HANDLED
    assert counted(metrics, kind.value)
    assert delivery.seen is not None
    assert delivery.seen.text.startswith(said)


async def test_an_event_sent_again_is_stored_once(world: World) -> None:
    async with desk_of(world) as desk:
        xml = desk.platform.click("c", "k")
        told = [await desk.told(xml) for _ in range(3)]
        assert len(await desk.kept()) == 1
    assert len(set(told)) == 1


async def test_two_template_messages_of_one_second_are_two_events(world: World) -> None:
    async with desk_of(world) as desk:
        for number in (7, 8, 8):
            await desk.gets(desk.platform.template_finished("c", number, "success"))
        assert [kept.details["MsgID"] for kept in await desk.kept()] == ["7", "8"]

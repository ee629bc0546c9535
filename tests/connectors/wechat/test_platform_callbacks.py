"""How the fake platform delivers callbacks and judges what it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from defusedxml.ElementTree import fromstring
from wechatpy import create_reply, parse_message  # type: ignore[import-untyped]  # has no types
from wechatpy.crypto import WeChatCrypto  # type: ignore[import-untyped]  # has no types

from tests.connectors.wechat.conftest import MovableClock
from tests.fakes.wechat_platform import OUT_OF_SERVICE, WeChatPlatform

Platform = tuple[WeChatPlatform, str]


class Office:
    """An account's server that answers by a script, the last line of it for ever."""

    def __init__(self) -> None:
        self.answers: list[str | bytes | int | None] = [b"success"]
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.url = ""
        self._closing = asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        """Bytes and texts are bodies, a number is an HTTP status, None is no answer."""
        self.requests.append((dict(request.query), await request.read()))
        if "echostr" in request.query:
            return web.Response(text=request.query["echostr"])
        said = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if said is None:
            await self._closing.wait()
        if isinstance(said, int):
            return web.Response(status=said)
        return web.Response(body=said.encode() if isinstance(said, str) else said or b"")

    def close(self) -> None:
        self._closing.set()


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    office = Office()
    application = web.Application()
    application.router.add_route("*", "/", office.answer)
    async with TestServer(application) as server:
        office.url = str(server.make_url("/"))
        yield office
        office.close()


@pytest.fixture
def plain(platform: Platform) -> WeChatPlatform:
    platform[0].account.mode = "plain"
    return platform[0]


def reply(xml: str, content: str) -> str:
    rendered: str = create_reply(content, parse_message(xml)).render()
    return rendered


def fields(xml: str | bytes) -> dict[str, str]:
    root: Element = fromstring(xml)
    return {element.tag: element.text or "" for element in root}


async def test_the_url_check(plain: WeChatPlatform, office: Office) -> None:
    assert await plain.check_url(office.url)
    (query, _) = office.requests[0]
    assert query.keys() == {"signature", "timestamp", "nonce", "echostr"}


async def test_a_good_reply_is_seen_once(plain: WeChatPlatform, office: Office) -> None:
    xml = plain.text_message("citizen", "你好")
    office.answers = [reply(xml, "您好。")]
    delivery = await plain.send_callback(office.url, xml)
    assert (delivery.sends, delivery.fault) == (1, "")
    assert [(seen.way, seen.kind, seen.text) for seen in plain.seen_by("citizen")] == [
        ("reply", "text", "您好。")
    ]
    assert office.requests[0][1] == xml.encode()


@pytest.mark.parametrize("acknowledged", [b"", b"success"])
async def test_an_acknowledged_message_is_not_sent_again(
    acknowledged: bytes, plain: WeChatPlatform, office: Office
) -> None:
    office.answers = [acknowledged]
    await plain.deliver(office.url, plain.text_message("citizen", "你好"))
    assert len(office.requests) == 1
    assert plain.seen_by("citizen") == []


async def test_three_sends_with_one_message_id_then_out_of_service(
    plain: WeChatPlatform, office: Office
) -> None:
    plain.give_up_after_s = 0.05
    office.answers = [None]
    xml = plain.text_message("citizen", "你好")
    with pytest.raises(ConnectionError, match=OUT_OF_SERVICE):
        await plain.deliver(office.url, xml)
    assert len(office.requests) == 3
    assert {fields(body)["MsgId"] for _, body in office.requests} == {fields(xml)["MsgId"]}
    assert len({query["nonce"] for query, _ in office.requests}) == 3
    assert [seen.text for seen in plain.seen_by("citizen")] == [OUT_OF_SERVICE]
    assert plain.out_of_service == plain.seen_by("citizen", "notice")


async def test_the_answer_to_the_third_send_counts(plain: WeChatPlatform, office: Office) -> None:
    plain.give_up_after_s = 0.05
    xml = plain.click("citizen", "progress")
    office.answers = [None, 500, reply(xml, "办理中。")]
    delivery = await plain.send_callback(office.url, xml)
    assert delivery.sends == 3
    assert [seen.text for seen in plain.seen_by("citizen")] == ["办理中。"]
    created = {fields(body)["CreateTime"] for _, body in office.requests}
    assert created == {fields(xml)["CreateTime"]}
    assert plain.out_of_service == []


async def test_it_waits_five_seconds_where_nothing_else_is_said(plain: WeChatPlatform) -> None:
    assert plain.give_up_after_s == 5.0


def article(count: int) -> str:
    item = "<item><Title>解读</Title><Url>http://a/</Url></item>"
    return f"<ArticleCount>{count}</ArticleCount><Articles>{item * count}</Articles>"


GOOD = "<ToUserName>citizen</ToUserName><FromUserName>gh_fengcheng</FromUserName>"
TIMED = f"{GOOD}<CreateTime>1772413200</CreateTime>"
TEXT = "<MsgType>text</MsgType>"
BOMB = '<!DOCTYPE xml [<!ENTITY a "aaaa">]>'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("您好", "not XML"),
        ("<xml>", "not XML"),
        ('{"errcode": 0}', "not XML"),
        ("Success", "not XML"),
        ("success\n", "not XML"),
        ("<html></html>", "is not <xml>"),
        (f"{BOMB}<xml>{TIMED}{TEXT}<Content>&a;</Content></xml>", "not XML"),
        (f"<xml>{GOOD}{TEXT}<Content>好</Content></xml>", "CreateTime"),
        (f"<xml>{TIMED.replace('citizen', 'other')}</xml>", "ToUserName"),
        (f"<xml>{TIMED.replace('gh_', 'ghx')}</xml>", "FromUserName"),
        (f"<xml>{TIMED}<MsgType>markdown</MsgType></xml>", "MsgType"),
        (f"<xml>{TIMED}{TEXT}<Content> </Content></xml>", "no Content"),
        (f"<xml>{TIMED}{TEXT}<Content>{'a' * 2048}</Content></xml>", "2048 bytes"),
        (f"<xml>{TIMED}<MsgType>news</MsgType>{article(2)}</xml>", "2 articles"),
        (
            f"<xml>{TIMED}<MsgType>image</MsgType><Image><MediaId>x</MediaId></Image></xml>",
            "40007",
        ),
    ],
)
async def test_a_reply_the_platform_cannot_read(
    body: str, reason: str, plain: WeChatPlatform, office: Office
) -> None:
    office.answers = [body]
    delivery = await plain.send_callback(office.url, plain.text_message("citizen", "你好"))
    assert reason in delivery.fault
    assert delivery.sends == 1
    assert [seen.text for seen in plain.out_of_service] == [OUT_OF_SERVICE]


async def test_one_article_is_read(plain: WeChatPlatform, office: Office) -> None:
    office.answers = [f"<xml>{TIMED}<MsgType>news</MsgType>{article(1)}</xml>"]
    await plain.deliver(office.url, plain.text_message("citizen", "你好"))
    assert [(seen.kind, seen.text) for seen in plain.seen_by("citizen")] == [("news", "解读")]


async def test_a_plain_reply_is_no_reply_in_encrypted_mode(
    platform: Platform, office: Office
) -> None:
    fake = platform[0]
    xml = fake.text_message("citizen", "你好")
    office.answers = [reply(xml, "您好。")]
    delivery = await fake.send_callback(office.url, xml)
    assert delivery.fault == "not encrypted"
    assert fields(office.requests[0][1]).keys() == {"ToUserName", "Encrypt"}


@pytest.mark.parametrize("encrypted", [True, False])
async def test_both_forms_are_sent_and_taken_in_compatible_mode(
    encrypted: bool, platform: Platform, office: Office
) -> None:
    fake = platform[0]
    fake.account.mode = "compatible"
    xml = fake.text_message("citizen", "你好")
    account = fake.account
    crypto = WeChatCrypto(account.token, account.aes_key, account.app_id)
    forms: dict[bool, str] = {
        True: crypto.encrypt_message(reply(xml, "您好。"), "nonce", "1772413200"),
        False: reply(xml, "您好。"),
    }
    office.answers = [forms[encrypted]]
    await fake.deliver(office.url, xml)
    assert [seen.text for seen in fake.seen_by("citizen")] == ["您好。"]
    query, body = office.requests[0]
    sent = fields(body)
    assert sent["Content"] == "你好"
    signed = (query["msg_signature"], query["timestamp"], query["nonce"])
    assert crypto.decrypt_message({"Encrypt": sent["Encrypt"]}, *signed) == xml


async def test_everything_a_citizen_saw_in_order(
    platform: Platform, plain: WeChatPlatform, office: Office, clock: MovableClock
) -> None:
    first = plain.text_message("citizen", "一")
    office.answers = [reply(first, "一答"), b"broken", b"success"]
    await plain.deliver(office.url, first)
    clock.time += timedelta(seconds=1)
    plain.custom_send('{"touser":"citizen","msgtype":"text","text":{"content":"补充"}}'.encode())
    clock.time += timedelta(seconds=1)
    await plain.send_callback(office.url, plain.text_message("citizen", "二"))
    await plain.send_callback(office.url, plain.text_message("citizen", "三"))
    assert [(seen.way, seen.text) for seen in plain.seen_by("citizen")] == [
        ("reply", "一答"),
        ("custom", "补充"),
        ("notice", OUT_OF_SERVICE),
    ]
    times = [(seen.at - plain.seen_by("citizen")[0].at).seconds for seen in plain.ledger.all()]
    assert times == [0, 1, 2]


AMR, JPEG = b"#!AMR\n", b"\xff\xd8\xff"
ACTS: list[tuple[str, Callable[[WeChatPlatform], str], dict[str, Any]]] = [
    ("text", lambda p: p.text_message("c", "a]]>b"), {"content": "a]]>b"}),
    ("image", lambda p: p.image_message("c", JPEG), {}),
    (
        "voice",
        lambda p: p.voice_message("c", AMR, recognition="路灯"),
        {"format": "amr", "recognition": "路灯"},
    ),
    ("video", lambda p: p.video_message("c", b"0000ftyp"), {}),
    ("shortvideo", lambda p: p.video_message("c", b"0000ftyp", short=True), {}),
    (
        "location",
        lambda p: p.location_message("c", 31.2, 121.4, "枫城路1号"),
        {"location": ("31.2", "121.4"), "label": "枫城路1号"},
    ),
    ("link", lambda p: p.link_message("c", "题", "述", "http://a/"), {"url": "http://a/"}),
    ("unknown", lambda p: p.message("c", "hologram", {"Depth": 3}), {"type": "unknown"}),
    ("event", lambda p: p.follow("c"), {"event": "subscribe", "key": ""}),
    ("event", lambda p: p.follow("c", "7"), {"event": "subscribe_scan", "scene_id": "7"}),
    ("event", lambda p: p.unfollow("c"), {"event": "unsubscribe"}),
    ("event", lambda p: p.scan("c", "7"), {"event": "scan", "scene_id": "7"}),
    ("event", lambda p: p.click("c", "progress"), {"event": "click", "key": "progress"}),
    ("event", lambda p: p.view("c", "http://a/"), {"event": "view", "url": "http://a/"}),
    ("event", lambda p: p.report_location("c", 31.2, 121.4), {"latitude": 31.2}),
    (
        "event",
        lambda p: p.template_finished("c", 7, "success"),
        {"event": "templatesendjobfinish", "status": "success"},
    ),
]


@pytest.mark.parametrize(("kind", "act", "expected"), ACTS)
def test_wechatpy_reads_every_kind(
    kind: str,
    act: Callable[[WeChatPlatform], str],
    expected: dict[str, Any],
    plain: WeChatPlatform,
) -> None:
    message = parse_message(act(plain))
    assert message.type == kind
    assert message.source == "c"
    assert {name: getattr(message, name) for name in expected} == expected


@pytest.mark.parametrize(("menu_id", "expected"), [("101", "101"), ("0", "0"), (None, None)])
def test_a_choice_comes_as_text_with_its_id_zero_or_none(
    menu_id: str | None, expected: str | None, plain: WeChatPlatform
) -> None:
    sent = fields(plain.menu_choice("citizen", "满意", menu_id))
    assert (sent["MsgType"], sent["Content"]) == ("text", "满意")
    assert sent.get("bizmsgmenuid") == expected


def test_messages_have_ids_of_their_own_and_events_none(plain: WeChatPlatform) -> None:
    sent = [fields(plain.text_message("citizen", "同一句")) for _ in range(2)]
    assert sent[0]["MsgId"] != sent[1]["MsgId"]
    assert "MsgId" not in fields(plain.click("citizen", "progress"))
    assert "Recognition" not in fields(plain.voice_message("citizen", AMR))

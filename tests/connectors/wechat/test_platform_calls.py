"""The fake platform's own rules, called as bare HTTP."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.connectors.wechat.caller import Caller, text
from tests.connectors.wechat.conftest import MovableClock
from tests.fakes.wechat.errors import PlatformError
from tests.fakes.wechat_platform import CUSTOM_SEND, WeChatPlatform

Platform = tuple[WeChatPlatform, str]
MENU, TYPING, DRAFT = "/cgi-bin/menu/create", "/cgi-bin/message/custom/typing", "/cgi-bin/draft/add"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"touser": ', 47001),
        (b"\xff", 47001),
        (b"[]", 47001),
        ({"touser": "citizen", "msgtype": "text"}, 47001),
        ({"touser": "citizen", "msgtype": "markdown", "markdown": {}}, 40008),
        (text(""), 44004),
        (text("您好。", "nobody"), 40003),
        ({"touser": "citizen", "msgtype": "news", "news": {"articles": []}}, 44003),
        ({"touser": "citizen", "msgtype": "voice", "voice": {"media_id": "x"}}, 40007),
        ({"touser": "citizen", "msgtype": "msgmenu", "msgmenu": {"list": []}}, 40035),
    ],
)
async def test_a_message_that_is_wrong(
    body: object, code: int, platform: Platform, caller: Caller
) -> None:
    assert await caller.post(CUSTOM_SEND, body) == code
    assert platform[0].sent == []


async def test_a_wrong_message_uses_nothing_up(platform: Platform, caller: Caller) -> None:
    for _ in range(9):
        assert await caller.post(CUSTOM_SEND, text("a" * 2048)) == 45002
    for _ in range(5):
        assert await caller.post(CUSTOM_SEND, text("您好。")) == 0


async def test_escapes_are_shown_as_they_stand(platform: Platform, caller: Caller) -> None:
    escaped = json.dumps(text("您好\\u4e00")).encode()
    assert await caller.post(CUSTOM_SEND, escaped) == 0
    assert platform[0].sent_to("citizen") == ["\\u60a8\\u597d\\u4e00"]
    menu = {"button": [{"type": "click", "name": "进度", "key": "k"}]}
    assert await caller.post(MENU, json.dumps(menu).encode()) == 40033


async def test_a_click_uses_its_minute_and_leaves_the_48_hours(
    platform: Platform, caller: Caller, clock: MovableClock
) -> None:
    platform[0].click("citizen", "progress")
    for _ in range(3):
        assert await caller.post(CUSTOM_SEND, text("您好。")) == 0
    clock.time += timedelta(minutes=1)
    for _ in range(5):
        assert await caller.post(CUSTOM_SEND, text("您好。")) == 0
    assert await caller.post(CUSTOM_SEND, text("您好。")) == 45047


@pytest.mark.parametrize("act", ["follow", "scan"])
async def test_a_follow_and_a_scan_open_a_minute_a_page_does_not(
    act: str, platform: Platform, caller: Caller, clock: MovableClock
) -> None:
    getattr(platform[0], act)("new", "7")
    platform[0].view("reader", "http://fengcheng/")
    assert await caller.post(CUSTOM_SEND, text("您好。", "reader")) == 45015
    assert await caller.post(CUSTOM_SEND, text("您好。", "new")) == 0
    clock.time += timedelta(minutes=1)
    assert await caller.post(CUSTOM_SEND, text("您好。", "new")) == 45015


async def test_typing(platform: Platform, caller: Caller, clock: MovableClock) -> None:
    typing = {"touser": "citizen", "command": "Typing"}
    assert await caller.post(TYPING, typing) == 0
    assert platform[0].citizens.is_typed_to("citizen")
    assert await caller.post(TYPING, typing) == 45081
    assert await caller.post(TYPING, {**typing, "command": "CancelTyping"}) == 0
    assert await caller.post(TYPING, {**typing, "command": "Sing"}) == 45072
    clock.time += timedelta(seconds=31)
    assert await caller.post(TYPING, typing) == 45080


async def test_a_template_message_to_who_blocked_the_account_fails_in_its_event(
    platform: Platform, caller: Caller
) -> None:
    fake = platform[0]
    fake.account.templates["notice"] = ("thing1",)
    fake.blocked.add("citizen")
    body = {
        "touser": "citizen",
        "template_id": "notice",
        "data": {"thing1": {"value": "路灯不亮"}},
    }
    assert await caller.post("/cgi-bin/message/template/send", body) == 0
    assert "failed:user block" in fake.events_due()[0]
    assert fake.seen_by("citizen") == []
    fake.unfollow("citizen")
    assert await caller.post("/cgi-bin/message/template/send", body) == 43004


async def test_a_template_message_is_known_by_its_own_key_for_ten_minutes(
    platform: Platform, caller: Caller, clock: MovableClock
) -> None:
    fake = platform[0]
    fake.account.templates["notice"] = ("thing1",)
    fake.citizen_wrote("other")
    data = {"thing1": {"value": "路灯不亮"}}
    body = {"touser": "citizen", "template_id": "notice", "data": data}
    keyed = {**body, "client_msg_id": "a"}
    path = "/cgi-bin/message/template/send"
    for sent in (keyed, keyed, {**keyed, "client_msg_id": "b"}, {**keyed, "touser": "other"}):
        assert await caller.post(path, sent) == 0
    assert len(fake.seen_by("citizen")) == 2
    assert len(fake.seen_by("other")) == 1
    clock.time += timedelta(minutes=10)
    for sent in (keyed, body, body):
        assert await caller.post(path, sent) == 0
    assert len(fake.seen_by("citizen")) == 5
    assert len(fake.events_due()) == 6


async def test_both_recordings_of_a_voice_are_served(platform: Platform, caller: Caller) -> None:
    xml = platform[0].voice_message("citizen", b"#!AMR\n8", body_16k=b"#!AMR\n16")
    served = {}
    for name in ("MediaId", "MediaId16K"):
        media_id = xml.split(f"<{name}><![CDATA[")[1].split("]]>")[0]
        served[name] = await caller.get("/cgi-bin/media/get", media_id=media_id)
    assert served["MediaId"].content == b"#!AMR\n8"
    assert served["MediaId16K"].content == b"#!AMR\n16"
    assert served["MediaId"].headers["Content-Type"] == "audio/amr"
    platform[0].quotas.daily["/cgi-bin/media/get"] = 2
    refused = await caller.get("/cgi-bin/media/get", media_id="x")
    assert refused.json()["errcode"] == 45009


async def test_a_video_is_served_at_an_address_of_its_own(
    platform: Platform, caller: Caller
) -> None:
    video = b"0000ftypmp42"
    media_id = platform[0].media.put("video", video).media_id
    answer = await caller.get("/cgi-bin/media/get", media_id=media_id)
    assert (await caller.get(answer.json()["video_url"])).content == video


def test_the_count_holds_for_many_threads(platform: Platform) -> None:
    fake = platform[0]
    fake.citizen_wrote("citizen")
    body = json.dumps(text("hello")).encode()

    def send(_: int) -> int:
        try:
            return int(fake.custom_send(body)["errcode"])
        except PlatformError as error:
            return error.code

    with ThreadPoolExecutor(8) as threads:
        codes = sorted(threads.map(send, range(200)))
    assert codes == [0] * 5 + [45047] * 195


async def test_a_draft_and_what_is_wrong_with_others(platform: Platform, caller: Caller) -> None:
    fake = platform[0]
    cover = fake.media.put("image", PNG, permanent=True).media_id
    passing = fake.media.put("image", PNG).media_id
    article = {"title": "高龄津贴解读", "content": "<p>八十周岁</p>", "thumb_media_id": cover}
    pictures = {"image_info": {"image_list": [{"image_media_id": cover}]}}
    newspic = {"title": "图解", "content": "见图", "article_type": "newspic"}
    cases = [
        ({}, 44003),
        ({"articles": []}, 44003),
        ({"articles": [{**article, "title": " "}]}, 47003),
        ({"articles": [{**article, "title": "题" * 33}]}, 45003),
        ({"articles": [{**article, "content": "文" * 20_000}]}, 45002),
        ({"articles": [{**article, "digest": "摘" * 129}]}, 45004),
        ({"articles": [{**article, "thumb_media_id": ""}]}, 40007),
        ({"articles": [{**article, "thumb_media_id": passing}]}, 40007),
        ({"articles": [newspic]}, 47003),
    ]
    assert [await caller.post(DRAFT, body) for body, _ in cases] == [code for _, code in cases]
    assert fake.drafts == {}
    assert await caller.post(DRAFT, {"articles": [article]}) == 0
    assert await caller.post(DRAFT, {"articles": [{**newspic, **pictures}]}) == 0
    assert [draft[0]["title"] for draft in fake.drafts.values()] == ["高龄津贴解读", "图解"]


async def test_quotas_can_be_read_and_cleared_ten_times_a_month(
    platform: Platform, caller: Caller
) -> None:
    fake = platform[0]
    fake.quotas.daily[CUSTOM_SEND] = 1
    clear = {"appid": fake.account.app_id}
    assert await caller.post(CUSTOM_SEND, text("您好。")) == 0
    assert await caller.post(CUSTOM_SEND, text("您好。")) == 45009
    assert fake.quotas.state(CUSTOM_SEND)["quota"]["remain"] == 0
    assert await caller.post("/cgi-bin/openapi/quota/get", {"cgi_path": CUSTOM_SEND}) == 0
    assert await caller.post("/cgi-bin/openapi/quota/get", {"cgi_path": "/x"}) == 76021
    assert await caller.post("/cgi-bin/clear_quota", clear) == 0
    assert await caller.post(CUSTOM_SEND, text("您好。")) == 0
    cleared = [await caller.post("/cgi-bin/clear_quota", clear) for _ in range(10)]
    assert cleared == [0] * 9 + [48006]


async def test_a_call_by_the_wrong_method(caller: Caller) -> None:
    assert (await caller.get(CUSTOM_SEND)).json()["errcode"] == 43002
    assert await caller.post("/cgi-bin/menu/get", {}) == 43001

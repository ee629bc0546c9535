"""Single rules of the platform that no other test here would miss."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Inbound, RawRequest, Reply, ReplyOption
from connectors.channels.wechat import crypto, text
from connectors.channels.wechat.channel import WeChatChannel
from connectors.channels.wechat.settings import (
    DAILY_QUOTAS,
    MINUTE_QUOTAS,
    WeChatSettings,
    decode_aes_key,
)
from connectors.errors import Unverified
from tests.connectors.wechat.conftest import DictTokens, MovableClock, settings_for
from tests.fakes.wechat.citizens import MESSAGES_IN_48_H, MESSAGES_IN_A_MINUTE
from tests.fakes.wechat.messages import written
from tests.fakes.wechat_platform import TEXT_BYTES, WeChatPlatform

Platform = tuple[WeChatPlatform, str]
BROKEN = (b"", b"<xml>", b'<!DOCTYPE xml [<!ENTITY a "b">]><xml>&a;</xml>')


def post(query: dict[str, str], body: bytes) -> RawRequest:
    return RawRequest(method="POST", path="/", query=query, body=body)


def parsed(fake: WeChatPlatform, channel: WeChatChannel, xml: str) -> Inbound:
    (inbound,) = channel.parse(post(*fake.encrypted(xml)))
    return inbound


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize("mode", ["plain", "compatible", "encrypted"])
def test_the_signature_is_compared_before_the_body_is_parsed(
    body: bytes, mode: str, platform: Platform, clock: MovableClock, tokens: DictTokens
) -> None:
    channel = WeChatChannel(settings_for(platform[0].account, mode=mode), tokens, now=clock.now)
    query = platform[0].signed_query() | {"signature": "0" * 40}
    for more in ({}, {"encrypt_type": "aes", "msg_signature": "0" * 40}):
        with pytest.raises(Unverified) as refused:
            channel.parse(post(query | more, body))
        assert refused.value.code in {"signature", "not_encrypted", "no_key"}


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def digest(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(crypto, "hmac", type("Hmac", (), {"compare_digest": staticmethod(digest)}))
    signature = crypto.signature("token", "1772413200", "n")
    crypto.verify(signature, "token", "1772413200", "n")
    assert compared == [(signature.encode(), signature.encode())]


def test_a_signature_is_the_hex_sha1_of_the_sorted_parts() -> None:
    """`printf %s 1772413200noncetoken | sha1sum`."""
    expected = "1f2014c7920572924c03d42595f7fbe7c897c5b8"
    assert crypto.signature("token", "1772413200", "nonce") == expected


@pytest.mark.parametrize("ahead", [timedelta(minutes=11), timedelta(minutes=-11)])
def test_a_timestamp_far_behind_or_ahead_is_a_replay(
    ahead: timedelta, platform: Platform, channel: WeChatChannel, clock: MovableClock
) -> None:
    request = post(*platform[0].encrypted(platform[0].text_message("citizen", "你好")))
    clock.time += ahead
    with pytest.raises(Unverified) as refused:
        channel.parse(request)
    assert refused.value.code == "stale"


@pytest.mark.parametrize(
    "timestamp", ["", "x", "-1", "1772413200.0", "٣", "9" * 13], ids=lambda t: t or "empty"
)
def test_a_timestamp_that_is_none_is_refused_though_rightly_signed(
    timestamp: str, platform: Platform, channel: WeChatChannel
) -> None:
    token = platform[0].account.token
    query = {
        "timestamp": timestamp,
        "nonce": "n",
        "signature": crypto.signature(token, timestamp, "n"),
    }
    with pytest.raises(Unverified):
        channel.greet(RawRequest(method="GET", path="/", query=query | {"echostr": "1"}))


EVENT: dict[str, Any] = {
    "ToUserName": "gh_fengcheng",
    "FromUserName": "citizen",
    "CreateTime": 1772413200,
    "MsgType": "event",
    "Event": "CLICK",
    "EventKey": "progress",
}


@pytest.mark.parametrize(
    "other",
    [
        {"FromUserName": "another"},
        {"CreateTime": 1772413201},
        {"Event": "VIEW"},
        {"EventKey": "report"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_an_event_is_known_by_sender_time_event_and_key(
    other: dict[str, Any], platform: Platform, channel: WeChatChannel
) -> None:
    fake = platform[0]
    first, again, changed = (
        parsed(fake, channel, written(event)).external_id
        for event in (EVENT, {**EVENT, "MenuId": 7}, {**EVENT, **other})
    )
    assert first == again != changed


def test_a_message_is_known_by_its_id_alone(platform: Platform, channel: WeChatChannel) -> None:
    fake = platform[0]
    message = {**EVENT, "MsgType": "text", "Content": "你好", "MsgId": 42}
    later = {**message, "CreateTime": 1772413205, "Content": "你好！"}
    ids = {parsed(fake, channel, written(one)).external_id for one in (message, later)}
    assert ids == {"42"}


def test_limits_are_settings_and_stand_as_the_platform_has_them() -> None:
    settings = WeChatSettings()
    assert settings.reply_within_s < 5
    assert settings.text_bytes == 1800 < TEXT_BYTES == 2047
    assert (settings.forced_a_day, settings.forced_apart_s) == (20, 30.0)
    assert settings.daily_quotas == DAILY_QUOTAS
    daily = {path.rpartition("/cgi-bin/")[2]: calls for path, calls in DAILY_QUOTAS.items()}
    assert daily["message/custom/send"] == daily["stable_token"] == 500_000
    assert (daily["media/get"], daily["media/upload"]) == (200_000, 100_000)
    assert MINUTE_QUOTAS == {"/cgi-bin/stable_token": 10_000}
    assert (MESSAGES_IN_48_H, MESSAGES_IN_A_MINUTE) == (5, 3)


def test_the_last_character_of_a_key_may_carry_spare_bits() -> None:
    assert len(decode_aes_key("a" * 42 + "A")) == 32
    assert decode_aes_key("a" * 42 + "B") == decode_aes_key("a" * 42 + "A")


LONG = "https://city.example/" + "a" * 300


def test_a_link_longer_than_a_text_is_left_out_not_cut() -> None:
    anchor = f'<a href="{LONG}">《办法》</a>'
    assert text.split(f"见{anchor}。", 200) == ["见《办法》。"]
    assert text.split(f"见{LONG}。", 200) == ["见（网址过长，此处略去）。"]


def test_a_choice_whose_link_is_too_long_is_still_named() -> None:
    links = text.options_as_links((ReplyOption(label="怎么办理", text="怎" * 300),))
    assert text.split(links, 1800) == ["怎么办理"]


@pytest.mark.parametrize(
    "kept",
    [
        "2 * 3 * 4 = 24",
        "文件名 a_b_c 和 __init__x",
        "*注：以当年公告为准",
        "填写【姓名】（必填）",
        "-5℃以下停工",
        "第1条 一、（一）1. 第一项",
        "#话题#",
    ],
)
def test_what_only_looks_like_markdown_stays(kept: str) -> None:
    assert text.render(Reply(text=kept)) == kept


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("### 一、怎么办", "一、怎么办"),
        ("- 身份证\n* 户口簿", "· 身份证\n· 户口簿"),
        ("**必须**本人", "必须本人"),
        ("```text\n代码\n```", "代码"),
        ("用`身份证`办", "用身份证办"),
        ("![图](https://a/b.png)", "图（https://a/b.png）"),
        ("> 原文", "原文"),
    ],
)
def test_markdown_is_shown_as_plain_words(raw: str, shown: str) -> None:
    assert text.render(Reply(text=raw)) == shown

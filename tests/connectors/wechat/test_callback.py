"""Callbacks in every mode; the other side of the encryption is PyPI `wechatpy`."""

from __future__ import annotations

import struct
from base64 import b64encode
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from wechatpy import parse_message

from connectors.base import InboundKind, Outbound, RawRequest, Reply, ReplyOption
from connectors.channels.wechat import crypto
from connectors.channels.wechat.channel import ACKNOWLEDGED, WeChatChannel
from connectors.channels.wechat.settings import WeChatSettings, decode_aes_key
from connectors.errors import Malformed, Unverified
from tests.connectors.wechat.conftest import DictTokens, MovableClock, settings_for
from tests.fakes.wechat_platform import WeChatPlatform

Platform = tuple[WeChatPlatform, str]


def post(query: dict[str, str], body: bytes) -> RawRequest:
    return RawRequest(method="POST", path="/channels/wechat", query=query, body=body)


def outbound(text: str, *options: ReplyOption) -> Outbound:
    return Outbound(
        idempotency_key="key",
        channel="wechat",
        conversation_id="wechat:citizen",
        recipient="citizen",
        reply=Reply(text=text, options=options),
    )


def test_the_url_check_is_answered_with_its_echostr(
    platform: Platform, channel: WeChatChannel
) -> None:
    query = platform[0].signed_query() | {"echostr": "5837459283"}
    answer = channel.greet(RawRequest(method="GET", path="/", query=query))
    assert answer.body == b"5837459283"


def test_a_url_check_with_another_token_is_refused(
    platform: Platform, channel: WeChatChannel
) -> None:
    platform[0].account.token = "another"
    with pytest.raises(Unverified):
        channel.greet(RawRequest(method="GET", path="/", query=platform[0].signed_query()))


def test_an_encrypted_message_becomes_an_inbound(
    platform: Platform, channel: WeChatChannel
) -> None:
    xml = platform[0].text_message("citizen", "医保断缴了怎么补？")
    (inbound,) = channel.parse(post(*platform[0].encrypted(xml)))
    assert inbound.kind is InboundKind.TEXT
    assert inbound.text == "医保断缴了怎么补？"
    assert (inbound.channel, inbound.sender_id, inbound.conversation_id) == (
        "wechat",
        "citizen",
        "",
    )
    assert inbound.external_id == str(parse_message(xml).id)


def test_the_encrypted_reply_is_read_by_wechatpy(
    platform: Platform, channel: WeChatChannel
) -> None:
    request = post(*platform[0].encrypted(platform[0].text_message("citizen", "你好")))
    answer = channel.answer_in_place(request, (outbound("您好，请问有什么可以帮您？"),))
    reply = platform[0].read_reply(answer.body)
    assert "您好，请问有什么可以帮您？" in reply
    assert "<ToUserName><![CDATA[citizen]]></ToUserName>" in reply
    assert f"<FromUserName><![CDATA[{platform[0].account.original_id}]]>" in reply


def test_plain_mode_answers_in_plain_xml(
    platform: Platform, clock: MovableClock, tokens: DictTokens
) -> None:
    settings = settings_for(platform[0].account, mode="plain", encoding_aes_key="")
    channel = WeChatChannel(settings, tokens, now=clock.now)
    request = post(platform[0].signed_query(), platform[0].text_message("citizen", "你好").encode())
    (inbound,) = channel.parse(request)
    assert inbound.text == "你好"
    assert "您好。" in channel.answer_in_place(request, (outbound("您好。"),)).body.decode()


def test_nothing_to_say_is_acknowledged(platform: Platform, channel: WeChatChannel) -> None:
    request = post(*platform[0].encrypted(platform[0].text_message("citizen", "你好")))
    assert channel.answer_in_place(request, ()) == ACKNOWLEDGED


def test_text_cannot_end_its_cdata(platform: Platform, channel: WeChatChannel) -> None:
    request = post(*platform[0].encrypted(platform[0].text_message("citizen", "你好")))
    answer = channel.answer_in_place(request, (outbound("a]]><MsgType>news</MsgType>b"),))
    parsed = parse_message(platform[0].read_reply(answer.body))
    assert parsed.type == "text"
    assert parsed.content == "a]]><MsgType>news</MsgType>b"


def test_events_are_told_apart_without_a_message_id(
    platform: Platform, channel: WeChatChannel
) -> None:
    first, again, other = (
        channel.parse(post(*platform[0].encrypted(platform[0].event("citizen", *facts))))[0]
        for facts in (("CLICK", "progress"), ("CLICK", "progress"), ("CLICK", "report"))
    )
    assert first.external_id == again.external_id != other.external_id
    assert first.kind is InboundKind.EVENT
    assert first.details["EventKey"] == "progress"


@pytest.mark.parametrize("name", ["signature", "msg_signature", "timestamp", "nonce"])
def test_a_changed_query_is_refused(name: str, platform: Platform, channel: WeChatChannel) -> None:
    query, body = platform[0].encrypted(platform[0].text_message("citizen", "你好"))
    with pytest.raises(Unverified):
        channel.parse(post(query | {name: query[name] + "1"}, body))


def test_an_old_signed_request_is_a_replay(
    platform: Platform, channel: WeChatChannel, clock: MovableClock
) -> None:
    request = post(*platform[0].encrypted(platform[0].text_message("citizen", "你好")))
    clock.time += timedelta(minutes=11)
    with pytest.raises(Unverified):
        channel.parse(request)


def test_an_old_url_check_is_a_replay(
    platform: Platform, channel: WeChatChannel, clock: MovableClock
) -> None:
    query = platform[0].signed_query() | {"echostr": "5837459283"}
    clock.time += timedelta(minutes=11)
    with pytest.raises(Unverified):
        channel.greet(RawRequest(method="GET", path="/", query=query))


def test_a_clock_set_between_message_and_answer_loses_no_answer(
    platform: Platform, channel: WeChatChannel, clock: MovableClock
) -> None:
    request = post(*platform[0].encrypted(platform[0].text_message("citizen", "你好")))
    channel.parse(request)
    clock.time += timedelta(hours=3)
    answer = channel.answer_in_place(request, (outbound("您好。"),))
    assert "您好。" in platform[0].read_reply(answer.body)


def test_a_plain_body_is_refused_in_encrypted_mode(
    platform: Platform, channel: WeChatChannel
) -> None:
    body = platform[0].text_message("citizen", "你好").encode()
    with pytest.raises(Unverified):
        channel.parse(post(platform[0].signed_query(), body))


def test_another_accounts_message_is_refused(platform: Platform, channel: WeChatChannel) -> None:
    platform[0].account.app_id = "wxffffffffffffffff"
    request = post(*platform[0].encrypted(platform[0].text_message("citizen", "你好")))
    with pytest.raises(Unverified) as refused:
        channel.parse(request)
    assert refused.value.code == "app_id"


@pytest.mark.parametrize("pad", [0, 33, 255])
def test_wrong_padding_is_refused(pad: int, platform: Platform, channel: WeChatChannel) -> None:
    account = platform[0].account
    key = decode_aes_key(account.aes_key)
    plain = b"n" * 16 + struct.pack(">I", 5) + b"<xml>" + account.app_id.encode()
    plain = (plain + bytes([pad]) * 32)[: len(plain) + 32 - len(plain) % 32]
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    encrypted = b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
    with pytest.raises(Unverified) as refused:
        crypto.decrypt(encrypted, key=key, app_id=account.app_id)
    assert refused.value.code == "padding"


ENTITY_BOMB = (
    b'<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    b"<xml><FromUserName>&b;</FromUserName></xml>"
)


@pytest.mark.parametrize(
    "body",
    [b"", b"<xml>", b"<html></html>", b"not xml", ENTITY_BOMB, b"<xml></xml>", b"\xff\xfe<xml/>"],
)
def test_a_broken_body_is_malformed(
    body: bytes, platform: Platform, clock: MovableClock, tokens: DictTokens
) -> None:
    settings = settings_for(platform[0].account, mode="plain", encoding_aes_key="")
    channel = WeChatChannel(settings, tokens, now=clock.now)
    with pytest.raises(Malformed):
        channel.parse(post(platform[0].signed_query(), body))


def test_no_secret_in_a_repr(platform: Platform, channel: WeChatChannel) -> None:
    account = platform[0].account
    shown = repr(channel) + repr(settings_for(account))
    assert account.secret not in shown
    assert account.token not in shown
    assert account.aes_key not in shown


@pytest.mark.parametrize("key", ["", "short", "!" * 43])
def test_a_wrong_key_is_named_but_not_shown(key: str) -> None:
    with pytest.raises(ValueError, match="ENCODING_AES_KEY") as fault:
        decode_aes_key(key)
    assert not key or key not in str(fault.value)


def test_an_account_without_a_token_is_refused() -> None:
    with pytest.raises(ValueError, match="POLICYLINE_WECHAT_TOKEN"):
        WeChatSettings.model_validate({"app_id": "wx1"})

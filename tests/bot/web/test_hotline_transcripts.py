"""Sentences a call centre pushes: none lost, none doubled, and what is wrong said plainly."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from connectors.calls import Leg
from tests.bot.web.hotline import KEY, NOW, TRANSCRIPTS, calling, offline, online, signed

END = {"wav_name": "c1-citizen", "text": "", "is_final": True}


async def sent(socket: ClientWebSocketResponse, *messages: object) -> None:
    for message in messages:
        await socket.send_str(message if isinstance(message, str) else json.dumps(message))


async def fault(socket: ClientWebSocketResponse) -> tuple[str, str]:
    told = (await socket.receive_json())["error"]
    assert re.search("[一-龥]", told["message"])
    return told["code"], told["message"]


async def test_fragments_show_and_a_sentence_is_acknowledged_once_stored() -> None:
    async with calling() as centre:
        socket = await centre.connect()
        await sent(
            socket,
            online("路登", 1),
            online("坏了", 2),
            offline("路灯坏了。", 3, timestamp="[[380,620],[620,1500]]"),
            END,
        )
        assert await socket.receive_json() == {"ack": 3, "wav_name": "c1-citizen"}
        book = centre.book
        assert [one.text for one in book.partials] == ["路登", "路登坏了"]
        [sentence] = book.sentences.values()
        assert (sentence.call_id, sentence.leg, sentence.text) == (
            "c1",
            Leg.CITIZEN,
            "路灯坏了。",
        )
        assert (sentence.start_ms, sentence.end_ms, sentence.at) == (380, 1500, NOW)
        assert sentence.external_id.startswith("3:")


async def test_both_legs_of_many_calls_on_one_connection_stay_apart() -> None:
    async with calling() as centre:
        socket = await centre.connect()
        await sent(
            socket,
            online("甲", 1, "1700.1-citizen"),
            online("乙", 1, "1700.1-operator"),
            online("丙", 1, "1700.2/Agent"),
            offline("甲。", 2, "1700.1-citizen"),
        )
        await socket.receive_json()
        assert [(one.call_id, one.leg.value, one.text) for one in centre.book.partials] == [
            ("1700.1", "citizen", "甲"),
            ("1700.1", "operator", "乙"),
            ("1700.2", "operator", "丙"),
        ]


async def test_a_reconnecting_sender_sends_again_and_nothing_is_doubled() -> None:
    async with calling() as centre:
        first = await centre.connect()
        await sent(first, offline("一。", 1), offline("二。", 2))
        assert (await first.receive_json())["ack"] == 1
        await centre.book.has(2)
        first._response.connection.transport.abort()  # type: ignore[union-attr]  # a cable that is cut
        second = await centre.connect()
        await sent(second, offline("二。", 2), offline("三。", 3))
        assert [(await second.receive_json())["ack"] for _ in range(2)] == [2, 3]
        assert centre.book.texts == ["一。", "二。", "三。"]
        assert centre.book.told == 4


@pytest.mark.parametrize("times", [{"timestamp": "[[0,900]]"}, {}])
async def test_without_numbers_neither(times: dict[str, Any]) -> None:
    async with calling() as centre:
        for _ in range(2):
            socket = await centre.connect()
            await sent(socket, offline("一。", **times))
            assert await socket.receive_json() == {"ack": None, "wav_name": "c1-citizen"}
            await socket.close()
        assert centre.book.texts == ["一。"]


async def test_what_is_said_twice_is_two_sentences() -> None:
    async with calling() as centre:
        socket = await centre.connect()
        await sent(socket, offline("对。"), offline("对。"))
        await centre.book.has(2)
        await sent(
            socket,
            offline("对。", timestamp="[[0,9]]"),
            offline("对。", timestamp="[[20,29]]"),
        )
        await centre.book.has(4)
        await sent(socket, offline("对。", 1), offline("对。", 2))
        await centre.book.has(6)


async def test_a_sender_that_counts_from_the_beginning_again_loses_nothing() -> None:
    async with calling() as centre:
        for text in ("一。", "二。"):
            socket = await centre.connect()
            await sent(socket, offline(text, 1))
            await socket.receive_json()
            await socket.close()
        assert centre.book.texts == ["一。", "二。"]


async def test_two_calls_with_one_id_the_newer_sender_speaks_for_the_leg() -> None:
    async with calling() as centre:
        older, newer = await centre.connect(), await centre.connect()
        await sent(older, offline("旧。", 1))
        await older.receive_json()
        await sent(newer, offline("新。", 1))
        await newer.receive_json()
        await sent(older, offline("旧二。", 2))
        code, message = await fault(older)
        assert (code, "另一条更新的连接" in message) == ("leg_taken", True)
        await sent(older, offline("别的。", 1, "c2-citizen"))
        assert (await older.receive_json())["ack"] == 1
        await newer.close()
        await sent(older, offline("旧二。", 2))
        assert (await older.receive_json())["ack"] == 2
        assert centre.book.texts == ["旧。", "新。", "别的。", "旧二。"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("不是", "json"),
        ("[1]", "object"),
        ('{"text": 5}', "text"),
        (offline("好。", name="c1"), "wav_name"),
        (offline("好。", name=""), "wav_name"),
        (offline("好。", name="c1-third"), "leg"),
        (offline("好。", name="citizen"), "wav_name"),
        (offline("长" * 6000), "too_long"),
        (offline("好。", -3), "seq"),
        (offline("ERROR. decoder"), "speech_error"),
    ],
)
async def test_what_nobody_can_read_is_told_and_the_connection_kept(
    message: object, code: str
) -> None:
    async with calling() as centre:
        socket = await centre.connect()
        await sent(socket, message)
        assert (await fault(socket))[0] == code
        await sent(socket, offline("好。", 1))
        assert (await socket.receive_json())["ack"] == 1
        assert centre.book.texts == ["好。"]


async def test_audio_here_is_told_to_be_in_the_wrong_place() -> None:
    async with calling() as centre:
        socket = await centre.connect()
        await socket.send_bytes(bytes(320))
        assert (await fault(socket))[0] == "binary"


async def test_too_many_faults_in_a_row_end_it() -> None:
    async with calling(faults_in_a_row=3) as centre:
        socket = await centre.connect()
        await sent(socket, "x", "x", offline("好。", 1), "x", "x", "x")
        answers = [await socket.receive_json() for _ in range(6)]
        assert [("ack" in one) for one in answers] == [False, False, True, False, False, False]
        assert (await socket.receive()).type is WSMsgType.CLOSE
        assert socket.close_code == 1008


async def test_a_megabyte_is_refused_in_words_and_ends_it() -> None:
    async with calling() as centre:
        socket = await centre.connect()
        await sent(socket, offline("一。", 1), offline("长" * 350_000, 2))
        assert (await socket.receive_json())["ack"] == 1
        assert (await fault(socket))[0] == "too_large"
        assert (await socket.receive()).type is WSMsgType.CLOSE
        assert socket.close_code == 1009
        response = await centre.post(offline("长" * 350_000, 2))
        assert response.status == 413


async def test_a_sentence_that_cannot_be_stored_is_not_acknowledged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with calling() as centre:
        socket = await centre.connect()
        centre.book.away = True
        await sent(socket, offline("我叫张三。", 7))
        told = await socket.receive_json()
        assert (told["error"]["code"], "ack" in told) == ("not_stored", False)
        assert (await socket.receive()).type is WSMsgType.CLOSE
        assert socket.close_code == 1013
        response = await centre.post(offline("我叫张三。", 7))
        assert response.status == 503
        centre.book.away = False
        again = await centre.connect()
        await sent(again, offline("我叫张三。", 7))
        assert (await again.receive_json())["ack"] == 7
        assert "张三" not in caplog.text
        assert "nobody is to read" not in caplog.text


async def test_a_call_of_three_hours_stays_small() -> None:
    async with calling() as centre:
        sender = centre.speech.transcripts()
        for number in range(3 * 3600 // 4):
            await sender.hear(json.dumps(online("喂", 3 * number)))
            await sender.hear(json.dumps(online("喂", 3 * number + 1)))
            await sender.hear(json.dumps(offline(f"第{number}句。", 3 * number + 2)))
        assert len(centre.book.sentences) == 2700
        [state] = sender._legs.values()
        assert state.live.pending == ()
        assert len(sender._repeats) == 0


async def test_silence_is_nothing_to_keep() -> None:
    async with calling() as centre:
        socket = await centre.connect()
        await sent(socket, online("", 1), offline("", 2), offline(" ", 3), END)
        assert [(await socket.receive_json())["ack"] for _ in range(2)] == [2, 3]
        assert (centre.book.texts, centre.book.partials) == ([], [])


async def test_posts_are_taken_as_messages_are() -> None:
    async with calling() as centre:
        response = await centre.post(online("路登", 1))
        assert (response.status, await response.json()) == (200, {"results": []})
        response = await centre.post(
            [online("坏了", 2), offline("路灯坏了。", 3), offline("x", name="c1-third")]
        )
        results = (await response.json())["results"]
        assert results[0] == {"ack": 3, "wav_name": "c1-citizen"}
        assert results[1]["error"]["code"] == "leg"
        assert [one.text for one in centre.book.partials] == ["路登", "路登坏了"]
        assert centre.book.texts == ["路灯坏了。"]


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{", "json"), (b"[]", "object"), (b"\xff", "json"), ({"text": "ERROR"}, "speech_error")],
)
async def test_a_post_nobody_can_read_is_told(body: object, code: str) -> None:
    async with calling() as centre:
        response = await centre.post(body)
        assert response.status == 400
        assert (await response.json())["error"]["code"] == code


@pytest.mark.parametrize(
    "signing",
    [
        {"key": b"another-key-of-some-length"},
        {"at": NOW - timedelta(seconds=301)},
        {"at": NOW + timedelta(seconds=301)},
        {"centre": "nobody"},
        {"centre": "nobody", "key": b""},
        {"centre": "other"},
    ],
)
async def test_only_who_has_the_key_is_let_in(signing: dict[str, Any]) -> None:
    async with calling() as centre:
        with pytest.raises(WSServerHandshakeError) as refused:
            await centre.connect(**signing)
        assert refused.value.status == 403
        response = await centre.post(offline("好。", 1), **signing)
        assert response.status == 403
        assert (await response.json())["error"]["code"] == "unverified"
        assert centre.book.texts == []


async def test_a_signature_is_for_one_address_and_one_body() -> None:
    async with calling() as centre:
        headers = signed(f"{TRANSCRIPTS}?a=1".encode())
        for query in ({}, {"a": "2"}, {"a": "1", "b": "1"}):
            with pytest.raises(WSServerHandshakeError):
                await centre.client.ws_connect(TRANSCRIPTS, params=query, headers=headers)
        await centre.client.ws_connect(TRANSCRIPTS, params={"a": "1"}, headers=headers)
        response = await centre.client.post(TRANSCRIPTS, data=b"{}", headers=signed(b"[]"))
        assert response.status == 403
        response = await centre.client.post(TRANSCRIPTS, data=b"{}")
        assert response.status == 403


async def test_who_cannot_set_headers_signs_in_the_query() -> None:
    async with calling() as centre:
        headers = signed(f"{TRANSCRIPTS}?centre=other".encode(), key=KEY[::-1])
        query = {
            "centre": "other",
            "timestamp": headers["X-Hotline-Timestamp"],
            "signature": headers["X-Hotline-Signature"],
        }
        socket = await centre.client.ws_connect(TRANSCRIPTS, params=query)
        await sent(socket, offline("好。", 1))
        assert (await socket.receive_json())["ack"] == 1


async def test_a_plain_get_is_told_to_be_a_websocket() -> None:
    async with calling() as centre:
        headers = signed(f"{TRANSCRIPTS}?".encode())
        response = await centre.client.get(TRANSCRIPTS, headers=headers)
        assert (response.status, (await response.json())["error"]["code"]) == (
            400,
            "not_a_websocket",
        )


async def test_senders_are_sent_elsewhere_when_the_service_stops() -> None:
    async with calling() as centre:
        socket = await centre.connect()
        await sent(socket, offline("好。", 1))
        await socket.receive_json()
        await centre.speech.close()
        assert (await socket.receive()).type is WSMsgType.CLOSE
        assert socket.close_code == 1001


def test_the_key_is_in_no_repr() -> None:
    async def never(_: object) -> None:
        raise AssertionError

    from bot.web.hotline_speech import HotlineSpeech
    from connectors.channels.hotline.speech_settings import HotlineSpeechSettings

    speech = HotlineSpeech(
        settings=HotlineSpeechSettings(), keys={"default": KEY}, take=never, now=lambda: NOW
    )
    assert KEY.decode() not in repr(speech)


async def test_a_message_the_calls_refuse_is_told_and_not_asked_for_again() -> None:
    async with calling() as centre:
        centre.book.refuses = True
        socket = await centre.connect()
        await sent(socket, offline("好。", 1))
        assert (await fault(socket))[0] == "wav_name"
        response = await centre.post(offline("好。", 1, "c2-citizen"))
        assert (response.status, (await response.json())["error"]["code"]) == (400, "wav_name")
        centre.book.refuses = False
        await sent(socket, offline("好。", 1))
        assert (await socket.receive_json())["ack"] == 1

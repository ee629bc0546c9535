"""Audio a call centre pushes, heard by a recogniser that hears what is in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import TestServer

from connectors.calls import Leg
from tests.bot.web.hotline import AUDIO, Centre, calling, signed
from tests.fakes.recogniser_stream import FakeStreamRecogniser, spoken

CITIZEN = {"call": "1700.1", "leg": "citizen"}
OVER = {"is_speaking": False}


@asynccontextmanager
async def hearing(
    fake: FakeStreamRecogniser | None = None, **settings: Any
) -> AsyncIterator[Centre]:
    async with TestServer((fake or FakeStreamRecogniser()).application()) as server:
        url = str(server.make_url("/")).replace("http", "ws")
        async with calling(url=url, again_at_most_s=0, **settings) as centre:
            yield centre


async def told_until_closed(socket: ClientWebSocketResponse) -> list[dict[str, Any]]:
    return [message.json() async for message in socket]


async def test_audio_becomes_sentences_and_each_is_acknowledged() -> None:
    fake = FakeStreamRecogniser(mishears={"灯": "登"})
    async with hearing(fake) as centre:
        socket = await centre.connect(AUDIO, CITIZEN)
        await socket.send_bytes(spoken("路灯坏了。没人修。"))
        await socket.send_json(OVER)
        assert await told_until_closed(socket) == [{"ack": 800}, {"ack": 1900}]
        assert socket.close_code == 1000
        sentences = list(centre.book.sentences.values())
        assert [(one.text, one.start_ms, one.end_ms) for one in sentences] == [
            ("路灯坏了。", 0, 800),
            ("没人修。", 1300, 1900),
        ]
        assert {(one.call_id, one.leg) for one in sentences} == {("1700.1", Leg.CITIZEN)}
        assert centre.book.partials[0].text == "路登坏"
    assert fake.violations == []
    assert fake.starts[0]["wav_name"] == "1700.1-citizen"
    assert "剑光街道" in fake.starts[0]["hotwords"]


async def test_both_legs_have_a_connection_each() -> None:
    fake = FakeStreamRecogniser()
    async with hearing(fake) as centre:
        legs = [
            await centre.connect(AUDIO, {"call": "1700.1", "leg": leg})
            for leg in ("citizen", "operator")
        ]
        for socket, words in zip(legs, ("你好。", "请讲。"), strict=True):
            await socket.send_bytes(spoken(words))
        await centre.book.has(2)
        for socket in legs:
            await socket.send_json(OVER)
            await told_until_closed(socket)
        said = {one.leg: one.text for one in centre.book.sentences.values()}
        assert said == {Leg.CITIZEN: "你好。", Leg.OPERATOR: "请讲。"}
    assert [one["wav_name"] for one in fake.starts] == ["1700.1-citizen", "1700.1-operator"]


async def test_a_recogniser_lost_in_the_middle_costs_no_word() -> None:
    async with hearing(FakeStreamRecogniser(breaks_after_ms=[1500, 400])) as centre:
        socket = await centre.connect(AUDIO, CITIZEN)
        await socket.send_bytes(spoken("路灯坏了。没人修。快一点。"))
        await socket.send_json(OVER)
        acknowledged = [one["ack"] for one in await told_until_closed(socket)]
        assert acknowledged == [800, 1900, 3000]
        assert centre.book.texts == ["路灯坏了。", "没人修。", "快一点。"]


async def test_a_sender_that_vanished_goes_on_where_it_was_acknowledged() -> None:
    async with hearing() as centre:
        audio = spoken("路灯坏了。没人修。快一点。")
        first = await centre.connect(AUDIO, CITIZEN)
        await first.send_bytes(audio[: 16 * 2100])
        assert await first.receive_json() == {"ack": 800}
        first._response.connection.transport.abort()  # type: ignore[union-attr]  # a cable that is cut
        second = await centre.connect(AUDIO, {**CITIZEN, "from_ms": "800"})
        await second.send_bytes(audio[16 * 800 :])
        await second.send_json(OVER)
        await told_until_closed(second)
        assert centre.book.texts == ["路灯坏了。", "没人修。", "快一点。"]


async def test_minutes_sent_at_once_are_heard_to_the_last_word() -> None:
    async with hearing(kept_s=20) as centre:
        words = [f"这是第{number}句话。" for number in range(30)]
        socket = await centre.connect(AUDIO, CITIZEN)
        await socket.send_bytes(spoken("".join(words)))
        await socket.send_json(OVER)
        assert len(await told_until_closed(socket)) == 30
        assert centre.book.texts == words


async def test_one_that_does_not_say_where_goes_on_where_it_ended() -> None:
    async with hearing() as centre:
        for words in ("路灯坏了。", "没人修。"):
            socket = await centre.connect(AUDIO, CITIZEN)
            await socket.send_bytes(spoken(words))
            await socket.send_json(OVER)
            await told_until_closed(socket)
        ends = [(one.text, one.end_ms) for one in centre.book.sentences.values()]
        assert ends == [("路灯坏了。", 800), ("没人修。", 1900)]


async def test_a_sentence_that_cannot_be_stored_is_told_and_comes_again() -> None:
    async with hearing() as centre:
        centre.book.away = True
        socket = await centre.connect(AUDIO, CITIZEN)
        await socket.send_bytes(spoken("路灯坏了。"))
        [told] = await told_until_closed(socket)
        assert (told["error"]["code"], socket.close_code) == ("not_stored", 1013)
        centre.book.away = False
        again = await centre.connect(AUDIO, {**CITIZEN, "from_ms": "0"})
        await again.send_bytes(spoken("路灯坏了。"))
        await again.send_json(OVER)
        assert await told_until_closed(again) == [{"ack": 800}]
        assert centre.book.texts == ["路灯坏了。"]


async def test_a_recogniser_that_only_tells_errors_is_told() -> None:
    async with hearing(FakeStreamRecogniser(errors=99)) as centre:
        socket = await centre.connect(AUDIO, CITIZEN)
        await socket.send_bytes(spoken("好。"))
        [told] = await told_until_closed(socket)
        assert (told["error"]["code"], socket.close_code) == ("recogniser", 1013)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"leg": "citizen"}, "call"),
        ({"call": "x" * 129, "leg": "citizen"}, "call"),
        ({"call": "1700.1"}, "leg"),
        ({"call": "1700.1", "leg": "third"}, "leg"),
        ({**CITIZEN, "from_ms": "-1"}, "from_ms"),
        ({**CITIZEN, "from_ms": "123456789"}, "from_ms"),
    ],
)
async def test_an_address_with_faults_is_told_which(query: dict[str, str], field: str) -> None:
    async with hearing() as centre:
        asked = "&".join(sorted(f"{name}={value}" for name, value in query.items()))
        headers = signed(f"{AUDIO}?{asked}".encode())
        response = await centre.client.get(AUDIO, params=query, headers=headers)
        assert response.status == 400
        assert list((await response.json())["error"]["fields"]) == [field]


async def test_without_a_recogniser_no_audio_is_taken() -> None:
    async with calling() as centre:
        with pytest.raises(WSServerHandshakeError) as refused:
            await centre.connect(AUDIO, CITIZEN)
        assert refused.value.status == 404


async def test_unsigned_audio_is_refused() -> None:
    async with hearing() as centre:
        with pytest.raises(WSServerHandshakeError) as refused:
            await centre.client.ws_connect(AUDIO, params=CITIZEN)
        assert refused.value.status == 403


async def test_the_last_words_are_heard_when_the_service_stops() -> None:
    async with hearing() as centre:
        socket = await centre.connect(AUDIO, CITIZEN)
        await socket.send_bytes(spoken("路灯坏了。没人修"))
        await centre.book.has(1)
        await centre.book.has_partials(2)
        await centre.speech.close()
        assert centre.book.texts == ["路灯坏了。", "没人修。"]
        assert (await socket.receive()).type in {WSMsgType.TEXT, WSMsgType.CLOSE}

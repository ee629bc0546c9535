"""A leg's audio against a strict server of streams that hears what it is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from funasr_client import async_funasr_client

from connectors.errors import Refused, Retryable
from connectors.speech.held_audio import HeldAudio
from connectors.speech.live import Heard
from connectors.speech.stream import LegStream, StreamOptions
from tests.fakes.recogniser_stream import FakeStreamRecogniser, silence, spoken

TALK = "我家门口的路灯坏了。好多天没人来修。麻烦你们快一点。"
SENTENCES = ["我家门口的路灯坏了。", "好多天没人来修。", "麻烦你们快一点。"]


class Listener:
    def __init__(self) -> None:
        self.partials: list[str] = []
        self.sentences: list[Heard] = []
        self.news = asyncio.Condition()

    async def hear(self, new: Heard) -> None:
        async with self.news:
            if new.committed:
                self.sentences.append(new)
            else:
                self.partials.append(new.text)
            self.news.notify_all()

    async def has(self, sentences: int) -> None:
        async with self.news:
            await self.news.wait_for(lambda: len(self.sentences) >= sentences)

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.sentences]

    @property
    def times(self) -> list[tuple[int, int]]:
        return [(one.start_ms, one.end_ms) for one in self.sentences]


@asynccontextmanager
async def serving(fake: FakeStreamRecogniser) -> AsyncIterator[str]:
    async with TestServer(fake.application()) as server:
        yield str(server.make_url("/")).replace("http", "ws")


async def listened(fake: FakeStreamRecogniser, audio: bytes, **options: Any) -> Listener:
    """Feed all of it and wait for the last word."""
    listener = Listener()
    async with serving(fake) as url:
        told = {"again_at_most_s": 0.0, **options}
        stream = LegStream(StreamOptions(url=url, **told), name="c-citizen", hear=listener.hear)
        stream.feed(audio)
        stream.finish()
        await stream.run()
    return listener


@pytest.mark.parametrize("python", [False, True])
@pytest.mark.parametrize("closes_after", [False, True])
async def test_sentences_come_back_whatever_the_server_says_of_the_end(
    python: bool, closes_after: bool
) -> None:
    fake = FakeStreamRecogniser(python=python, closes_after=closes_after, mishears={"灯": "登"})
    listener = await listened(fake, spoken(TALK))
    assert listener.texts == SENTENCES
    assert listener.partials[0] == "我家门"
    assert "我家门口的路登坏了" in listener.partials
    assert listener.times == [(0, 1800), (2300, 3700), (4200, 5600)]
    assert fake.violations == []
    assert len(fake.starts) == 1


async def test_the_start_message_is_as_the_protocol_has_it() -> None:
    fake = FakeStreamRecogniser()
    await listened(fake, spoken("好。"), hotwords=("剑光街道",))
    assert fake.starts == [
        {
            "mode": "2pass",
            "wav_name": "c-citizen",
            "is_speaking": True,
            "wav_format": "pcm",
            "chunk_size": [5, 10, 5],
            "audio_fs": 8000,
            "itn": True,
            "hotwords": json.dumps({"剑光街道": 20}, ensure_ascii=False),
        }
    ]


@pytest.mark.parametrize("cut_ms", [300, 1900, 2400, 3000, 4300, 5500])
async def test_a_lost_connection_loses_and_doubles_nothing(cut_ms: int) -> None:
    fake = FakeStreamRecogniser(breaks_after_ms=[cut_ms])
    listener = await listened(fake, spoken(TALK))
    assert listener.texts == SENTENCES
    assert listener.times == [(0, 1800), (2300, 3700), (4200, 5600)]
    assert len(fake.starts) == 2
    assert fake.violations == []


async def test_nor_do_many_and_a_server_that_is_away_between() -> None:
    fake = FakeStreamRecogniser(breaks_after_ms=[1000, 2500, 700, 2000], refuses=2)
    listener = await listened(fake, spoken(TALK), last_words_s=60)
    assert listener.texts == SENTENCES
    assert listener.times == [(0, 1800), (2300, 3700), (4200, 5600)]


async def test_only_what_was_not_committed_is_sent_again() -> None:
    fake = FakeStreamRecogniser(breaks_after_ms=[4500])
    await listened(fake, spoken(TALK))
    assert fake.heard_ms[1] == len(spoken(TALK)) // 16 - 3700


@pytest.mark.parametrize("cut_ms", [300, 2400, 4600, 5500])
async def test_without_times_nothing_is_lost_or_doubled_either(cut_ms: int) -> None:
    fake = FakeStreamRecogniser(stamps=False, breaks_after_ms=[cut_ms])
    listener = await listened(fake, spoken(TALK))
    assert listener.texts == SENTENCES
    assert len(fake.starts) == 2


async def test_without_times_what_was_cut_short_is_known_again() -> None:
    """Only the last 5 s are held: what is heard again begins within a sentence."""
    fake, listener = FakeStreamRecogniser(stamps=False, breaks_after_ms=[4700]), Listener()
    async with serving(fake) as url:
        options = StreamOptions(url=url, kept_s=5, again_at_most_s=0)
        stream = LegStream(options, name="c-citizen", hear=listener.hear)
        running = asyncio.create_task(stream.run())
        audio = spoken(TALK)
        stream.feed(audio[: 16 * 4200])
        await listener.has(2)
        stream.feed(audio[16 * 4200 :])
        stream.finish()
        await running
    assert listener.texts == SENTENCES
    assert len(fake.starts) == 2


async def test_audio_in_odd_pieces_is_the_same_audio() -> None:
    fake, listener = FakeStreamRecogniser(), Listener()
    audio = spoken(TALK)
    async with serving(fake) as url:
        stream = LegStream(StreamOptions(url=url), name="c-operator", hear=listener.hear)
        running = asyncio.create_task(stream.run())
        for at in range(0, len(audio), 333):
            stream.feed(audio[at : at + 333])
            await stream.room()
        stream.finish()
        await running
    assert listener.texts == SENTENCES
    assert fake.violations == []


async def test_silence_is_no_sentence() -> None:
    listener = await listened(FakeStreamRecogniser(), silence(30))
    assert (listener.texts, listener.partials) == ([], [])


async def test_a_leg_that_goes_on_counts_on() -> None:
    fake, listener = FakeStreamRecogniser(), Listener()
    async with serving(fake) as url:
        stream = LegStream(
            StreamOptions(url=url), name="c-citizen", hear=listener.hear,
            starts_ms=60_000, told_ms=61_000,
        )  # fmt: skip
        stream.feed(spoken("说过。没说。"))
        stream.finish()
        await stream.run()
    assert listener.sentences == [
        Heard(text="没说。", committed=True, start_ms=60_900, end_ms=61_300)
    ]


async def test_a_server_out_of_reach_at_the_end_is_told() -> None:
    options = StreamOptions(url="ws://127.0.0.1:1", again_at_most_s=0, last_words_s=0.05)
    stream = LegStream(options, name="c-citizen", hear=Listener().hear)
    stream.feed(spoken("好。"))
    stream.finish()
    with pytest.raises(Retryable) as away:
        await stream.run()
    assert away.value.code == "speech_unreachable"


async def test_an_error_is_tried_again_a_few_times_only() -> None:
    listener = await listened(FakeStreamRecogniser(errors=4), spoken("好。"))
    assert listener.texts == ["好。"]
    fake = FakeStreamRecogniser(errors=9)
    with pytest.raises(Refused):
        await listened(fake, spoken("好。"))
    assert fake.errors == 4


async def test_a_sentence_that_cannot_be_stored_ends_the_stream() -> None:
    async def away(new: Heard) -> None:
        raise ConnectionError

    async with serving(FakeStreamRecogniser()) as url:
        stream = LegStream(StreamOptions(url=url), name="c-citizen", hear=away)
        stream.feed(spoken(TALK))
        with pytest.raises(ConnectionError):
            await stream.run()
    assert stream.told_ms == 0


async def test_the_fake_is_understood_by_an_independent_client() -> None:
    """PyPI `funasr-client`, the fragments and sentences as it decodes them."""
    fake, got = FakeStreamRecogniser(mishears={"灯": "登"}), list[dict[str, Any]]()
    async with serving(fake) as url:
        client = async_funasr_client(
            url, mode="2pass", wav_name="c-citizen", wav_format="pcm", audio_fs=8000, itn=True,
            hotwords={"剑光街道": 20}, callback=got.append, start_time=1000,
        )  # fmt: skip
        async with client:
            audio = spoken(TALK)
            for at in range(0, len(audio), 9600):
                await client.send(audio[at : at + 9600])
            await client.close(timeout=5)
        assert client.received_final
    assert fake.violations == []
    sentences = [one for one in got if one.get("mode") == "2pass-offline"]
    assert [one["text"] for one in sentences] == SENTENCES
    assert sentences[0]["real_stamp_sents"][0]["start"] == 1000
    assert [one["real_timestamp"][-1][1] for one in sentences] == [2800, 4700, 6600]
    online = "".join(one["text"] for one in got if one.get("mode") == "2pass-online")
    assert online.startswith("我家门口的路登坏了")
    assert (got[-1]["text"], got[-1].get("mode")) == ("", None)


async def test_the_other_servers_habit_misleads_who_trusts_it() -> None:
    """The independent client takes the first fragment, which is told to be final, for the end."""
    fake, got = FakeStreamRecogniser(python=True), list[dict[str, Any]]()
    async with serving(fake) as url:
        client = async_funasr_client(
            url, mode="2pass", wav_name="c", wav_format="pcm", audio_fs=8000, callback=got.append
        )
        async with client:
            await client.send(spoken(TALK))
    assert fake.violations == []
    assert [one["text"] for one in got] == ["我家门"]


async def test_what_breaks_the_protocol_is_refused_by_the_fake() -> None:
    fake = FakeStreamRecogniser()
    async with serving(fake) as url:
        client = async_funasr_client(url, mode="2pass", wav_name="c", audio_fs=16000)
        await client.connect()
        await client.close(timeout=0.5)
    assert fake.violations == ["start: wav_format"]


def test_held_audio_is_taken_once_until_rewound() -> None:
    held = HeldAudio(rate_hz=1000, kept_s=10)
    held.append(b"aabbccd")
    assert [held.take(4), held.take(4), held.take(4)] == [b"aabb", b"cc", b""]
    held.append(b"d")
    assert held.take(4) == b"dd"
    held.release(2)
    assert (held.rewind(), held.take(99)) == (2, b"ccdd")


def test_what_was_not_sent_is_not_released() -> None:
    held = HeldAudio(rate_hz=1000, kept_s=10, starts_ms=100)
    held.append(b"aabbcc")
    held.take(2)
    held.release(999)
    assert (held.start_ms, held.sent_ms, held.end_ms) == (101, 101, 103)
    assert held.take(99) == b"bbcc"


def test_hours_of_audio_stay_bounded_and_what_nobody_heard_is_counted() -> None:
    held = HeldAudio(rate_hz=1000, kept_s=1)
    for _ in range(3 * 3600):
        held.append(bytes(2000))
        held.take(2000)
    assert (held.lost, held.end_ms) == (0, 3 * 3600 * 1000)
    assert held.rewind() == 3 * 3600 * 1000 - 1000
    held.append(bytes(1000))
    assert (held.lost, held.waiting_s) == (1000, 1.0)

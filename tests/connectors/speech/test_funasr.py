"""FunASR's protocol against a strict server of it."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from connectors import registry
from connectors.errors import Misconfigured, Refused, Retryable, TooLarge
from connectors.speech.audio import recording
from connectors.speech.funasr import FunAsr
from connectors.speech.settings import Mode, SpeechSettings
from connectors.speech.transcript import Transcript, heard
from tests.fakes.recogniser import FakeRecogniser, amr


@asynccontextmanager
async def listening(fake: FakeRecogniser, **settings: object) -> AsyncIterator[FunAsr]:
    async with TestServer(fake.application()) as server:
        url = str(server.make_url("/")).replace("http", "ws")
        made = SpeechSettings.model_validate({"url": url, "mode": fake.kind, **settings})
        yield FunAsr(made, ("剑光街道", "市城市管理局"))


async def test_a_recording_becomes_its_words() -> None:
    fake = FakeRecogniser(says="人民路的路灯坏了。")
    async with listening(fake) as recogniser:
        assert await recogniser.recognise(amr(3), name="m1") == "人民路的路灯坏了。"
    assert fake.violations == []
    [start] = fake.starts
    assert (start["wav_format"], start["audio_fs"], start["wav_name"]) == ("amr", 8000, "m1")
    assert json.loads(start["hotwords"]) == {"剑光街道": 20, "市城市管理局": 20}
    assert fake.recordings == [amr(3)]


async def test_a_long_one_goes_in_pieces_and_whole() -> None:
    fake = FakeRecogniser(says="好。")
    async with listening(fake) as recogniser:
        await recogniser.recognise(amr(55, wide=True), name="m1")
    assert fake.recordings == [amr(55, wide=True)]
    assert fake.starts[0]["audio_fs"] == 16000


@pytest.mark.parametrize("says_final", [False, True])
@pytest.mark.parametrize("closes_after", [False, True])
async def test_two_pass_sentences_replace_their_fragments(
    says_final: bool, closes_after: bool
) -> None:
    fake = FakeRecogniser(
        says="路灯坏了。晚上看不见路。",
        kind="2pass",
        says_final=says_final,
        closes_after=closes_after,
    )
    async with listening(fake) as recogniser:
        assert await recogniser.recognise(amr(3), name="m") == "路灯坏了。晚上看不见路。"
    assert fake.violations == []


async def test_silence_is_empty() -> None:
    async with listening(FakeRecogniser(says="")) as recogniser:
        assert await recogniser.recognise(amr(1), name="m") == ""


async def test_a_slow_one_is_tried_again_later() -> None:
    async with listening(FakeRecogniser(hold=asyncio.Event()), timeout_s=0.2) as recogniser:
        with pytest.raises(Retryable) as slow:
            await recogniser.recognise(amr(1), name="m")
    assert slow.value.code == "speech_slow"


async def test_a_broken_connection_is_tried_again_later() -> None:
    async with listening(FakeRecogniser(says="好。", breaks_off=1)) as recogniser:
        with pytest.raises(Retryable):
            await recogniser.recognise(amr(1), name="m")
        assert await recogniser.recognise(amr(1), name="m") == "好。"


async def test_a_server_out_of_reach_is_tried_again_later() -> None:
    recogniser = FunAsr(SpeechSettings(url="ws://127.0.0.1:1"))
    with pytest.raises(Retryable) as away:
        await recogniser.recognise(amr(1), name="m")
    assert away.value.code == "speech_unreachable"


async def test_an_error_it_tells_is_refused() -> None:
    async with listening(FakeRecogniser(error="decode failed")) as recogniser:
        with pytest.raises(Refused):
            await recogniser.recognise(amr(1), name="m")


@pytest.mark.parametrize("wide", [False, True])
async def test_too_long_a_recording_is_not_sent(wide: bool) -> None:
    fake = FakeRecogniser(says="好。")
    async with listening(fake) as recogniser:
        with pytest.raises(TooLarge):
            await recogniser.recognise(amr(61, wide=wide), name="m")
    assert fake.starts == []


@pytest.mark.parametrize("body", [b"", b"#!AMR\n", b"\x89PNG\r\n", b"RIFF\0\0\0\0WAVEdata"])
def test_what_is_no_recording_is_refused(body: bytes) -> None:
    with pytest.raises(Refused):
        recording(body)


def test_how_long_a_recording_lasts() -> None:
    header = b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    wave = header + b"data\0\0\0\0" + bytes(32000)
    assert recording(amr(12)).lasts_s == pytest.approx(12)
    assert recording(amr(12, wide=True)).lasts_s == pytest.approx(12)
    assert (recording(wave).rate_hz, recording(wave).lasts_s) == (8000, pytest.approx(2))


@pytest.mark.parametrize("message", ["", "[]", "no json", '{"text": 3}'])
def test_what_is_no_message_of_the_protocol_is_tried_again(message: str) -> None:
    with pytest.raises(Retryable):
        heard(Transcript(), message)


def test_the_address_is_checked_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_SPEECH_URL", "http://user:secret@host")
    with pytest.raises(Misconfigured, match="POLICYLINE_SPEECH_URL") as fault:
        registry.recogniser(())
    assert "secret" not in str(fault.value)


def test_without_an_address_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLICYLINE_SPEECH_URL", raising=False)
    assert registry.recogniser(()) is None
    monkeypatch.setenv("POLICYLINE_SPEECH_URL", "wss://asr.city.gov:10095")
    assert repr(registry.recogniser(())) == f"FunAsr(mode={Mode.OFFLINE.value})"


@pytest.mark.parametrize(
    ("messages", "violation"),
    [
        ((amr(1),), "audio before the start message"),
        (({"mode": "2pass"},), "start: mode"),
        (({"is_speaking": True},), "start: mode"),
    ],
)
async def test_the_fake_refuses_what_the_protocol_does_not_allow(
    messages: tuple[object, ...], violation: str
) -> None:
    fake = FakeRecogniser()
    async with (
        TestServer(fake.application()) as server,
        aiohttp.ClientSession() as session,
        session.ws_connect(server.make_url("/")) as socket,
    ):
        for message in messages:
            if isinstance(message, bytes):
                await socket.send_bytes(message)
            else:
                await socket.send_json(message)
        assert (await socket.receive()).data == aiohttp.WSCloseCode.PROTOCOL_ERROR
    assert fake.violations[0].startswith(violation)

"""A strict fake of FunASR's server of streams, which hears what is in the audio.

Speech for it is made by `spoken`: 16-bit samples at 8 kHz in which every character lasts 200 ms, so
that what it says back is what it was sent, with its true times, however the audio was cut.

    recogniser = FakeStreamRecogniser()
    async with TestServer(recogniser.application()) as server: ...

Fragments come per chunk of 600 ms, a sentence after 400 ms of silence, as FunASR's do. What breaks
the protocol ends the connection with 1002 and stands in `violations`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.fakes.recogniser import start_faults

RATE_HZ = 8000
_FRAME = RATE_HZ // 100
_VOICED, _CHARACTER = 18, 20
"""Frames of 10 ms: a character is so long voiced, and so long with the gap after it."""
_CHUNK, _END_OF_SENTENCE = 60, 40


def spoken(text: str) -> bytes:
    """Audio of a text; 。 is half a second of silence."""
    frames = bytearray()
    for character in text:
        if character == "。":
            frames += bytes(2 * _FRAME * 50)
            continue
        voiced = struct.pack("<H", ord(character)) * _FRAME
        frames += voiced * _VOICED + bytes(2 * _FRAME * (_CHARACTER - _VOICED))
    return bytes(frames)


def silence(seconds: float) -> bytes:
    """Audio of nothing."""
    return bytes(2 * round(seconds * RATE_HZ))


@dataclass
class _Ears:
    """What one connection has heard; times are milliseconds since it began."""

    frames: int = 0
    quiet: int = 0
    last: str = ""
    sentence: list[tuple[str, int]] = field(default_factory=list)
    fragment: str = ""

    def hear(self, frame: bytes) -> str:
        """One frame of 10 ms; gives the character that begins in it, or nothing."""
        (value,) = struct.unpack_from("<H", frame)
        at_ms, new = self.frames * 10, ""
        self.frames += 1
        if not value:
            self.quiet += 1
            self.last = ""
            return ""
        if self.last != chr(value):
            new = chr(value)
            self.sentence.append((new, at_ms))
            self.fragment += new
        self.last, self.quiet = chr(value), 0
        return new


@dataclass
class FakeStreamRecogniser:
    """A server of streams.

    Args:
        mishears: character → what the first pass hears instead; the second pass hears right.
        python: with the habits of the Python server: every message is told to be final, and
            nothing says that all is said; else of the C++ one: none is, but for a last message
            without mode and text.
        closes_after: it closes the connection when it has said all.
        stamps: with times.
        breaks_after_ms: for the first connections, the audio after which each is cut.
        errors: told on so many first connections, instead of anything else.
        refuses: so many first connections are refused.

    Attributes:
        starts: the start messages, oldest first.
        heard_ms: of each connection, how much audio it was sent.
        violations: what clients did wrong.
    """

    mishears: Mapping[str, str] = field(default_factory=dict)
    python: bool = False
    closes_after: bool = False
    stamps: bool = True
    breaks_after_ms: list[int] = field(default_factory=list)
    errors: int = 0
    refuses: int = 0
    starts: list[dict[str, Any]] = field(default_factory=list)
    heard_ms: list[int] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def application(self) -> web.Application:
        """The server, at `/`."""
        application = web.Application()
        application.router.add_get("/", self._serve)
        return application

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if self.refuses:
            self.refuses -= 1
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(protocols=("binary",), max_msg_size=2**20)
        await socket.prepare(request)
        fault = await self._connection(request, socket)
        if fault:
            self.violations.append(fault)
            await socket.close(code=WSCloseCode.PROTOCOL_ERROR)
        return socket

    async def _connection(self, request: web.Request, socket: web.WebSocketResponse) -> str:
        """One connection; gives what the client did wrong, or nothing."""
        start = await socket.receive()
        if start.type is not WSMsgType.TEXT:
            return "audio before the start message"
        told = json.loads(start.data)
        faults = start_faults("2pass", told)
        if faults or told["wav_format"] != "pcm" or told["audio_fs"] != RATE_HZ:
            return "start: " + ", ".join(faults or ("pcm at 8000 only",))
        self.starts.append(told)
        self.heard_ms.append(0)
        if self.errors:
            self.errors -= 1
            await _say(socket, {"wav_name": told["wav_name"], "text": "ERROR. decoder is full"})
            return ""
        cut_at = self.breaks_after_ms.pop(0) if self.breaks_after_ms else None
        return await self._listen(request, socket, told["wav_name"], cut_at)

    async def _listen(
        self, request: web.Request, socket: web.WebSocketResponse, name: str, cut_at: int | None
    ) -> str:
        ears, rest = _Ears(), b""
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                if json.loads(message.data) != {"is_speaking": False}:
                    return "not the end of speech"
                await self._end(socket, name, ears)
                return ""
            if not message.data or len(message.data) % 2:
                return "no whole samples"
            rest += message.data
            whole = len(rest) // (2 * _FRAME) * 2 * _FRAME
            for at in range(0, whole, 2 * _FRAME):
                for result in self._results(ears, rest[at : at + 2 * _FRAME]):
                    await _say(socket, {"wav_name": name, **result})
                self.heard_ms[-1] = ears.frames * 10
                if cut_at is not None and ears.frames * 10 >= cut_at:
                    assert request.transport is not None
                    request.transport.abort()
                    return ""
            rest = rest[whole:]
        return ""  # a client may vanish

    def _results(self, ears: _Ears, frame: bytes) -> Iterator[dict[str, Any]]:
        ears.hear(frame)
        if ears.sentence and ears.quiet == _END_OF_SENTENCE:
            yield self._sentence(ears)
        elif ears.frames % _CHUNK == 0 and ears.fragment:
            yield self._fragment(ears)

    def _fragment(self, ears: _Ears) -> dict[str, Any]:
        text, ears.fragment = ears.fragment, ""
        heard = "".join(self.mishears.get(one, one) for one in text)
        return {"mode": "2pass-online", "text": heard, "is_final": self.python}

    def _sentence(self, ears: _Ears) -> dict[str, Any]:
        text = "".join(one for one, _ in ears.sentence)
        times = [[at_ms, at_ms + _CHARACTER * 10] for _, at_ms in ears.sentence]
        ears.sentence, ears.fragment = [], ""
        result = {"mode": "2pass-offline", "text": f"{text}。", "is_final": self.python}
        if not self.stamps:
            return result
        stamp = {
            "text_seg": " ".join(text), "punc": "。",
            "start": times[0][0], "end": times[-1][1], "ts_list": times,
        }  # fmt: skip
        return {**result, "timestamp": json.dumps(times), "stamp_sents": [stamp]}

    async def _end(self, socket: web.WebSocketResponse, name: str, ears: _Ears) -> None:
        if ears.sentence:
            await _say(socket, {"wav_name": name, **self._sentence(ears)})
        if not self.python:
            await _say(socket, {"wav_name": name, "text": "", "is_final": True})
        if self.closes_after:
            await socket.close()
        else:
            await socket.receive()


async def _say(socket: web.WebSocketResponse, message: Mapping[str, Any]) -> None:
    await socket.send_str(json.dumps(message, ensure_ascii=False))

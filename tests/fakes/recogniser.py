"""A strict fake of a FunASR runtime server: refuses what the protocol does not allow.

    recogniser = FakeRecogniser(says="路灯坏了")
    async with TestServer(recogniser.application()) as server: ...

What breaks the protocol ends the connection with 1002 and stands in `violations`.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

_MODES = {"offline": {"offline"}, "2pass": {"2pass", "online", "offline"}}
_STARTS = {"amr": b"#!AMR", "mp3": b"ID3", "wav": b"RIFF"}


class _BrokenProtocolError(Exception):
    """What the client did wrong."""


@dataclass
class FakeRecogniser:
    """A server for whole files (`offline`) or for streams (`2pass`).

    Args:
        says: what it hears in every recording; for `2pass` its sentences end with 。.
        kind: which of the two servers.
        error: told instead of a text.
        breaks_off: so many first recordings end with the connection cut.
        hold: where set to an unset event, no result comes before it is set.
        closes_after: it closes the connection itself when it has said all.
        says_final: what the last sentence's `is_final` is; the two servers disagree.

    Attributes:
        starts: the start messages, oldest first.
        recordings: the audio, oldest first.
        violations: what clients did wrong.
    """

    says: str = ""
    kind: str = "offline"
    error: str = ""
    breaks_off: int = 0
    hold: asyncio.Event | None = None
    says_final: bool = False
    closes_after: bool = True
    starts: list[dict[str, Any]] = field(default_factory=list)
    recordings: list[bytes] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def application(self) -> web.Application:
        """The server, at `/`."""
        application = web.Application()
        application.router.add_get("/", self._serve)
        return application

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("binary",), max_msg_size=2**20)
        await socket.prepare(request)
        try:
            await self._recording(socket)
        except _BrokenProtocolError as error:
            self.violations.append(str(error))
            await socket.close(code=WSCloseCode.PROTOCOL_ERROR)
        return socket

    async def _recording(self, socket: web.WebSocketResponse) -> None:
        start = self._started(await socket.receive())
        audio = bytearray()
        while True:
            message = await socket.receive()
            if message.type is WSMsgType.BINARY:
                if not message.data:
                    raise _BrokenProtocolError("empty audio")
                audio += message.data
                continue
            if message.type is not WSMsgType.TEXT:
                raise _BrokenProtocolError("ended before is_speaking false")
            if json.loads(message.data) != {"is_speaking": False}:
                raise _BrokenProtocolError("not the end of speech")
            break
        if not audio.startswith(_STARTS.get(start["wav_format"], b"")):
            raise _BrokenProtocolError("not in wav_format")
        self.recordings.append(bytes(audio))
        if self.breaks_off:
            self.breaks_off -= 1
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()
            return
        if self.hold is not None:
            await self.hold.wait()
        for result in self._results(start["wav_name"]):
            await socket.send_str(json.dumps(result, ensure_ascii=False))
        if self.closes_after:
            await socket.close()
        elif (await socket.receive()).type not in {WSMsgType.CLOSE, WSMsgType.CLOSED}:
            raise _BrokenProtocolError("more after the end of speech")

    def _started(self, message: Any) -> dict[str, Any]:
        if message.type is not WSMsgType.TEXT:
            raise _BrokenProtocolError("audio before the start message")
        start = json.loads(message.data)
        faults = start_faults(self.kind, start)
        if faults:
            raise _BrokenProtocolError("start: " + ", ".join(faults))
        self.starts.append(start)
        return dict(start)

    def _results(self, name: str) -> list[dict[str, Any]]:
        if self.error:
            return [{"wav_name": name, "text": f"ERROR. {self.error}"}]
        if self.kind == "offline":
            return [{"mode": "offline", "wav_name": name, "text": self.says, "is_final": False}]
        results: list[dict[str, Any]] = []
        sentences = [part + "。" for part in self.says.split("。") if part]
        for at, sentence in enumerate(sentences):
            half = len(sentence) // 2
            results += [
                {"mode": "2pass-online", "wav_name": name, "text": fragment}
                for fragment in (sentence[:half], sentence[half:-1])
            ]
            last = at == len(sentences) - 1
            final = self.says_final and last
            results.append(
                {"mode": "2pass-offline", "wav_name": name, "text": sentence, "is_final": final}
            )
        return [*results, {"wav_name": name, "text": "", "is_final": True}]


def start_faults(kind: str, start: Any) -> list[str]:
    """The fields of a start message that are not as the protocol has them."""
    return [name for name, right in _rules(kind, start).items() if not right]


def _rules(kind: str, start: Any) -> dict[str, bool]:
    """The start message's fields → whether each is as the protocol has it."""
    if not isinstance(start, dict):
        return {"object": False}
    wav_format, rate = start.get("wav_format"), start.get("audio_fs")
    return {
        "mode": start.get("mode") in _MODES[kind],
        "wav_name": isinstance(start.get("wav_name"), str) and bool(start["wav_name"]),
        "is_speaking": start.get("is_speaking") is True,
        "wav_format": wav_format == "pcm" or wav_format in _STARTS,
        "audio_fs": rate in {8000, 16000},
        "itn": isinstance(start.get("itn", True), bool),
        "hotwords": _are_hotwords(start.get("hotwords", "{}")),
        "chunk_size": kind == "offline" or start.get("chunk_size") == [5, 10, 5],
        "unknown": start.keys()
        <= {
            "mode", "wav_name", "is_speaking", "wav_format", "audio_fs", "itn", "hotwords",
            "chunk_size",
        },
    }  # fmt: skip


def _are_hotwords(value: object) -> bool:
    """A string that holds a JSON object of weights, not the object itself."""
    if not isinstance(value, str):
        return False
    words = json.loads(value)
    return isinstance(words, dict) and all(isinstance(one, int) for one in words.values())


def amr(seconds: float, *, wide: bool = False) -> bytes:
    """An AMR file of silence: 12.2 kbit/s at 8 kHz, or 23.85 kbit/s at 16 kHz."""
    frames = round(seconds * 50)
    if wide:
        return b"#!AMR-WB\n" + (b"\x44" + bytes(60)) * frames
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * frames

"""FunASR's runtime over WebSocket: one connection a recording.

The file goes as it came: FunASR's servers decode what ffmpeg can (`wav_format` other than `pcm`),
so that no decoder is needed here.
Source: FunASR runtime, "websocket protocol" (start message, binary audio, `is_speaking: false`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import aiohttp

from connectors.errors import Retryable, TooLarge

from .audio import Recording, recording
from .settings import Mode, SpeechSettings
from .transcript import Transcript, heard

_CHUNK_BYTES = 32 * 1024
_CONNECT_S = 3.0
_HOTWORD_WEIGHT = 20
_HOTWORDS_AT_MOST = 300
_QUIET_S = 2.0
"""2pass: a server that does not say it is done is taken to be, so long after its last word."""


class FunAsr:
    """A FunASR server as the recogniser.

    Args:
        settings: with a URL.
        hotwords: names it should know: departments, places.
    """

    def __init__(self, settings: SpeechSettings, hotwords: Sequence[str] = ()) -> None:
        self._settings = settings
        self.max_s = settings.max_s
        words = dict.fromkeys(hotwords[:_HOTWORDS_AT_MOST], _HOTWORD_WEIGHT)
        self._hotwords = json.dumps(words, ensure_ascii=False) if words else ""

    def __repr__(self) -> str:
        return f"FunAsr(mode={self._settings.mode.value})"

    async def recognise(self, audio: bytes, *, name: str) -> str:
        """The words of a recording; raises as `Recogniser.recognise`."""
        what = recording(audio)
        if what.lasts_s > self.max_s and what.format != "mp3":
            raise TooLarge("speech_too_long")
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                return await self._talk(audio, what, name)
        except TimeoutError as error:
            raise Retryable("speech_slow") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Retryable("speech_unreachable") from error

    async def _talk(self, audio: bytes, what: Recording, name: str) -> str:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S)
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.ws_connect(self._settings.url, protocols=("binary",)) as socket,
        ):
            sending = asyncio.create_task(self._send(socket, audio, what, name))
            try:
                return await self._listen(socket, sending)
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)

    async def _send(
        self, socket: aiohttp.ClientWebSocketResponse, audio: bytes, what: Recording, name: str
    ) -> None:
        await socket.send_str(json.dumps(self._start(what, name), ensure_ascii=False))
        for at in range(0, len(audio), _CHUNK_BYTES):
            await socket.send_bytes(audio[at : at + _CHUNK_BYTES])
        await socket.send_str(json.dumps({"is_speaking": False}))

    def _start(self, what: Recording, name: str) -> dict[str, Any]:
        start: dict[str, Any] = {
            "mode": self._settings.mode.value,
            "wav_name": name,
            "is_speaking": True,
            "wav_format": what.format,
            "chunk_size": [5, 10, 5],
            "audio_fs": what.rate_hz or 16_000,
            "itn": True,
        }
        return start | ({"hotwords": self._hotwords} if self._hotwords else {})

    async def _listen(
        self, socket: aiohttp.ClientWebSocketResponse, sending: asyncio.Task[None]
    ) -> str:
        transcript = Transcript()
        while not transcript.ended:
            message = await self._next(socket, transcript, sending)
            if message is None:
                return transcript.text
            transcript = heard(transcript, message)
        return transcript.text

    async def _next(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        transcript: Transcript,
        sending: asyncio.Task[None],
    ) -> str | None:
        """The server's next message; None where it has said all."""
        two_pass = self._settings.mode is Mode.STREAMS
        may_be_done = two_pass and transcript.settled and sending.done()
        try:
            message = await socket.receive(_QUIET_S if may_be_done else None)
        except TimeoutError:
            if may_be_done:
                return None
            raise
        if message.type is aiohttp.WSMsgType.TEXT:
            return str(message.data)
        if may_be_done and sending.exception() is None and not transcript.pending:
            return None
        raise Retryable("speech_broke_off")

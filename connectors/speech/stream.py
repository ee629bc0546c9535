"""A leg of a call to a FunASR server of streams (2pass), and its sentences back, for hours.

One connection a leg. Where it is lost, a new one is given the audio since the last committed
sentence, and its times, which count from its own beginning, are put right.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import aiohttp

from connectors.errors import Malformed, Refused, Retryable

from .held_audio import HeldAudio
from .live import Heard, Live, Pass, Result, heard, parsed

log = logging.getLogger(__name__)

_PIECE_S = 0.6
"""FunASR works in chunks of so much (chunk_size 5, 10, 5 of 60 ms)."""
_HEARTBEAT_S = 20.0
_QUIET_S = 2.0
"""After the audio's end: a server that does not say it is done is taken to be, so long after."""
_TAIL_MS = 800
"""Silence after which FunASR ends a sentence; where it gives no times, it ended that long ago."""
_UNTIMED_AT_MOST = 30
"""Sentences without times that are remembered, to know them when they are heard again."""
_BACKLOG_S = 10.0
_ERRORS_IN_A_ROW = 5
_HOTWORD_WEIGHT, _HOTWORDS_AT_MOST = 20, 300

Hear = Callable[[Heard], Awaitable[None]]
"""Takes what was heard, its times counted from the leg's beginning; a sentence is then safe."""


@dataclass(frozen=True, kw_only=True)
class StreamOptions:
    """A server of streams, and how long to be patient with it.

    Args:
        url: `ws(s)://…`.
        rate_hz: samples a second of the audio.
        kept_s: seconds of audio held for a lost connection.
        connect_s: for reaching it.
        again_at_most_s: the longest wait between two tries.
        last_words_s: after the audio's end, for all that is still to be heard.
    """

    url: str
    rate_hz: int = 8000
    kept_s: float = 60.0
    connect_s: float = 3.0
    again_at_most_s: float = 5.0
    last_words_s: float = 15.0
    hotwords: Sequence[str] = ()


class _BrokeOff(Exception):
    """The connection is of no use any more."""


class LegStream:
    """One leg.

    Args:
        name: our name for the leg, for the recogniser's log.
        hear: takes partials and sentences; what it raises ends the stream.
        starts_ms: where on the leg the audio begins.
        told_ms: sentences that end before this were committed before.
    """

    def __init__(
        self,
        options: StreamOptions,
        *,
        name: str,
        hear: Hear,
        starts_ms: int = 0,
        told_ms: int = 0,
    ) -> None:
        self._options = options
        self._name = name
        self._hear = hear
        self._audio = HeldAudio(rate_hz=options.rate_hz, kept_s=options.kept_s, starts_ms=starts_ms)
        self._live = Live()
        self._more, self._room = asyncio.Event(), asyncio.Event()
        self._away = False
        self._finish_by: float | None = None
        self._said_end_at: float | None = None
        self._errors = 0
        self._telling = False
        self._untimed: list[str] = []
        self._again: list[str] = []
        self.told_ms = told_ms
        """Everything before this is committed."""
        self.resumed = 0
        """How often a lost connection was taken up again."""

    @property
    def heard_ms(self) -> int:
        """Where the audio ends that was fed so far."""
        return self._audio.end_ms

    @property
    def lost_s(self) -> float:
        """Audio nobody heard, because the recogniser was away too long, in seconds."""
        return self._audio.lost / (self._options.rate_hz * 2)

    def feed(self, audio: bytes) -> None:
        """The next audio, 16-bit samples."""
        self._audio.append(audio)
        self._more.set()

    async def room(self) -> None:
        """Wait while the recogniser has more to hear than it should; not while it is away."""
        while self._audio.waiting_s > _BACKLOG_S and not self._away:
            self._room.clear()
            await self._room.wait()

    def finish(self) -> None:
        """No more audio comes."""
        if self._finish_by is None:
            self._finish_by = _now() + self._options.last_words_s
            self._more.set()

    async def run(self) -> None:
        """Until the last word after `finish`.

        Raises:
            Retryable: the recogniser was away when the audio ended.
            Refused: it tells errors only.
        """
        wait_s = 0.0
        while True:
            told_before = self.told_ms
            try:
                return await self._connection()
            except (_BrokeOff, aiohttp.ClientError, OSError, TimeoutError) as error:
                if self._telling:  # it was not the recogniser
                    raise
                self._let_go()
                self._audio.rewind()
                held_s = self._audio.waiting_s
                log.warning("recogniser lost, %.1f s held: %s", held_s, type(error).__name__)
            if self._finish_by is not None and self._left_s() <= 0:
                await self._settle_left_over()
                raise Retryable("speech_unreachable")
            wait_s = 0.0 if self.told_ms > told_before else _next_wait(wait_s)
            await asyncio.sleep(min(wait_s, self._options.again_at_most_s))
            self.resumed += 1

    def _let_go(self) -> None:
        """Nobody is listening: audio need not wait."""
        self._away = True
        self._room.set()

    async def _connection(self) -> None:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._options.connect_s)
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.ws_connect(
                self._options.url, protocols=("binary",), heartbeat=_HEARTBEAT_S
            ) as socket,
        ):
            base_ms, self._again = self._audio.rewind(), list(self._untimed)
            self._live, self._said_end_at, self._away = Live(), None, False
            sending = asyncio.create_task(self._send(socket))
            try:
                await self._listen(socket, base_ms)
            finally:
                self._let_go()
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)

    async def _send(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.send_str(json.dumps(self._start(), ensure_ascii=False))
        piece_bytes = int(_PIECE_S * self._options.rate_hz) * 2
        lost = self._audio.lost
        while True:
            self._more.clear()
            piece = self._audio.take(piece_bytes)
            if self._audio.lost > lost:
                await socket.close()  # what comes now is later than the recogniser would count
                return
            if piece:
                await socket.send_bytes(piece)
            elif self._finish_by is not None:
                await socket.send_str(json.dumps({"is_speaking": False}))
                self._said_end_at = _now()
                return
            else:
                await self._more.wait()
            if self._audio.waiting_s <= _BACKLOG_S:
                self._room.set()

    def _start(self) -> dict[str, Any]:
        start: dict[str, Any] = {
            "mode": "2pass",
            "wav_name": self._name,
            "is_speaking": True,
            "wav_format": "pcm",
            "chunk_size": [5, 10, 5],
            "audio_fs": self._options.rate_hz,
            "itn": True,
        }
        words = dict.fromkeys(self._options.hotwords[:_HOTWORDS_AT_MOST], _HOTWORD_WEIGHT)
        if words:
            start["hotwords"] = json.dumps(words, ensure_ascii=False)
        return start

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse, base_ms: int) -> None:
        last_at = _now()
        while True:
            quiet_from = max(last_at, self._said_end_at or 0.0)
            try:
                wait_s = quiet_from + _QUIET_S - _now()
                message = await socket.receive(wait_s if wait_s > 0 else self._left_s() + 0.05)
            except TimeoutError:
                if self._may_end(quiet_from):
                    return await self._settle_left_over()
                last_at = last_at if self._said_end_at else _now()
                continue
            last_at = _now()
            if message.type is not aiohttp.WSMsgType.TEXT:
                if self._said_end_at and socket.close_code == 1000 and not self._live.pending:
                    return None
                raise _BrokeOff
            result = self._result(message.data)
            if not result.ends:
                await self._settle(result, base_ms)
            elif self._said_end_at:
                return await self._settle_left_over()
            else:
                raise _BrokeOff

    def _may_end(self, quiet_from: float) -> bool:
        """Whether a server that says nothing any more is taken to have said all."""
        if self._said_end_at is None:
            return False
        if self._live.pending:
            return self._left_s() <= 0
        return _now() - quiet_from >= _QUIET_S

    def _result(self, message: str) -> Result:
        try:
            return parsed(message)
        except Malformed as error:
            raise _BrokeOff from error
        except Refused as error:
            self._errors += 1
            if self._errors >= _ERRORS_IN_A_ROW:
                raise
            raise _BrokeOff from error

    async def _settle(self, result: Result, base_ms: int) -> None:
        self._live, new = heard(self._live, result)
        if result.of is Pass.OFFLINE:
            self._errors = 0
        if new is None:
            return
        if new.committed and new.end_ms:
            start_ms, end_ms = base_ms + new.start_ms, base_ms + new.end_ms
            if end_ms > self.told_ms:  # else it was committed before the connection was lost
                await self._tell(replace(new, start_ms=start_ms, end_ms=end_ms))
            self._audio.release(self.told_ms)
        elif not new.committed:
            await self._tell(new)
        elif not self._is_heard_again(new.text):
            end_ms = max(self.told_ms + 1, self._audio.sent_ms - _TAIL_MS)
            await self._tell(replace(new, start_ms=self.told_ms, end_ms=end_ms))
            self._untimed = [*self._untimed, new.text][-_UNTIMED_AT_MOST:]

    def _is_heard_again(self, text: str) -> bool:
        """A sentence without times that was committed before; the oldest may now be cut short.

        Without times nobody knows where in the audio a sentence ended, so all that is held is sent
        again, and what was committed comes first, in its order.
        """
        for index, told in enumerate(self._again):
            if told.endswith(text):
                del self._again[: index + 1]
                return True
        return False

    async def _tell(self, new: Heard) -> None:
        self._telling = True
        await self._hear(new)
        self._telling = False
        if new.committed:
            self.told_ms = new.end_ms

    async def _settle_left_over(self) -> None:
        """At the very end: words nobody committed stay as they are."""
        text = self._live.text.strip()
        self._live = Live()
        if text:
            end_ms = max(self.told_ms + 1, self._audio.end_ms)
            await self._tell(Heard(text=text, committed=True, start_ms=self.told_ms, end_ms=end_ms))

    def _left_s(self) -> float:
        """Seconds that are left for the last words."""
        if self._finish_by is None:
            return self._options.last_words_s
        return max(0.0, self._finish_by - _now())


def _next_wait(wait_s: float) -> float:
    return wait_s * 2 if wait_s else 0.2


def _now() -> float:
    return asyncio.get_running_loop().time()

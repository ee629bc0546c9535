"""Audio of calls' legs on its way to the recogniser: one stream a leg, whoever brings it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from aiohttp import WSCloseCode, WSMsgType, web

from connectors.calls import Leg, SpeechFragment
from connectors.channels.hotline.speech_settings import HotlineSpeechSettings
from connectors.channels.hotline.transcripts import Take, sentence_id
from connectors.errors import ConnectorError
from connectors.speech.live import Heard
from connectors.speech.stream import Hear, LegStream, StreamOptions

log = logging.getLogger(__name__)

_LEGS_KNOWN = 2_000
"""Legs whose position is remembered for a sender that comes again."""
_PIECE_BYTES = 32_000
"""Some seconds at a time: a file sent at once must not push out what nobody has heard yet."""

_FAULTS = {
    "not_stored": "这段话暂时没有保存，请稍后重新连接，从最后确认的位置重发。",
    "recogniser": "识别服务暂时不可用，请稍后重新连接，从最后确认的位置重发。",
}


class AudioLegs:
    """The legs that are listened to by this process.

    Args:
        take: stores sentences and shows partials.
        now: aware, UTC.
        hotwords: names the recogniser should know.
    """

    def __init__(
        self,
        settings: HotlineSpeechSettings,
        take: Take,
        now: Callable[[], datetime],
        hotwords: Sequence[str],
    ) -> None:
        self._options = StreamOptions(
            url=settings.url,
            rate_hz=settings.rate_hz,
            kept_s=settings.kept_s,
            connect_s=settings.connect_s,
            again_at_most_s=settings.again_at_most_s,
            last_words_s=settings.last_words_s,
            hotwords=tuple(hotwords),
        )
        self._take = take
        self._now = now
        self._running: dict[tuple[str, Leg], tuple[LegStream, asyncio.Event]] = {}
        self._reached: OrderedDict[tuple[str, Leg], tuple[int, int]] = OrderedDict()

    async def listen(
        self, socket: web.WebSocketResponse, call_id: str, leg: Leg, from_ms: int | None
    ) -> None:
        """Hear a leg's audio from a connection until it ends.

        Args:
            socket: a prepared one.
            call_id: the call centre's.
            leg: whose voice it is.
            from_ms: where on the leg the audio begins; None: where the last connection ended.
        """
        key = (call_id, leg)
        await self._hand_over(key)
        heard_ms, told_ms = self._reached.pop(key, (0, 0))
        stream = LegStream(
            self._options,
            name=f"{call_id}-{leg.value}",
            hear=self._hearing(socket, key),
            starts_ms=heard_ms if from_ms is None else from_ms,
            told_ms=told_ms,
        )
        running = asyncio.create_task(stream.run())
        feeding = asyncio.create_task(_feed(socket, stream))
        over = asyncio.Event()
        self._running[key] = (stream, over)
        try:
            await asyncio.wait({running, feeding}, return_when=asyncio.FIRST_COMPLETED)
            stream.finish()  # a sender that vanished may come again: what it said is kept
            await asyncio.wait({running})
        finally:
            for task in (running, feeding):
                task.cancel()
            await asyncio.gather(running, feeding, return_exceptions=True)
            del self._running[key]
            self._reached[key] = (stream.heard_ms, stream.told_ms)
            if len(self._reached) > _LEGS_KNOWN:
                self._reached.popitem(last=False)
            over.set()
        await _tell_end(socket, running)

    async def close(self) -> None:
        """Hear the last words out, for the application's shutdown."""
        await asyncio.gather(*(self._hand_over(leg) for leg in self._running))

    async def _hand_over(self, leg: tuple[str, Leg]) -> None:
        """Let the leg's stream before this one, if there is one, hear its last words."""
        while leg in self._running:
            stream, over = self._running[leg]
            stream.finish()
            await over.wait()

    def _hearing(self, socket: web.WebSocketResponse, leg: tuple[str, Leg]) -> Hear:
        async def hear(new: Heard) -> None:
            await self._take(self._fragment(*leg, new))
            if new.committed and not socket.closed:
                with suppress(ConnectionError):
                    await socket.send_json({"ack": new.end_ms})

        return hear

    def _fragment(self, call_id: str, leg: Leg, new: Heard) -> SpeechFragment:
        return SpeechFragment(
            call_id=call_id,
            leg=leg,
            text=new.text,
            committed=new.committed,
            external_id=sentence_id(leg, new, None) if new.committed else "",
            start_ms=new.start_ms,
            end_ms=new.end_ms,
            at=self._now(),
        )


async def _tell_end(socket: web.WebSocketResponse, ran: asyncio.Task[None]) -> None:
    """Say how it ended to a sender that is still there."""
    error, fault = ran.exception(), ""
    if isinstance(error, ConnectorError):
        fault = "recogniser"
        log.warning("recogniser: %s", error.code)
    elif error is not None:
        fault = "not_stored"
        log.warning("a sentence was not stored: %s", type(error).__name__)
    if socket.closed:
        return
    with suppress(ConnectionError):
        if fault:
            told = {"error": {"code": fault, "message": _FAULTS[fault]}}
            await socket.send_str(json.dumps(told, ensure_ascii=False))
        await socket.close(code=WSCloseCode.TRY_AGAIN_LATER if fault else WSCloseCode.OK)


async def _feed(socket: web.WebSocketResponse, stream: LegStream) -> None:
    """Audio until the sender says it is over, or is gone."""
    async for message in socket:
        if message.type is WSMsgType.BINARY:
            for at in range(0, len(message.data), _PIECE_BYTES):
                stream.feed(message.data[at : at + _PIECE_BYTES])
                await stream.room()
        elif message.type is WSMsgType.TEXT and _is_end(message.data):
            return


def _is_end(text: str) -> bool:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("is_speaking") is False

"""`/channels/hotline/transcripts` and `/audio`: what is said on calls, as it is said.

Transcripts are pushed by a call centre that has a recogniser, over a WebSocket or by POST. Audio is
pushed by one that has none, and goes to ours. Either way nothing is acknowledged before it is
stored, and a sender that lost its connection sends again what was not.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from bot.errors import Forbidden, Invalid, NotFound, Unavailable
from bot.web.hotline_audio import AudioLegs
from bot.web.routes import Route
from connectors.base import RawRequest
from connectors.calls import Leg
from connectors.channels.hotline.signing import verified
from connectors.channels.hotline.speech_settings import HotlineSpeechSettings
from connectors.channels.hotline.transcripts import FAULTS, Owners, Take, Told, Transcripts
from connectors.errors import Unverified

log = logging.getLogger(__name__)

_BODY_LIMIT = 1024 * 1024
_FRAME_LIMIT = 4 * 1024 * 1024
"""Longer ones aiohttp ends the connection for; shorter ones we answer ourselves."""
_POSTED_AT_MOST = 1_000
_HEARTBEAT_S = 30.0
_NO_RECOGNISER = "没有设置识别服务，不接收通话音频。"


@dataclass(kw_only=True)
class HotlineSpeech:
    """What the routes work with; one a process.

    Args:
        keys: a call centre's name → the key it signs with.
        take: `services.calls.take_fragment`.
        now: aware, UTC.
        hotwords: for the recogniser.
    """

    settings: HotlineSpeechSettings
    keys: Mapping[str, bytes] = field(repr=False)
    take: Take
    now: Callable[[], datetime]
    hotwords: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._owners = Owners()
        self._posted = self.transcripts()
        self._sockets: set[web.WebSocketResponse] = set()
        self._audio = AudioLegs(self.settings, self.take, self.now, self.hotwords)

    def transcripts(self) -> Transcripts:
        """For a new sender."""
        return Transcripts(self.settings.leg_names, self.take, self.now, self._owners)

    def routes(self) -> Iterator[Route]:
        """The routes of transcripts and audio."""
        path = "/channels/hotline/transcripts"
        yield Route(method="GET", path=path, handler=self._listen)
        yield Route(method="POST", path=path, handler=self._post, max_body=_BODY_LIMIT)
        yield Route(method="GET", path="/channels/hotline/audio", handler=self._hear)

    async def close(self, _: web.Application | None = None) -> None:
        """Hear last words out, then send the senders elsewhere; for the application's shutdown."""
        await self._audio.close()
        closing = (socket.close(code=WSCloseCode.GOING_AWAY) for socket in self._sockets)
        await asyncio.gather(*closing, return_exceptions=True)

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        await self._verified(request)
        async with self._connected(request) as socket:
            sender = self.transcripts()
            try:
                with suppress(ConnectionError):  # it is gone before it was answered: it comes again
                    await self._messages(socket, sender)
            finally:
                sender.leave()
        return socket

    async def _messages(self, socket: web.WebSocketResponse, sender: Transcripts) -> None:
        faults = 0
        async for message in socket:
            told = await self._told(message, sender)
            answer = told.as_json()
            if answer is not None:
                await socket.send_json(answer, dumps=_dumps)
            if told.fault == "not_stored":
                await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
            elif told.fault == "too_large":
                await socket.close(code=WSCloseCode.MESSAGE_TOO_BIG)
            faults = faults + 1 if told.fault else 0
            if faults >= self.settings.faults_in_a_row:
                log.warning("transcripts: %d messages in a row nobody can read", faults)
                await socket.close(code=WSCloseCode.POLICY_VIOLATION)

    async def _told(self, message: WSMessage, sender: Transcripts) -> Told:
        if message.type is not WSMsgType.TEXT:
            return Told(fault="binary")
        if len(message.data.encode()) > self.settings.message_bytes:
            return Told(fault="too_large")
        try:
            return await sender.hear(message.data)
        except Invalid:  # it names no call: it would be no better the next time
            return Told(fault="wav_name")
        except Exception as error:  # noqa: BLE001 - whatever storing raises, the sender must hear that it did not happen
            log.warning("a sentence was not stored: %s", type(error).__name__)
            return Told(fault="not_stored")

    async def _post(self, request: web.Request) -> web.StreamResponse:
        await self._verified(request)
        listed = _listed(await request.read())
        told = []
        for content in listed:
            try:
                told.append(await self._posted.hear_content(content))
            except Invalid:
                told.append(Told(fault="wav_name"))
            except Exception as error:
                log.warning("a sentence was not stored: %s", type(error).__name__)
                raise Unavailable(FAULTS["not_stored"], code="not_stored") from error
        if len(told) == 1 and told[0].fault:
            raise Invalid(FAULTS[told[0].fault], code=told[0].fault)
        answers = (one.as_json() for one in told)
        said = [answer for answer in answers if answer is not None]
        return web.json_response({"results": said}, dumps=_dumps)

    async def _hear(self, request: web.Request) -> web.StreamResponse:
        await self._verified(request)
        if not self.settings.url:
            raise NotFound(_NO_RECOGNISER, code="no_recogniser")
        call_id, leg, from_ms = self._asked(request.query)
        async with self._connected(request) as socket:
            await self._audio.listen(socket, call_id, leg, from_ms)
        return socket

    def _asked(self, query: Mapping[str, str]) -> tuple[str, Leg, int | None]:
        call_id = query.get("call", "")
        leg = self.settings.leg_names.get(query.get("leg", "").lower())
        faults = {}
        if not call_id or len(call_id) > 128 or not call_id.isprintable():
            faults["call"] = "应为通话编号，最多 128 个字。"
        if leg is None:
            faults["leg"] = "应为 citizen（市民）或 operator（话务员）。"
        from_ms = query.get("from_ms", "")
        if from_ms and not (from_ms.isascii() and from_ms.isdecimal() and len(from_ms) <= 8):
            faults["from_ms"] = "应为毫秒数：这次发送的音频从这一方的第几毫秒开始。"
        if faults or leg is None:
            raise Invalid("地址里的参数不对。", fields=faults)
        return call_id, leg, int(from_ms) if from_ms else None

    async def _verified(self, request: web.Request) -> None:
        raw = RawRequest(
            method=request.method,
            path=request.path,
            query=dict(request.query),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read() if request.method == "POST" else b"",
        )
        try:
            verified(
                raw,
                self.keys,
                now=self.now(),
                stale_after_s=self.settings.stale_after_s,
                in_query=True,
            )
        except Unverified as error:
            log.warning("speech not verified: %s", error.code)
            said = "签名不对、已过期，或没有这个呼叫中心。"
            raise Forbidden(said, code="unverified") from error

    @asynccontextmanager
    async def _connected(self, request: web.Request) -> AsyncIterator[web.WebSocketResponse]:
        socket = web.WebSocketResponse(
            heartbeat=_HEARTBEAT_S, max_msg_size=_FRAME_LIMIT, protocols=("binary",)
        )
        if not socket.can_prepare(request).ok:
            raise Invalid("这个地址要用 WebSocket 连接。", code="not_a_websocket")
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            yield socket
        finally:
            self._sockets.discard(socket)
            await socket.close()


def _listed(body: bytes) -> list[Any]:
    """One message, or several as a JSON array."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Invalid(FAULTS["json"], code="json") from error
    listed = content if isinstance(content, list) else [content]
    if not 0 < len(listed) <= _POSTED_AT_MOST:
        raise Invalid(f"一次应有 1 至 {_POSTED_AT_MOST} 条消息。", code="object")
    return listed


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

"""A recorded call told to a running service as a call centre would tell it, at any speed.

Events go by the signed webhook, words as FunASR's messages over a WebSocket; a sentence that was
not acknowledged is sent again on a new connection.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import aiohttp

from bot.calls.recorded import RecordedCall, RecordedEvent, RecordedWords
from connectors.calls import Leg
from connectors.channels.hotline.signing import (
    CENTRE,
    SIGNATURE,
    TIMESTAMP,
    connection_content,
    signature,
)

EVENTS, TRANSCRIPTS = "/channels/hotline/events", "/channels/hotline/transcripts"
_TRIES = 5
_AGAIN_S = 1.0
_ACKNOWLEDGED_WITHIN_S = 30.0
_REQUEST_S = 15.0

Shown = Callable[[RecordedEvent | RecordedWords], None]


class ReplayFailed(Exception):
    """The service did not take the call; the message says why, in Chinese."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """The service, and the call centre we play.

    Args:
        url: `http(s)://host:port`.
        centre, key: as the service's settings have them.
    """

    url: str
    key: bytes = field(repr=False)
    centre: str = "default"

    def headers(self, content: bytes, now: datetime) -> dict[str, str]:
        """The headers that sign a content."""
        timestamp = str(int(now.timestamp()))
        signed = signature(self.key, timestamp, content)
        return {CENTRE: self.centre, TIMESTAMP: timestamp, SIGNATURE: signed}


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is told at one moment: an event or a recogniser's message."""

    moment: RecordedEvent | RecordedWords
    event: Mapping[str, Any] | None = None
    message: Mapping[str, Any] | None = None


def steps_of(call: RecordedCall, call_id: str, began_at: datetime) -> tuple[Step, ...]:
    """Everything that is told, in order.

    Args:
        call: the recording.
        call_id: of the new call; a recording may be played many times.
        began_at: aware; the events' times count from it.
    """
    numbers: Counter[Leg] = Counter()
    shown: dict[Leg, str] = {}
    steps = []
    for index, moment in enumerate(call.moments):
        if isinstance(moment, RecordedEvent):
            steps.append(Step(moment=moment, event=_event(moment, call_id, index, began_at)))
            continue
        before = "" if moment.committed else shown.get(moment.leg, "")
        shown[moment.leg] = "" if moment.committed else moment.text
        message = {
            "mode": "2pass-offline" if moment.committed else "2pass-online",
            "wav_name": f"{call_id}-{moment.leg.value}",
            "text": moment.text.removeprefix(before),
            "is_final": False,
            "seq": numbers[moment.leg],
        }
        if moment.committed and moment.end_ms:
            message["timestamp"] = json.dumps([[moment.start_ms, moment.end_ms]])
        numbers[moment.leg] += 1
        steps.append(Step(moment=moment, message=message))
    return tuple(steps)


def began(call: RecordedCall, now: datetime, speed: float) -> datetime:
    """When the call is said to have begun, so that nothing of it lies in the future.

    Args:
        call: the recording.
        now: aware.
        speed: times as fast as it was; 0: at once.
    """
    saved_s = call.lasts_ms / 1000 * (1 - (1 / speed if speed else 0))
    return now - timedelta(seconds=max(0.0, saved_s))


class Player:
    """Plays calls.

    Args:
        target: whom to.
        now: aware, UTC.
        sleep: waits so many seconds.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        target: Target,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._clock = clock
        self._target = target
        self._now = now
        self._sleep = sleep

    async def play(
        self, call: RecordedCall, call_id: str, *, speed: float = 1.0, show: Shown | None = None
    ) -> int:
        """Tell the whole call; gives how many sentences were acknowledged.

        Args:
            call: the recording.
            call_id: of the new call.
            speed: times as fast as it was; 0: without a pause.
            show: called with each moment once it was told.

        Raises:
            ReplayFailed: the service is away or refuses.
        """
        steps = steps_of(call, call_id, began(call, self._now(), speed))
        started = self._clock()
        timeout = aiohttp.ClientTimeout(total=_REQUEST_S)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
            words = _Words(session, self._target, self._now, self._sleep)
            try:
                for step in steps:
                    if speed:
                        due = started + step.moment.at_ms / 1000 / speed
                        await self._sleep(max(0.0, due - self._clock()))
                    if step.event is not None:
                        await words.settle()  # so that the service hears all in this order
                        await self._tell(session, step.event)
                    elif step.message is not None:
                        await words.say(step.message)
                    if show is not None:
                        show(step.moment)
                return await words.settle()
            finally:
                await words.close()

    async def _tell(self, session: aiohttp.ClientSession, event: Mapping[str, Any]) -> None:
        body, refused = json.dumps(event, ensure_ascii=False).encode(), ""
        for _ in range(_TRIES):
            headers = self._target.headers(body, self._now())
            headers["Content-Type"] = "application/json"
            try:
                async with session.post(
                    self._target.url + EVENTS, data=body, headers=headers
                ) as response:
                    if response.status < 400:
                        return
                    refused = await _refused(response)
                    if response.status < 500:
                        raise ReplayFailed(refused)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                refused = f"连不上 {self._target.url}（{type(error).__name__}）。"
            await self._sleep(_AGAIN_S)
        raise ReplayFailed(refused)


class _Words:
    """The connection of words; a new one is given again what was not acknowledged."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        target: Target,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._session = session
        self._target = target
        self._now = now
        self._sleep = sleep
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._waiting: deque[Mapping[str, Any]] = deque()
        self._acknowledged = 0

    async def say(self, message: Mapping[str, Any]) -> None:
        """Send a message; a sentence waits for its acknowledgement."""
        is_sentence = message["mode"] == "2pass-offline"
        if is_sentence:
            self._waiting.append(message)
        if self._socket is None:
            socket = await self._connect()
            if is_sentence:
                return  # it was sent with the others that wait
        else:
            socket = self._socket
        try:
            await socket.send_str(json.dumps(message, ensure_ascii=False))
            if is_sentence:
                await self._listen(socket, 0.0)
        except (aiohttp.ClientError, OSError):
            self._socket = None

    async def settle(self) -> int:
        """Wait until every sentence is acknowledged; gives how many are."""
        for _ in range(_TRIES):
            if not self._waiting:
                return self._acknowledged
            socket = self._socket or await self._connect()
            await self._listen(socket, _ACKNOWLEDGED_WITHIN_S)
            if self._waiting:
                await self._sleep(_AGAIN_S)
        raise ReplayFailed(f"还有 {len(self._waiting)} 句没有得到确认。")

    async def close(self) -> None:
        """Leave."""
        if self._socket is not None:
            await self._socket.close()

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        url = self._target.url.replace("http", "ws", 1) + TRANSCRIPTS
        refused = ""
        for _ in range(_TRIES):
            headers = self._target.headers(connection_content(TRANSCRIPTS, {}), self._now())
            try:
                socket = await self._session.ws_connect(url, headers=headers)
                for message in self._waiting:
                    await socket.send_str(json.dumps(message, ensure_ascii=False))
            except aiohttp.WSServerHandshakeError as error:
                refused = f"服务没有接受连接（{error.status}）：请检查密钥和呼叫中心名称。"
                if error.status < 500:
                    raise ReplayFailed(refused) from error
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                refused = f"连不上 {self._target.url}（{type(error).__name__}）。"
            else:
                self._socket = socket
                return socket
            await self._sleep(_AGAIN_S)
        raise ReplayFailed(refused)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse, wait_s: float) -> None:
        """Take acknowledgements: those that are there, or until all are."""
        while self._waiting:
            try:
                message = await socket.receive(wait_s or 0.001)
            except TimeoutError:
                return
            if message.type is not aiohttp.WSMsgType.TEXT:
                self._socket = None
                return
            self._take(message.json())

    def _take(self, answer: Mapping[str, Any]) -> None:
        error = answer.get("error")
        if error and error["code"] != "not_stored":  # that one comes again by itself
            raise ReplayFailed(f"服务没有接受一条消息：{error['message']}")
        told = (answer.get("wav_name"), answer.get("ack"))
        for message in list(self._waiting):
            if (message["wav_name"], message["seq"]) == told:
                self._waiting.remove(message)
                self._acknowledged += 1


def _event(
    moment: RecordedEvent, call_id: str, index: int, began_at: datetime
) -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "event": moment.kind.value,
        "id": f"{call_id}-{index}",
        "call": call_id,
        "at": (began_at + timedelta(milliseconds=moment.at_ms)).isoformat(),
    }
    names = ("caller", "queue", "operator", "to")
    return told | {name: getattr(moment, name) for name in names if getattr(moment, name)}


async def _refused(response: aiohttp.ClientResponse) -> str:
    if response.status == 404:  # the page is there once a call centre is
        return (
            "服务没有设置呼叫中心：请给服务设置 POLICYLINE_HOTLINE_CENTRES__DEFAULT__KEY"
            "（不少于 16 个字符），重启后再播放。"
        )
    try:
        said = (await response.json())["error"]["message"]
    except (ValueError, KeyError, TypeError, aiohttp.ContentTypeError):
        said = "没有说明原因"
    return f"服务没有接受通话事件（{response.status}）：{said}"

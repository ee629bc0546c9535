"""The day as it happens: citizens write, and what came of each message is noted."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from tests.fakes.wechat_platform import MESSAGES_IN_48_H, Delivery, WeChatPlatform

from .script import Citizen, Kind, Step
from .wire import Balancer, Way

PICTURE, VOICE = b"\xff\xd8\xff\xe0picture", b"#!AMR\nvoice"
_ID = re.compile(r"<MsgId>(\d+)</MsgId>")
_EVENT = re.compile(r"<CreateTime>(\d+)</CreateTime>.*<Event><!\[CDATA\[(\w+)\]\]></Event>")
_KEY = re.compile(r"<EventKey><!\[CDATA\[(.*?)\]\]></EventKey>")


@dataclass(frozen=True, kw_only=True)
class Written:
    """One message and how its callback went.

    Args:
        external_id: by which the service has to know it.
        again: answers to the same callback at the other replica, where it was sent there too.
    """

    open_id: str
    external_id: str
    step: Step
    delivery: Delivery
    again: tuple[bytes, ...] = ()


@dataclass
class Day:
    """The platform, the way to the service, and everything written so far."""

    platform: WeChatPlatform
    balancer: Balancer
    other_urls: tuple[str, ...]
    written: dict[str, list[Written]] = field(default_factory=lambda: defaultdict(list))

    async def live(self, citizen: Citizen) -> None:
        """One citizen's day. A message goes out some moments after the one before, whether that
        one is answered or not."""
        await asyncio.sleep(citizen.begins_s)
        async with asyncio.TaskGroup() as going:
            for step in citizen.steps:
                await asyncio.sleep(step.pause_s)
                xml = self._xml(citizen.open_id, step)
                if step.used_up:
                    with self.platform.lock:
                        for _ in range(MESSAGES_IN_48_H):
                            self.platform.citizens.take_one(citizen.open_id)
                task = going.create_task(self._send(citizen.open_id, step, xml))
                if step.pause_s >= 1.0:  # who is not in a hurry reads first
                    await task

    async def _send(self, open_id: str, step: Step, xml: str) -> None:
        url = "http://127.0.0.1/channels/wechat"
        doubled = [self._raw(url, xml) for url in self.other_urls] if step.twice else []
        async with httpx.AsyncClient(
            transport=Way(self.balancer, step), timeout=60, base_url=url
        ) as client:
            again = asyncio.gather(*doubled)
            delivery = await self.platform.send_callback(url, xml, client)
            bodies = await again
        note = Written(
            open_id=open_id,
            external_id=external_id(open_id, xml),
            step=step,
            delivery=delivery,
            again=tuple(body for body in bodies if body is not None),
        )
        self.written[open_id].append(note)

    async def _raw(self, url: str, xml: str) -> bytes | None:
        """The same callback once more, on a way of its own; None where that replica is away."""
        query, body = self.platform.callback(xml)
        try:
            async with httpx.AsyncClient(timeout=10) as client:
                answer = await client.post(f"{url}/channels/wechat", params=query, content=body)
        except httpx.HTTPError:
            return None
        return answer.content if answer.status_code == 200 else None

    def _xml(self, open_id: str, step: Step) -> str:
        platform, words = self.platform, step.words
        makers: dict[Kind, Callable[[], str]] = {
            Kind.TEXT: lambda: platform.text_message(open_id, words),
            Kind.REPORT: lambda: platform.text_message(open_id, words),
            Kind.VOICE: lambda: platform.voice_message(open_id, VOICE),
            Kind.PICTURE: lambda: platform.image_message(open_id, PICTURE),
            Kind.LOCATION: lambda: platform.location_message(open_id, 28.19, 115.79, words),
            Kind.LINK: lambda: platform.link_message(open_id, words, words, "https://example.cn"),
            Kind.VIDEO: lambda: platform.video_message(open_id, b"video"),
            Kind.CLICK: lambda: platform.click(open_id, words),
            Kind.FOLLOW: lambda: platform.follow(open_id),
            Kind.SCAN: lambda: platform.scan(open_id, words),
            Kind.VIEW: lambda: platform.view(open_id, words),
        }
        return makers[step.kind]()


def external_id(open_id: str, xml: str) -> str:
    """What tells a message from all others: its MsgId, or an event's four fields."""
    message_id = _ID.search(xml)
    if message_id:
        return message_id[1]
    event, key = _EVENT.search(xml), _KEY.search(xml)
    if event is None:
        raise ValueError("neither a message nor an event")
    who = hashlib.sha256(open_id.encode()).hexdigest()[:32]  # as the service keeps it
    return f"{who}:{event[1]}:{event[2]}:{key[1] if key else ''}"

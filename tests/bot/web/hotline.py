"""A service of just the hotline's speech routes, and a call centre that signs."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientResponse, ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.errors import Invalid
from bot.web.errors import one_shape
from bot.web.hotline_speech import HotlineSpeech
from bot.web.routes import Handler
from connectors.calls import Leg, SpeechFragment
from connectors.channels.hotline.signing import connection_content, signature
from connectors.channels.hotline.speech_settings import HotlineSpeechSettings

KEY = b"a-key-of-sixteen-and-more"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TRANSCRIPTS, AUDIO = "/channels/hotline/transcripts", "/channels/hotline/audio"


@dataclass
class Book:
    """Keeps sentences as the calls' service does: told again, nothing changes."""

    partials: list[SpeechFragment] = field(default_factory=list)
    sentences: dict[tuple[str, Leg, str], SpeechFragment] = field(default_factory=dict)
    told: int = 0
    away: bool = False
    refuses: bool = False
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, fragment: SpeechFragment) -> None:
        if self.away:
            raise ConnectionRefusedError("a database that is away, in words nobody is to read")
        if self.refuses:
            raise Invalid("没有这样的通话。")
        async with self.news:
            if fragment.committed:
                self.told += 1
                key = (fragment.call_id, fragment.leg, fragment.external_id)
                self.sentences.setdefault(key, fragment)
            else:
                self.partials.append(fragment)
            self.news.notify_all()

    async def has(self, sentences: int) -> None:
        async with self.news:
            await self.news.wait_for(lambda: len(self.sentences) >= sentences)

    async def has_partials(self, count: int) -> None:
        async with self.news:
            await self.news.wait_for(lambda: len(self.partials) >= count)

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.sentences.values()]


@dataclass
class Centre:
    """A call centre in front of the service."""

    client: TestClient[Any, Any]
    book: Book
    speech: HotlineSpeech

    async def connect(
        self, path: str = TRANSCRIPTS, query: Mapping[str, str] | None = None, **signing: Any
    ) -> ClientWebSocketResponse:
        headers = signed(connection_content(path, query or {}), **signing)
        return await self.client.ws_connect(path, params=query or {}, headers=headers)

    async def post(self, content: object, **signing: Any) -> ClientResponse:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers = signed(body, **signing)
        return await self.client.post(TRANSCRIPTS, data=io.BytesIO(body), headers=headers)


def signed(
    content: bytes, *, key: bytes = KEY, at: datetime = NOW, centre: str = "default"
) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    return {
        "X-Hotline-Centre": centre,
        "X-Hotline-Timestamp": timestamp,
        "X-Hotline-Signature": signature(key, timestamp, content),
    }


@asynccontextmanager
async def calling(
    events: Handler | None = None, now: datetime | None = NOW, **settings: Any
) -> AsyncIterator[Centre]:
    """The service and a centre that may call it.

    Args:
        events: what takes the webhook's events.
        now: the service's time; None: the real one.
        settings: of speech.
    """
    book = Book()
    speech = HotlineSpeech(
        settings=HotlineSpeechSettings.model_validate(settings),
        keys={"default": KEY, "other": KEY[::-1]},
        take=lambda fragment: book.take(fragment),
        now=lambda: now or datetime.now(UTC),
        hotwords=("剑光街道",),
    )
    application = web.Application(middlewares=[one_shape], client_max_size=1024 * 1024)
    for route in speech.routes():
        application.router.add_route(route.method, route.path, route.handler)
    if events is not None:
        application.router.add_post("/channels/hotline/events", events)
    application.on_shutdown.append(speech.close)
    async with TestClient(TestServer(application)) as client:
        yield Centre(client=client, book=book, speech=speech)


def online(text: str, seq: int | None = None, name: str = "c1-citizen") -> dict[str, Any]:
    return {"mode": "2pass-online", "wav_name": name, "text": text, "is_final": True, "seq": seq}


def offline(
    text: str, seq: int | None = None, name: str = "c1-citizen", **more: Any
) -> dict[str, Any]:
    return {"mode": "2pass-offline", "wav_name": name, "text": text, "seq": seq, **more}

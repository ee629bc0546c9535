"""`/channels/hotline/events`: signed events are stored before they are acknowledged."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web.errors import one_shape
from bot.web.hotline_events import MAX_BODY, PATH, event_routes
from bot.web.routes import REQUEST_ID, Handler
from connectors.calls import CallEvent
from tests.connectors.hotline.listening import Taken
from tests.connectors.hotline.test_webhook import ANSWERED, KEY, NOW, signed, webhook

Post = Callable[..., Awaitable[tuple[int, dict[str, object]]]]


@web.middleware
async def numbered(request: web.Request, handler: Handler) -> web.StreamResponse:
    request[REQUEST_ID] = "1"
    return await handler(request)


@asynccontextmanager
async def posting(taken: Taken) -> AsyncIterator[Post]:
    """An application with just this route, and a client that signs."""
    app = web.Application(middlewares=[numbered, one_shape], client_max_size=MAX_BODY)
    for route in event_routes(webhook(), taken.take):
        app.router.add_route(route.method, route.path, route.handler)

    async with TestClient(TestServer(app)) as client:

        async def post(
            body: object, key: str = KEY, at: datetime = NOW
        ) -> tuple[int, dict[str, object]]:
            request = signed(body, key=key, at=at)
            async with client.post(
                PATH, data=io.BytesIO(request.body), headers=dict(request.headers)
            ) as said:
                return said.status, await said.json()

        yield post


async def test_events_are_stored_before_they_are_acknowledged() -> None:
    taken = Taken()
    async with posting(taken) as post:
        assert await post([ANSWERED, {**ANSWERED, "id": "e-2", "event": "挂机"}]) == (
            200,
            {"stored": 2},
        )
    assert [event.kind.value for event in taken.events] == ["answered", "ended"]


async def test_told_twice_is_stored_once() -> None:
    taken = Taken()
    async with posting(taken) as post:
        assert await post(ANSWERED) == await post(ANSWERED) == (200, {"stored": 1})
    assert (len(taken.told), len(taken.events)) == (2, 1)


@pytest.mark.parametrize(
    ("key", "at"), [("another-key-altogether", NOW), (KEY, datetime(2026, 3, 1, tzinfo=UTC))]
)
async def test_what_is_not_signed_is_refused(key: str, at: datetime) -> None:
    taken = Taken()
    async with posting(taken) as post:
        status, said = await post(ANSWERED, key=key, at=at)
    assert (status, taken.told) == (403, [])
    assert said["error"] == {
        "code": "unverified",
        "message": "签名不对、已过期，或没有这个呼叫中心。",
        "fields": {},
    }


async def test_faults_are_named_to_whoever_sent_them() -> None:
    taken = Taken()
    async with posting(taken) as post:
        status, said = await post([ANSWERED, {**ANSWERED, "id": "", "at": "昨天"}])
        unreadable = await post(b"\xff")
    assert (status, taken.told) == (400, [])
    assert said["error"] == {
        "code": "malformed",
        "message": "[1].id：缺少这个字段（另有 1 处）",
        "fields": {
            "[1].id": "缺少这个字段",
            "[1].at": "应为 2026-03-02T10:00:00+08:00 这样的时间，或 1970 年以来的秒数",
        },
    }
    assert unreadable[0] == 400


async def test_too_large_a_body_is_refused() -> None:
    taken = Taken()
    async with posting(taken) as post:
        status, _ = await post(b" " * (MAX_BODY + 1))
    assert (status, taken.told) == (413, [])


async def test_what_could_not_be_stored_is_not_acknowledged() -> None:
    class Broken(Taken):
        async def take(self, event: CallEvent) -> None:
            raise OSError(event.caller)

    async with posting(Broken()) as post:
        status, said = await post(ANSWERED)
    assert status == 500
    assert "13900000001" not in str(said)


def test_without_a_centre_there_is_no_address() -> None:
    assert list(event_routes(None, Taken().take)) == []

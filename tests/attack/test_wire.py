"""Bytes on the wire: requests that mean two things, bodies too large or too slow."""

from __future__ import annotations

import asyncio
import re

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestClient, TestServer

from bot.web.errors import one_shape
from bot.web.security import keeps_coming
from tests.bot.web.conftest import House

HOST = b"Host: 127.0.0.1\r\n"
_INNER = b"GET /health/inner HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
TWO_MEANINGS: dict[str, bytes] = {
    "two lengths": b"POST /chat HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 4\r\nContent-Length: 60\r\n"
    b"\r\na=1&" + _INNER,
    "two equal lengths": b"POST /chat HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n"
    b"Content-Length: 4\r\n\r\na=1&",
    "length and chunks": b"POST /chat HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + _INNER,
    "chunks spelt oddly": b"POST /chat HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n"
    b"\r\n0\r\n\r\n" + _INNER,
    "chunks not last": b"POST /chat HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked, gzip\r\n"
    b"\r\n0\r\n\r\n" + _INNER,
    "a length with a sign": b"POST /chat HTTP/1.1\r\n" + HOST + b"Content-Length: +4\r\n\r\na=1&",
    "a length in another base": b"POST /chat HTTP/1.1\r\n" + HOST + b"Content-Length: 0x4\r\n\r\na",
    "a negative length": b"POST /chat HTTP/1.1\r\n" + HOST + b"Content-Length: -4\r\n\r\na=1&",
    "a chunk's size with a sign": b"POST /chat HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: "
    b"chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
    "a header folded": b"GET /chat HTTP/1.1\r\n" + HOST + b"X-A: 1\r\n Content-Length: 9\r\n\r\n",
    "a blank before the colon": b"POST /chat HTTP/1.1\r\n"
    + HOST
    + b"Content-Length : 4\r\n\r\na=1&",
    "a bare CR": b"GET /chat HTTP/1.1\r\n" + HOST + b"X-A: a\rX-B: b\r\n\r\n",
    "NUL in a header": b"GET /chat HTTP/1.1\r\n" + HOST + b"X-A: a\x00b\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


async def wire(house: House, sent: bytes, *, within_s: float = 10.0) -> bytes:
    """Everything the server says to these bytes, until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
    try:
        writer.write(sent)
        await writer.drain()
        async with asyncio.timeout(within_s):
            return await reader.read()
    finally:
        writer.close()


async def head_of(server: BaseTestServer, sent: bytes) -> bytes:
    """The head of the first answer, however long the connection stays."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(sent)
        async with asyncio.timeout(10):
            return await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()


@pytest.mark.parametrize("name", TWO_MEANINGS)
async def test_a_request_that_means_two_things_is_refused_and_nothing_after_it_read(
    house: House, name: str
) -> None:
    said = await wire(house, TWO_MEANINGS[name])
    assert re.findall(rb"HTTP/1\.[01] (\d{3})", said) == [b"400"]
    assert b"Traceback" not in said
    assert b"/site-packages" not in said


async def test_a_head_that_is_too_large_is_refused(house: House) -> None:
    said = await wire(house, b"GET /chat HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 40_000)
    assert said.startswith(b"HTTP/1.1 400") or said.startswith(b"HTTP/1.0 400")


@pytest.mark.parametrize(
    ("path", "told"), [("/chat", 2_000_000), ("/mailbox", 60_000_000), ("/api/v1/chat", 2_000_000)]
)
async def test_a_body_that_is_too_large_is_refused_before_it_is_there(
    house: House, path: str, told: int
) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {told}\r\n\r\n"
    said = await head_of(house.server, head.encode() + b"a=" + b"b" * min(told - 2, 1_200_000))
    assert said.startswith(b"HTTP/1.1 413")


async def test_chunks_without_end_are_cut_off(house: House) -> None:
    head = b"POST /api/v1/chat HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n"
    head += b"Connection: close\r\n\r\n"
    said = await head_of(house.server, head + b"ffff\r\n" + (b"a" * 0xFFFF + b"\r\nffff\r\n") * 20)
    assert said.startswith(b"HTTP/1.1 413")


async def slow_body(request: web.Request) -> web.Response:
    with keeps_coming(request, every_s=0.1, least=50):
        return web.Response(text=str(len(await request.read())))


@pytest.fixture
async def slow() -> object:
    app = web.Application(middlewares=[one_shape])
    app.router.add_post("/api/slow", slow_body)
    async with TestServer(app) as server, TestClient(server) as client:
        yield client


async def test_a_body_that_trickles_in_is_given_up(slow: TestClient) -> None:
    head = b"POST /api/slow HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\nabc"
    said = await head_of(slow.server, head)
    assert said.startswith(b"HTTP/1.1 408")


async def test_a_body_that_comes_slowly_but_comes_is_read(slow: TestClient) -> None:
    read = asyncio.Event()

    async def body() -> object:
        for _ in range(6):
            yield b"a" * 200
            await asyncio.sleep(0.05)  # the pace is what is tested
        read.set()

    answer = await slow.post("/api/slow", data=body())
    assert (answer.status, await answer.text()) == (200, "1200")
    assert read.is_set()


async def test_the_application_watches_the_pace_of_every_body(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.security.BODY_EVERY_S", 0.1)
    head = b"POST /api/v1/chat HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\nabc"
    said = await head_of(house.server, head)
    assert said.startswith(b"HTTP/1.1 408")

"""`/channels/<name>`: the one handler for every platform that calls us."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.handling import handling
from bot.library import Library
from bot.web import build
from connectors.base import Inbound, Outbound, RawRequest, RawResponse, Receipt, Reply
from connectors.errors import Malformed, Unverified
from tests.bot.conftest import World

KEY = {"X-Key": "right"}


@dataclass
class Plain:
    """A platform that signs with one word and takes one reply in place.

    Its body is lines of `id text`.
    """

    name: str = "plain"
    reply_within_s: float = 5.0
    pushed: list[Outbound] = field(default_factory=list)

    def greet(self, request: RawRequest) -> RawResponse:
        self._verify(request)
        return RawResponse(body=request.query["echo"].encode())

    def parse(self, request: RawRequest) -> tuple[Inbound, ...]:
        self._verify(request)
        lines = [line.partition(" ") for line in request.body.decode().splitlines()]
        if not all(text for _, _, text in lines):
            raise Malformed("empty")
        return tuple(
            Inbound(
                channel=self.name,
                external_id=message_id,
                sender_id="s",
                conversation_id="plain:s",
                text=text,
                sent_at=datetime(2026, 3, 2, tzinfo=UTC),
            )
            for message_id, _, text in lines
        )

    def carries(self, replies: tuple[Reply, ...]) -> int:
        return min(1, len(replies))

    def answer_in_place(self, request: RawRequest, replies: tuple[Outbound, ...]) -> RawResponse:
        del request
        return RawResponse(body="|".join(one.reply.text for one in replies).encode() or b"ok")

    async def send(self, outbound: Outbound) -> Receipt:
        self.pushed.append(outbound)
        return Receipt()

    async def close(self) -> None:
        """Nothing to free."""

    def _verify(self, request: RawRequest) -> None:
        if request.headers.get("x-key") != KEY["X-Key"]:
            raise Unverified("signature")


@pytest.fixture
def channel() -> Plain:
    return Plain()


@pytest.fixture
async def platform(
    world: World, library: Library, channel: Plain, tmp_path: Path
) -> AsyncIterator[TestClient]:
    del tmp_path
    services = await world.replica(library=library, channels={"plain": channel})
    async with (
        handling(services, sweep=False),
        TestClient(TestServer(build(services))) as client,
    ):
        yield client


async def test_a_turn_that_is_done_in_time_is_answered_in_place(platform: TestClient) -> None:
    answer = await platform.post("/channels/plain", data="1 您好".encode(), headers=KEY)
    assert answer.status == 200
    assert (await answer.text()).startswith("您好")


async def test_a_resend_gets_the_same_and_starts_nothing(
    world: World, platform: TestClient
) -> None:
    texts = [
        await (await platform.post("/channels/plain", data="1 您好".encode(), headers=KEY)).text()
        for _ in range(3)
    ]
    assert len(set(texts)) == 1
    assert world.nlu.asked == ["您好"]


async def test_a_turn_that_takes_too_long_is_acknowledged_and_pushed(
    world: World, channel: Plain, platform: TestClient
) -> None:
    channel.reply_within_s = 0.0
    answer = await platform.post("/channels/plain", data="1 您好".encode(), headers=KEY)
    assert await answer.text() == "ok"
    async with world.storage.read() as unit:
        [message] = await unit.messages.history("plain:s")
    assert message.text == "您好"


async def test_several_at_once_are_stored_and_acknowledged(
    world: World, platform: TestClient
) -> None:
    answer = await platform.post("/channels/plain", data="1 您好\n2 谢谢".encode(), headers=KEY)
    assert await answer.text() == "ok"
    async with world.storage.read() as unit:
        assert len(await unit.messages.history("plain:s")) == 2


async def test_what_is_not_signed_is_not_stored(world: World, platform: TestClient) -> None:
    answer = await platform.post("/channels/plain", data="1 您好".encode())
    assert answer.status == 403
    assert (await answer.json())["error"]["code"] == "unverified"
    async with world.storage.read() as unit:
        assert await unit.messages.history("plain:s") == ()


async def test_what_is_no_message_is_refused(platform: TestClient) -> None:
    answer = await platform.post("/channels/plain", data=b"1", headers=KEY)
    assert answer.status == 400
    assert (await answer.json())["error"]["code"] == "malformed"


async def test_the_platforms_check_is_answered(platform: TestClient) -> None:
    answer = await platform.get("/channels/plain?echo=42", headers=KEY)
    assert await answer.text() == "42"
    assert (await platform.get("/channels/plain?echo=42")).status == 403


async def test_a_channel_that_is_not_called_has_no_address(platform: TestClient) -> None:
    assert (await platform.post("/channels/webchat")).status == 404

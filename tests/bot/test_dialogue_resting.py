"""Rasa's conversations fail in a row: for some seconds nobody waits for them, then one tries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.dialogue import Dialogue, DialogueAway, DialogueLost
from nlu.breaker import FAILURES_TO_OPEN

ANSWER = {"replies": [{"text": "请问是什么地方？"}], "open": True, "replayed": False}


@dataclass
class Rasa:
    """What it answers with, and how often it was asked."""

    status: int = 200
    asked: int = 0
    now: float = 100.0
    late: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def heard(self, _: web.Request) -> web.Response:
        self.asked += 1
        self.came.set()
        await self.late.wait()
        return web.json_response(ANSWER if self.status == 200 else {}, status=self.status)


@pytest.fixture
async def rasa() -> Rasa:
    made = Rasa()
    made.late.set()
    return made


@pytest.fixture
async def dialogue(rasa: Rasa) -> AsyncIterator[Dialogue]:
    application = web.Application()
    application.router.add_post("/webhooks/policyline/webhook", rasa.heard)
    async with TestServer(application) as server:
        url = str(server.make_url("/"))
        made = Dialogue(url, "token", 2.0, rest_s=5.0, monotonic=lambda: rasa.now)
        yield made
        await made.close()


async def told(dialogue: Dialogue) -> str:
    """How a message fares: `open`, or why not."""
    try:
        await dialogue.talk("webchat:a", "路灯坏了", "m1")
    except DialogueAway as away:
        return away.code
    return "open"


async def fail(dialogue: Dialogue, rasa: Rasa, status: int = 500) -> None:
    rasa.status = status
    assert [await told(dialogue) for _ in range(FAILURES_TO_OPEN)] == [
        f"http_{status}"
    ] * FAILURES_TO_OPEN


async def test_after_failures_in_a_row_it_is_not_asked(dialogue: Dialogue, rasa: Rasa) -> None:
    await fail(dialogue, rasa)
    assert (await told(dialogue), dialogue.away) == ("resting", True)
    assert rasa.asked == FAILURES_TO_OPEN


async def test_after_the_rest_one_message_tries_it(dialogue: Dialogue, rasa: Rasa) -> None:
    await fail(dialogue, rasa)
    rasa.now += 5.0
    rasa.status = 200
    rasa.late.clear()
    rasa.came.clear()
    first = asyncio.create_task(told(dialogue))
    await rasa.came.wait()
    assert await told(dialogue) == "resting"
    rasa.late.set()
    assert await first == "open"
    assert await told(dialogue) == "open"


async def test_a_form_that_is_lost_and_a_silent_turn_are_no_failures(
    dialogue: Dialogue, rasa: Rasa
) -> None:
    await fail(dialogue, rasa, 502)
    rasa.status = 409
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(DialogueLost):
            await dialogue.talk("webchat:a", "路灯坏了", "m1")
    rasa.status = 200
    assert (await told(dialogue), dialogue.away) == ("open", False)


async def test_a_refused_connection_counts_at_once() -> None:
    dialogue = Dialogue(f"http://127.0.0.1:{unused_port()}", "token", 2.0)
    assert await told(dialogue) == "ConnectError"
    assert await told(dialogue) == "resting"
    await dialogue.close()

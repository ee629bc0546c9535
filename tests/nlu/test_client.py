"""The client of Rasa against a server that answers, fails, is late or is gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from nlu.breaker import FAILURES_TO_OPEN
from nlu.client import RasaClient
from nlu.model import Entity, Intent
from nlu.stand_in import MAX_CHARS

ANSWER = {
    "text": "人民路路灯坏了",
    "intent": {"name": "help", "confidence": 0.9},
    "intent_ranking": [
        {"name": "help", "confidence": 0.9},
        {"name": "complaint", "confidence": 0.05},
    ],
    "entities": [{"entity": "place", "value": "人民路", "start": 0, "end": 3}],
}


@dataclass
class Rasa:
    """What the server answers with, and what it was asked."""

    status: int = 200
    body: str = json.dumps(ANSWER)
    late: bool = False
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def parse(self, request: web.Request) -> web.Response:
        self.asked.append((request.query["token"], await request.json()))
        await asyncio.wait_for(asyncio.Event().wait() if self.late else asyncio.sleep(0), 30)
        return web.Response(status=self.status, text=self.body, content_type="application/json")


@dataclass
class Watch:
    """A clock that stands until it is set."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def running(rasa: Rasa, watch: Watch, timeout_s: float = 5.0) -> AsyncIterator[RasaClient]:
    app = web.Application()
    app.router.add_post("/model/parse", rasa.parse)
    server = TestServer(app)
    await server.start_server()
    client = RasaClient(str(server.make_url("/")), "secret", timeout_s, rest_s=5.0, monotonic=watch)
    try:
        yield client
    finally:
        await client.close()
        await server.close()


async def test_rasas_answer_in_our_words():
    rasa = Rasa()
    async with running(rasa, Watch()) as client:
        found = await client.understand("人民路路灯坏了", "m1")
    assert (found.intent, found.confidence, found.source) == (Intent.HELP, 0.9, "rasa")
    assert found.ranking == ((Intent.HELP, 0.9), (Intent.COMPLAINT, 0.05))
    assert found.entities == (Entity(kind="place", value="人民路", start=0, end=3),)
    assert rasa.asked == [("secret", {"text": "人民路路灯坏了", "message_id": "m1"})]


async def test_an_unsure_rasa_keeps_its_best_intent():
    fallback = {"name": "nlu_fallback", "confidence": 0.7}
    unsure = {"name": "help", "confidence": 0.2}
    body = {**ANSWER, "intent": fallback, "intent_ranking": [fallback, unsure]}
    async with running(Rasa(body=json.dumps(body)), Watch()) as client:
        found = await client.understand("那个")
    assert (found.intent, found.confidence) == (Intent.HELP, 0.2)


async def test_a_long_text_is_cut_for_rasa_and_kept_for_us():
    rasa = Rasa()
    async with running(rasa, Watch()) as client:
        found = await client.understand("路" * 100_000)
    assert len(rasa.asked[0][1]["text"]) == MAX_CHARS
    assert len(found.text) == 100_000


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "{}"),
        (401, "{}"),
        (200, "not json"),
        (200, "[]"),
        (200, "{}"),
        (200, json.dumps({"intent": {"name": None, "confidence": 0.0}})),
        (200, json.dumps({"intent": {"name": "help", "confidence": "much"}})),
        (200, json.dumps({**ANSWER, "entities": [{"entity": "place"}]})),
    ],
)
async def test_an_unusable_answer_is_replaced(status, body):
    async with running(Rasa(status=status, body=body), Watch()) as client:
        found = await client.understand("低保怎么申请")
    assert (found.source, found.intent) == ("stand_in", Intent.SERVICE_GUIDE)


async def test_a_late_rasa_is_not_waited_for():
    rasa = Rasa(late=True)
    async with running(rasa, Watch(), timeout_s=0.05) as client:
        found = await client.understand("低保怎么申请")
    assert found.source == "stand_in"
    assert len(rasa.asked) == 1


async def test_rasa_is_left_alone_after_failures_and_tried_again():
    rasa, watch = Rasa(status=500), Watch()
    async with running(rasa, watch) as client:
        for _ in range(FAILURES_TO_OPEN + 2):
            await client.understand("你好")
        assert client.away
        assert len(rasa.asked) == FAILURES_TO_OPEN
        rasa.status = 200
        watch.now += 5.1
        again = await client.understand("人民路路灯坏了")
        assert (again.source, client.away) == ("rasa", False)


async def test_a_failed_second_try_leaves_rasa_alone_at_once():
    rasa, watch = Rasa(status=500), Watch()
    async with running(rasa, watch) as client:
        for _ in range(FAILURES_TO_OPEN):
            await client.understand("你好")
        watch.now += 5.1
        await client.understand("你好")
        assert client.away
        assert len(rasa.asked) == FAILURES_TO_OPEN + 1


async def test_a_refused_connection_counts_at_once():
    client = RasaClient(f"http://127.0.0.1:{unused_port()}", "secret", 1.0, monotonic=Watch())
    found = await client.understand("我要投诉物业")
    await client.close()
    assert (found.source, found.intent, client.away) == ("stand_in", Intent.COMPLAINT, True)


async def test_no_words_or_token_in_logs_or_repr(caplog):
    client = RasaClient(f"http://127.0.0.1:{unused_port()}", "secret", 1.0)
    await client.understand("我的电话13812345678")
    await client.close()
    assert "ClientConnectorError" in caplog.text
    assert "138" not in caplog.text
    assert "secret" not in caplog.text + repr(client)

"""The action server: Rasa's protocol, the token, loopback only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aiohttp import web

from bot.actions import PATH, TOKEN_HEADER, add_action_routes
from bot.replies import reply_from_json
from tests.bot.actions_bench import SAY, services
from tests.fakes.cases import MemoryCases
from tests.servers import free_port

TOKEN = "shared"


def request_of(action: str, text: str, events: list[dict[str, Any]], **slots: object) -> Any:
    """A request as Rasa 3.6 sends it."""
    return {
        "next_action": action,
        "sender_id": "webchat:b1",
        "version": "3.6.21",
        "tracker": {
            "sender_id": "webchat:b1",
            "slots": {"requested_slot": None, "misses": None, **slots},
            "latest_message": {
                "text": text,
                "intent": {"name": "help", "confidence": 0.97},
                "entities": [{"entity": "place", "value": "人民路", "start": 0, "end": 3}],
                "message_id": "m1",
                "metadata": {"message_id": "m1", "channel": "webchat"},
            },
            "active_loop": {"name": "case_form"},
            "events": [{"event": "user", "text": text}, *events],
        },
    }


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """The actions, served."""
    app = web.Application()
    add_action_routes(app, services(MemoryCases()), TOKEN)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}{PATH}"
    await runner.cleanup()


async def post(url: str, body: Any, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(url, json=body, headers={TOKEN_HEADER: TOKEN, **headers})


async def test_a_form_is_begun(url: str) -> None:
    begun = [{"event": "active_loop", "name": "case_form"}]
    body = request_of("validate_case_form", "人民路路灯坏了", begun)
    answer = (await post(url, body)).json()
    slots = {one["name"]: one["value"] for one in answer["events"]}
    assert slots["matter"] == "人民路路灯坏了"
    assert slots["place"] == "人民路"
    assert slots["requested_slot"] == "contact_phone"
    assert slots["misses"] == 0
    (told,) = answer["responses"]
    assert reply_from_json(told["custom"]).text == SAY("form_ask_phone")


async def test_stepping_back_is_an_event_of_its_own(url: str) -> None:
    body = request_of("validate_case_form", "谢谢", [], requested_slot="place", matter="路灯坏了")
    body["tracker"]["latest_message"] |= {"intent": {"name": "thanks"}, "entities": []}
    answer = (await post(url, body)).json()
    assert {"event": "action_execution_rejected", "name": "case_form"} in answer["events"]


async def test_after_another_action_the_question_is_put_again(url: str) -> None:
    ran = [{"event": "action", "name": "action_answer"}, {"event": "action", "name": "case_form"}]
    body = request_of(
        "validate_case_form", "低保怎么办", ran, requested_slot="place", matter="路灯坏了"
    )
    texts = [one["custom"]["text"] for one in (await post(url, body)).json()["responses"]]
    assert texts == [SAY("form_resume"), SAY("form_ask_place")]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({TOKEN_HEADER: "wrong"}, 401),
        ({TOKEN_HEADER: ""}, 401),
        ({"X-Forwarded-For": "203.0.113.9"}, 404),
        ({"Forwarded": "for=203.0.113.9"}, 404),
    ],
)
async def test_others_are_refused(url: str, headers: dict[str, str], status: int) -> None:
    body = request_of("action_answer", "怎么办社保", [])
    assert (await post(url, body, **headers)).status_code == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 422),
        ({"next_action": "action_answer"}, 422),
        ({"next_action": "action_answer", "tracker": {"slots": 3}}, 422),
        ({"next_action": "action_unknown", "tracker": {}}, 404),
    ],
)
async def test_what_is_no_action_request(url: str, body: Any, status: int) -> None:
    assert (await post(url, body)).status_code == status


async def test_without_a_token_set_nothing_is_served() -> None:
    app = web.Application()
    add_action_routes(app, services(MemoryCases()), "")
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    answer = await post(f"http://127.0.0.1:{port}{PATH}", {}, **{TOKEN_HEADER: ""})
    await runner.cleanup()
    assert answer.status_code == 401


async def test_a_tracker_beyond_all_measure_is_refused(url: str) -> None:
    body = request_of("action_answer", "长" * 2_000_000, [])
    assert (await post(url, body)).status_code == 413

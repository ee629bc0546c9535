"""`/api/v1`: chat, answers, routes, and the one shape of every error."""

from __future__ import annotations

import io
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.bot.web.conftest import PAGE, House


async def error(client: TestClient, path: str, **request: Any) -> tuple[int, dict[str, Any]]:
    answer = await client.post(path, **request)
    body = await answer.json()
    assert list(body) == ["error"]
    assert set(body["error"]) == {"code", "message", "fields"}
    return answer.status, body["error"]


async def test_a_question_in_a_new_conversation(visitor: TestClient) -> None:
    answer = await visitor.post("/api/v1/chat", json={"text": "怎么申请高龄津贴"})
    body = await answer.json()
    assert answer.status == 200
    assert body["pending"] is False
    assert [reply["kind"] for reply in body["replies"]] == ["answer"]
    assert body["replies"][0]["citations"][0]["title"] == "小城高龄津贴办事指南"


async def test_the_conversation_goes_on(house: House, visitor: TestClient) -> None:
    house.world.dialogue.script = {"剑光街道": (("登记好了",), False)}
    first = await (await visitor.post("/api/v1/chat", json={"text": "投诉路灯"})).json()
    second = await visitor.post(
        "/api/v1/chat", json={"text": "剑光街道", "conversation_id": first["conversation_id"]}
    )
    assert [reply["text"] for reply in (await second.json())["replies"]] == ["登记好了"]


async def test_the_same_message_again_gives_the_same_replies(
    house: House, visitor: TestClient
) -> None:
    asked = {"text": "您好", "message_id": "a-message-id"}
    first = await (await visitor.post("/api/v1/chat", json=asked)).json()
    asked["conversation_id"] = first["conversation_id"]
    second = await (await visitor.post("/api/v1/chat", json=asked)).json()
    assert second["replies"] == first["replies"]
    assert house.world.nlu.asked == ["您好"]


async def test_replies_since_the_last_one(visitor: TestClient) -> None:
    first = await (await visitor.post("/api/v1/chat", json={"text": "您好"})).json()
    path = f"/api/v1/chat/{first['conversation_id']}/replies"
    all_of_them = await (await visitor.get(path)).json()
    assert all_of_them["replies"] == first["replies"]
    none = await (await visitor.get(path, params={"after": all_of_them["cursor"]})).json()
    assert none == {"replies": [], "cursor": all_of_them["cursor"]}


async def test_a_guessed_conversation_is_refused(visitor: TestClient) -> None:
    answer = await visitor.get("/api/v1/chat/webchat:1/replies")
    assert answer.status == 400


async def test_the_pages_cookie_opens_nothing_here(visitor: TestClient) -> None:
    await visitor.post("/chat", data={"text": "您好"})
    first = await (await visitor.post("/api/v1/chat", json={"text": "谢谢"})).json()
    path = f"/api/v1/chat/{first['conversation_id']}/replies"
    assert len((await (await visitor.get(path)).json())["replies"]) == 1


async def test_an_answer_is_quoted_and_cited(visitor: TestClient) -> None:
    answer = await visitor.post("/api/v1/answers", json={"question": "怎么申请高龄津贴"})
    body = await answer.json()
    assert body["kind"] == "direct"
    assert body["text"] == "".join(quote["text"] for quote in body["quotes"])
    place = body["citations"][body["quotes"][0]["citation"]]
    assert place["title"] == "小城高龄津贴办事指南"
    assert place["end"] > place["start"]


async def test_an_honest_none(visitor: TestClient) -> None:
    answer = await visitor.post("/api/v1/answers", json={"question": "火星移民要交多少钱"})
    body = await answer.json()
    assert (body["kind"], body["quotes"]) == ("none", [])
    assert "open_case" in body["ways_on"]


async def test_an_item_is_judged_and_not_stored(house: House, visitor: TestClient) -> None:
    answer = await visitor.post("/api/v1/routes", json={"text": "路灯坏了"})
    body = await answer.json()
    assert body["departments"] == [{"name": "市城市管理局", "confidence": 0.95}]
    assert body["auto"] is True
    assert body["marks"]["sentiment"] == "calm"
    assert body["parts"] == []
    assert (await house.services.cases.open_counts()).by_state == {}


async def test_marks_and_parts_of_an_item_are_shown(visitor: TestClient) -> None:
    text = "路灯坏了，再不修就曝光另外井盖丢了"
    body = await (await visitor.post("/api/v1/routes", json={"text": text})).json()
    assert body["marks"] == {
        "sentiment": "angry",
        "sensitive": ["媒体曝光"],
        "anonymous": False,
        "confidential": True,
        "persons": [{"name": "王某", "role": "老板"}],
        "reasons": ["敏感（媒体曝光）：提到“曝光”"],
    }
    assert [part["text"] for part in body["parts"]] == ["路灯坏了，再不修就曝光", "井盖丢了"]
    assert [part["auto"] for part in body["parts"]] == [True, False]


@pytest.mark.parametrize(
    ("path", "sent", "status", "code", "field"),
    [
        ("/api/v1/chat", {}, 400, "invalid", "text"),
        ("/api/v1/chat", {"text": ""}, 400, "invalid", "text"),
        ("/api/v1/chat", {"text": " \n\x00"}, 400, "invalid", "text"),
        ("/api/v1/chat", {"text": 7}, 400, "invalid", "text"),
        ("/api/v1/chat", {"text": None}, 400, "invalid", "text"),
        ("/api/v1/chat", {"text": "x" * 100_000}, 413, "too_large", "text"),
        ("/api/v1/chat", {"text": "好", "conversation_id": "x"}, 400, "invalid", "conversation_id"),
        ("/api/v1/chat", {"text": "好", "message_id": "!"}, 400, "invalid", "message_id"),
        ("/api/v1/chat", {"text": "好", "tetx": 1}, 400, "invalid", "tetx"),
        ("/api/v1/answers", {"question": ["x"]}, 400, "invalid", "question"),
        ("/api/v1/answers", {"question": "x" * 100_000}, 413, "too_large", "question"),
        ("/api/v1/routes", {"text": "x", "title": "y" * 300}, 413, "too_large", "title"),
        ("/api/v1/cases", {"text": "x", "demand_type": "抱怨"}, 400, "invalid", "demand_type"),
        ("/api/v1/cases", {"text": "x", "contact_phone": "abc"}, 400, "invalid", "contact_phone"),
    ],
)
async def test_bad_fields_are_named(
    visitor: TestClient, path: str, sent: dict[str, Any], status: int, code: str, field: str
) -> None:
    told_status, told = await error(visitor, path, json=sent)
    assert (told_status, told["code"]) == (status, code)
    assert list(told["fields"]) == [field]
    assert told["fields"][field]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"text": "\\ud800"}', b"NaN x", b"[" * 5000])
async def test_broken_json_is_said_to_be_broken(visitor: TestClient, body: bytes) -> None:
    status, told = await error(visitor, "/api/v1/chat", data=body)
    assert (status, told["code"]) == (400, "broken_json")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"null"])
async def test_json_that_is_no_object_is_refused(visitor: TestClient, body: bytes) -> None:
    status, told = await error(visitor, "/api/v1/chat", data=body)
    assert (status, told["code"]) == (400, "invalid")


async def test_a_body_too_big_is_refused(visitor: TestClient) -> None:
    status, told = await error(visitor, "/api/v1/chat", data=io.BytesIO(b" " * 1_100_000))
    assert (status, told["code"]) == (413, "too_large")


async def test_an_unknown_address_has_the_same_shape(visitor: TestClient) -> None:
    status, told = await error(visitor, "/api/v1/nothing", json={})
    assert (status, told["code"]) == (404, "not_found")


async def test_a_wrong_method_has_the_same_shape(visitor: TestClient) -> None:
    answer = await visitor.get("/api/v1/answers", headers=PAGE)
    assert answer.status == 405
    assert (await answer.json())["error"]["code"] == "method_not_allowed"


async def test_a_defect_shows_no_trace(house: House, visitor: TestClient) -> None:
    house.services.library._answerer = None  # type: ignore[assignment]  # so that answering fails
    status, told = await error(visitor, "/api/v1/answers", json={"question": "怎么"})
    assert (status, told["code"], told["fields"]) == (500, "internal", {})
    assert "NoneType" not in told["message"]


async def test_a_defect_shows_people_a_page(house: House, visitor: TestClient) -> None:
    object.__setattr__(house.services, "inbox", None)
    answer = await visitor.get("/chat", headers=PAGE)
    assert answer.status == 500
    assert "系统出了点问题" in await answer.text()


async def test_an_answer_is_rated(house: House, visitor: TestClient) -> None:
    asked = await (await visitor.post("/api/v1/chat", json={"text": "怎么申请高龄津贴"})).json()
    reply_id = asked["replies"][0]["id"]
    path = f"/api/v1/chat/{asked['conversation_id']}/replies/{reply_id}/feedback"
    answer = await visitor.post(path, json={"helpful": False, "comment": "没写电话"})
    assert answer.status == 200
    kept = await answer.json()
    assert (kept["reply_id"], kept["helpful"], kept["comment"]) == (reply_id, False, "没写电话")
    listed = await house.services.questions.listed()
    assert [group.first.question for group in listed.groups] == ["怎么申请高龄津贴"]


async def test_another_conversation_cannot_rate_it(visitor: TestClient) -> None:
    asked = await (await visitor.post("/api/v1/chat", json={"text": "怎么申请高龄津贴"})).json()
    other = await (await visitor.post("/api/v1/chat", json={"text": "您好"})).json()
    reply_id = asked["replies"][0]["id"]
    path = f"/api/v1/chat/{other['conversation_id']}/replies/{reply_id}/feedback"
    assert (await error(visitor, path, json={"helpful": True}))[0] == 404
    own = f"/api/v1/chat/{asked['conversation_id']}/replies/{reply_id}/feedback"
    status, fault = await error(visitor, own, json={"comment": "没有评价"})
    assert (status, set(fault["fields"])) == (400, {"helpful"})

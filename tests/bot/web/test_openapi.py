"""The API's own description: valid, complete, and true of what is really answered."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from bot.web import routes
from bot.web.api_routes import API_ROUTES
from tests.bot.web.conftest import PAGE, House


@pytest.fixture
async def described(visitor: TestClient) -> dict[str, Any]:
    return dict(await (await visitor.get("/api/openapi.json")).json())


async def test_it_is_valid(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(described).iter_errors()) == []


async def test_every_api_route_is_in_it(house: House, described: dict[str, Any]) -> None:
    told = {
        (method.upper(), path) for path, methods in described["paths"].items() for method in methods
    }
    assert told == {(r.method, r.path) for r in routes(house.services) if r.is_api}


async def test_operations_have_names_of_their_own(described: dict[str, Any]) -> None:
    names = [one["operationId"] for p in described["paths"].values() for one in p.values()]
    assert len(set(names)) == len(API_ROUTES)


async def check(described: dict[str, Any], path: str, method: str, answer: Any) -> None:
    operation = described["paths"][path][method]
    schema = operation["responses"][str(answer.status)]["content"]["application/json"]["schema"]
    whole = {**schema, "components": described["components"]}
    Draft202012Validator(whole).validate(await answer.json())


async def test_answers_are_as_described(visitor: TestClient, described: dict[str, Any]) -> None:
    for path, sent in (
        ("/api/v1/chat", {"text": "怎么申请高龄津贴"}),
        ("/api/v1/chat", {"text": ""}),
        ("/api/v1/answers", {"question": "怎么申请高龄津贴"}),
        ("/api/v1/answers", {"question": "火星移民"}),
        ("/api/v1/routes", {"text": "二楼着火了"}),
        ("/api/v1/cases", {"text": "路灯坏了"}),
        ("/api/v1/cases", {"text": "x" * 9000}),
    ):
        await check(described, path, "post", await visitor.post(path, json=sent))


async def test_a_case_is_as_described(visitor: TestClient, described: dict[str, Any]) -> None:
    case = await (await visitor.post("/api/v1/cases", json={"text": "路灯坏了"})).json()
    for path in ("/api/v1/cases/{number}", "/api/v1/cases/{number}/events"):
        answer = await visitor.get(
            path.replace("{number}", case["number"]),
            headers={"X-Query-Code": case["query_code"]},
        )
        await check(described, path, "get", answer)


async def test_a_rating_is_as_described(visitor: TestClient, described: dict[str, Any]) -> None:
    asked = await (await visitor.post("/api/v1/chat", json={"text": "怎么申请高龄津贴"})).json()
    path = "/api/v1/chat/{conversation_id}/replies/{reply_id}/feedback"
    rated = path.replace("{conversation_id}", asked["conversation_id"])
    for reply_id in (asked["replies"][0]["id"], "none"):
        answer = await visitor.post(rated.replace("{reply_id}", reply_id), json={"helpful": True})
        await check(described, path, "post", answer)


async def test_it_can_be_read_by_people(visitor: TestClient) -> None:
    text = await (await visitor.get("/api/docs", headers=PAGE)).text()
    for route in API_ROUTES:
        assert route.path in text
        assert route.summary in text

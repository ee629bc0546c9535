"""`/api/v1/cases`."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from tests.bot.web.conftest import LIGHTS, House, move

LAMP = {"text": "剑光街道路灯坏了三天", "request_id": "0123456789abcdef"}


async def opened(client: TestClient, **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/cases", json={**LAMP, **more})
    return dict(await answer.json())


def code(case: dict[str, Any]) -> dict[str, str]:
    return {"X-Query-Code": case["query_code"]}


def other_than(query_code: str) -> str:
    return f"{(int(query_code) + 1) % 1_000_000:06d}"


async def test_a_case_is_opened_and_dispatched(visitor: TestClient) -> None:
    answer = await visitor.post("/api/v1/cases", json=LAMP)
    body = await answer.json()
    assert answer.status == 201
    assert (body["state"], body["department"]) == ("dispatched", LIGHTS)
    assert len(body["number"]) == 14
    assert len(body["query_code"]) == 6


async def test_the_same_request_opens_one_case(visitor: TestClient) -> None:
    first = await opened(visitor)
    again = await visitor.post("/api/v1/cases", json=LAMP)
    body = await again.json()
    assert again.status == 200
    assert (body["number"], body["query_code"]) == (first["number"], first["query_code"])


async def test_it_is_found_with_number_and_code(visitor: TestClient) -> None:
    case = await opened(visitor)
    answer = await visitor.get(f"/api/v1/cases/{case['number']}", headers=code(case))
    body = await answer.json()
    assert body["text"] == LAMP["text"]
    assert [step["title"] for step in body["steps"]] == ["诉求已登记", f"已转{LIGHTS}办理"]


async def test_what_happened_since(house: House, visitor: TestClient) -> None:
    case = await opened(visitor)
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    await move(clerk, case["number"], "accept")
    answer = await visitor.get(
        f"/api/v1/cases/{case['number']}/events", params={"after": "2"}, headers=code(case)
    )
    assert [step["title"] for step in (await answer.json())["steps"]] == [f"{LIGHTS}已签收"]


async def test_the_citizen_adds_words(visitor: TestClient) -> None:
    case = await opened(visitor)
    answer = await visitor.post(
        f"/api/v1/cases/{case['number']}/notes", json={"text": "今晚也不亮"}, headers=code(case)
    )
    assert (await answer.json())["steps"][-1]["text"] == "今晚也不亮"


async def test_an_answered_case_is_graded(house: House, visitor: TestClient) -> None:
    case = await opened(visitor)
    path = f"/api/v1/cases/{case['number']}/rating"
    early = await visitor.post(path, json={"grade": 5}, headers=code(case))
    assert early.status == 409
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    await move(clerk, case["number"], "accept")
    await move(clerk, case["number"], "reply", text="已修好。")
    answer = await visitor.post(path, json={"grade": 4}, headers=code(case))
    body = await answer.json()
    assert (body["rating"], body["reply"]) == (4, "已修好。")


@pytest.mark.parametrize("grade", [0, 6, "好", 2.5, None])
async def test_a_grade_that_is_none_is_refused(visitor: TestClient, grade: Any) -> None:
    answer = await visitor.post(
        "/api/v1/cases/20260302000001/rating", json={"grade": grade}, headers={"X-Query-Code": "1"}
    )
    assert answer.status == 400
    assert list((await answer.json())["error"]["fields"]) == ["grade"]


async def test_without_code_nothing_is_told(visitor: TestClient) -> None:
    case = await opened(visitor)
    answer = await visitor.get(f"/api/v1/cases/{case['number']}")
    assert answer.status == 400


async def test_unknown_number_and_wrong_code_read_alike(visitor: TestClient) -> None:
    case = await opened(visitor)
    wrong = other_than(case["query_code"])
    answers = [
        await visitor.get(f"/api/v1/cases/{number}", headers={"X-Query-Code": wrong})
        for number in (case["number"], "20260302999999", "nonsense")
    ]
    assert {answer.status for answer in answers} == {404}
    assert len({(await answer.json())["error"]["message"] for answer in answers}) == 1


async def test_the_sixth_wrong_code_must_wait(visitor: TestClient) -> None:
    case = await opened(visitor)
    wrong = other_than(case["query_code"])
    path = f"/api/v1/cases/{case['number']}"
    for _ in range(5):
        assert (await visitor.get(path, headers={"X-Query-Code": wrong})).status == 404
    answer = await visitor.get(path, headers=code(case))
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "再试" in (await answer.json())["error"]["message"]

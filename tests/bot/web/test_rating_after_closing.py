"""The five grades after a case is closed, on the page and in the API; the conversation's side is in
`tests/bot/test_actions_small_forms.py`."""

from __future__ import annotations

import re

import pytest
from aiohttp.test_utils import TestClient

from bot.cases.model import Actor, Move, Role
from bot.cases.service import OpenedCase
from tests.bot.web.conftest import LIGHTS, PAGE, House

GRADES = ("非常不满意", "不满意", "基本满意", "满意", "非常满意")


async def closed(house: House) -> OpenedCase:
    opened = await house.case("路灯坏了")
    clerk = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
    office = Actor(id="office", role=Role.TRIAGE)
    number = opened.case.number
    await house.services.cases.move(number, Move.ACCEPT, clerk)
    await house.services.cases.move(number, Move.REPLY, clerk, text="已修好")
    await house.services.cases.move(number, Move.CLOSE, office)
    return opened


@pytest.mark.parametrize("grade", range(1, 6))
async def test_on_the_progress_page(house: House, visitor: TestClient, grade: int) -> None:
    opened = await closed(house)
    data = {"number": opened.case.number, "query_code": opened.query_code}
    page = await (await visitor.post("/progress", data=data, headers=PAGE)).text()
    offered = dict(re.findall(r'name="grade" value="(\d)"[^>]*>([^<]+)</button>', page))
    assert tuple(offered[str(each)] for each in range(1, 6)) == GRADES
    await visitor.post("/progress/rate", data={**data, "grade": str(grade)}, headers=PAGE)
    case = await house.services.cases.get(opened.case.number)
    assert case.rating == grade
    assert (case.follow_up_due_at is not None) == (grade <= 2)


@pytest.mark.parametrize("grade", range(1, 6))
async def test_through_the_api(house: House, visitor: TestClient, grade: int) -> None:
    opened = await closed(house)
    answer = await visitor.post(
        f"/api/v1/cases/{opened.case.number}/rating",
        json={"grade": grade},
        headers={"X-Query-Code": opened.query_code},
    )
    assert (answer.status, (await answer.json())["rating"]) == (200, grade)

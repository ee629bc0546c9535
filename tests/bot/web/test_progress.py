"""`/progress`."""

from __future__ import annotations

from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from tests.bot.web.conftest import LIGHTS, PAGE, House, move


async def test_a_case_is_shown_to_who_has_its_code(house: House, visitor: TestClient) -> None:
    opened = await house.case("路灯坏了")
    answer = await visitor.post(
        "/progress",
        data={"number": opened.case.number, "query_code": opened.query_code},
        headers=PAGE,
    )
    text = await answer.text()
    assert f"已转{LIGHTS}办理" in text
    assert "已转承办部门" in text


async def test_a_wrong_code_says_so_and_keeps_the_number(house: House, visitor: TestClient) -> None:
    opened = await house.case("路灯坏了")
    answer = await visitor.post(
        "/progress", data={"number": opened.case.number, "query_code": "x"}, headers=PAGE
    )
    text = await answer.text()
    assert answer.status == 404
    assert "编号或查询码不对" in text
    assert f'value="{opened.case.number}"' in text


async def test_five_wrong_ones_then_wait(house: House, visitor: TestClient) -> None:
    opened = await house.case("路灯坏了")
    data = {"number": opened.case.number, "query_code": "x"}
    for _ in range(5):
        await visitor.post("/progress", data=data, headers=PAGE)
    data["query_code"] = opened.query_code
    answer = await visitor.post("/progress", data=data, headers=PAGE)
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "次数太多" in await answer.text()


async def test_an_answer_is_read_and_graded(house: House, visitor: TestClient) -> None:
    opened = await house.case("路灯坏了")
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    await move(clerk, opened.case.number, "accept")
    await move(clerk, opened.case.number, "reply", text="已换灯泡。")
    data = {"number": opened.case.number, "query_code": opened.query_code}
    text = await (await visitor.post("/progress", data=data, headers=PAGE)).text()
    assert "已换灯泡。" in text
    graded = await visitor.post("/progress/rate", data={**data, "grade": "5"}, headers=PAGE)
    assert "感谢您的评价" in await graded.text()
    assert (await house.services.cases.get(opened.case.number)).rating == 5


async def test_words_are_added(house: House, visitor: TestClient) -> None:
    opened = await house.case("路灯坏了")
    data = {"number": opened.case.number, "query_code": opened.query_code, "text": "今晚也不亮"}
    answer = await visitor.post("/progress/note", data=data, headers=PAGE)
    assert "今晚也不亮" in await answer.text()
    empty = await visitor.post("/progress/note", data={**data, "text": " "}, headers=PAGE)
    assert empty.status == 400
    assert "补充内容不能为空" in await empty.text()


async def test_staffs_names_and_notes_stay_inside(house: House, visitor: TestClient) -> None:
    opened = await house.case("路灯坏了")
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS, name="wangfang")
    await move(clerk, opened.case.number, "note", text="先查线路图")
    await move(clerk, opened.case.number, "return", reason="不是我们的")
    data = {"number": opened.case.number, "query_code": opened.query_code}
    text = await (await visitor.post("/progress", data=data, headers=PAGE)).text()
    assert "正在重新确定承办单位" in text
    for inside in ("wangfang", "先查线路图", "不是我们的"):
        assert inside not in text


async def test_a_citizen_has_it_dealt_with_anew(house: House, visitor: TestClient) -> None:
    opened = await house.case("路灯坏了")
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    await move(clerk, opened.case.number, "accept")
    await move(clerk, opened.case.number, "reply", text="已换灯泡。")
    data = {"number": opened.case.number, "query_code": opened.query_code}
    shown = await (await visitor.post("/progress", data=data, headers=PAGE)).text()
    assert "要求重新办理" in shown
    empty = await visitor.post("/progress/reopen", data={**data, "text": " "}, headers=PAGE)
    assert empty.status == 400
    again = await visitor.post("/progress/reopen", data={**data, "text": "又坏了"}, headers=PAGE)
    assert "已经重新办理" in await again.text()
    twice = await visitor.post(
        f"/api/v1/cases/{opened.case.number}/reopening",
        json={"text": "还没好"},
        headers={"X-Query-Code": opened.query_code},
    )
    assert twice.status == 409

"""Replies checked while written, texts split, cases published: the pages and the API."""

from __future__ import annotations

from aiohttp.test_utils import TestClient

from bot.cases.model import CITIZEN, Move, Role, State
from tests.bot.web.conftest import LIGHTS, PAGE, House, move, token

PASSED_ON = "您好，您反映的问题已转相关部门处理。"
GOOD = "您好，路灯已更换。"


async def accepted(house: House) -> tuple[str, TestClient]:
    number = (await house.case("路灯坏了")).case.number
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    await move(clerk, number, "accept")
    return number, clerk


async def test_a_reply_begins_with_a_draft_and_is_checked_while_written(house: House) -> None:
    number, clerk = await accepted(house)
    text = await (await clerk.get(f"/cases/{number}", headers=PAGE)).text()
    assert "【核实的情况" in text
    answer = await clerk.post(
        f"/cases/{number}/reply-check", data={"csrf_token": await token(clerk), "text": PASSED_ON}
    )
    found = await answer.json()
    assert found["fit"] is False
    assert found["findings"][0] == {
        "code": "passed_on",
        "weight": "blocking",
        "said": "只说转给了别处，没有说办得怎样",
    }


async def test_one_held_back_keeps_its_words_and_can_be_sent_knowingly(house: House) -> None:
    number, clerk = await accepted(house)
    held = await move(clerk, number, "reply", text=PASSED_ON)
    text = await held.text()
    assert held.status == 400
    assert PASSED_ON in text
    assert "已经核对，仍要发送" in text
    sent = await move(clerk, number, "reply", text=PASSED_ON, despite="true")
    assert sent.status == 303
    assert (await house.services.cases.get(number)).state is State.REPLIED


async def test_private_words_cannot_be_sent_knowingly(house: House) -> None:
    number, clerk = await accepted(house)
    held = await move(clerk, number, "reply", text="您好，路灯已更换，机主13812345678已知。")
    assert "仍要发送" not in await held.text()


async def test_another_departments_case_is_not_checked(house: House) -> None:
    number, _ = await accepted(house)
    other = await house.staff(Role.DEPARTMENT_CLERK, "市水利局", name="other")
    answer = await other.post(
        f"/cases/{number}/reply-check", data={"csrf_token": await token(other), "text": "x"}
    )
    assert answer.status == 404


async def test_two_demands_are_shown_and_split_by_one_button(house: House) -> None:
    number = (await house.case("下水道堵了，另外树倒了")).case.number
    triage = await house.staff(Role.TRIAGE)
    text = await (await triage.get(f"/cases/{number}", headers=PAGE)).text()
    assert "拆成 2 件分别办理" in text
    answer = await triage.post(
        f"/cases/{number}/split",
        data={"csrf_token": await token(triage)},
        headers=PAGE,
        allow_redirects=False,
    )
    assert answer.status == 303
    kept = await house.services.cases.get(number)
    (new,) = kept.course.parts
    assert (await house.services.cases.get(new)).text == "树倒了"
    text = await (await triage.get(f"/cases/{number}", headers=PAGE)).text()
    assert f'href="/cases/{new}"' in text
    assert "拆成 2 件" not in text


async def test_what_is_published_is_what_somebody_let_out(
    house: House, visitor: TestClient
) -> None:
    opened = await house.case("路灯坏了，我叫王小明，电话13812345678")
    number = opened.case.number
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    await move(clerk, number, "accept")
    await move(clerk, number, "reply", text=GOOD)
    data = {"number": number, "query_code": opened.query_code}
    shown = await (await visitor.post("/progress", data=data, headers=PAGE)).text()
    assert "同意公开这件事和答复" in shown
    agreed = await visitor.post("/progress/agree", data=data, headers=PAGE)
    assert "公开前会隐去您的个人信息" in await agreed.text()
    triage = await house.staff(Role.TRIAGE)
    form = await (await triage.get(f"/cases/{number}", headers=PAGE)).text()
    assert "请逐字核对后再公开" in form
    leaking = {"public_title": "路灯", "public_text": "13812345678", "public_reply": GOOD}
    assert (await move(triage, number, "publish", **leaking)).status == 400
    fit = leaking | {"public_text": "东门路灯不亮"}
    assert (await move(triage, number, "publish", **fit)).status == 303
    page = await (await visitor.get("/letters", headers=PAGE)).text()
    assert "东门路灯不亮" in page
    assert "王小明" not in page
    found = await (await visitor.get("/api/v1/published-cases")).json()
    assert found["cases"][0]["reply"] == GOOD
    assert "number" not in found["cases"][0]
    await move(triage, number, "withdraw", reason="来信人改了主意")
    assert "还没有公开的来信" in await (await visitor.get("/letters", headers=PAGE)).text()


async def test_a_wrong_page_mark_is_said(visitor: TestClient) -> None:
    answer = await visitor.get("/api/v1/published-cases?before=yesterday")
    assert answer.status == 400


async def test_a_citizen_agrees_through_the_api(house: House, visitor: TestClient) -> None:
    opened = await house.case("路灯坏了")
    answer = await visitor.post(
        f"/api/v1/cases/{opened.case.number}/publication",
        headers={"X-Query-Code": opened.query_code},
    )
    assert answer.status == 200
    case = await house.services.cases.get(opened.case.number)
    assert case.course.may_publish
    events = await house.services.cases.events(case.number)
    assert events[-1].move is Move.AGREE_PUBLISH
    assert events[-1].actor == CITIZEN


async def test_an_operator_enters_the_grade_told_by_telephone(house: House) -> None:
    number, clerk = await accepted(house)
    await move(clerk, number, "reply", text=GOOD)
    desk = await house.staff(Role.OPERATOR)
    text = await (await desk.get(f"/cases/{number}", headers=PAGE)).text()
    assert "市民的评价" in text
    assert (await move(desk, number, "rate", grade="2", text="灯还是暗")).status == 303
    case = await house.services.cases.get(number)
    assert (case.rating, case.follow_up_due_at is not None) == (2, True)

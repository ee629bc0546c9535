"""Triage, departments, the case page."""

from __future__ import annotations

import re

import sqlalchemy as sa
from aiohttp.test_utils import TestClient

from bot.cases.model import CITIZEN, Actor, Move, Role, State
from bot.storage.tables import staff
from tests.bot.web.conftest import LIGHTS, PAGE, PASSWORD, House, move


async def page(client: TestClient, path: str) -> str:
    answer = await client.get(path, headers=PAGE)
    assert answer.status == 200
    return await answer.text()


async def test_triage_shows_what_the_machine_was_unsure_of(house: House) -> None:
    unsure = (await house.case("小区门口下水道堵了", key="a")).case
    sure = (await house.case("路灯坏了", key="b")).case
    text = await page(await house.staff(Role.TRIAGE), "/triage")
    assert unsure.number in text
    assert sure.number not in text
    assert f"派给 {LIGHTS}" in text
    assert "30%" in text


async def test_the_gravest_stand_first(house: House) -> None:
    calm = (await house.case("下水道堵了", key="a")).case
    grave = (await house.case("二楼着火了", key="b")).case
    text = await page(await house.staff(Role.TRIAGE), "/triage")
    assert text.index(grave.number) < text.index(calm.number)
    assert "疑似 119 紧急警情" in text


async def test_contacts_are_masked_in_lists(house: House) -> None:
    await house.case(contact_name="张三丰", contact_phone="13812345678")
    text = await page(await house.staff(Role.TRIAGE), "/triage")
    assert "138****5678" in text
    assert "13812345678" not in text


async def test_filters_live_in_the_address(house: House) -> None:
    first = (await house.case("下水道堵了", key="a", place="东门")).case
    second = (await house.case("树倒了", key="b", place="西门")).case
    client = await house.staff(Role.TRIAGE)
    text = await page(client, "/triage?text=东门")
    assert first.number in text
    assert second.number not in text
    assert "这里没有工单" in await page(client, "/triage?severity=urgent")
    assert (await client.get("/triage?severity=worst", headers=PAGE)).status == 400


async def test_one_click_dispatches(house: House) -> None:
    number = (await house.case()).case.number
    client = await house.staff(Role.TRIAGE)
    answer = await move(
        client, number, "dispatch", department=LIGHTS, version="2", back="/triage?tab=waiting"
    )
    assert answer.headers["Location"] == f"/triage?tab=waiting&done={number}"
    case = await house.services.cases.get(number)
    assert (case.state, case.lead_department) == (State.DISPATCHED, LIGHTS)


async def test_the_second_of_two_is_told(house: House) -> None:
    case = (await house.case()).case
    client = await house.staff(Role.TRIAGE)
    seen = str(case.version)
    await move(client, case.number, "refuse", reason="请向法院起诉。", version=seen)
    late = await move(client, case.number, "dispatch", department=LIGHTS, version=seen)
    assert late.status == 409
    assert "刚刚有人处理过" in await late.text()


async def test_refusing_owes_a_reason(house: House) -> None:
    case = (await house.case()).case
    client = await house.staff(Role.TRIAGE)
    without = await move(client, case.number, "refuse")
    assert without.status == 400
    assert "请填写理由" in await without.text()
    await move(client, case.number, "refuse", reason="请通过诉讼解决。")
    assert (await house.services.cases.get(case.number)).state is State.REFUSED


async def test_an_unknown_department_is_refused_and_the_words_stay(house: House) -> None:
    case = (await house.case()).case
    client = await house.staff(Role.TRIAGE)
    answer = await move(client, case.number, "dispatch", department="月球局")
    assert answer.status == 400
    text = await answer.text()
    assert "没有这个部门" in text
    assert 'value="月球局"' in text


async def test_a_department_accepts_and_answers(house: House) -> None:
    case = (await house.case("路灯坏了")).case
    client = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    assert case.number in await page(client, "/departments")
    await move(client, case.number, "accept", back="/departments")
    assert case.number not in await page(client, "/departments")
    assert case.number in await page(client, "/departments?tab=work")
    await move(client, case.number, "reply", text="已修好，请放心。")
    text = await page(client, f"/cases/{case.number}")
    assert "已修好，请放心。" in text
    assert (await house.services.cases.get(case.number)).state is State.REPLIED


async def test_a_department_returns_with_a_reason(house: House) -> None:
    case = (await house.case("路灯坏了")).case
    client = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    answer = await move(client, case.number, "return", reason="属供电公司", back="/departments")
    assert answer.status == 303
    triage = await page(await house.staff(Role.TRIAGE), "/triage?tab=returned")
    assert case.number in triage


async def test_another_departments_case_does_not_exist(house: House) -> None:
    case = (await house.case("路灯坏了")).case
    client = await house.staff(Role.DEPARTMENT_CLERK, "市水利局")
    assert (await client.get(f"/cases/{case.number}", headers=PAGE)).status == 404
    assert (await move(client, case.number, "accept")).status == 404
    assert case.number not in await page(client, "/departments")


async def test_a_move_of_another_role_is_refused(house: House) -> None:
    case = (await house.case("路灯坏了")).case
    client = await house.staff(Role.OPERATOR)
    answer = await move(client, case.number, "accept")
    assert answer.status == 403
    assert (await house.services.cases.get(case.number)).state is State.DISPATCHED


async def test_seeing_a_person_is_written_down(house: House) -> None:
    case = (await house.case("路灯坏了", contact_phone="13812345678")).case
    client = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS, name="wang")
    assert "13812345678" in await page(client, f"/cases/{case.number}")
    [entry] = await house.services.staff.audit_entries(subject=case.number)
    assert (entry.actor, entry.action) == ("wang", "case.see_person")


async def test_an_auditor_sees_no_person(house: House) -> None:
    case = (await house.case("路灯坏了，电话 13812345678", contact_phone="13812345678")).case
    await house.services.cases.move(case.number, Move.NOTE, CITIZEN, text="也可打 13987654321")
    text = await page(await house.staff(Role.AUDITOR), f"/cases/{case.number}")
    assert "13812345678" not in text
    assert "13987654321" not in text
    assert "138****5678" in text
    assert await house.services.staff.audit_entries(subject=case.number) == ()


async def test_citizens_words_are_shown_as_words_to_staff(house: House) -> None:
    case = (await house.case("<img src=x onerror=alert(1)>", title="<b>x</b>", place='"><i>')).case
    client = await house.staff(Role.TRIAGE)
    for path in ("/triage", "/cases", f"/cases/{case.number}"):
        text = await page(client, path)
        assert "<img src=x" not in text
        assert "<b>x</b>" not in text
        assert '"><i>' not in text


async def test_long_lists_come_in_pages(house: House) -> None:
    numbers = [(await house.case(f"树倒了{i}", key=f"k{i}")).case.number for i in range(31)]
    client = await house.staff(Role.TRIAGE)
    first = await page(client, "/triage")
    assert sum(number in first for number in numbers) == 30
    after = first.partition("cursor=")[2].partition('"')[0]
    second = await page(client, f"/triage?cursor={after}")
    assert sum(number in second for number in numbers) == 1


async def test_the_gravest_stand_first_on_the_first_of_many_pages(house: House) -> None:
    for number in range(31):
        await house.case(f"树倒了{number}", key=f"k{number}")
    house.world.clock.advance(days=3)
    grave = (await house.case("二楼着火了", key="grave")).case.number
    text = await page(await house.staff(Role.TRIAGE), "/triage")
    assert re.findall(r"/cases/(\d{14})\"", text)[0] == grave


async def test_what_is_done_is_listed_newest_first(house: House) -> None:
    numbers = []
    for key in ("a", "b"):
        numbers.append((await house.case("树倒了", key=key)).case.number)
        await house.services.cases.move(
            numbers[-1], Move.REFUSE, Actor(id="t", role=Role.TRIAGE), reason="请走诉讼"
        )
        house.world.clock.advance(days=1)
    text = await page(await house.staff(Role.TRIAGE), "/cases?tab=ended")
    assert text.index(numbers[1]) < text.index(numbers[0])


async def test_an_unknown_case_is_said_to_be_unknown(house: House) -> None:
    client = await house.staff(Role.TRIAGE)
    answer = await client.get("/cases/20990101000001", headers=PAGE)
    assert answer.status == 404
    assert "没有这个编号" in await answer.text()


async def test_a_department_account_without_a_department_sees_nothing(house: House) -> None:
    number = (await house.case("路灯坏了")).case.number
    client = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS, name="moved")
    async with house.world.storage.begin() as unit:
        await unit.staff._connection.execute(sa.update(staff).values(department=""))
    answer = await client.post(
        "/signin", data={"name": "moved", "password": PASSWORD}, allow_redirects=False
    )
    assert answer.status == 303
    listed = await client.get("/departments", headers=PAGE)
    assert listed.status == 403
    assert number not in await listed.text()

"""A list taken away: it says who did in every row, hides persons, and is in the audit."""

from __future__ import annotations

import io

import pytest
from aiohttp.test_utils import TestClient
from openpyxl import load_workbook

from bot.cases.model import Role
from tests.bot.web.conftest import LIGHTS, PAGE, House, token

PHONE, NAME = "13900000001", "张三丰"


async def taken(client: TestClient, **values: str) -> tuple[int, list[list[str]]]:
    data = {"csrf_token": await token(client), "reason": "月度分析", **values}
    answer = await client.post("/cases/export", data=data, headers=PAGE)
    if "spreadsheet" not in answer.headers["Content-Type"]:
        return answer.status, [[await answer.text()]]
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(await answer.read())).active
    rows = [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return answer.status, rows


async def two(house: House) -> None:
    await house.case("路灯坏了", key="a", contact_name=NAME, contact_phone=PHONE)
    await house.case(f"=1+1下水道堵了，电话{PHONE}", key="b", channel="hotline")


async def test_every_row_says_who_took_it_and_hides_persons(house: House) -> None:
    await two(house)
    client = await house.staff(Role.TRIAGE, name="wang")
    status, rows = await taken(client, query="tab=open")
    assert status == 200
    assert "wang" in rows[0][0]
    assert "月度分析" in rows[0][0]
    assert len(rows) == 4
    mark = rows[2][-1]
    assert mark.startswith("wang ")
    assert rows[3][-1] == mark
    assert PHONE not in str(rows)
    assert NAME not in str(rows)
    [entry] = [
        one for one in await house.services.staff.audit_entries() if one.action == "case.export"
    ]
    assert (entry.actor, entry.subject in mark) == ("wang", True)
    assert (entry.details["count"], entry.details["persons"]) == ("2", "no")


async def test_persons_stand_in_it_where_the_reader_may_see_them_and_asks(house: House) -> None:
    await two(house)
    office = await house.staff(Role.TRIAGE, name="wang")
    assert PHONE in str((await taken(office, query="tab=open", persons="1"))[1])
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        client = await house.staff(role)
        shown = str((await taken(client, query="tab=open", persons="1"))[1])
        assert (PHONE in shown, NAME in shown) == (False, False)


async def test_the_list_is_the_one_that_was_looked_at(house: House) -> None:
    await two(house)
    client = await house.staff(Role.SUPERVISOR)
    assert len((await taken(client, query="tab=all&channel=hotline"))[1]) == 3
    link = await (await client.get("/cases?tab=all&channel=hotline", headers=PAGE)).text()
    assert "/cases/export?tab=all&amp;channel=hotline" in link


@pytest.mark.parametrize("values", [{"reason": ""}, {"query": "demand=none"}])
async def test_without_a_reason_or_list_nothing_goes(house: House, values: dict[str, str]) -> None:
    await two(house)
    client = await house.staff(Role.SUPERVISOR)
    assert (await taken(client, **values))[0] == 400
    entries = await house.services.staff.audit_entries()
    assert all(one.action != "case.export" for one in entries)


async def test_departments_take_nothing_away(house: House) -> None:
    client = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    assert (await client.get("/cases/export", headers=PAGE)).status == 403

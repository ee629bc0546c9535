"""`/cases/import`: a spreadsheet of open orders, looked at, confirmed, opened."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from aiohttp import ClientResponse, FormData
from aiohttp.test_utils import TestClient

from bot.cases.filters import CaseFilter
from bot.cases.model import Role, State
from bot.city import sheets
from tests.bot.web.conftest import LIGHTS, PAGE, House, token

HERE = "/cases/import"
ROWS = [
    ["工单编号", "工单标题", "诉求内容", "诉求人", "来电号码", "承办单位", "备注"],
    ["G-1", "路灯不亮", "王小二说路灯不亮，电话13900000001", "王小二", "13900000001", LIGHTS, ""],
    ["G-2", "井盖松动", "井盖松动", "", "", "", "急"],
    ["G-3", "=1+1", "漏水", "", "", "没有这个局", ""],
]
CSV = sheets.write_csv(ROWS)
BOOK = sheets.write_workbook(ROWS, [10] * 7, "工单")


async def upload(
    client: TestClient, content: bytes = CSV, name: str = "open.csv", mapping: bytes = b""
) -> ClientResponse:
    form = FormData()
    form.add_field("csrf_token", await token(client))
    form.add_field("file", content, filename=name)
    form.add_field("map", mapping, filename="map.toml")
    return await client.post(HERE, data=form, headers=PAGE, allow_redirects=False)


async def place_of(answer: ClientResponse) -> str:
    assert answer.status == 303, await answer.text()
    return answer.headers["Location"]


async def shown(client: TestClient, path: str) -> str:
    answer = await client.get(path, headers=PAGE)
    assert answer.status == 200
    return await answer.text()


async def confirm(house: House, client: TestClient, path: str) -> int:
    answer = await client.post(
        path, data={"csrf_token": await token(client)}, allow_redirects=False
    )
    await house.services.imports.finished(path.rpartition("/")[2])
    return answer.status


async def states(house: House) -> list[tuple[str, State]]:
    found = (await house.services.cases.cases(CaseFilter())).cases
    return sorted((case.external_number, case.state) for case in found)


@pytest.mark.parametrize(("content", "name"), [(CSV, "open.csv"), (BOOK, "open.xlsx")])
async def test_looked_at_confirmed_and_opened(house: House, content: bytes, name: str) -> None:
    office = await house.staff(Role.TRIAGE)
    path = await place_of(await upload(office, content, name))
    text = await shown(office, path)
    assert "可登记 2 件，已登记过 0 件，不能登记 1 行" in text
    assert "没有采用的列：备注" in text
    assert "承办单位：没有这个部门：没有这个局" in text
    assert "王小二" in text
    assert await states(house) == []
    assert await confirm(house, office, path) == 303
    assert await states(house) == [("G-1", State.DISPATCHED), ("G-2", State.TRIAGE)]
    text = await shown(office, path)
    assert "登记 2 件，原已登记 0 件，没有登记 1 行" in text
    raw = await (await office.get(path.replace("/import/", "/import/refused/"))).read()
    assert "'=1+1" in raw.decode("utf-8-sig")
    assert "承办单位：没有这个部门：没有这个局" in raw.decode("utf-8-sig")
    actions = [one.action for one in await house.services.staff.audit_entries(actor="triage")]
    assert "case.open_import" in actions


async def test_again_opens_nothing(house: House) -> None:
    office = await house.staff(Role.SUPERVISOR)
    for _ in range(2):
        path = await place_of(await upload(office))
        await confirm(house, office, path)
        assert await confirm(house, office, path) == 303
    assert "登记 0 件，原已登记 2 件" in await shown(office, path)
    assert len(await states(house)) == 2


async def test_who_may_not_see_citizens_sees_them_masked(house: House) -> None:
    office = await house.staff(Role.ADMINISTRATOR)
    text = await shown(office, await place_of(await upload(office)))
    assert "王小二" not in text
    assert "13900000001" not in text
    assert "139****0001" in text


async def test_nobody_else_sees_it(house: House) -> None:
    path = await place_of(await upload(await house.staff(Role.TRIAGE)))
    other = await house.staff(Role.TRIAGE, name="other")
    assert (await other.get(path, headers=PAGE)).status == 404
    assert (await other.get(path.replace("/import/", "/import/refused/"))).status == 404
    assert await confirm(house, other, path) == 404
    for role in (Role.OPERATOR, Role.AUDITOR, Role.EDITOR):
        stranger = await house.staff(role)
        assert (await stranger.get(HERE, headers=PAGE)).status == 403
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    assert (await clerk.get(HERE, headers=PAGE)).status == 403


@pytest.mark.parametrize(
    ("content", "name", "mapping", "why"),
    [
        (b"", "open.csv", b"", "找不到“内容”列"),
        (CSV, "open.pdf", b"", "只能导入"),
        (b"PK\x03\x04nonsense", "open.xlsx", b"", "不是 .xlsx 文件"),
        ("标题\n漏水".encode(), "open.csv", b"", "找不到“内容”列"),
        (CSV, "open.csv", b"[columns]\ntext = 1", "对照表有误"),
        (CSV, "open.csv", b"\xff", "对照表应存为 UTF-8"),
        (CSV, "open.csv", '[columns]\ntext = "没有"'.encode(), "对照表里的列在文件中没有"),
    ],
)
async def test_a_file_that_cannot_be_used_says_why_and_is_not_kept(
    house: House, content: bytes, name: str, mapping: bytes, why: str
) -> None:
    answer = await upload(await house.staff(Role.TRIAGE), content, name, mapping)
    assert answer.status == 400
    assert why in await answer.text()
    assert list(house.world.home.glob("imports/*")) == []


async def test_a_mapping_goes_with_the_file(house: House) -> None:
    office = await house.staff(Role.TRIAGE)
    mapping = '[columns]\ntext = ["诉求内容", "备注"]\n'.encode()
    path = await place_of(await upload(office, mapping=mapping))
    assert "内容←诉求内容、备注" in await shown(office, path)
    await confirm(house, office, path)
    page = await house.services.cases.cases(CaseFilter(text="井盖松动"))
    assert [case.text for case in page.cases] == ["井盖松动\n急"]


async def test_a_process_that_died_is_gone_on_with(house: House) -> None:
    office = await house.staff(Role.TRIAGE)
    path = await place_of(await upload(office))
    folder = house.world.home / "imports" / path.rpartition("/")[2]
    kept = json.loads((folder / "job.json").read_text("utf-8"))
    (folder / "job.json").write_text(json.dumps(kept | {"state": "running"}), "utf-8")
    text = await shown(office, path)
    assert "正在登记" in text
    assert 'http-equiv="refresh"' in text
    house.world.clock.advance(minutes=2)
    assert "导入中断，可以继续" in await shown(office, path)
    await confirm(house, office, path)
    assert "已经完成" in await shown(office, path)
    assert len(await states(house)) == 2


async def test_what_is_kept_is_the_owners_alone_and_goes(house: House) -> None:
    office = await house.staff(Role.TRIAGE)
    first = await place_of(await upload(office))
    folder = house.world.home / "imports" / first.rpartition("/")[2]
    assert {oct(file.stat().st_mode & 0o777) for file in folder.iterdir()} == {"0o600"}
    await confirm(house, office, first)
    assert not (folder / "orders.csv").exists()
    house.world.clock.advance(days=timedelta(days=8).days)
    again = await house.staff(Role.TRIAGE, name="later")
    await upload(again)
    assert not folder.exists()


async def test_an_address_leads_nowhere_else(house: House) -> None:
    office = await house.staff(Role.TRIAGE)
    for name in ("..%2F..%2Fetc", "0" * 26, "a.b"):
        assert (await office.get(f"{HERE}/{name}", headers=PAGE)).status == 404


async def test_the_list_of_cases_leads_here(house: House) -> None:
    text = await shown(await house.staff(Role.TRIAGE), "/cases")
    assert re.search(r'href="/cases/import"', text)
    assert 'href="/cases/import"' not in await shown(await house.staff(Role.AUDITOR), "/cases")

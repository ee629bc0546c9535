"""The duties of the plan of openness on their page, in the API and as a table to take away."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.library import Library
from tests.bot.conftest import World
from tests.bot.openness.plan.world import BUDGETS, GRADES, PICTURES, REPORT, WEEKLY, planned
from tests.bot.web.conftest import LIGHTS, PAGE, House, running, token

PATH = "/insight/plan"
DUTY = f"{PATH}/duty?duty=annual-report&unit={LIGHTS}&year=2026"


@pytest.fixture
async def house(world: World, library: Library) -> AsyncIterator[House]:
    city = planned(REPORT, WEEKLY, PICTURES, GRADES, BUDGETS)
    async with running(world, library=library, city=city) as opened:
        yield opened


async def text_of(client: TestClient, path: str = PATH) -> str:
    answer = await client.get(path, headers=PAGE)
    assert answer.status == 200
    return await answer.text()


async def enter(client: TestClient, status: int = 303, **changes: str) -> str:
    values = {
        "duty": "annual-report",
        "unit": LIGHTS,
        "on": "2026-01-20",
        "item": "报送",
        "title": "上年度报告",
    }
    data = {**values, **changes, "csrf_token": await token(client)}
    answer = await client.post(f"{PATH}/duty", data=data, headers=PAGE, allow_redirects=False)
    assert answer.status == status
    return await answer.text()


def cells(page: str) -> dict[str, str]:
    """Duty → the word in its cell."""
    found = re.findall(r'<td data-duty="([^"]+)"><a class="plan-mark [^>]+>([^<]+)</a>', page)
    return dict(found)


async def test_each_duty_has_its_word_and_its_figures(house: House) -> None:
    page = await text_of(await house.staff(Role.SUPERVISOR))
    assert cells(page) == {
        "年度报告": "未落实",
        "动态栏目": "未落实",
        "多元化解读率": "未到期",
        "差评回访": "未到期",
        "预决算": "未到期",
    }
    assert "<small>0/2</small>" in page
    assert "未落实 <b>2</b>" in page
    assert "未到期 <b>3</b>" in page


async def test_the_address_filters_by_state(house: House) -> None:
    client = await house.staff(Role.AUDITOR)
    page = await text_of(client, f"{PATH}?state=missed&year=2026")
    assert set(cells(page)) == {"年度报告", "动态栏目"}
    assert "没有符合条件的任务" in await text_of(client, f"{PATH}?state=met")
    assert "没有符合条件的任务" in await text_of(client, f"{PATH}?unit=市水利局")
    assert "这一年没有工作要点" in await text_of(client, f"{PATH}?year=2020")
    for query in ("state=other", "year=abc", "year=1"):
        assert (await client.get(f"{PATH}?{query}", headers=PAGE)).status == 400


async def test_what_is_entered_is_seen_and_judged(house: House) -> None:
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    before = await text_of(clerk, DUTY)
    assert "下一步：" in before
    assert "还没有登记" in before
    assert re.findall(r"<span>(报送|公布)</span> <small>([^<]+)</small>", before) == [
        ("报送", "2026年1月31日到期"),
        ("公布", "2026年1月31日到期"),
    ]
    await enter(clerk)
    await enter(clerk, item="公布", link="https://example.com/report", note="第三栏")
    page = await text_of(clerk, DUTY)
    assert "应完成 2 项，按时 2 项" in page
    assert 'plan-met">已落实' in page
    assert 'href="https://example.com/report"' in page
    assert "第三栏" in page
    entries = await house.services.staff.audit_entries(actor="department-clerk")
    assert [entry.action for entry in entries[:2]] == ["plan.enter", "plan.enter"]
    assert entries[0].details["unit"] == LIGHTS


async def test_what_came_too_late_is_missed(house: House) -> None:
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    await enter(clerk)
    await enter(clerk, item="公布", on="2026-02-01")
    page = await text_of(clerk, DUTY)
    assert "做晚了 1 项：公布" in page
    assert 'plan-missed">未落实' in page


async def test_what_is_taken_back_is_still_seen(house: House) -> None:
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    other = await house.staff(Role.DEPARTMENT_HEAD, "市水利局", name="other")
    await enter(clerk)
    [id] = re.findall(r'action="/insight/plan/withdraw/([^"]+)"', await text_of(clerk, DUTY))

    async def withdraw(client: TestClient, why: str) -> int:
        data = {"csrf_token": await token(client), "year": "2026", "why": why}
        answer = await client.post(
            f"{PATH}/withdraw/{id}", data=data, headers=PAGE, allow_redirects=False
        )
        return answer.status

    assert await withdraw(other, "不是我们的") == 404
    assert await withdraw(clerk, "") == 400
    assert await withdraw(clerk, "日期填错") == 303
    assert await withdraw(clerk, "再来一次") == 409
    page = await text_of(clerk, DUTY)
    assert "撤回：日期填错" in page
    assert "应完成 2 项，按时 0 项" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"on": "2026-03-03"}, "日期还没有到"),
        ({"on": ""}, "请填写日期"),
        ({"title": ""}, "请填写标题"),
        ({"title": "长" * 201}, "标题太长了"),
        ({"item": "别的"}, "请选择登记的是哪一种"),
        ({"link": "javascript:alert(1)"}, "链接应以 http:// 或 https:// 开头"),
        ({"duty": "ratings", "item": ""}, "不用登记"),
        ({"on": "2024-12-31"}, "只能登记今年和去年的"),
    ],
)
async def test_what_cannot_be_right_is_told_and_kept(
    house: House, changes: dict[str, str], said: str
) -> None:
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    page = await enter(clerk, 400, note="写了一半的备注", **changes)
    assert said in page
    assert ("写了一半的备注" in page) == (changes.get("duty") != "ratings")


async def test_a_unit_sees_and_enters_its_own_only(house: House) -> None:
    other = await house.staff(Role.DEPARTMENT_CLERK, "市水利局")
    assert LIGHTS not in re.sub(r"<header.*?</header>", "", await text_of(other), flags=re.DOTALL)
    assert (await other.get(DUTY, headers=PAGE)).status == 404
    await enter(other, 404)
    for path in (f"{PATH}.csv", "/api/v1/plan", f"/api/v1/plan?unit={LIGHTS}"):
        assert LIGHTS not in await (await other.get(path)).text()


async def test_lookers_on_have_no_form(house: House) -> None:
    auditor = await house.staff(Role.AUDITOR)
    page = await text_of(auditor, DUTY)
    assert "<h1>年度报告</h1>" in page
    assert 'name="title"' not in page
    await enter(auditor, 403)


async def test_the_office_enters_the_day_the_sessions_ended(house: House) -> None:
    office = await house.staff(Role.TRIAGE)
    where = f"{PATH}/duty?duty=budgets&unit={LIGHTS}&year=2026"
    assert "还没有“两会闭幕”的日期" in await text_of(office, where)
    await enter(office, duty="budgets", item="两会闭幕", title="两会", on="2026-02-10")
    page = await text_of(office, where)
    assert "没有做 2 项：预算、决算" in page


async def test_the_table_and_the_api_say_the_same(house: House) -> None:
    client = await house.staff(Role.SUPERVISOR)
    raw = await (await client.get(f"{PATH}.csv?year=2026")).read()
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    said = await (await client.get("/api/v1/plan?year=2026")).json()
    assert [(row["任务"], row["状态"]) for row in rows] == [
        (one["name"], one["state_name"]) for one in said["duties"]
    ]
    assert (said["title"], said["judged_on"], len(rows)) == ("小城工作要点", "2026-03-02", 5)
    assert (rows[0]["单位"], rows[0]["应完成"], rows[0]["下一步"]) == (LIGHTS, "2", "去做")

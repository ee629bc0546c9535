"""The administrator's page of accounts, and the audit."""

from __future__ import annotations

import csv
import io

import pytest
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from tests.bot.web.conftest import LIGHTS, PAGE, PASSWORD, House
from tests.bot.web.people import found, send, sign_in, with_authenticator

HERE = "/admin/staff"


@pytest.fixture
async def admin(house: House) -> TestClient:
    return await house.staff(Role.ADMINISTRATOR, name="admin")


async def text_of(client: TestClient, path: str) -> str:
    answer = await client.get(path, headers=PAGE, allow_redirects=False)
    assert answer.status == 200
    return await answer.text()


async def done(house: House, prefix: str) -> list[tuple[str, str, str]]:
    entries = await house.services.staff.audit_entries(action=prefix)
    return [(one.actor, one.action, one.subject) for one in reversed(entries)]


async def test_an_account_is_added_and_its_password_shown_once(
    house: House, admin: TestClient, visitor: TestClient
) -> None:
    added = await send(
        admin,
        HERE,
        name="张三丰",
        display_name="张三丰",
        role="department_clerk",
        department=LIGHTS,
    )
    first = found(r"<code>([^<]+)</code>", await added.text())
    assert (await sign_in(visitor, "张三丰", first)).headers["Location"] == "/password"
    assert first not in await text_of(admin, HERE)
    assert first not in await text_of(admin, f"{HERE}/张三丰")
    member = await house.services.staff.get("张三丰")
    assert (member.role, member.department) == (Role.DEPARTMENT_CLERK, LIGHTS)
    assert ("admin", "staff.add", "张三丰") in await done(house, "staff.")


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"name": "x", "role": "triage"}, 400, "2 到 40 个"),
        ({"name": "wang", "role": ""}, 400, "请选择岗位"),
        ({"name": "wang", "role": "citizen"}, 400, "不是工作人员的角色"),
        ({"name": "wang", "role": "department_head"}, 400, "请填写部门的正式名称"),
        ({"name": "wang", "role": "department_head", "department": "月球局"}, 400, "正式名称"),
        ({"name": "admin", "role": "triage"}, 409, "已经存在"),
    ],
)
async def test_what_cannot_be_added_is_said(
    admin: TestClient, fields: dict[str, str], status: int, said: str
) -> None:
    answer = await send(admin, HERE, **fields)
    text = await answer.text()
    assert (answer.status, said in text) == (status, True)


async def test_another_role_takes_effect_at_once(house: House, admin: TestClient) -> None:
    lin = await house.staff(Role.TRIAGE, name="lin")
    fields = {"role": "department_clerk", "department": LIGHTS}
    moved = await send(admin, f"{HERE}/lin/role", **fields)
    assert (moved.status, moved.headers["Location"]) == (303, f"{HERE}/lin")
    assert (await lin.get("/triage")).status == 401
    assert (await sign_in(lin, "lin", PASSWORD)).headers["Location"] == "/departments"
    assert ("admin", "staff.move", "lin") in await done(house, "staff.")


async def test_closing_and_opening(house: House, admin: TestClient) -> None:
    lin = await house.staff(Role.TRIAGE, name="lin")
    await send(admin, f"{HERE}/lin/active", active="no")
    assert (await lin.get("/triage")).status == 401
    assert (await sign_in(lin, "lin", PASSWORD)).status == 401
    assert "已停用" in await text_of(admin, HERE)
    await send(admin, f"{HERE}/lin/active", active="yes")
    assert (await sign_in(lin, "lin", PASSWORD)).status == 303
    assert [action for _, action, _ in await done(house, "staff.")][-3:] == [
        "staff.close", "staff.open", "staff.sign_in",
    ]  # fmt: skip


async def test_a_password_is_reset_and_shown_once(house: House, admin: TestClient) -> None:
    lin = await house.staff(Role.TRIAGE, name="lin")
    house.world.clock.advance(seconds=1)
    answer = await send(admin, f"{HERE}/lin/password")
    first = found(r"<code>([^<]+)</code>", await answer.text())
    assert (await lin.get("/triage")).status == 401
    assert (await sign_in(lin, "lin", PASSWORD)).status == 401
    assert (await sign_in(lin, "lin", first)).headers["Location"] == "/password"


async def test_an_authenticator_is_taken_off(house: House, admin: TestClient) -> None:
    lin = await house.staff(Role.TRIAGE, name="lin")
    await with_authenticator(house, "lin")
    assert "解除验证器" in await text_of(admin, f"{HERE}/lin")
    assert (await send(admin, f"{HERE}/lin/code-off")).status == 303
    assert (await lin.get("/triage")).status == 401
    assert (await sign_in(lin, "lin", PASSWORD)).headers["Location"] == "/triage"
    assert ("admin", "second_factor.off", "lin") in await done(house, "second_factor.")


@pytest.mark.parametrize(
    ("act", "fields", "status"),
    [
        ("active", {"active": "no"}, 403),
        ("role", {"role": "triage"}, 403),
        ("password", {}, 400),
    ],
)
async def test_nobody_locks_themselves_out(
    house: House, admin: TestClient, act: str, fields: dict[str, str], status: int
) -> None:
    before = await house.services.staff.get("admin")
    assert (await send(admin, f"{HERE}/admin/{act}", **fields)).status == status
    assert await house.services.staff.get("admin") == before
    assert (await admin.get(HERE, headers=PAGE)).status == 200


@pytest.mark.parametrize("act", ["active", "role", "password", "code-off", "sessions"])
async def test_who_is_not_there_is_not_found(admin: TestClient, act: str) -> None:
    fields = {"active": "no", "role": "triage"}
    assert (await send(admin, f"{HERE}/nobody/{act}", **fields)).status == 404


async def test_the_auditor_reads_who_looked_at_what(house: House) -> None:
    record = house.services.staff.record
    await record("lin", "case.see_person", "20260302000001")
    house.world.clock.advance(days=1)
    await record("wang", "case.export", rows="7")
    auditor = await house.staff(Role.AUDITOR, name="shen")
    for query, seen, unseen in (
        ("actor=lin", "查看诉求人信息", "导出工单<"),
        ("subject=20260302000001", "查看诉求人信息", "导出工单<"),
        ("action=case.export", "rows：7", "20260302000001"),
        ("day=2026-03-03", "rows：7", "20260302000001"),
        ("day=2026-03-02", "20260302000001", "rows：7"),
    ):
        text = await text_of(auditor, f"/admin/audit?{query}")
        rows = text.partition("<tbody>")[2]
        assert (query, seen in rows, unseen in rows) == (query, True, False)
    assert (await auditor.get("/admin/audit?day=gestern", headers=PAGE)).status == 400
    assert (await auditor.get(HERE, headers=PAGE)).status == 403


async def test_the_audit_goes_on_over_pages(house: House) -> None:
    auditor = await house.staff(Role.AUDITOR, name="shen")
    for number in range(150):
        await house.services.staff.record("lin", "case.see_person", f"no {number:03}")
    first = await text_of(auditor, "/admin/audit?actor=lin")
    further = found(r'href="(/admin/audit\?[^"]*before=[^"]+)"', first).replace("&amp;", "&")
    second = await text_of(auditor, further)
    shown = [f"no {number:03}" in first for number in range(150)]
    assert shown == [False] * 50 + [True] * 100
    assert [f"no {number:03}" in second for number in range(150)] == [not one for one in shown]


async def test_the_file_of_the_audit_holds_no_formulas(house: House) -> None:
    auditor = await house.staff(Role.AUDITOR, name="shen")
    for subject in ("=1+1", "+1", "-1", "@sum", "\t=1", "plain"):
        await house.services.staff.record("lin", "case.see_person", subject)
    answer = await auditor.get("/admin/audit.csv?actor=lin")
    assert answer.content_type == "text/csv"
    rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert rows[0][:3] == ["时间", "人员", "动作"]
    assert [row[4][0] for row in reversed(rows[1:])] == ["'", "'", "'", "'", "'", "p"]
    assert ("shen", "audit.export", "") in await done(house, "audit.")

"""Every page for everybody: no serious barrier by axe-core, none wider than a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessible import barriers, overflow
from tests.browser.conftest import DESK, PHONE, Visitors, say
from tests.browser.test_mailbox import sent, write

pytestmark = [pytest.mark.browser, pytest.mark.rasa]

PUBLIC = (
    "/chat", "/mailbox", "/progress", "/letters", "/letters/figures", "/disclosure", "/signin",
    "/api/docs", "/letters/nothing-of-the-kind",
)  # fmt: skip
STAFF = {
    "triage": ("/triage", "/triage?tab=sent", "/cases", "/cases?tab=all", "/alerts", "/deliveries",
               "/disclosures", "/disclosures/new", "/letters/offered", "/cases/import", "/account"),
    "department_clerk": ("/departments", "/departments?tab=work", "/disclosures",
                         "/insight/satisfaction", "/insight/plan"),
    "editor": ("/knowledge", "/knowledge/questions", "/knowledge/hit-test?question=高龄津贴"),
    "checker": ("/knowledge",),
    "operator": ("/desk", "/desk/callbacks"),
    "supervisor": ("/insight", "/insight?wall=1", "/insight/hot", "/insight/satisfaction",
                   "/insight/plan", "/insight/reports", "/desk/board", "/disclosures/yearly"),
    "administrator": ("/admin", "/admin/versions", "/admin/connectors", "/admin/features",
                      "/admin/staff", "/admin/audit", "/admin/city/limits",
                      "/admin/city/catalogue"),
    "auditor": ("/cases", "/admin/audit"),
}  # fmt: skip
"""Role → the pages it works on."""


def looked_at(page: Page, *paths: str) -> list[str]:
    found = []
    for path in paths:
        page.goto(path)
        for size in (PHONE, DESK):
            page.set_viewport_size(size)  # type: ignore[arg-type]  # the two keys are given
            found += [*barriers(page), *overflow(page)]
    return found


def test_citizens_pages(visitors: Visitors) -> None:
    page = visitors.open("/chat")
    say(page, "异地就医怎么备案")
    found = [*barriers(page), *overflow(page)]
    page.locator(".source summary").first.click()
    page.get_by_role("link", name="查看全文中的这一处").first.click()
    found += [*barriers(page), *overflow(page)]
    page.goto("/mailbox")
    write(page, "府前路路灯", "剑光街道府前路的路灯坏了三天了，没人修。")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    found += barriers(page)
    sent(page)
    found += [*barriers(page), *overflow(page)]
    page.get_by_role("button", name="查看办理进度").click()
    found += [*barriers(page), *overflow(page)]
    assert [*found, *looked_at(page, *PUBLIC)] == []


def test_citizens_pages_in_large_type(visitors: Visitors) -> None:
    page = visitors.open("/chat")
    page.get_by_role("button", name="大字版").click()
    assert looked_at(page, *PUBLIC) == []


@pytest.mark.parametrize("role", STAFF)
def test_staff_pages(visitors: Visitors, role: str) -> None:
    citizen = visitors.open("/mailbox")
    write(citizen, "楼道堆物", "龙津社区的楼道里堆了很多东西，没有人管，请处理。")
    sent(citizen)
    department = "市城市管理局" if role.startswith("department") else ""
    page = visitors.staff(f"axe_{role}", role, department)
    found = looked_at(page, *STAFF[role])
    opened = page.locator(".item-open, td a[href^='/cases/'], td a[href^='/knowledge/documents']")
    page.goto(STAFF[role][0])
    if opened.count():
        opened.first.click()
        found += [*barriers(page), *overflow(page)]
    assert found == []

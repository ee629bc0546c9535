"""Each role's main path that no other test walks: the head, the supervisor, the administrator, the
auditor. Operators are in `test_desk`, triage in `test_triage`, clerks in `test_complaint` and
`test_mailbox`, editors and checkers in `test_editors` and `test_content`."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.test_mailbox import sent, write

pytestmark = [pytest.mark.browser, pytest.mark.rasa]

LIGHTS = "市城市管理局"


def dispatched(visitors: Visitors) -> str:
    """A letter that went to the department of street lights; its number."""
    page = visitors.open("/mailbox")
    write(page, "滨江路路灯", "剑光街道滨江路的路灯坏了一个星期，没有人修。")
    return sent(page)[0]


def opened(page: Page, number: str, summary: str) -> Page:
    page.goto(f"/cases/{number}")
    page.locator("summary", has_text=summary).first.click()
    return page


def test_a_head_decides_what_the_clerk_asks(visitors: Visitors) -> None:
    number = dispatched(visitors)
    clerk = visitors.staff("roles_clerk", "department_clerk", LIGHTS)
    clerk.locator(".item", has_text=number).get_by_role("button", name="签收").click()
    opened(clerk, number, "申请延期")
    form = clerk.locator("form", has=clerk.locator('input[name="move"][value="ask_extension"]'))
    form.locator('[name="days"]').fill("3")
    form.locator('[name="reason"]').fill("配件要从外地运来")
    form.get_by_role("button").click()
    head = visitors.staff("roles_head", "department_head", LIGHTS)
    head.goto(f"/cases/{number}")
    expect(head.locator("main")).to_contain_text("配件要从外地运来")
    assert visitors.complaints == []


def test_a_supervisor_goes_from_a_figure_to_its_list_and_takes_it_away(visitors: Visitors) -> None:
    number = dispatched(visitors)
    page = visitors.staff("roles_supervisor", "supervisor")
    page.get_by_role("link", name="洞察").click()
    expect(page.get_by_role("heading", name="概览")).to_be_visible()
    page.locator("summary", has_text="看表格").nth(1).click()
    page.get_by_role("row", name=re.compile("领导信箱")).get_by_role("link").click()
    expect(page.locator("#queue")).to_contain_text(number)
    page.get_by_role("link", name="导出").click()
    page.get_by_label("用途").fill("每周例会")
    with page.expect_download() as taken:
        page.get_by_role("button", name="导出").click()
    assert taken.value.suggested_filename.endswith(".xlsx")
    page.goto("/insight")
    with page.expect_download() as drawn:
        page.get_by_role("link", name="下载图片").first.click()
    assert drawn.value.suggested_filename.endswith(".svg")
    page.goto("/insight/reports")
    with page.expect_download() as report:
        page.get_by_role("link", name="Word 文档").first.click()
    assert report.value.suggested_filename.endswith(".docx")
    assert visitors.complaints == []


def test_an_administrator_changes_the_city_and_takes_it_back(visitors: Visitors) -> None:
    page = visitors.staff("roles_admin", "administrator")
    page.goto("/admin/city/mailbox")
    page.locator("summary", has_text="修改").first.click()
    box = page.locator("textarea[name=text]")
    was = box.input_value()
    box.fill(was + '\n[[recipient]]\nname = "督查信箱"\nhint = "反映办理不力"\n')
    page.get_by_role("button", name="检查并预览").click()
    expect(page.locator("main")).to_contain_text("督查信箱")
    page.get_by_label("修改的理由").fill("新设督查信箱")
    page.get_by_role("button", name="保存为新版本").click()
    expect(page.get_by_role("status")).to_contain_text("已保存为")
    page.get_by_role("link", name=re.compile("第 ?1 ?版")).first.click()
    page.get_by_role("button", name="改回这一版之前的内容").click()
    page.get_by_label("修改的理由").fill("暂不设")
    page.get_by_role("button", name="保存为新版本").click()
    page.locator("summary", has_text="修改").first.click()
    assert page.locator("textarea[name=text]").input_value().strip() == was.strip()
    page.goto("/admin/connectors")
    page.get_by_role("button", name="检查").first.click()
    expect(page.locator("main")).to_contain_text(re.compile("正常|注意|故障"))
    assert visitors.complaints == []


def test_an_auditor_sees_who_looked_at_whom(visitors: Visitors) -> None:
    number = dispatched(visitors)
    office = visitors.staff("roles_triage", "triage")
    office.goto(f"/cases/export?text={number}")
    office.get_by_label("用途").fill("核对")
    with office.expect_download():
        office.get_by_role("button", name="导出").click()
    page = visitors.staff("roles_auditor", "auditor")
    page.get_by_role("link", name="管理").click()
    page.get_by_role("link", name="审计").click()
    page.get_by_label("人员").fill("roles_triage")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_role("cell", name="导出工单")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载表格").click()
    assert taken.value.suggested_filename.endswith(".csv")
    page.goto(f"/cases/{number}")
    expect(page.locator("main")).not_to_contain_text("13900000001")
    assert visitors.complaints == []

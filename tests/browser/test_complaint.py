"""From a complaint on the page to the department's answer on the same page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors, say

pytestmark = [pytest.mark.browser, pytest.mark.rasa]

LIGHTS = "市城市管理局"
HOUSING = "市住房和城乡建设局"


def tell(page: Page, *words: str) -> tuple[str, str]:
    """Tell it all and confirm; gives the case's number and query code."""
    for one in words:
        say(page, one)
    page.get_by_role("button", name="确认").click()
    card = page.locator(".case-card")
    expect(card).to_be_visible()
    number, code = (re.sub(r"\D", "", card.locator(".code").nth(i).inner_text()) for i in (0, 1))
    return number, code


def test_a_broken_street_light_from_page_to_department_and_back(visitors: Visitors) -> None:
    citizen = visitors.open("/chat")
    number, code = tell(citizen, "剑光街道府前路的路灯坏了三天了，没人修", "不留")
    expect(citizen.locator(".case-card")).to_contain_text(LIGHTS)

    clerk = visitors.staff("wangfang", "department_clerk", LIGHTS)
    item = clerk.locator(".item", has_text=number)
    item.get_by_role("button", name="签收").click()
    clerk.goto(f"/cases/{number}")
    clerk.get_by_label("答复内容").fill("府前路的路灯今天已经修好。")
    clerk.get_by_role("button", name="答复", exact=True).click()
    expect(clerk.locator(".reply")).to_contain_text("府前路的路灯今天已经修好。")

    notice = citizen.locator(".entry-notice", has_text="府前路的路灯今天已经修好。")
    expect(notice).to_be_visible()

    citizen.goto(f"/progress?number={number}")
    citizen.get_by_label("查询码").fill(code)
    citizen.get_by_role("button", name="查询").click()
    expect(citizen.locator(".steps")).to_contain_text("已答复")
    citizen.get_by_role("button", name="非常满意", exact=True).click()
    expect(citizen.get_by_role("status")).to_contain_text("感谢您的评价")
    assert visitors.complaints == []


def test_what_the_machine_is_unsure_of_is_dispatched_by_a_person(visitors: Visitors) -> None:
    citizen = visitors.open("/chat")
    number, _ = tell(
        citizen,
        "我要投诉",
        "电梯老是坏没人管，物业和开发商都推",
        "河洲街道滨江花园",
        "昨天",
        "不留",
    )
    triage = visitors.staff("lihua", "triage")
    item = triage.locator(".item", has_text=number)
    expect(item).to_contain_text(HOUSING)
    item.focus()
    triage.keyboard.press("1")
    expect(triage.locator("p.done")).to_contain_text(number)
    expect(triage.locator(".item", has_text=number)).to_have_count(0)

    clerk = visitors.staff("chenjie", "department_clerk", HOUSING)
    expect(clerk.locator(".item", has_text=number)).to_be_visible()
    notice = citizen.locator(".entry-notice", has_text=f"已经转给{HOUSING}办理")
    expect(notice).to_be_visible()
    assert visitors.complaints == []

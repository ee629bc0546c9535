"""Two people at the same list: bulk moves, keys, and what the other one takes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitors
from tests.browser.test_mailbox import sent, write

pytestmark = [pytest.mark.browser, pytest.mark.rasa]

UNITS = "市城市管理局"
TEXTS = (
    "请协调一下邻里之间的那件老问题，谢谢。",
    "希望你们能够重视我上次说的那件事。",
    "有件事情不知道归谁管，请帮忙问问。",
)


def letters(visitors: Visitors) -> list[str]:
    numbers = []
    for at, text in enumerate(TEXTS):
        page = visitors.open("/mailbox")
        write(page, f"一件事{at}", text)
        numbers.append(sent(page)[0])
    return numbers


def test_what_one_takes_the_other_sees_and_keeps_their_place(visitors: Visitors) -> None:
    first, second, third = letters(visitors)
    one, other = (visitors.staff(f"triage_{n}", "triage") for n in (1, 2))
    for page in (one, other):
        page.goto("/triage?text=一件事")
        expect(page.locator(".item")).to_have_count(3)
    row = other.locator(f'[data-number="{second}"]')
    row.focus()
    box = row.bounding_box()
    for number in (first, third):
        one.get_by_label(f"勾选 {number}").check()
    expect(one.locator("#chosen-count")).to_have_text("已勾选 2 件")
    bar = one.locator("#bulk")
    bar.get_by_label("部门").fill(UNITS)
    bar.get_by_role("button", name="派给这个部门").click()
    expect(one.get_by_role("status").filter(has_text="2 件已处理")).to_be_visible()
    for number in (first, third):
        taken = other.locator(f'[data-number="{number}"]')
        expect(taken).to_contain_text("这件已由他人处理")
        expect(taken.get_by_role("button", name="派单")).to_be_disabled()
    expect(row).to_be_focused()
    assert box is not None
    now = row.bounding_box()
    assert now is not None
    assert abs(now["x"] - box["x"]) < 1
    page = visitors.open("/mailbox")
    write(page, "一件事3", "又有一件事不知道该找谁，请指点。")
    fourth, _ = sent(page)
    expect(other.locator("#news")).to_contain_text("有 1 件新的")
    row.focus()
    other.locator("#news button").click()
    expect(other.locator(f'[data-number="{fourth}"]')).to_be_visible()
    assert visitors.complaints == []


def test_a_case_is_chosen_and_looked_into_by_keys(visitors: Visitors) -> None:
    letters(visitors)
    page = visitors.staff("triage_keys", "triage")
    page.goto("/triage?text=一件事")
    item = page.locator(".item").first
    expect(item).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#chosen-count")).to_have_text("已勾选 1 件")
    page.keyboard.press("m")
    expect(page.locator(".item").nth(1).locator(".more-of")).not_to_be_empty()
    assert visitors.complaints == []

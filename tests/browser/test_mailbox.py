"""A letter from the form to the reply, its grade, and what the public reads of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.rasa]

LIGHTS = "市城市管理局"
REPLY = "您好，府前路的路灯已于今天修好并通电，感谢您的来信。如有问题请拨打0795-6200000。"


def write(page: Page, subject: str, text: str) -> None:
    page.get_by_label("标题").fill(subject)
    page.get_by_label("内容", exact=True).fill(text)


def sent(page: Page) -> tuple[str, str]:
    """Send what is written; gives number and query code."""
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", name="您的来信已经登记")).to_be_visible()
    shown = page.locator(".case-number")
    number, code = (shown.nth(at).inner_text().strip() for at in (0, 1))
    return number, code


def test_a_letter_from_the_form_to_the_public(visitors: Visitors, tmp_path: Path) -> None:
    picture = tmp_path / "路灯.png"
    Image.new("RGB", (8, 8), "orange").save(picture)
    citizen = visitors.open("/mailbox")
    write(
        citizen,
        "府前路路灯",
        "剑光街道府前路的路灯坏了三天了，没人修。我叫张三丰，电话13900000001。",
    )
    citizen.get_by_label("姓名（选填）").fill("张三丰")
    citizen.get_by_label("附件（选填）").set_input_files(picture)
    citizen.get_by_label("同意公开来信和答复").check()
    number, code = sent(citizen)

    clerk = visitors.staff("letterclerk", "department_clerk", LIGHTS)
    clerk.locator(".item", has_text=number).get_by_role("button", name="签收").click()
    clerk.goto(f"/cases/{number}")
    expect(clerk.locator(".attachments")).to_contain_text("MB")
    clerk.get_by_label("答复内容").fill(REPLY)
    clerk.get_by_role("button", name="答复", exact=True).click()
    expect(clerk.locator(".reply")).to_contain_text(REPLY)

    citizen.get_by_role("button", name="查看办理进度").click()
    expect(citizen.locator(".steps")).to_contain_text(f"已转{LIGHTS}办理")
    expect(citizen.locator(".reply")).to_contain_text(REPLY)
    citizen.get_by_role("button", name="满意", exact=True).click()
    expect(citizen.get_by_role("status")).to_contain_text("感谢您的评价")
    assert code.isdigit()

    office = visitors.staff("letteroffice", "triage")
    office.goto(f"/cases/{number}")
    office.locator("summary", has_text="公开").click()
    office.get_by_role("button", name="公开", exact=True).click()
    reader = visitors.open("/letters")
    reader.get_by_role("link", name="府前路路灯").click()
    article = reader.locator("main")
    expect(article).to_contain_text("府前路的路灯已于今天修好")
    said = article.inner_text()
    assert not re.search(r"张三丰|13900000001", said)
    assert visitors.complaints == []


def test_what_was_written_outlives_a_reload_and_answers_are_suggested(visitors: Visitors) -> None:
    page = visitors.open("/mailbox")
    write(page, "高龄津贴", "请问高龄津贴怎么申请，需要带什么材料？")
    expect(page.locator("#suggested")).to_contain_text("这些解读可能已回答您的问题")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    page.reload()
    expect(page.get_by_label("标题")).to_have_value("高龄津贴")
    expect(page.locator("#saved")).to_contain_text("已恢复")
    sent(page)
    page.goto("/mailbox")
    expect(page.get_by_label("标题")).to_have_value("")
    assert visitors.complaints == []


def test_a_letter_is_written_by_keyboard_and_without_script(visitors: Visitors) -> None:
    page = visitors.open("/mailbox", script=False)
    write(page, "小区停水", "河洲街道滨江花园停水两天了，请帮忙。")
    page.get_by_role("button", name="先看看有没有现成的解读").press("Enter")
    expect(page.get_by_label("内容", exact=True)).to_have_value(re.compile("滨江花园"))
    page.get_by_role("button", name="提交", exact=True).press("Enter")
    expect(page.locator(".case-number").first).to_have_text(re.compile(r"\d{14}"))
    assert visitors.complaints == []

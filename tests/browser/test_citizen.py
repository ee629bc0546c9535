"""The citizen's page in Chromium: a question, no script, no network, the keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, Visitors, say

pytestmark = [pytest.mark.browser, pytest.mark.rasa]

QUESTION = "异地就医怎么备案"
GUIDE = "异地就医备案办事指南"


def test_a_question_is_answered_with_its_source(visitors: Visitors) -> None:
    page = visitors.open("/chat")
    say(page, QUESTION)
    answer = page.locator(".entry-answer").last
    source = answer.locator(".source").first
    expect(source.locator("summary")).to_contain_text(GUIDE)
    expect(source.locator("dl")).to_be_hidden()
    source.locator("summary").click()
    expect(source.locator("dl")).to_contain_text("发布单位")
    quoted = (answer.locator(".bubble > .prose").inner_text())[:12]
    source.get_by_role("link", name="查看全文中的这一处").click()
    expect(page.locator("mark").first).to_be_in_viewport()
    assert quoted[:8] in page.locator("mark").first.inner_text()
    assert visitors.complaints == []


def test_a_reload_brings_the_conversation_back(visitors: Visitors) -> None:
    page = visitors.open("/chat")
    say(page, QUESTION)
    page.reload()
    expect(page.locator(".entry-me .bubble")).to_have_text(QUESTION)
    expect(page.locator(".entry-us")).to_have_count(1)


def test_without_script_one_can_ask_and_read(visitors: Visitors) -> None:
    page = visitors.open("/chat", script=False)
    page.get_by_label("您想问或想反映的内容").fill(QUESTION)
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".entry-me .bubble")).to_have_text(QUESTION)
    expect(page.locator(".entry-answer .source").first).to_contain_text(GUIDE)


def test_what_was_said_without_network_goes_out_when_it_is_back(visitors: Visitors) -> None:
    page = visitors.open("/chat")
    page.context.set_offline(True)
    page.get_by_label("您想问或想反映的内容").fill(QUESTION)
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".unsent")).to_contain_text("没有发出去")
    expect(page.locator("#offline")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator(".entry-answer")).to_have_count(1)
    expect(page.locator(".entry-me")).to_have_count(1)
    expect(page.locator(".unsent")).to_be_hidden()
    expect(page.locator("#offline")).to_be_hidden()


def test_an_empty_question_is_met_with_words(visitors: Visitors) -> None:
    page = visitors.open("/chat")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("alert")).to_have_text("请先输入您想咨询或反映的内容。")


def test_a_quick_topic_is_said_for_the_citizen(visitors: Visitors) -> None:
    page = visitors.open("/chat")
    page.get_by_role("button", name="反映问题").first.click()
    expect(page.locator(".entry-me .bubble")).to_have_text("我要反映问题")
    expect(page.locator(".entry-us")).to_have_count(1)


def test_the_keyboard_reaches_everything(visitors: Visitors) -> None:
    page = visitors.open("/chat", DESK)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    expect(page.get_by_role("link", name="跳到正文")).to_be_in_viewport()
    page.get_by_label("您想问或想反映的内容").focus()
    page.keyboard.type("第一行")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("第二行")
    expect(page.get_by_label("您想问或想反映的内容")).to_have_value("第一行\n第二行")
    expect(page.locator(".entry-me")).to_have_count(0)


def test_large_type_is_larger_and_stays(visitors: Visitors) -> None:
    page = visitors.open("/chat")
    before = page.locator("h1").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    page.get_by_role("button", name="大字版").click()
    after = page.locator("h1").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert after > before * 1.2
    page.goto("/progress")
    expect(page.locator("html")).to_have_attribute("data-type", "large")


@pytest.mark.parametrize("path", ["/chat", "/progress", "/signin", "/api/docs"])
def test_nothing_is_wider_than_a_phone(visitors: Visitors, path: str) -> None:
    page = visitors.open(path, {"width": 320, "height": 640})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    assert visitors.complaints == []

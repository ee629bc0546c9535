"""From an answer that did not help to one that does: citizen, editor and checker in Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visitors, say

pytestmark = [pytest.mark.browser, pytest.mark.rasa]

QUESTION = "异地就医怎么备案"
LOST = "怎么给走失的信鸽补办脚环证"
ANSWER = "带身份证到市信鸽协会补办脚环证，当场领取，工本费五元。"


def test_an_answer_is_rated_by_touch_and_by_keyboard(visitors: Visitors) -> None:
    page = visitors.open("/chat")
    say(page, QUESTION)
    rating = page.locator(".rating").last
    rating.get_by_role("button", name="没帮助").click()
    comment = page.get_by_label("哪里没说清楚")
    expect(comment).to_be_focused()
    expect(comment).to_be_in_viewport()
    comment.fill("没写要几天")
    comment.press("Enter")
    expect(rating).to_contain_text("您的补充：没写要几天")
    expect(rating.get_by_role("button", name="没帮助")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(rating).to_contain_text("谢谢，已记下")
    expect(rating.get_by_role("button", name="有帮助")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator(".rating").last).to_contain_text("谢谢，已记下")
    assert visitors.complaints == []


def test_an_answer_is_rated_without_script(visitors: Visitors) -> None:
    page = visitors.open("/chat", script=False)
    page.get_by_label("您想问或想反映的内容").fill(QUESTION)
    page.get_by_role("button", name="发送").click()
    page.get_by_role("button", name="没帮助").click()
    page.get_by_label("哪里没说清楚").fill("没写电话")
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".rating").last).to_contain_text("您的补充：没写电话")


def test_without_network_a_rating_is_not_lost_silently(visitors: Visitors) -> None:
    page = visitors.open("/chat")
    say(page, QUESTION)
    page.context.set_offline(True)
    page.locator(".rating").last.get_by_role("button", name="有帮助").click()
    expect(page.locator(".rating").last).to_contain_text("没有记下，请再试一次")


def test_a_question_becomes_a_pair_and_is_answered(visitors: Visitors) -> None:
    citizen = visitors.open("/chat")
    say(citizen, LOST)
    editor = visitors.staff("bianji", "editor")
    editor.goto("/knowledge/questions")
    item = editor.locator(".item", has_text=LOST)
    item.get_by_role("link", name="写问答").click()
    expect(editor.get_by_label("问题", exact=True)).to_have_value(LOST)
    editor.get_by_label("答案").fill(ANSWER)
    editor.get_by_label("新建时的发布单位").fill("市体育局")
    editor.get_by_role("button", name="存为草稿").click()
    expect(editor.get_by_role("status")).to_contain_text("已存为草稿")

    checker = visitors.staff("shenhe", "checker")
    checker.goto(editor.url.partition("?")[0])
    checker.get_by_role("button", name="审核通过").click()
    checker.get_by_role("button", name="发布", exact=True).click()
    expect(checker.get_by_role("status")).to_contain_text("已发布")

    say(citizen, LOST)
    expect(citizen.locator(".entry-answer").last).to_contain_text(ANSWER)
    editor.goto("/knowledge/questions?state=answered")
    expect(editor.locator(".item", has_text=LOST)).to_be_visible()
    assert visitors.complaints == []


def test_the_editors_pages_fit_a_phone(visitors: Visitors) -> None:
    editor = visitors.staff("shouji", "editor")
    editor.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    for path in (
        "/knowledge",
        "/knowledge/questions",
        f"/knowledge/hit-test?question={QUESTION}",
        "/knowledge/documents/yibao-policy-2026",
        "/knowledge/waiting",
        "/knowledge/expiring",
        "/knowledge/uninterpreted",
        "/knowledge/refutations",
    ):
        editor.goto(path)
        assert editor.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    assert visitors.complaints == []

"""Content from a file to an answer: editor, checker and citizen in Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import PHONE, Visitors, say

pytestmark = [pytest.mark.browser, pytest.mark.rasa]

QUESTION = "风筝放飞证怎么办理"
TITLE = "丰城市风筝放飞证办理指南"
GUIDE = f"""# {TITLE}

丰城市体育局

## 一、办理条件

年满十六周岁的居民可以办理风筝放飞证。

## 二、怎么办理风筝放飞证

带身份证到市体育局窗口办理风筝放飞证，当场领取，工本费三元。

## 三、有效期

风筝放飞证自领取之日起两年内有效。
"""
CHANGED = GUIDE.replace("工本费三元", "工本费八元")


def bring_in(page: Page, text: str) -> None:
    """Upload a guide, look at what was read, confirm."""
    page.goto("/knowledge")
    file = FilePayload(name="kite.md", mimeType="text/markdown", buffer=text.encode())
    page.get_by_label("文件", exact=True).set_input_files(file)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.locator(".looked")).to_contain_text(TITLE)
    expect(page.locator(".looked")).to_contain_text("丰城市体育局")


def put_into_force(page: Page) -> None:
    """Check and publish what waits."""
    page.get_by_role("button", name="审核通过").click()
    expect(page.get_by_role("status")).to_contain_text("已审核")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已发布")


def test_from_a_file_to_an_answer_and_its_next_version(visitors: Visitors) -> None:
    editor, checker = visitors.staff("daoru", "editor"), visitors.staff("heyan", "checker")
    bring_in(editor, GUIDE)
    expect(editor.locator(".looked")).to_contain_text("新文件")
    editor.get_by_role("button", name="全部导入").click()
    expect(editor.get_by_role("heading", name="导入结果")).to_be_visible()

    checker.goto("/knowledge")
    checker.get_by_role("navigation", name="内容库").get_by_role("link", name="待审").click()
    checker.get_by_role("link", name=TITLE).click()
    put_into_force(checker)

    citizen = visitors.open("/chat")
    say(citizen, QUESTION)
    expect(citizen.locator(".entry-answer").last).to_contain_text("工本费三元")

    bring_in(editor, CHANGED)
    expect(editor.locator(".looked")).to_contain_text("内容有变")
    editor.get_by_role("button", name="只导入这一页勾选的").click()
    expect(editor.get_by_role("heading", name="导入结果")).to_be_visible()

    checker.goto("/knowledge/waiting")
    item = checker.locator(".item", has_text=TITLE)
    item.get_by_role("link", name="看改了什么").click()
    for width in (checker.viewport_size or PHONE)["width"], PHONE["width"]:
        checker.set_viewport_size({"width": width, "height": 900})
        fits = checker.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert fits
    expect(checker.locator(".change-changed del")).to_have_text("三")
    expect(checker.locator(".change-changed ins")).to_have_text("八")
    before, after = checker.locator(".change-before"), checker.locator(".change-after")
    upper, lower = before.bounding_box(), after.bounding_box()
    assert upper is not None
    assert lower is not None
    assert upper["y"] + upper["height"] <= lower["y"]
    checker.get_by_role("link", name="回到这份文件").click()
    put_into_force(checker)
    expect(checker.locator(".course-of-document")).to_contain_text("daoru")

    say(citizen, QUESTION)
    expect(citizen.locator(".entry-answer").last).to_contain_text("工本费八元")
    assert visitors.complaints == []


def test_an_import_is_looked_at_and_dropped_on_a_phone_without_script(visitors: Visitors) -> None:
    editor = visitors.staff("shouji2", "editor")
    state = editor.context.storage_state()
    page = visitors.open("/signin", PHONE, script=False)
    page.context.add_cookies(state["cookies"])  # type: ignore[arg-type]  # the same shape
    bring_in(page, CHANGED)
    page.get_by_role("button", name="不导入了").click()
    expect(page.get_by_role("status")).to_contain_text("没有导入")

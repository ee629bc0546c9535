"""The suggested reply in Chromium: it comes by itself, is taken whole or by the sentence."""

from __future__ import annotations

from playwright.async_api import Page, expect

from bot.cases.model import Role
from tests.bot.web.conftest import PASSWORD, House
from tests.bot.web.test_reply_drafts import begun, earlier
from tests.chromium import IN_CHROMIUM

pytestmark = IN_CHROMIUM
NAME = Role.DEPARTMENT_CLERK.value.replace("_", "-")


async def test_taken_whole_and_by_the_sentence(house: House, page: Page) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    before, clerk = await earlier(house)
    number = await begun(house, clerk)
    address = str(house.server.make_url("/")).rstrip("/")
    await page.goto(f"{address}/signin")
    await page.get_by_label("账号").fill(NAME)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url(f"{address}/departments**")
    await page.goto(f"{address}/cases/{number}")
    box = page.get_by_label("答复内容（发给市民）")
    panel = page.get_by_role("region", name="参考答复")
    await expect(panel).to_contain_text("路灯故障应当在三日内修复。")
    await box.fill("您好，")
    await panel.get_by_role("button", name="取用这句").first.press("Enter")
    await expect(box).to_have_value(
        "您好，根据《小城道路照明管理办法》第五条，路灯故障应当在三日内修复。"
    )
    await panel.get_by_role("link", name="放进答复框").press("Enter")
    await expect(box).to_be_focused()
    assert "【" in await box.input_value()
    await expect(page.locator("[name=draft_sources]")).to_have_value(before)
    await expect(page.locator(".findings")).to_contain_text("还没有填写")
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    assert complaints == []

"""The overview on a wall in Chromium: it renews itself, and keeps what it shows while it cannot."""

from __future__ import annotations

from playwright.async_api import Page, expect

from bot.cases.model import Role
from tests.bot.web.conftest import PASSWORD, House
from tests.chromium import IN_CHROMIUM

pytestmark = IN_CHROMIUM


async def test_the_wall_renews_itself_and_keeps_its_figures(house: House, page: Page) -> None:
    await house.staff(Role.SUPERVISOR, name="head")
    address = f"http://127.0.0.1:{house.server.port}"
    await page.goto(f"{address}/signin")
    await page.get_by_label("账号").fill("head")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).press("Enter")
    await expect(page).not_to_have_url(f"{address}/signin")
    await page.clock.install()
    await page.goto(f"{address}/insight?wall=1")
    waiting = page.locator(".tile", has_text="待答复").locator("b")
    await expect(waiting).to_have_text("0")

    await house.case("路灯不亮", "one")
    await page.clock.run_for(61_000)
    await expect(waiting).to_have_text("1")

    await house.case("路灯又不亮", "two")
    await page.context.set_offline(True)
    await page.clock.run_for(61_000)
    await expect(waiting).to_have_text("1")
    await page.context.set_offline(False)
    await page.clock.run_for(61_000)
    await expect(waiting).to_have_text("2")

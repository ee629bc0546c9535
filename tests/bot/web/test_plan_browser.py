"""The plan in Chromium on a small telephone: it fits, and a duty is reported without a mouse."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from bot.cases.model import Role
from bot.library import Library
from tests.bot.conftest import World
from tests.bot.openness.plan.world import BUDGETS, GRADES, PICTURES, REPORT, WEEKLY, planned
from tests.bot.web.conftest import LIGHTS, PASSWORD, House, running
from tests.chromium import IN_CHROMIUM

pytestmark = IN_CHROMIUM
NAME = Role.DEPARTMENT_CLERK.value.replace("_", "-")


@pytest.fixture
async def house(world: World, library: Library) -> AsyncIterator[House]:
    city = planned(REPORT, WEEKLY, PICTURES, GRADES, BUDGETS)
    async with running(world, library=library, city=city) as opened:
        yield opened


async def test_it_fits_and_a_duty_is_reported(house: House, page: Page) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    address = str(house.server.make_url("/")).rstrip("/")
    await page.goto(f"{address}/signin")
    await page.get_by_label("账号").fill(NAME)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url(f"{address}/departments**")
    await page.goto(f"{address}/insight/plan")
    await fits(page, "plan")
    await page.get_by_role("link", name="未落实", exact=True).first.press("Enter")
    await expect(page.get_by_role("heading", name="年度报告")).to_be_visible()
    await page.get_by_label("完成日期").fill("2026-01-20")
    await page.get_by_label("标题").fill("上年度报告")
    await page.get_by_role("button", name="登记", exact=True).press("Enter")
    await expect(page.get_by_role("status")).to_have_text("已登记")
    await expect(page.get_by_text("应完成 2 项，按时 1 项")).to_be_visible()
    await fits(page, "duty")
    assert complaints == []


async def fits(page: Page, name: str) -> None:
    if folder := os.environ.get("POLICYLINE_TEST_PICTURES"):
        await page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    small = await page.evaluate(
        "[...document.querySelectorAll('main a.plan-mark, main button, main select, main input')]"
        ".filter(one => one.offsetHeight && one.type !== 'hidden' && one.offsetHeight < 24).length"
    )
    assert small == 0

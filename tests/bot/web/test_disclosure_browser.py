"""Requests for information in Chromium, on a telephone: file, alert, earlier ones."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Page, expect

from bot.cases.model import Role
from tests.bot.web.conftest import LIGHTS, PASSWORD, House
from tests.bot.web.test_disclosure_staff import registered
from tests.chromium import IN_CHROMIUM

pytestmark = IN_CHROMIUM
NAME = Role.DEPARTMENT_CLERK.value.replace("_", "-")


async def fits(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth") <= 390)


async def apply(page: Page, address: str, card: Path) -> None:
    await page.goto(f"{address}/disclosure")
    await page.get_by_label("姓名或者名称").fill("张三丰")
    await page.get_by_label("证件号码").fill("360000190001010000")
    await page.get_by_label("电子邮箱").fill("zhang@example.com")
    await page.get_by_label("联系电话").fill("13900000001")
    await page.get_by_label("受理单位").select_option(LIGHTS)
    await page.get_by_label("所需信息").fill("张三丰要2025年城区路灯维护合同")
    await page.get_by_label("附件（选填）").set_input_files(card)
    assert await fits(page)
    await page.get_by_role("button", name="提交申请").click()
    await expect(page.get_by_role("heading", name="申请已登记")).to_be_visible()


async def test_from_the_form_with_a_file_to_the_units_page(
    house: House, page: Page, tmp_path: Path
) -> None:
    await registered(house)
    card = tmp_path / "身份证.jpg"
    card.write_bytes(b"\xff\xd8\xff" + b"card" * 9)
    address = str(house.server.make_url("/")).rstrip("/")
    await apply(page, address, card)
    house.world.clock.advance(days=7)
    await house.services.disclosure_alerts.sweep()
    await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    await page.goto(f"{address}/signin?next=/alerts")
    await page.get_by_label("账号").fill(NAME)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.goto(f"{address}/alerts")
    await expect(page.get_by_role("heading", name="GK2026000002")).to_be_visible()
    assert await fits(page)
    await page.get_by_role("link", name="GK2026000002").press("Enter")
    await expect(page.get_by_role("region", name="同一申请人以前的申请（1）")).to_contain_text(
        "内容相同"
    )
    async with page.expect_download() as saving:
        await page.get_by_role("link", name="身份证.jpg").press("Enter")
    saved = await saving.value
    path = await saved.path()
    assert await asyncio.to_thread(path.read_bytes) == card.read_bytes()
    assert await fits(page)

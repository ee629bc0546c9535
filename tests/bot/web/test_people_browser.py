"""Signing in, one's own account and everybody's in Chromium, on a phone."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.async_api import Page, expect

from bot import app
from bot.cases.model import Role
from bot.settings import Settings
from tests.bot.conftest import World
from tests.bot.web.conftest import PASSWORD, House, running
from tests.bot.web.people import code_of
from tests.chromium import IN_CHROMIUM, PHONE_WIDTH
from tests.fakes.oidc_provider import CLIENT_ID, CLIENT_SECRET, oidc_provider
from tests.fakes.town import town
from tests.running import free_port

pytestmark = IN_CHROMIUM


def complaints_of(page: Page) -> list[str]:
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console",
        lambda said: found.append(said.text) if said.type in {"error", "warning"} else None,
    )
    return found


async def fits(page: Page, name: str) -> None:
    """Nothing sticks out of the phone; a folder of pictures may be asked for."""
    folder = os.environ.get("POLICYLINE_TEST_PICTURES")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH


async def sign_in(page: Page, address: str, name: str) -> None:
    await page.goto(f"{address}/signin")
    await page.get_by_label("账号").fill(name)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).press("Enter")


async def test_an_authenticator_bound_and_used(house: House, page: Page) -> None:
    await house.staff(Role.TRIAGE, name="lin")
    address, complaints = str(house.server.make_url("/")).rstrip("/"), complaints_of(page)
    await sign_in(page, address, "lin")
    await page.wait_for_url(f"{address}/triage**")
    await page.goto(f"{address}/account")
    await fits(page, "account")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="绑定验证器").press("Enter")
    drawn = await page.locator(".qr svg path").last.bounding_box()
    assert drawn is not None
    assert drawn["width"] > 150
    await fits(page, "enrol")
    key = await page.locator(".secret-text code").inner_text()
    await page.get_by_label("验证码").fill(code_of(house, key))
    await page.get_by_role("button", name="确认绑定").press("Enter")
    await expect(page.locator(".secret-list li")).to_have_count(10)
    await fits(page, "codes")
    await page.get_by_role("link", name="已经保存好").press("Enter")
    await expect(page.get_by_text("恢复码还有 10 个")).to_be_visible()
    await page.locator("summary").first.click()
    await page.get_by_role("button", name="退出登录").click()
    house.world.clock.advance(seconds=30)
    await sign_in(page, address, "lin")
    await expect(page.get_by_label("验证码")).to_be_focused()
    await fits(page, "second-step")
    await page.keyboard.type(code_of(house, key))
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{address}/triage**")
    assert complaints == []


async def test_the_administrators_pages(house: House, page: Page) -> None:
    await house.staff(Role.ADMINISTRATOR, name="admin")
    address, complaints = str(house.server.make_url("/")).rstrip("/"), complaints_of(page)
    await sign_in(page, address, "admin")
    await page.get_by_role("link", name="管理", exact=True).click()
    await page.get_by_role("link", name="人员").click()
    await fits(page, "staff")
    await page.get_by_label("账号", exact=True).last.fill("张三丰")
    await page.get_by_label("岗位").select_option(label="研判员")
    await page.get_by_role("button", name="新建").press("Enter")
    first = await page.locator(".secret-text code").inner_text()
    assert len(first) >= 16
    await fits(page, "first-password")
    await page.get_by_role("link", name="已经告知").click()
    await expect(page.get_by_role("heading", name="张三丰")).to_be_visible()
    await fits(page, "member")
    await page.get_by_role("link", name="账号的变更").click()
    await expect(page.get_by_role("cell", name="新建账号")).to_be_visible()
    await fits(page, "audit")
    assert complaints == []


async def test_over_another_site_and_back(world: World, page: Page) -> None:
    """The provider is another site to the browser: what must come along on the way back does."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    async with oidc_provider(f"{address}/signin/oidc/callback", world.clock.now) as provider:
        settings = Settings.model_validate(
            {
                "home": world.home,
                "public_url": address,
                "oidc_issuer": provider.issuer,
                "oidc_client_id": CLIENT_ID,
                "oidc_client_secret": CLIENT_SECRET,
            }
        )
        sign_on = app.single_sign_on(settings, town(), world.staff, world.clock)
        assert sign_on is not None
        await world.staff.add("lin", Role.TRIAGE)
        async with running(world, port=port, settings=settings, single_sign_on=sign_on):
            complaints = complaints_of(page)
            await page.goto(f"{address}/cases")
            await fits(page, "signin")
            await page.get_by_role("link", name="统一身份认证登录").press("Enter")
            await page.wait_for_url(f"{address}/cases")
            await page.goto(f"{address}/account")
            await expect(page.get_by_text("统一认证登录")).to_be_visible()
            assert complaints == []
            await page.context.browser.close()  # type: ignore[union-attr] - so that the server ends
        await sign_on.close()

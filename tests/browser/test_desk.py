"""One whole call on the desk, by keyboard alone: from ring to case, beside a replayed recording."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, HOTLINE_KEY, PHONE, Site, Visitors
from tests.running import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.rasa]

EXTENSION = "1001"
"""Where the recorded calls ring."""


@contextmanager
def replaying(site: Site, name: str, *, speed: float) -> Iterator[None]:
    """A recorded call told to the service, beside what is done inside; whole at the end."""
    command = [sys.executable, "-m", "bot", "hotline", "replay", name]
    command += ["--speed", str(speed), "--url", site.url, "--json"]
    environment = os.environ | {
        "POLICYLINE_HOME": str(site.home),
        "POLICYLINE_HOTLINE_KEY": HOTLINE_KEY,
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        command, env=environment, cwd=site.home, stdout=subprocess.PIPE, text=True
    )
    try:
        yield
        told, _ = process.communicate(timeout=120)
        assert process.returncode == 0, told
    finally:
        process.kill()
        process.communicate()


def replay(site: Site, name: str) -> None:
    """A recorded call told at once."""
    with replaying(site, name, speed=0):
        pass


def at_extension(visitors: Visitors, name: str) -> Page:
    """An operator at the desk where the recordings ring."""
    page = visitors.staff(name, "operator")
    expect(page).to_have_url(f"{visitors.site.url}/desk")
    page.locator("#by-hand").press("Enter")
    page.locator("#seat").fill(EXTENSION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="已记下分机号")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-live", "yes")
    return page


def test_a_whole_call_from_ring_to_case_by_keyboard(visitors: Visitors) -> None:
    page = at_extension(visitors, "liuyan")
    keyboard = page.keyboard
    with replaying(visitors.site, "manhole-and-card", speed=10):
        head = page.locator("#p-head")
        expect(head).to_contain_text("139 0000 0009")  # by itself, as it rings
        expect(page.locator("#transcript")).to_contain_text("井盖没了")
        expect(page.locator("#f-place")).to_have_value(re.compile("人民路"))
        keyboard.press("Alt+g")
        page.locator("#f-title").focus()
        keyboard.press("Control+a")
        keyboard.type("人民公园南门井盖缺失")
        answers = page.locator("#p-answers")
        expect(answers).to_contain_text("老年人优待证")
        keyboard.press("Alt+1")
        expect(page.locator("#p-reading")).to_contain_text("请读给市民")
        expect(head).to_contain_text("已结束")
    expect(page.locator("#f-title")).to_have_value("人民公园南门井盖缺失")
    expect(page.locator("#f-contact_phone")).to_have_value("13900000019")
    keyboard.press("Alt+Enter")
    opened = page.locator("#p-case")
    expect(opened).to_contain_text("查询码")
    number = opened.locator(".code").first.inner_text().replace(" ", "")
    keyboard.press("Alt+w")
    expect(page.locator("#wrap-summary")).to_be_focused()
    expect(page.locator("input[name=code][value=case_opened]")).to_be_checked()
    page.locator("#b-wrap").press("Enter")
    expect(page.locator("#p-wrap")).to_contain_text("通话已办结")
    page.reload()
    expect(page.locator("#p-lists")).not_to_contain_text("139 0000 0009")
    page.goto(f"/cases/{number}")
    expect(page.locator("main")).to_contain_text("人民公园南门井盖缺失")
    expect(page.locator("main")).to_contain_text("13900000019")
    assert visitors.complaints == []


def test_what_is_typed_is_kept_while_the_call_goes_on(visitors: Visitors) -> None:
    page = at_extension(visitors, "wenjing")
    with replaying(visitors.site, "leak-place-corrected", speed=20):
        expect(page.locator("#f-place")).to_have_value(re.compile("路"))
        page.locator("#f-place").focus()
        page.keyboard.press("Control+a")
        page.keyboard.type("府前路邮政大楼对面", delay=40)
        expect(page.locator("#p-head")).to_contain_text("已结束")
    expect(page.locator("#f-place")).to_have_value("府前路邮政大楼对面")
    expect(page.locator("#from-place")).to_have_text("手填")
    expect(page.locator("#f-title")).not_to_have_value("")
    page.reload()
    expect(page.locator("#f-place")).to_have_value("府前路邮政大楼对面")
    assert visitors.complaints == []


def test_danger_is_seen_and_transferred_by_one_key(visitors: Visitors) -> None:
    page = at_extension(visitors, "sunqi")
    with replaying(visitors.site, "crash-emergency", speed=20):
        expect(page.get_by_role("alert").filter(has_text="122")).to_be_visible()
        page.keyboard.press("Alt+t")
        expect(page.locator("#p-alarm")).to_contain_text("已记下转接 122")
    assert visitors.complaints == []


def test_without_script_a_call_by_hand_becomes_a_case(visitors: Visitors) -> None:
    visitors.staff("heli", "operator")
    page = visitors.open("/signin", script=False)
    page.get_by_label("账号").fill("heli")
    page.get_by_label("密码").fill("a-password-of-their-own")
    page.get_by_role("button", name="登录").click()
    page.locator("#by-hand").click()
    page.locator("#begin-caller").fill("13900000031")
    page.get_by_role("button", name="开始一通电话").click()
    page.locator("#say-text").fill("人民路的路灯坏了一个星期了")
    page.get_by_role("button", name="记下").click()
    expect(page.locator("#transcript")).to_contain_text("路灯坏了")
    page.locator("#f-title").fill("人民路一排路灯坏了")
    page.locator("#f-text").fill("人民路的路灯坏了一个星期。")
    page.locator("#b-open").click()
    expect(page.locator("#p-case")).to_contain_text("查询码")
    expect(page.locator("#f-title")).to_have_value("人民路一排路灯坏了")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_lost_connection_is_said_and_nothing_is_lost(visitors: Visitors) -> None:
    page = at_extension(visitors, "zhoumin")
    with replaying(visitors.site, "fund-loan", speed=20):
        expect(page.locator("#transcript .said")).not_to_have_count(0)
        page.route("**/desk/events*", lambda route: route.abort())
        page.reload()
        expect(page.locator("#lost")).to_be_visible()
    page.unroute("**/desk/events*")
    expect(page.locator("#p-head")).to_contain_text("已结束")
    expect(page.locator("#lost")).to_be_hidden()
    shown = page.locator("#transcript .said")
    seqs = shown.evaluate_all("all => all.map((one) => Number(one.id.slice(1)))")
    page.reload()
    assert seqs == list(range(shown.count()))


def test_the_desk_fits_a_phone(visitors: Visitors) -> None:
    page = at_extension(visitors, "yuting")
    replay(visitors.site, "bus-suggestion")
    expect(page.locator("#p-head")).to_contain_text("139")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    for tab in ("来电", "通话", "工单"):
        page.get_by_role("navigation", name="切换").get_by_role("link", name=tab).click()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.locator("#f-title")).to_be_visible()
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
    page.locator("body").press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Alt+Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert visitors.complaints == []

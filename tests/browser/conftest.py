"""Chromium in front of the whole service, Rasa included, started once."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.chromium import CHROMIUM
from tests.running import ROOT, service

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
PASSWORD = "a-password-of-their-own"
HOTLINE_KEY = "a-key-of-a-call-centre"
WITHIN_MS = 20_000
"""Far above what a turn takes, so that a slow machine does not fail a test."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """The running service."""

    url: str
    home: Path

    def add_staff(self, name: str, role: str, department: str = "") -> str:
        """An account as the administrator adds it; gives the first password."""
        told = subprocess.run(
            [
                *(sys.executable, "-m", "bot", "staff", "add", name),
                *("--role", role, "--department", department),
            ],
            env=os.environ | {"POLICYLINE_HOME": str(self.home), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
            cwd=self.home,
        ).stdout
        return re.findall(r"：(\S+)", told)[-1]


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if not (ROOT / ".venv-rasa" / "bin" / "python").exists():
        pytest.skip("Rasa's environment is not set up (make setup)")
    home = tmp_path_factory.mktemp("browser")
    with service(home, hotline_centres__default__key=HOTLINE_KEY) as started:
        yield Site(url=started.url, home=home)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Ended with the last browser test: Playwright keeps an event loop running, beside which
    asynchronous tests cannot start theirs."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium (Debian package: chromium)")
    expect.set_options(timeout=WITHIN_MS)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            yield browser
            browser.close()
    finally:  # also where Playwright could not end: else no asynchronous test after it could start
        asyncio._set_running_loop(None)


@dataclass
class Visitors:
    """Opens browsers, each with cookies of its own, and keeps what their consoles complain of."""

    chromium: Browser
    site: Site
    contexts: list[BrowserContext]
    complaints: list[str]

    def open(self, path: str, viewport: dict[str, int] = PHONE, *, script: bool = True) -> Page:
        context = self.chromium.new_context(
            viewport=viewport,  # type: ignore[arg-type]  # the two keys are given
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=script,
            base_url=self.site.url,
        )
        self.contexts.append(context)
        context.set_default_timeout(WITHIN_MS)
        page = context.new_page()
        page.on("console", lambda said: self._note(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(path)
        return page

    def _note(self, kind: str, text: str) -> None:
        self.complaints.extend([text] * (kind in {"error", "warning"}))

    def staff(self, name: str, role: str, department: str = "") -> Page:
        """A member of staff signs in for the first time and sets their own password."""
        first = self.site.add_staff(name, role, department)
        page = self.open("/signin", DESK)
        page.get_by_label("账号").fill(name)
        page.get_by_label("密码").fill(first)
        page.get_by_role("button", name="登录").click()
        page.get_by_label("原密码").fill(first)
        page.get_by_label("新密码", exact=True).fill(PASSWORD)
        page.get_by_label("再输入一次新密码").fill(PASSWORD)
        page.get_by_role("button", name="保存").click()
        return page


@pytest.fixture
def visitors(chromium: Browser, site: Site) -> Iterator[Visitors]:
    opened = Visitors(chromium=chromium, site=site, contexts=[], complaints=[])
    yield opened
    for context in opened.contexts:
        context.close()


def say(page: Page, text: str) -> None:
    """Say something and wait for the next reply."""
    before = page.locator(".entry-us").count()
    page.get_by_label("您想问或想反映的内容").fill(text)
    page.get_by_label("您想问或想反映的内容").press("Enter")
    expect(page.locator(".entry-us")).not_to_have_count(before)
    expect(page.locator("#typing")).to_be_hidden()


__all__ = ["DESK", "PHONE", "Site", "Visitors", "say"]

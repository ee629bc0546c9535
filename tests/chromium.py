"""The machine's own Chromium, for tests that look at pages."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

CHROMIUM = Path(os.environ.get("POLICYLINE_TEST_CHROMIUM", "/usr/bin/chromium"))
PHONE_WIDTH = 390
IN_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium (Debian package: chromium)"),
]
"""Marks of a module that opens it."""


@asynccontextmanager
async def on_a_phone() -> AsyncIterator[Page]:
    """A page as wide as a small telephone."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield await browser.new_page(viewport={"width": PHONE_WIDTH, "height": 844})
        await browser.close()

"""What axe-core finds on a page: WCAG 2.1 A and AA, what it calls serious or critical."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
_BAD = frozenset({"serious", "critical"})
_RUN = """tags => axe.run(document, {runOnly: {type: "tag", values: tags}}).then(found =>
  found.violations.map(one =>
    [one.id, one.impact, one.nodes.map(node => node.target.join(" "))]))"""


@cache
def _script() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


def barriers(page: Page) -> list[str]:
    """Each barrier with the first element it stands at; empty where there is none."""
    page.evaluate("Promise.all(document.getAnimations().map(one => one.finished))")
    page.evaluate(_script())
    return [
        f"{page.url.partition('//')[2].partition('/')[2]}: {rule} {where[0]} (+{len(where) - 1})"
        for rule, impact, where in page.evaluate(_RUN, _TAGS)
        if impact in _BAD
    ]


def overflow(page: Page) -> list[str]:
    """The page's address where it is wider than its window."""
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    return [f"{page.url} scrolls sideways"] if wide else []

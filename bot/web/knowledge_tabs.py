"""The tabs of the editors' pages, each with how much stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.content_lists import COUNTED, ListName
from bot.web.routes import services_of


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One tab; `count` is empty where nothing is to be counted."""

    key: str
    address: str
    name: str
    count: str = ""


@dataclass(frozen=True, kw_only=True)
class Tabs:
    """All tabs, and the counts of the lists behind them."""

    tabs: tuple[Tab, ...]
    counts: Mapping[ListName, int]


def said(count: int) -> str:
    """A count as the page says it; counting stops at `COUNTED`."""
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count)


async def tabs_of(request: web.Request) -> Tabs:
    """What the editors' pages show above themselves."""
    services = services_of(request)
    counts = await services.content_lists.counts()
    waiting = counts[ListName.WAITING] + counts[ListName.CHECKED]
    ends = counts[ListName.EXPIRING] + counts[ListName.REVIEW] + counts[ListName.EXPIRED]
    asked = await services.questions.open_count()
    here = "/knowledge"
    return Tabs(
        tabs=(
            Tab(key="documents", address=here, name="文件"),
            Tab(key="waiting", address=f"{here}/waiting", name="待审", count=said(waiting)),
            Tab(key="expiring", address=f"{here}/expiring", name="到期提醒", count=said(ends)),
            Tab(
                key="uninterpreted",
                address=f"{here}/uninterpreted",
                name="缺解读",
                count=said(counts[ListName.UNINTERPRETED]),
            ),
            Tab(
                key="refutations",
                address=f"{here}/refutations",
                name="辟谣",
                count=said(counts[ListName.REFUTATIONS]),
            ),
            Tab(key="questions", address=f"{here}/questions", name="待答问题", count=said(asked)),
            Tab(key="hit_test", address=f"{here}/hit-test", name="试问"),
        ),
        counts=counts,
    )

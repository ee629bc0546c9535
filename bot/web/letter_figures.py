"""`/letters/figures`: the public figures of letters of a year or a month, drawn and as CSV."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, Field

from bot.cases.calendar import local_day
from bot.city.sheets import write_csv
from bot.errors import Invalid
from bot.letters.figures import FEW, Counted, LetterFigures
from bot.web.letters import cacheable, pace
from bot.web.month_bars import month_bars
from bot.web.reading import read_query
from bot.web.rendering import page
from bot.web.routes import services_of

_YEARS_BACK = 5
_HEADINGS = (
    "分组", "名称", "收到", "已答复", "按时答复", "按时答复率", "答复用时中位数（工作日）",
    "答复用时平均数（工作日）", "评价", "满意率", "公开", "公开率",
)  # fmt: skip


class FiguresQuery(BaseModel):
    """Which span."""

    year: int = Field(default=0, ge=0, le=9999, title="年份")
    month: int = Field(default=0, ge=0, le=12, title="月份")


@dataclass(frozen=True, kw_only=True)
class Span:
    """The days that are counted."""

    year: int
    month: int
    since: date
    until: date

    @property
    def name(self) -> str:
        """Such as 2026年3月."""
        return f"{self.year}年{self.month}月" if self.month else f"{self.year}年"


def span_of(asked: FiguresQuery, today: date) -> Span:
    """The span asked for; without one, this year.

    Raises:
        Invalid: a year the page does not tell of.
    """
    year = asked.year or today.year
    if not today.year - _YEARS_BACK <= year <= today.year:
        message = f"只能看 {today.year - _YEARS_BACK} 年到 {today.year} 年的统计。"
        raise Invalid(message, fields={"year": "超出范围"})
    first, last = (asked.month, asked.month) if asked.month else (1, 12)
    until = date(year, last, calendar.monthrange(year, last)[1])
    since = date(year, first, 1)
    if since > today:
        raise Invalid("这个月还没有到。", fields={"month": "还没有到"})
    return Span(year=year, month=asked.month, since=since, until=min(until, today))


async def show(request: web.Request) -> web.Response:
    """The figures."""
    span, found = await _found(request)
    today = local_day(services_of(request).clock.now())
    return cacheable(
        page(
            request,
            "letter_figures.html",
            span=span,
            found=found,
            bars=month_bars(found.months),
            groups=_groups(found),
            years=[today.year - back for back in range(_YEARS_BACK + 1)],
            few=FEW,
            percent=percent,
            days=days,
            canonical=f"{services_of(request).settings.base_url}/letters/figures",
        )
    )


async def download(request: web.Request) -> web.Response:
    """The same as a CSV a spreadsheet opens."""
    span, found = await _found(request)
    rows = [_cells("合计", found.total)]
    rows += [_cells(group, one) for group, ones in _groups(found) for one in ones]
    shown = quote(f"来信办理情况 {span.name}.csv")
    name = f"letters-{span.since}-{span.until}.csv"
    response = web.Response(
        body=write_csv([_HEADINGS, *rows]), content_type="text/csv", charset="utf-8"
    )
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{name}\"; filename*=UTF-8''{shown}"
    )
    return cacheable(response)


async def _found(request: web.Request) -> tuple[Span, LetterFigures]:
    await pace(request)
    services = services_of(request)
    span = span_of(read_query(request, FiguresQuery), local_day(services.clock.now()))
    return span, await services.letters.figures(span.since, span.until)


def _groups(found: LetterFigures) -> Sequence[tuple[str, tuple[Counted, ...]]]:
    return (
        ("按部门", found.departments),
        ("按领域", found.fields),
        ("按类型", found.types),
        ("按月", found.months),
    )


def percent(part: int, whole: int) -> str:
    """A share; a dash of nothing."""
    return f"{part / whole * 100:.1f}%" if whole else "—"


def days(count: float | None) -> str:
    """Working days; a dash where nothing was answered."""
    return "—" if count is None else f"{count:.1f}".removesuffix(".0")


def _cells(group: str, one: Counted) -> list[str]:
    return [group, one.name, *_numbers(one)]


def _numbers(one: Counted) -> Iterator[str]:
    if one.hidden:
        yield f"少于 {FEW}"
        yield from [""] * (len(_HEADINGS) - 3)
        return
    yield str(one.received)
    yield str(one.answered)
    yield str(one.in_time)
    yield percent(one.in_time, one.timed)
    yield days(one.median_days)
    yield days(one.mean_days)
    yield str(one.rated)
    yield percent(one.satisfied, one.rated) if one.rated >= FEW else "—"
    yield str(one.published)
    yield percent(one.published, one.answered)

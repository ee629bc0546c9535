"""`/insight/satisfaction`: how satisfied citizens are with each department, drawn and to take away.

The office sees all departments, a department its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote

from aiohttp import web

from bot.cases.calendar import ZONE, local_day
from bot.cases.figures import FEW, Figures, Visit
from bot.cases.model import Role
from bot.cases.rated import Satisfaction
from bot.cases.rules import GRADES
from bot.city.sheets import write_csv
from bot.drafting.model import DraftUse
from bot.errors import Invalid
from bot.web.insight_models import SpanQuery
from bot.web.reading import read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of
from bot.web.stacked_bar import StackedBar, stacked_bar

_DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD})
VISITS = {
    Visit.IN_TIME: "按时回访",
    Visit.LATE: "超期回访",
    Visit.DUE: "待回访",
    Visit.OVERDUE: "超期未回访",
    Visit.REOPENED: "已重新办理",
    Visit.UNKNOWN: "没有记录",
}
_HEADINGS = (
    "部门",
    "办结",
    "评价",
    *GRADES.values(),
    "满意率",
    "满意率下限（95%）",
    "满意率上限（95%）",
    "备注",
    "差评",
    *(f"差评{name}" for name in VISITS.values()),
    "申诉",
    "申诉成立",
    "答复",
    "按时答复",
    "按时答复率",
    "答复用时中位数（工作日）",
)


@dataclass(frozen=True, kw_only=True)
class _Row:
    name: str
    figures: Figures
    bar: StackedBar


@dataclass(frozen=True, kw_only=True)
class _Span:
    name: str
    since: date
    until: date


async def figures_for(request: web.Request, asked: SpanQuery) -> Satisfaction:
    """The figures this reader may see; without a span, those of this month.

    Raises:
        Invalid: days in disorder, or too many.
    """
    services, actor = services_of(request), session_of(request).actor
    until = asked.until or local_day(services.clock.now())
    since = asked.since or until.replace(day=1)
    if actor.role in _DEPARTMENT_ROLES and not actor.department:
        raise Invalid("账号没有所属部门，请联系管理员。")
    department = actor.department if actor.role in _DEPARTMENT_ROLES else ""
    return await services.satisfaction.over(since, until, department=department)


async def show(request: web.Request) -> web.Response:
    """The figures, most grades first."""
    found = await figures_for(request, read_query(request, SpanQuery))
    drafts = await _drafts_used(request, found)
    rows = [_row(name, figures) for name, figures in found.departments]
    rows.sort(key=lambda row: (-row.figures.rated, -row.figures.closed, row.name))
    today = local_day(services_of(request).clock.now())
    return page(
        request,
        "satisfaction.html",
        found=found,
        drafts=drafts,
        rows=rows,
        total=_row("合计", found.total) if len(rows) > 1 else None,
        spans=list(_spans(today)),
        today=today,
        grades=GRADES,
        Visit=Visit,
        visits=VISITS,
        few=FEW,
    )


async def _drafts_used(request: web.Request, found: Satisfaction) -> DraftUse:
    """How many of the span's replies were begun from a suggested draft; a department's own."""
    actor = session_of(request).actor
    since, before = (
        datetime.combine(day, time(), ZONE).astimezone(UTC)
        for day in (found.since, found.until + timedelta(days=1))
    )
    department = actor.department if actor.role in _DEPARTMENT_ROLES else ""
    return await services_of(request).drafts.use(since, before, department)


async def download(request: web.Request) -> web.Response:
    """The same as a CSV a spreadsheet opens."""
    found = await figures_for(request, read_query(request, SpanQuery))
    rows = [_cells(name, figures) for name, figures in found.departments]
    if len(rows) > 1:
        rows.append(_cells("合计", found.total))
    name = f"satisfaction-{found.since}-{found.until}.csv"
    shown = quote(f"满意度 {found.since} 至 {found.until}.csv")
    return web.Response(
        body=write_csv([_HEADINGS, *rows]),
        content_type="text/csv",
        charset="utf-8",
        headers={
            "Content-Disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{shown}"
        },
    )


def _row(name: str, figures: Figures) -> _Row:
    counts = [(word, f"grade-{grade}", figures.grades[grade]) for grade, word in GRADES.items()]
    return _Row(name=name, figures=figures, bar=stacked_bar(counts))


def _spans(today: date) -> Iterator[_Span]:
    first = today.replace(day=1)
    last = first - timedelta(days=1)
    yield _Span(name="本月", since=first, until=today)
    yield _Span(name="上月", since=last.replace(day=1), until=last)
    yield _Span(name="今年", since=today.replace(month=1, day=1), until=today)


def _cells(name: str, figures: Figures) -> list[str]:
    low, high = figures.interval or (None, None)
    return [
        name,
        str(figures.closed),
        str(figures.rated),
        *(str(figures.grades[grade]) for grade in GRADES),
        _percent(figures.share),
        _percent(low),
        _percent(high),
        f"评价少于 {FEW} 件" if figures.few else "",
        str(figures.bad),
        *(str(figures.visits[visit]) for visit in VISITS),
        str(figures.appeals),
        str(figures.upheld),
        str(figures.replied),
        str(figures.in_time),
        _percent(figures.in_time_share),
        "" if figures.median_days is None else f"{figures.median_days:g}",
    ]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.1f}%"

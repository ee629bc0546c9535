"""`/insight`: what came in, what is owed, how it was taken; each figure opens its list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote, urlencode

from aiohttp import web
from markupsafe import Markup
from pydantic import Field

from bot.cases.rated import Satisfaction
from bot.errors import NotFound
from bot.openness.opinion_course import course
from bot.openness.overviews import Overview
from bot.openness.report.chart_svg import svg, svg_file
from bot.openness.report.model import Chart
from bot.web.insight import row_of
from bot.web.insight_models import SpanQuery
from bot.web.reading import read_query
from bot.web.rendering import page
from bot.web.routes import services_of, session_of
from bot.web.words import channel_name

_DAYS = 30
_PLACES = 12
_ISSUES = 6
_SPANS = {"今天": 1, "近 7 天": 7, "近 30 天": 30, "近 90 天": 90, "近一年": 365}


class OverviewQuery(SpanQuery):
    """Which days, and for whom."""

    wall: bool = Field(default=False, title="大屏")


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """A chart, where its points lead, and its file's name."""

    name: str
    chart: Chart
    links: Mapping[str, str]

    @property
    def svg(self) -> Markup:
        """The picture."""
        return svg(self.chart, self.links)


async def show(request: web.Request) -> web.Response:
    """The page; `wall=1` is for a screen on the wall, which loads itself again each minute."""
    services, asked = services_of(request), read_query(request, OverviewQuery)
    found, rated = await _found(request, asked)
    hottest = await services.hot.hottest(limit=_ISSUES)
    open_items = [issue for issue in hottest if issue.opinion and not course(issue.opinion).closed]
    return page(
        request,
        "insight.html",
        found=found,
        total=rated.total,
        charts=_charts(found),
        hot=[row_of(issue) for issue in hottest],
        open_items=len(open_items),
        overdue=sum(one.overdue for one in found.clocks),
        owed=sum(one.open for one in found.clocks),
        cases=_address(found),
        spans=_spans(services.overviews.today),
        today=services.overviews.today,
        now=services.clock.now(),
        wall=asked.wall,
        picture=lambda name: _picture(name, found),
    )


async def picture(request: web.Request) -> web.Response:
    """One chart as a file. Raises `NotFound`."""
    asked = read_query(request, OverviewQuery)
    found, _ = await _found(request, asked)
    name = request.match_info["name"]
    drawn = next((one for one in _charts(found) if one.name == name), None)
    if drawn is None:
        raise NotFound("没有这张图。")
    by = session_of(request).name
    await services_of(request).staff.record(by, "insight.download", f"{name} {found.until}")
    shown = quote(f"{drawn.chart.title}-{found.since}-{found.until}.svg")
    return web.Response(
        text=svg_file(drawn.chart),
        content_type="image/svg+xml",
        charset="utf-8",
        headers={
            "Content-Disposition": f"attachment; filename=\"{name}.svg\"; filename*=UTF-8''{shown}",
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        },
    )


async def _found(request: web.Request, asked: SpanQuery) -> tuple[Overview, Satisfaction]:
    services = services_of(request)
    until = asked.until or services.overviews.today
    since = asked.since or until - timedelta(days=_DAYS - 1)
    found = await services.overviews.over(since, until)
    return found, await services.satisfaction.over(since, until)


def _charts(found: Overview) -> tuple[_Drawn, ...]:
    came, to = found.came, _address(found)
    days = {f"{day.month}-{day.day}": (day, count) for day, count in came.days.items()}
    channels = _merged(came.channels)
    places = dict(list(came.places.items())[:_PLACES])
    return (
        _Drawn(
            name="days",
            chart=Chart(
                title="每日来件",
                points=tuple((name, count) for name, (_, count) in days.items()),
                upright=True,
            ),
            links={name: to(since=str(day), until=str(day)) for name, (day, _) in days.items()},
        ),
        _Drawn(
            name="channels",
            chart=Chart(title="来件渠道", points=tuple(channels.items())),
            links={channel_name(one): to(channel=one) for one in came.channels},
        ),
        _Drawn(
            name="types",
            chart=Chart(title="诉求类型", points=tuple(came.types.items())),
            links={one: to(demand=one) for one in came.types},
        ),
        _Drawn(
            name="places",
            chart=Chart(
                title="所在镇街",
                points=tuple((one or "地点不明", count) for one, count in places.items()),
            ),
            links={one: to(territory=one) for one in places if one},
        ),
    )


def _merged(channels: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one, count in channels.items():
        name = channel_name(one) or "不明"
        found[name] = found.get(name, 0) + count
    return found


def _address(found: Overview) -> Callable[..., str]:
    """The address of the span's list of cases, with further conditions."""

    def to(**changes: str) -> str:
        span = {"tab": "all", "since": str(found.since), "until": str(found.until)}
        return f"/cases?{urlencode(span | changes)}"

    return to


def _picture(name: str, found: Overview) -> str:
    return f"/insight/charts/{name}.svg?{urlencode({'from': found.since, 'to': found.until})}"


def _spans(today: date) -> dict[str, str]:
    return {
        name: f"/insight?{urlencode({'from': today - timedelta(days=days - 1), 'to': today})}"
        for name, days in _SPANS.items()
    }

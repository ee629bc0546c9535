"""A chart as an SVG picture in a page: shapes and words alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from bot.openness.report.model import Chart

_COLUMNS_WIDTH = 720
_BARS_WIDTH = 420
"""Charts of bars stand side by side."""
_CHAR, _GAP, _VALUE, _ROW, _BAR = 14, 8, 60, 28, 18
_TALL, _FOOT, _TOP, _EDGE = 200, 24, 20, 18
_MOST_NAMES = 16
_MOST_CHARS = 12

_STYLE = Markup(
    "<style>rect{fill:#1a6fc4}text{font:14px 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;"
    "fill:#17222e}line{stroke:#8593a3}</style>"
)


def svg(chart: Chart, links: Mapping[str, str] | None = None) -> Markup:
    """The chart as an SVG element.

    Args:
        chart: what is drawn.
        links: point's name → where it leads.
    """
    width, height, shapes = _drawn(chart, links or {})
    # What leads somewhere is no part of a picture: the picture is then a group of its parts.
    role, name = "group" if links else "img", "columns" if chart.upright else "bars"
    return Markup('<svg class="{}" viewBox="0 0 {} {}" role="{}" aria-label="{}">{}</svg>').format(
        name, width, height, role, chart.said, Markup("").join(shapes)
    )


def svg_file(chart: Chart) -> str:
    """The chart as a file of its own, with its title and colours."""
    width, height, shapes = _drawn(chart, {})
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -32 {} {}" width="{}">{}'
            '<text x="0" y="-12">{}</text>{}</svg>'
        ).format(width, height + 40, width, _STYLE, chart.title, Markup("").join(shapes))
    )


def _drawn(chart: Chart, links: Mapping[str, str]) -> tuple[int, float, list[Markup]]:
    if chart.upright:
        return _COLUMNS_WIDTH, *_columns(chart, links)
    return _BARS_WIDTH, *_bars(chart, links)


def _linked(shapes: list[Markup], name: str, links: Mapping[str, str]) -> list[Markup]:
    where = links.get(name)
    if where is None:
        return shapes
    return [Markup('<a href="{}">{}</a>').format(where, Markup("").join(shapes))]


def _bars(chart: Chart, links: Mapping[str, str]) -> tuple[float, list[Markup]]:
    most = max([1, *(value for _, value in chart.points)])
    names = max([0, *(len(_short(name)) for name, _ in chart.points)]) * _CHAR + _GAP
    room, shapes = _BARS_WIDTH - names - _VALUE, []
    for at, (name, value) in enumerate(chart.points):
        top, width = at * _ROW, value / most * room
        middle = top + _ROW / 2 + 5
        one = [
            _text(names - _GAP, middle, _short(name), "end"),
            _rect(names, top + (_ROW - _BAR) / 2, width, _BAR, f"{name} {value}"),
            _text(names + width + 6, middle, str(value), "start"),
        ]
        shapes += _linked(one, name, links)
    return len(chart.points) * _ROW, shapes


def _columns(chart: Chart, links: Mapping[str, str]) -> tuple[float, list[Markup]]:
    most = max([1, *(value for _, value in chart.points)])
    step, room = (_COLUMNS_WIDTH - 2 * _EDGE) / max(1, len(chart.points)), _TALL - _FOOT - _TOP
    every = -(-len(chart.points) // _MOST_NAMES)
    shapes = []
    for at, (name, value) in enumerate(chart.points):
        height = value / most * room
        top, middle = _TALL - _FOOT - height, _EDGE + (at + 0.5) * step
        one = [_rect(_EDGE + at * step + step * 0.2, top, step * 0.6, height, f"{name} {value}")]
        if at % every == 0:
            one.append(_text(middle, _TALL - 6, name, "middle"))
            one.append(_text(middle, top - 5, str(value), "middle"))
        shapes += _linked(one, name, links)
    foot = _TALL - _FOOT
    shapes.append(
        Markup('<line x1="0" x2="{}" y1="{}" y2="{}"/>').format(_COLUMNS_WIDTH, foot, foot)
    )
    return _TALL, shapes


def _rect(x: float, y: float, width: float, height: float, said: str) -> Markup:
    return Markup('<rect x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>').format(
        *(f"{one:.1f}" for one in (x, y, width, height)), said
    )


def _text(x: float, y: float, said: str, anchor: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(
        f"{x:.1f}", f"{y:.1f}", anchor, said
    )


def _short(name: str) -> str:
    return name if len(name) <= _MOST_CHARS else f"{name[: _MOST_CHARS - 1]}…"

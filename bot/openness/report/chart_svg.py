"""A chart as an SVG picture in a page: shapes and words alone. Pure."""

from __future__ import annotations

from markupsafe import Markup

from bot.openness.report.model import Chart

WIDTH = 720
_LABEL, _VALUE, _ROW, _BAR = 200, 60, 28, 18
_TALL, _FOOT, _TOP = 200, 24, 20
_MOST_NAMES = 16
_MOST_CHARS = 14


def svg(chart: Chart) -> Markup:
    """The chart as an SVG element."""
    return _columns(chart) if chart.upright else _bars(chart)


def _bars(chart: Chart) -> Markup:
    most = max([1, *(value for _, value in chart.points)])
    room, shapes = WIDTH - _LABEL - _VALUE, []
    for at, (name, value) in enumerate(chart.points):
        top, width = at * _ROW, value / most * room
        middle = top + _ROW / 2 + 5
        shapes.append(_text(_LABEL - 8, middle, _short(name), "end"))
        shapes.append(_rect(_LABEL, top + (_ROW - _BAR) / 2, width, _BAR, f"{name} {value}"))
        shapes.append(_text(_LABEL + width + 6, middle, str(value), "start"))
    return _picture(chart, len(chart.points) * _ROW, shapes)


def _columns(chart: Chart) -> Markup:
    most = max([1, *(value for _, value in chart.points)])
    step, room = WIDTH / max(1, len(chart.points)), _TALL - _FOOT - _TOP
    every = -(-len(chart.points) // _MOST_NAMES)
    shapes = []
    for at, (name, value) in enumerate(chart.points):
        height = value / most * room
        top, middle = _TALL - _FOOT - height, (at + 0.5) * step
        shapes.append(_rect(at * step + step * 0.2, top, step * 0.6, height, f"{name} {value}"))
        if at % every == 0:
            shapes.append(_text(middle, _TALL - 6, name, "middle"))
            shapes.append(_text(middle, top - 5, str(value), "middle"))
    foot = _TALL - _FOOT
    shapes.append(Markup('<line x1="0" x2="{}" y1="{}" y2="{}"/>').format(WIDTH, foot, foot))
    return _picture(chart, _TALL, shapes)


def _picture(chart: Chart, height: float, shapes: list[Markup]) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, height, chart.said, Markup("").join(shapes)
    )


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

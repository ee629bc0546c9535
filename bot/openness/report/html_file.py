"""A report as one HTML file that stands alone, to read, print and send."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment

from bot.openness.report.chart_svg import svg
from bot.openness.report.model import Report

_NUMBERS = "一二三四五六七八九十"
_PAGE = Path(__file__).with_name("report.html")


def as_html(report: Report) -> bytes:
    """The file."""
    made = report.made_on
    template = Environment(autoescape=True, trim_blocks=False).from_string(_PAGE.read_text("utf-8"))
    text = template.render(
        report=report,
        svg=svg,
        numbers=_NUMBERS,
        made_on=f"{made.year}年{made.month}月{made.day}日",
    )
    return text.encode()

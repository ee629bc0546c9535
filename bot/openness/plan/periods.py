"""Weeks, months, quarters and years of a calendar year. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.openness.plan.duties import Every

_NEAR = {Every.WEEK: 2, Every.MONTH: 7, Every.QUARTER: 15, Every.YEAR: 30}
"""So many last days of a period it is at risk."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """From its first to its last day."""

    name: str
    first: date
    last: date
    near_from: date


def periods(year: int, every: Every) -> Iterator[Period]:
    """The periods that end in a year, in order; a week is from Monday to Sunday."""
    for first, last, name in _spans(year, every):
        near = last - timedelta(days=_NEAR[every])
        yield Period(name=name, first=first, last=last, near_from=near)


def month_end(year: int, month: int) -> date:
    """A month's last day."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def _spans(year: int, every: Every) -> Iterator[tuple[date, date, str]]:
    if every is Every.WEEK:
        last = date(year, 1, 1)
        last += timedelta(days=6 - last.weekday())
        while last.year == year:
            first = last - timedelta(days=6)
            yield first, last, f"{first.month}月{first.day}日至{last.month}月{last.day}日这一周"
            last += timedelta(days=7)
        return
    if every is Every.YEAR:
        yield date(year, 1, 1), date(year, 12, 31), f"{year}年"
        return
    step = 1 if every is Every.MONTH else 3
    for month in range(1, 13, step):
        last = month_end(year, month + step - 1)
        name = f"{month}月" if step == 1 else f"第{month // 3 + 1}季度"
        yield date(year, month, 1), last, name

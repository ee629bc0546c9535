"""A small line of daily counts, as the points of an SVG. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT = 240, 44
_EDGE = 3
_SHORTEST_DAYS, _LONGEST_DAYS = 14, 90


@dataclass(frozen=True, kw_only=True)
class Sparkline:
    """What the template draws.

    Args:
        line, area: coordinates as SVG's `points` takes them.
        days: each day shown and its count, oldest first.
        most: the highest count.
    """

    line: str
    area: str
    days: tuple[tuple[date, int], ...]
    most: int

    @property
    def said(self) -> str:
        """The line in words, for who does not see it."""
        total = sum(count for _, count in self.days)
        top = max(self.days, key=lambda each: each[1])
        return (
            f"近 {len(self.days)} 天共 {total} 件，"
            f"最多的一天是 {top[0].month} 月 {top[0].day} 日，{top[1]} 件"
        )


def sparkline(counts: Mapping[str, int], until: date) -> Sparkline:
    """Counts by day (`YYYY-MM-DD`) as a line that ends with `until`; 14 to 90 days."""
    by_day = {date.fromisoformat(day): count for day, count in counts.items()}
    first = min([*by_day, until])
    length = min(_LONGEST_DAYS, max(_SHORTEST_DAYS, (until - first).days + 1))
    days = [until - timedelta(days=back) for back in reversed(range(length))]
    shown = tuple((day, by_day.get(day, 0)) for day in days)
    most = max(1, *(count for _, count in shown))
    step = (WIDTH - 2 * _EDGE) / (length - 1)
    points = [
        (_EDGE + at * step, HEIGHT - _EDGE - count / most * (HEIGHT - 2 * _EDGE))
        for at, (_, count) in enumerate(shown)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    area = f"{_EDGE},{HEIGHT - _EDGE} {line} {WIDTH - _EDGE},{HEIGHT - _EDGE}"
    return Sparkline(line=line, area=area, days=shown, most=most)

"""Two bars a month, received and answered, as the rectangles of an SVG. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.letters.figures import Counted

_MONTHS = 12
"""As wide as a year, whatever of it there is: bars of one size."""
HEIGHT, _FOOT, _BAR, _STEP, _TOP = 140, 20, 16, 48, 6


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One rectangle, from the top left."""

    kind: str
    x: float
    y: float
    height: float


@dataclass(frozen=True, kw_only=True)
class MonthBars:
    """What the template draws.

    Args:
        names: what stands below each pair, and where its middle is.
        said: the drawing in words.
    """

    bars: tuple[Bar, ...]
    names: tuple[tuple[str, float], ...]
    width: int
    said: str


def month_bars(months: Sequence[Counted]) -> MonthBars:
    """The months, left to right; one too small to be told has no bars."""
    told = [0 if one.hidden else one.received for one in months]
    most, space = max([1, *told]), HEIGHT - _FOOT - _TOP
    bars, names = [], []
    for place, one in enumerate(months):
        left = place * _STEP + (_STEP - 2 * _BAR) / 2
        counts = () if one.hidden else (("received", one.received), ("answered", one.answered))
        for at, (kind, count) in enumerate(counts):
            height = count / most * space
            y = HEIGHT - _FOOT - height
            bars.append(Bar(kind=kind, x=left + at * _BAR, y=y, height=height))
        names.append((f"{int(one.name[-2:])}月", place * _STEP + _STEP / 2))
    said = "；".join(
        f"{int(one.name[-2:])}月"
        + ("少于 3 件" if one.hidden else f"收到 {one.received} 件、答复 {one.answered} 件")
        for one in months
    )
    return MonthBars(bars=tuple(bars), names=tuple(names), width=_MONTHS * _STEP, said=said)

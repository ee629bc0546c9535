"""The clock of a request as bars, a day each, for its page. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from bot.cases.calendar import CalendarLimits
from bot.disclosure.clock import DisclosureLimits, Reading, counts, term_of
from bot.disclosure.model import Request

_MOST_DAYS = 200


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Days of one kind in a row: `used`, `ahead`, `paused` or `off`; in days from the first."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A clock; `today` in days from the first, None where it lies outside."""

    bars: tuple[Bar, ...]
    days: int
    today: int | None
    due: int
    said: str


def drawn(
    request: Request,
    reading: Reading,
    today: date,
    limits: DisclosureLimits,
    calendar: CalendarLimits,
) -> Drawn | None:
    """The days from the beginning to the due day, or to today where that is later."""
    if reading.due_on is None:
        return None
    at = request.ended_on or today
    term = term_of(request, at, limits)
    first, last = term.begins_on, max(reading.due_on, at)
    days = [first + timedelta(days=ahead) for ahead in range(1, (last - first).days + 1)]
    days = days[:_MOST_DAYS]

    def kind(day: date) -> str:
        if any(pause.since < day <= pause.until for pause in term.pauses):
            return "paused"
        if not counts(day, term, calendar):
            return "off"
        return "used" if day <= at else "ahead"

    bars, x = [], 0
    for name, group in groupby(days, key=kind):
        width = len(list(group))
        bars.append(Bar(kind=name, x=x, width=width))
        x += width
    place = (at - first).days
    return Drawn(
        bars=tuple(bars),
        days=len(days),
        today=place if 0 <= place <= len(days) else None,
        due=(reading.due_on - first).days,
        said=f"允许 {reading.days} 个工作日，已用 {reading.used} 个",
    )

"""The public figures of letters: received, answered, in time, how long, how satisfied. Pure.

A letter is any demand that came in the span, whatever its channel. It counts as answered while its
last answer stands; one handled anew does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean, median

from bot.cases.calendar import CalendarLimits, local_day, working_days_between
from bot.cases.model import State

FEW = 3
"""A group of fewer letters is told as that alone: times and grades of one or two are a person's."""
_ANSWERED = frozenset({State.REPLIED, State.VISITED, State.CLOSED, State.MERGED})
_GOOD = 3


@dataclass(frozen=True, kw_only=True)
class FigureRow:
    """One letter, as far as it is counted; times aware.

    Args:
        replied_at: of the last answer; None: there is none.
        due_at: by when it was owed; None: it is not known.
    """

    opened_at: datetime
    replied_at: datetime | None
    due_at: datetime | None
    state: State
    department: str
    category: tuple[str, ...]
    demand_type: str
    rating: int | None
    published: bool


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The figures of one group.

    Args:
        timed: answered ones whose deadline is known, `in_time` of them by then.
        median_days, mean_days: working days from coming in to the answer; None: nothing answered.
    """

    name: str
    received: int
    answered: int = 0
    timed: int = 0
    in_time: int = 0
    median_days: float | None = None
    mean_days: float | None = None
    rated: int = 0
    satisfied: int = 0
    published: int = 0
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class LetterFigures:
    """All that the page tells of a span."""

    total: Counted
    departments: tuple[Counted, ...]
    fields: tuple[Counted, ...]
    types: tuple[Counted, ...]
    months: tuple[Counted, ...]


def figures(
    rows: Sequence[FigureRow],
    calendar: CalendarLimits,
    field_of: Callable[[tuple[str, ...]], str],
    *,
    months: Iterable[str] = (),
) -> LetterFigures:
    """Count a span.

    Args:
        rows: its letters.
        calendar: whose working days.
        field_of: a category's field of openness, or empty.
        months: `YYYY-MM` that are told even where nothing came.
    """
    days = _Days(calendar)
    seen: dict[str, list[FigureRow]] = {month: [] for month in months}
    for row in rows:
        day = local_day(row.opened_at)
        seen.setdefault(f"{day:%Y-%m}", []).append(row)
    by_month = tuple(_hide(_counted(name, own, days)) for name, own in sorted(seen.items()))
    return LetterFigures(
        total=_hide(_counted("合计", rows, days)),
        departments=_grouped(rows, days, lambda row: row.department or "待派单"),
        fields=_grouped(rows, days, lambda row: field_of(row.category) or "其他"),
        types=_grouped(rows, days, lambda row: row.demand_type),
        months=by_month,
    )


class _Days:
    """Working days between two days, each pair counted once."""

    def __init__(self, calendar: CalendarLimits) -> None:
        self._calendar = calendar
        self._known: dict[tuple[date, date], int] = {}

    def between(self, since: date, until: date) -> int:
        if (since, until) not in self._known:
            counted = working_days_between(since, until, self._calendar)
            self._known[since, until] = counted
        return self._known[since, until]


def _grouped(
    rows: Sequence[FigureRow], days: _Days, name_of: Callable[[FigureRow], str]
) -> tuple[Counted, ...]:
    groups: dict[str, list[FigureRow]] = {}
    for row in rows:
        groups.setdefault(name_of(row), []).append(row)
    counted = [_counted(name, own, days) for name, own in groups.items()]
    counted.sort(key=lambda one: (-one.received, one.name))
    return tuple(_hide(one) for one in counted)


def _counted(name: str, rows: Sequence[FigureRow], days: _Days) -> Counted:
    answered = [row for row in rows if row.replied_at is not None and row.state in _ANSWERED]
    took = [
        days.between(local_day(row.opened_at), local_day(row.replied_at))
        for row in answered
        if row.replied_at is not None
    ]
    timed = [row for row in answered if row.due_at is not None]
    grades = Counter(row.rating for row in answered if row.rating is not None)
    return Counted(
        name=name,
        received=len(rows),
        answered=len(answered),
        timed=len(timed),
        in_time=sum(_in_time(row) for row in timed),
        median_days=median(took) if took else None,
        mean_days=fmean(took) if took else None,
        rated=sum(grades.values()),
        satisfied=sum(count for grade, count in grades.items() if grade >= _GOOD),
        published=sum(row.published for row in answered),
    )


def _in_time(row: FigureRow) -> bool:
    return row.replied_at is not None and row.due_at is not None and row.replied_at <= row.due_at


def _hide(one: Counted) -> Counted:
    """Tell of a small group only that it is small."""
    if not 0 < one.received < FEW:
        return one
    return Counted(name=one.name, received=one.received, hidden=True)

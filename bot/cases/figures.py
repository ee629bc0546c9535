"""A department's figures on grades and replies, and how far a share of few can be trusted. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.cases.rules import BAD_GRADES

SATISFIED = frozenset({3, 4, 5})
FEW = 5
"""Below so many grades a share says little: at 4 of 4 the true one may well be 51%."""
_Z = 1.96


class Visit(StrEnum):
    """What became of the visit that a bad grade is owed."""

    IN_TIME = "in_time"
    LATE = "late"
    DUE = "due"
    """Not yet, and there is time."""
    OVERDUE = "overdue"
    REOPENED = "reopened"
    """The case is handled anew instead."""
    UNKNOWN = "unknown"
    """Another system's case; nothing is known of a visit."""


@dataclass(kw_only=True)
class Figures:
    """A department's figures over a span.

    Args:
        closed: handlings closed.
        replied: handlings answered by the department itself, at a time that is known.
        in_time: of these, answered before the deadline.
        days: working days from opening or reopening to the reply → how many.
        grades: grade → how many, without those whose appeal was upheld.
        visits: of the bad ones among these, how the visit stands → how many.
        appeals, upheld: objections to grades of the span, and those that were upheld.
    """

    closed: int = 0
    replied: int = 0
    in_time: int = 0
    days: Counter[int] = field(default_factory=Counter)
    grades: Counter[int] = field(default_factory=Counter)
    visits: Counter[Visit] = field(default_factory=Counter)
    appeals: int = 0
    upheld: int = 0

    @property
    def rated(self) -> int:
        """Grades that count."""
        return self.grades.total()

    @property
    def satisfied(self) -> int:
        """非常满意, 满意 and 基本满意."""
        return sum(self.grades[grade] for grade in SATISFIED)

    @property
    def bad(self) -> int:
        """差评."""
        return sum(self.grades[grade] for grade in BAD_GRADES)

    @property
    def share(self) -> float | None:
        """Satisfied of those rated, 0 to 1; None where nobody rated."""
        return self.satisfied / self.rated if self.rated else None

    @property
    def few(self) -> bool:
        """Too few grades for the share to say much."""
        return 0 < self.rated < FEW

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share lies with 95%; None where nobody rated."""
        return wilson(self.satisfied, self.rated) if self.rated else None

    @property
    def in_time_share(self) -> float | None:
        """Answered in time of those answered, 0 to 1; None where none was."""
        return self.in_time / self.replied if self.replied else None

    @property
    def median_days(self) -> float | None:
        """The median of working days to the reply; None where none was given."""
        total = self.days.total()
        if not total:
            return None
        ordered = sorted(self.days)
        middle = [_at(self.days, ordered, place) for place in ((total - 1) // 2, total // 2)]
        return sum(middle) / 2

    def add(self, other: Figures) -> None:
        """Count another's into this one's."""
        self.closed += other.closed
        self.replied += other.replied
        self.in_time += other.in_time
        self.days += other.days
        self.grades += other.grades
        self.visits += other.visits
        self.appeals += other.appeals
        self.upheld += other.upheld


def _at(days: Counter[int], ordered: Sequence[int], place: int) -> int:
    passed = 0
    for each in ordered:
        passed += days[each]
        if place < passed:
            return each
    raise IndexError(place)


def wilson(good: int, of: int) -> tuple[float, float]:
    """The 95% score interval of a share (E. B. Wilson, JASA 22, 1927); 0 to 1.

    Raises:
        ValueError: none at all, or more good ones than there are.
    """
    if not 0 <= good <= of or of < 1:
        raise ValueError(f"{good} of {of}")
    share, square = good / of, _Z * _Z
    middle = share + square / (2 * of)
    reach = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    below = 1 + square / of
    return max(0.0, (middle - reach) / below), min(1.0, (middle + reach) / below)

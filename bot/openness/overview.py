"""What came in, what is owed, and how it was taken, over a span: the figures of one page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class CameIn:
    """Cases that came in over a span.

    Args:
        days: day → how many, each day of the span, oldest first.
        channels, types, places: name → how many, the most first; an empty place: not known.
    """

    total: int
    days: Mapping[date, int]
    channels: Mapping[str, int]
    types: Mapping[str, int]
    places: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A department's open cases by how long they still have; an empty name: nobody's yet.

    Args:
        paused: their clock stands still.
    """

    department: str
    overdue: int
    today: int
    soon: int
    later: int
    paused: int

    @property
    def open(self) -> int:
        """All of them."""
        return self.overdue + self.today + self.soon + self.later + self.paused


@dataclass(frozen=True, kw_only=True)
class Answers:
    """How answers were taken over a span.

    Args:
        helpful, unhelpful: what citizens said of answers they got.
        adopted, edited, ignored: of answers suggested during calls.
        unanswered: questions without an answer that were asked in the span, open still.
    """

    helpful: int
    unhelpful: int
    adopted: int
    edited: int
    ignored: int
    unanswered: int


@dataclass(frozen=True, kw_only=True)
class HourCount:
    """Cases that came in within one hour, by what is counted.

    Args:
        hour: its beginning, UTC.
    """

    hour: datetime
    count: int


def whole_days(since: date, until: date) -> tuple[date, ...]:
    """Every day of a span, both ends included."""
    return tuple(since + timedelta(days=ahead) for ahead in range((until - since).days + 1))

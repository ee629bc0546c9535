"""What a report counts, from cases, figures, issues, items and requests. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.cases.calendar import local_day
from bot.cases.rated import Satisfaction
from bot.openness.plan.outcome import Assessment
from bot.openness.records import OpinionItem
from bot.openness.report.model import ReportKind, ReportSpan


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A case that came in the span, as far as it is counted."""

    opened_at: datetime
    channel: str
    demand_type: str
    territory: str
    category: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IssueRow:
    """A hot issue and how many of its cases came in the span."""

    name: str
    cases: int
    first_at: datetime
    last_at: datetime


@dataclass(kw_only=True)
class Received:
    """What came in."""

    total: int = 0
    channels: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    steps: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RequestCounts:
    """Requests for information of the span."""

    received: int
    ended: int
    ended_in_time: int
    overdue: int


@dataclass(frozen=True, kw_only=True)
class ContentCounts:
    """What was published in the span; letters with their replies among it."""

    policies: int
    interpretations: int
    beyond_text: int
    guides: int
    letters: int = 0


@dataclass(frozen=True, kw_only=True)
class Counted:
    """All that a report tells.

    Args:
        opinions: items open in the span or opened in it.
        duties: of the plan, as they stand.
        plan_title: empty: the year has no plan.
    """

    span: ReportSpan
    received: Received
    figures: Satisfaction
    issues: tuple[IssueRow, ...]
    opinions: tuple[OpinionItem, ...]
    requests: RequestCounts
    content: ContentCounts
    duties: tuple[Assessment, ...]
    plan_title: str
    now: datetime


def received(
    rows: Iterable[CaseRow], span: ReportSpan, field_of: Callable[[tuple[str, ...]], str]
) -> Received:
    """Count what came in, by each thing; nothing is left out of any."""
    found = Received(steps=dict.fromkeys(steps(span), 0))
    for row in rows:
        found.total += 1
        found.channels[row.channel] += 1
        found.types[row.demand_type] += 1
        found.places[row.territory or "地点不明"] += 1
        found.fields[field_of(row.category) or "其他"] += 1
        found.steps[step_of(local_day(row.opened_at), span)] += 1
    return found


def steps(span: ReportSpan) -> Iterable[str]:
    """The months of a year, else the days."""
    if span.kind is ReportKind.ANNUAL:
        return [f"{month}月" for month in range(1, span.until.month + 1)]
    days = (span.until - span.since).days + 1
    return [step_of(span.since + timedelta(days=ahead), span) for ahead in range(days)]


def step_of(day: date, span: ReportSpan) -> str:
    """A day's month or its own name."""
    return f"{day.month}月" if span.kind is ReportKind.ANNUAL else f"{day.month}-{day.day}"


def ordered(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    """The most first, then by name."""
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def share(part: int, of: int) -> str:
    """Such as 85.7%; a dash of nothing."""
    return f"{part * 100 / of:.1f}%" if of else "—"

"""Hot issues and public-opinion items as they are kept. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Alert:
    """That an issue grew over the city's threshold, when, and how hot it was then."""

    at: datetime
    heat: float
    cases: int


@dataclass(frozen=True, kw_only=True)
class OpinionItem:
    """政务舆情: what the city owes the public about an issue, and by when.

    Args:
        major: 特别重大 or 重大.
        due_at: what is owed → when.
    """

    id: str
    issue_id: str
    title: str
    major: bool
    opened_at: datetime
    opened_by: str
    due_at: Mapping[str, datetime]


@dataclass(frozen=True, kw_only=True)
class HotIssue:
    """A growing cluster of cases.

    Args:
        name: its place and its matter.
        heat: as of `changed_at`; fades from then on until it is looked at again.
        growth: cases a day lately against before.
        days: local day as `YYYY-MM-DD` → its cases.
        channels: channel → its cases.
    """

    id: str
    name: str
    place: str
    matter: str
    first_at: datetime
    last_at: datetime
    cases: int
    heat: float
    growth: float
    changed_at: datetime
    days: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, int] = field(default_factory=dict)
    alert: Alert | None = None
    opinion: OpinionItem | None = None

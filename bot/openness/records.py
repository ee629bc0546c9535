"""Hot issues and public-opinion items as they are kept. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, kw_only=True)
class Alert:
    """That an issue grew over the city's threshold, when, and how hot it was then."""

    at: datetime
    heat: float
    cases: int


class OpinionAct(StrEnum):
    """What somebody did about an opinion item."""

    DONE = "done"
    """What was owed was done."""
    WAIVED = "waived"
    """It is not needed."""
    OWED_AGAIN = "owed_again"
    """Marked by mistake, or to be done once more: owed as before."""
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, kw_only=True)
class OpinionStep:
    """One thing somebody did about an opinion item; appended, never edited.

    Args:
        at: when it was written down.
        by: the name of the account.
        name: what was owed; empty where the whole item is closed or reopened.
        done_at: when it was done, for `DONE`; not after `at`.
        note: what was done, the reason, or the summary.
        link: where the public reads it; empty where there is nothing to read.
        due_at: what is owed → when, where the item was reopened with a new clock; else empty.
    """

    act: OpinionAct
    at: datetime
    by: str
    name: str = ""
    done_at: datetime | None = None
    note: str = ""
    link: str = ""
    due_at: Mapping[str, datetime] = field(default_factory=dict)


class OpinionAlertKind(StrEnum):
    """What is told of something owed."""

    SOON = "soon"
    LATE = "late"


@dataclass(frozen=True, kw_only=True)
class OpinionAlert:
    """That something owed of an item is due soon or overdue; one an item, thing, kind and hour.

    Args:
        title: of the item.
        step: what is owed.
    """

    item_id: str
    issue_id: str
    title: str
    step: str
    kind: OpinionAlertKind
    due_at: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class OpinionItem:
    """政务舆情: what the city owes the public about an issue, and by when.

    Args:
        major: 特别重大 or 重大.
        due_at: what is owed → when, as of its opening.
        steps: what was done since, oldest first; `bot.openness.opinion_course` reads them.
    """

    id: str
    issue_id: str
    title: str
    major: bool
    opened_at: datetime
    opened_by: str
    due_at: Mapping[str, datetime]
    steps: tuple[OpinionStep, ...] = ()


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

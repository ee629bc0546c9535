"""Which cases a list shows, in which order, and where its next page begins. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bot.cases.model import Case, DemandType, Severity, State
from bot.errors import Invalid

AWAITING_REPLY = frozenset(
    {
        State.RECEIVED,
        State.TRIAGE,
        State.DISPATCHED,
        State.ACCEPTED,
        State.IN_PROGRESS,
        State.RETURNED,
        State.REOPENED,
    }
)
"""Somebody still owes the citizen an answer; only these can be overdue."""

OPEN_STATES = AWAITING_REPLY | {State.REPLIED, State.VISITED}
"""Not closed, merged or refused."""

MAX_PAGE = 200
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for a missing deadline, so that such cases come last."""


GRAVITY = {Severity.EMERGENCY: 0, Severity.URGENT: 1, Severity.NORMAL: 2}
"""Place in a list that puts the gravest first."""


class CaseSort(StrEnum):
    """The order of a list."""

    GRAVITY = "gravity"
    """Emergencies first, then urgent ones; among equals the soonest deadline first."""
    DUE = "due_at"
    """Soonest deadline first."""
    OPENED = "opened_at"
    """Newest first."""


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """Which cases; every condition that is set must hold.

    Args:
        states: any of these; empty for all.
        department: lead, or supporting too where `with_supporting`.
        overdue: True: past the deadline and unanswered; False: the others; None: both.
        text: part of the number, title, text or place.
        sender_id: the citizen's own cases, together with `channel`.
        opened_from, opened_before: half-open span of the opening time.
        cursor: `CasePage.next_cursor` of the page before, or empty.
        limit: cases a page, 1 to 200.
    """

    states: frozenset[State] = frozenset()
    department: str = ""
    with_supporting: bool = True
    demand_type: DemandType | None = None
    severity: Severity | None = None
    territory: str = ""
    overdue: bool | None = None
    text: str = ""
    channel: str = ""
    sender_id: str = ""
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    sort: CaseSort = CaseSort.DUE
    cursor: str = ""
    limit: int = 50

    def __post_init__(self) -> None:
        """Raise `Invalid` for a page size out of range."""
        if not 1 <= self.limit <= MAX_PAGE:
            raise Invalid("每页条数应在 1 到 200 之间。", fields={"limit": "1–200"})


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """One page of a list; `next_cursor` is empty on the last."""

    cases: tuple[Case, ...]
    next_cursor: str = ""


@dataclass(frozen=True, kw_only=True)
class OpenCounts:
    """What is open now.

    Args:
        by_state: open states that occur.
        by_department: lead department → its open cases; empty name: nobody's yet.
        overdue: past the deadline and unanswered.
    """

    by_state: Mapping[State, int]
    by_department: Mapping[str, int]
    overdue: int


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """Where a page ended: the last case's sort value and id; its gravity, where sorted by it."""

    sort: CaseSort
    value: datetime
    id: str
    gravity: int = 0

    def encode(self) -> str:
        """As it stands in a link."""
        raw = json.dumps([self.sort.value, self.value.isoformat(), self.id, self.gravity])
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode_cursor(text: str, sort: CaseSort) -> Cursor:
    """The cursor of a list in this order. Raises `Invalid` for anything else."""
    try:
        raw = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        name, value, case_id, gravity = raw
        cursor = Cursor(
            sort=CaseSort(name),
            value=_moment(value),
            id=str(case_id),
            gravity=int(gravity),
        )
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Invalid("翻页标记无效，请从第一页重新查看。", fields={"cursor": "invalid"}) from error
    if cursor.sort is not sort or cursor.gravity not in range(len(GRAVITY)):
        raise Invalid("翻页标记无效，请从第一页重新查看。", fields={"cursor": "invalid"})
    return cursor


def _moment(said: str) -> datetime:
    """Raises `ValueError`; `OverflowError` on the first and the last day of time."""
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment.astimezone(UTC)


def cursor_at(case: Case, sort: CaseSort) -> Cursor:
    """The cursor of a page that ends with this case."""
    return Cursor(
        sort=sort,
        value=case.opened_at if sort is CaseSort.OPENED else case.due_at or NEVER,
        id=case.id,
        gravity=GRAVITY[case.severity] if sort is CaseSort.GRAVITY else 0,
    )

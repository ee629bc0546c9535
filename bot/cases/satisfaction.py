"""Satisfaction per department (好差评, 国办发〔2019〕51号), counted from what happened. Pure.

A case may be handled several times: each time it is reopened a new handling begins. A handling is
its department's that answered it; the grade the citizen gave, the visit owed for a bad one and the
department's appeal go with it, though the case may lie elsewhere by now. Everything is counted on
the day it happened: what was closed, answered and graded within a span need not be the same cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.cases.calendar import local_day, working_days_between
from bot.cases.deadlines import CaseLimits, due_at
from bot.cases.figures import Figures, Visit
from bot.cases.model import Appeal, DemandType, Move, Severity, State
from bot.cases.rules import BAD_GRADES

_SENDING = frozenset({Move.DISPATCH, Move.REASSIGN})
_ANSWERING = frozenset({Move.REPLY, Move.APPROVE_REPLY})
_APPEALS = {
    Move.APPEAL: Appeal.ASKED,
    Move.UPHOLD_APPEAL: Appeal.UPHELD,
    Move.DISMISS_APPEAL: Appeal.DISMISSED,
}
COUNTED = _ANSWERING | {Move.CLOSE, Move.RATE}
"""Moves whose day puts a case into a span."""
FOLLOWED = COUNTED | _SENDING | _APPEALS.keys()
FOLLOWED |= {Move.RETURN, Move.REOPEN, Move.JOIN_REPLY, Move.VISIT, Move.EXTEND, Move.RESUME}
"""Moves that change a figure; the others need not be read."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One event, as far as it matters here."""

    at: datetime
    move: Move
    to_state: State
    details: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Course:
    """A case and those of its events that matter (`FOLLOWED`).

    Args:
        brought_in: from another system, without the moves in between.
        due_at: as it now stands.
        rating: as it now stands.
        merged_lead: the department of the case it was merged into; empty where it was not.
    """

    opened_at: datetime
    demand_type: DemandType
    severity: Severity
    due_at: datetime | None
    rating: int | None
    brought_in: bool
    merged_lead: str
    steps: Sequence[Step]


@dataclass(kw_only=True)
class Handling:
    """One handling of a case, from its opening or reopening on."""

    began_at: datetime
    department: str = ""
    due_at: datetime | None = None
    replied_at: datetime | None = None
    own_reply: bool = False
    closed_at: datetime | None = None
    grade: int | None = None
    graded_at: datetime | None = None
    visit_due_at: datetime | None = None
    visited_at: datetime | None = None
    appeal: Appeal = Appeal.NONE
    reopened: bool = False

    def visit(self, now: datetime) -> Visit | None:
        """How the visit stands; None where none is owed."""
        if self.grade not in BAD_GRADES:
            return None
        due = self.visit_due_at
        if due is None:
            return Visit.UNKNOWN
        if self.visited_at is not None:
            return Visit.IN_TIME if self.visited_at <= due else Visit.LATE
        if self.reopened:
            return Visit.REOPENED
        return Visit.DUE if now <= due else Visit.OVERDUE


def handlings(course: Course, limits: CaseLimits) -> list[Handling]:
    """The handlings of a case, first to last, each with its department and deadline."""
    lead, due = "", ""
    now = Handling(began_at=course.opened_at)
    found = [now]
    for step in course.steps:
        if step.move in _SENDING:
            lead = step.details.get("to_department", "")
        elif step.move is Move.RETURN:
            lead = ""
        elif step.move is Move.REOPEN:
            now.reopened = True
            now.due_at = _due_of(now, due, course, limits)
            now = Handling(began_at=step.at)
            found.append(now)
            lead = ""
        due = step.details.get("due_at", due)
        _take(now, step, lead, course)
    now.due_at = course.due_at
    last = found[-1]
    if course.brought_in and course.rating is not None and last.grade is None:
        last.grade = course.rating
        last.graded_at = last.closed_at or last.replied_at
    return found


def _take(now: Handling, step: Step, lead: str, course: Course) -> None:
    """What a step adds to the handling it falls into."""
    if step.to_state is State.REPLIED and step.move in _ANSWERING:
        now.department, now.own_reply = lead, True
        unknown = course.brought_in and step.at == course.opened_at
        now.replied_at = None if unknown else step.at
    elif step.move is Move.JOIN_REPLY:
        now.department = course.merged_lead or lead
    elif step.move is Move.CLOSE:
        now.closed_at, now.department = step.at, now.department or lead
    elif step.move is Move.RATE:
        now.grade, now.graded_at = int(step.details.get("grade", "0")), step.at
        visit_due = step.details.get("follow_up_due_at")
        now.visit_due_at = datetime.fromisoformat(visit_due) if visit_due else None
        now.visited_at = None
        now.department = now.department or lead
    elif step.move is Move.VISIT and now.grade is not None and now.visited_at is None:
        now.visited_at = step.at
    elif step.move in _APPEALS:
        now.appeal = _APPEALS[step.move]


def _due_of(now: Handling, told: str, course: Course, limits: CaseLimits) -> datetime:
    """The deadline of a handling that is over: as last told, else as the limits give it."""
    if told:
        return datetime.fromisoformat(told)
    return due_at(now.began_at, course.demand_type, course.severity, limits)


class Tally:
    """Counts courses one after the other.

    Args:
        since, until: first and last day of the span, in China.
        limits: the city's calendar and deadlines.
        now: what is due is judged at.
    """

    def __init__(self, since: date, until: date, limits: CaseLimits, now: datetime) -> None:
        self._since, self._until = since, until
        self._limits, self._now = limits, now
        self._by_department: dict[str, Figures] = {}

    def take(self, course: Course) -> None:
        """Count one case."""
        for handling in handlings(course, self._limits):
            if handling.department:
                self._count(
                    self._by_department.setdefault(handling.department, Figures()), handling
                )

    def figures(self) -> Iterator[tuple[str, Figures]]:
        """Department → figures, by name; none that has nothing to show."""
        empty = Figures()
        for name, figures in sorted(self._by_department.items()):
            if figures != empty:
                yield name, figures

    def _count(self, figures: Figures, handling: Handling) -> None:
        figures.closed += self._within(handling.closed_at)
        replied_at = handling.replied_at
        if replied_at is not None and handling.own_reply and self._within(replied_at):
            figures.replied += 1
            figures.in_time += handling.due_at is None or replied_at <= handling.due_at
            began, ended = local_day(handling.began_at), local_day(replied_at)
            figures.days[working_days_between(began, ended, self._limits)] += 1
        if handling.grade is None or not self._within(handling.graded_at):
            return
        figures.appeals += handling.appeal is not Appeal.NONE
        if handling.appeal is Appeal.UPHELD:
            figures.upheld += 1
            return
        figures.grades[handling.grade] += 1
        visit = handling.visit(self._now)
        if visit is not None:
            figures.visits[visit] += 1

    def _within(self, moment: datetime | None) -> bool:
        return moment is not None and self._since <= local_day(moment) <= self._until

"""Cases and their events as rows, and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.cases.filters import GRAVITY, NEVER
from bot.cases.model import (
    Appeal,
    Case,
    CaseEvent,
    ClockUnit,
    Course,
    DemandType,
    DepartmentCandidate,
    Move,
    Published,
    Routing,
    Severity,
    State,
)
from bot.routing.marks import Marks, Sentiment
from bot.routing.persons import Person
from bot.storage.event_rows import told_of, told_values

_NOT_IN_CASE = ("query_code_hash", "origin_key", "gravity", "sort_due_at", "supported")


def case_values(case: Case) -> dict[str, Any]:
    """The columns of a case, without those only its opening knows."""
    values = {name: getattr(case, name) for name in case.__dataclass_fields__}
    values["category"] = list(case.category)
    values["supporting"] = list(case.supporting)
    values["routing"] = None if case.routing is None else asdict(case.routing)
    values["published"] = None if case.published is None else asdict(case.published)
    values["course"] = _course_values(case.course)
    values["gravity"] = GRAVITY[case.severity]
    values["sort_due_at"] = case.due_at or NEVER
    values["supported"] = bool(case.supporting)
    return values


def case_of(row: sa.RowMapping) -> Case:
    """The case in a row."""
    values = {name: value for name, value in row.items() if name not in _NOT_IN_CASE}
    values["state"] = State(values["state"])
    values["demand_type"] = DemandType(values["demand_type"])
    values["severity"] = Severity(values["severity"])
    values["category"] = tuple(values["category"])
    values["supporting"] = tuple(values["supporting"])
    values["routing"] = None if values["routing"] is None else _routing(values["routing"])
    values["published"] = values["published"] and Published(**values["published"])
    values["course"] = _course(values["course"])
    return Case(**values)


def event_values(event: CaseEvent) -> dict[str, Any]:
    """The columns of an event."""
    return {"case_id": event.case_id, **told_values(event)}


def event_of(row: sa.RowMapping) -> CaseEvent:
    """The event in a row."""
    before = row["from_state"]
    return CaseEvent(
        case_id=row["case_id"],
        move=Move(row["move"]),
        from_state=None if before is None else State(before),
        to_state=State(row["to_state"]),
        **told_of(row),
    )


def _course_values(course: Course) -> dict[str, Any]:
    values = asdict(course)
    values["dispatched_at"] = course.dispatched_at and course.dispatched_at.isoformat()
    return values


def _course(kept: dict[str, Any]) -> Course:
    """As it was kept; cases of earlier versions have none."""
    values = dict(kept)
    if values.get("dispatched_at"):
        values["dispatched_at"] = datetime.fromisoformat(values["dispatched_at"])
    values["parts"] = tuple(values.get("parts", ()))
    for name, kind in (("clock", ClockUnit), ("before_merge", State), ("appeal", Appeal)):
        if values.get(name) is not None:
            values[name] = kind(values[name])
    return Course(**values)


def _routing(kept: dict[str, Any]) -> Routing:
    values = dict(kept)
    values["demand_type"] = DemandType(values["demand_type"])
    values["severity"] = Severity(values["severity"])
    values["departments"] = tuple(
        DepartmentCandidate(**candidate) for candidate in values["departments"]
    )
    for name in ("category", "supporting", "reasons"):
        values[name] = tuple(values[name])
    if values.get("marks") is not None:
        values["marks"] = _marks(values["marks"])
    return Routing(**values)


def _marks(kept: dict[str, Any]) -> Marks:
    values = dict(kept)
    values["sentiment"] = Sentiment(values["sentiment"])
    values["persons"] = tuple(Person(**person) for person in values["persons"])
    for name in ("sensitive", "reasons"):
        values[name] = tuple(values[name])
    return Marks(**values)

"""Deadlines of requests near or past: who is told of them, once each. Pure.

The unit is told before and after; once the answer is overdue the office is told too. What is at no
unit yet is the office's. A deadline that moves (an extension, a correction) is a new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.cases.calendar import CalendarLimits, add_working_days, is_working_day, local_day
from bot.cases.model import Role
from bot.disclosure import clock
from bot.disclosure.clock import ONE_DAY, DisclosureLimits, Tone
from bot.disclosure.model import Request, State
from bot.disclosure.rules import EXAMINED, OPEN, OVER

WATCHED = OPEN | OVER
"""Where a request has a deadline somebody may have to be told of."""


class AlertKind(StrEnum):
    """What is told."""

    ANSWER_SOON = "answer_soon"
    ANSWER_LATE = "answer_late"
    ANSWER_OFFICE = "answer_office"
    """Overdue at a unit; the office is told."""
    ASK_SOON = "ask_soon"
    """The last days on which a correction can be asked for."""
    CORRECT_SOON = "correct_soon"
    """The applicant's time to correct ends soon."""
    CORRECT_LATE = "correct_late"
    """It is over: somebody must say whether that is taken as given up."""
    ARCHIVE_SOON = "archive_soon"
    ARCHIVE_LATE = "archive_late"


@dataclass(frozen=True, kw_only=True)
class DisclosureAlert:
    """A deadline somebody is told of; one a request, kind, day and unit for ever.

    Args:
        role: whose it is: the unit's clerks, or triage for the office.
        unit: empty for the office.
        due_on: the last day it is about.
    """

    request_id: str
    number: str
    kind: AlertKind
    due_on: date
    role: Role
    unit: str
    at: datetime


def due_alerts(
    request: Request, now: datetime, limits: DisclosureLimits, calendar: CalendarLimits
) -> tuple[DisclosureAlert, ...]:
    """All alerts that are due by now; those told before are among them."""
    today = local_day(now)
    found = [
        *_answer(request, today, limits, calendar),
        *_correction(request, today, limits, calendar),
        *_archive(request, today, limits, calendar),
    ]
    return tuple(_alert(request, kind, due, now) for kind, due in found)


_Due = list[tuple[AlertKind, date]]


def _answer(
    request: Request, today: date, limits: DisclosureLimits, calendar: CalendarLimits
) -> _Due:
    if request.state not in OPEN:
        return []
    reading = clock.read(request, today, limits, calendar)
    if reading.due_on is None or reading.tone not in {Tone.SOON, Tone.LATE}:
        return []
    if reading.tone is Tone.SOON:
        return [(AlertKind.ANSWER_SOON, reading.due_on)]
    told = [(AlertKind.ANSWER_LATE, reading.due_on)]
    return [*told, (AlertKind.ANSWER_OFFICE, reading.due_on)] if request.unit else told


def _correction(
    request: Request, today: date, limits: DisclosureLimits, calendar: CalendarLimits
) -> _Due:
    correction = request.course.correction
    if request.state in EXAMINED and correction is None:
        last = clock.correction_open_until(request, limits, calendar)
        near = _is_near(today, last, limits.short_amber_days, calendar)
        return [(AlertKind.ASK_SOON, last)] if near else []
    if request.state is State.AWAITING_CORRECTION and correction is not None:
        if today > correction.by:
            return [(AlertKind.CORRECT_LATE, correction.by)]
        near = _is_near(today, correction.by, limits.short_amber_days, calendar)
        return [(AlertKind.CORRECT_SOON, correction.by)] if near else []
    return []


def _archive(
    request: Request, today: date, limits: DisclosureLimits, calendar: CalendarLimits
) -> _Due:
    since = request.course.delivered_on or request.ended_on
    if request.state not in OVER or since is None:
        return []
    due = add_working_days(since, limits.archive_days, calendar)
    if today > due:
        return [(AlertKind.ARCHIVE_LATE, due)]
    near = _is_near(today, due, limits.short_amber_days, calendar)
    return [(AlertKind.ARCHIVE_SOON, due)] if near else []


def _is_near(today: date, last: date, days: int, calendar: CalendarLimits) -> bool:
    """True where at most so many working days are left after today; past, it is not."""
    if not 0 <= (last - today).days <= days + _DAYS_OFF_AT_MOST:
        return False
    ahead = range(1, (last - today).days + 1)
    return sum(is_working_day(today + one * ONE_DAY, calendar) for one in ahead) <= days


_DAYS_OFF_AT_MOST = 30
"""No deadline further off can be near."""


def _alert(request: Request, kind: AlertKind, due: date, now: datetime) -> DisclosureAlert:
    of_office = kind is AlertKind.ANSWER_OFFICE or not request.unit
    return DisclosureAlert(
        request_id=request.id,
        number=request.number,
        kind=kind,
        due_on=due,
        role=Role.TRIAGE if of_office else Role.DEPARTMENT_CLERK,
        unit="" if of_office else request.unit,
        at=now,
    )

"""When something about a case is due: by working days, office hours or clock hours. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.cases import working_time
from bot.cases.calendar import (
    CalendarLimits,
    add_working_days,
    end_of,
    local_day,
    working_days_between,
)
from bot.cases.model import ClockUnit, DemandType, Severity


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """How much time something may take: whole working days, office hours, or clock hours."""

    amount: int
    unit: ClockUnit = ClockUnit.DAYS


@dataclass(frozen=True, kw_only=True)
class StepLimits:
    """How long each step beside the reply may take, in working days, and when somebody is told.

    Args:
        return_days, return_days_complex: to send a case back after its dispatch; the second where
            several departments are in it.
        follow_up_days: to visit a citizen who gave a bad grade.
        most_extension_days: an extension at most.
        amber_days: so long before the deadline the department is reminded.
        head_days, office_days: so long after it the department's head and the office are told.
        designate_after: after so many returns the office's dispatch is final.
        second_reading: demand types whose replies the head of the department reads first.
    """

    return_days: int = 1
    return_days_complex: int = 2
    follow_up_days: int = 5
    most_extension_days: int = 15
    amber_days: int = 1
    head_days: int = 1
    office_days: int = 3
    designate_after: int = 2
    second_reading: frozenset[DemandType] = frozenset()


class CaseLimits(CalendarLimits, Protocol):
    """What a city says about time."""

    @property
    def steps(self) -> StepLimits:
        """The steps beside the reply."""

    def allowance(self, demand_type: DemandType, severity: Severity) -> Allowance:
        """How long the reply to a case of this kind may take."""


def due_at(
    opened_at: datetime,
    demand_type: DemandType,
    severity: Severity,
    limits: CaseLimits,
    own_days: int | None = None,
) -> datetime:
    """The last second (UTC) in which a case may be replied to in time.

    `own_days`, the working days the duty itself allows, count where nothing is urgent.
    """
    return allowed_until(opened_at, allowance(demand_type, severity, limits, own_days), limits)


def allowance(
    demand_type: DemandType, severity: Severity, limits: CaseLimits, own_days: int | None = None
) -> Allowance:
    """How long the reply may take; by the duty's own limit where it has one."""
    if own_days is not None and severity is Severity.NORMAL:
        return Allowance(amount=own_days)
    return limits.allowance(demand_type, severity)


def allowed_until(start: datetime, allowance: Allowance, limits: CalendarLimits) -> datetime:
    """The last second (UTC) of what is allowed from a moment on.

    Days end with the day; the day it begins is not counted. Office hours run only while offices
    are open, clock hours always.
    """
    if allowance.unit is ClockUnit.CLOCK:
        return start + timedelta(hours=allowance.amount)
    if allowance.unit is ClockUnit.HOURS:
        return working_time.add(start, timedelta(hours=allowance.amount), limits)
    return end_of(add_working_days(local_day(start), allowance.amount, limits))


def moved_by_pause(
    due: datetime, paused_at: datetime, resumed_at: datetime, unit: ClockUnit, limits: CaseLimits
) -> datetime:
    """A deadline after a pause: later by exactly the time that counted while it lasted.

    A pause that ends before it began, by a clock set back, moves nothing.
    """
    if resumed_at <= paused_at:
        return due
    if unit is ClockUnit.CLOCK:
        return due + (resumed_at - paused_at)
    if unit is ClockUnit.HOURS:
        passed = working_time.between(paused_at, resumed_at, limits)
        return working_time.add(due, passed, limits) if passed else due
    days = working_days_between(local_day(paused_at), local_day(resumed_at), limits)
    return extended(due, days, limits) if days else due


def extended(due: datetime, days: int, limits: CalendarLimits) -> datetime:
    """A deadline so many working days later, at the end of the day."""
    return end_of(add_working_days(local_day(due), days, limits))

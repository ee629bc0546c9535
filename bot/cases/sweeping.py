"""Deadlines near or past: who is told of them, once each. `due_alerts` is pure.

The department is reminded before a deadline and told when it is over; later its head, then the
office. The database lets each alert in once, so that any number of replicas may sweep, and a clock
set back repeats nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.cases.deadlines import CaseLimits, extended
from bot.cases.filters import AWAITING_REPLY
from bot.cases.model import Case, Role
from bot.ports import Clock, Ids

BATCH = 200
"""Cases looked at in one transaction."""
_DAYS_OFF_AT_MOST = 12
"""Longer than any holiday with its weekends: how far ahead reminders may lie beside their days."""


class AlertKind(StrEnum):
    """What is told."""

    AMBER = "amber"
    """The reply is due soon."""
    RED = "red"
    """It is overdue."""
    HEAD = "head"
    """Still; the department's head is told."""
    OFFICE = "office"
    """Still; the hotline office is told."""
    FOLLOW_UP = "follow_up"
    """A citizen who gave a bad grade was not visited in time."""


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A deadline somebody is told of; one a case, kind and deadline for ever.

    Args:
        role: whose it is: the department's clerks or head, or triage for the office.
        department: empty for the office.
        due_at: the deadline it is about.
    """

    case_id: str
    number: str
    kind: AlertKind
    due_at: datetime
    role: Role
    department: str
    at: datetime


def due_alerts(case: Case, now: datetime, limits: CaseLimits) -> tuple[Alert, ...]:
    """All alerts that are due by now; those told before are among them."""
    found = []
    if case.follow_up_due_at is not None and now > case.follow_up_due_at:
        found.append(_alert(case, AlertKind.FOLLOW_UP, case.follow_up_due_at, now))
    if case.state not in AWAITING_REPLY or case.paused_at is not None or case.due_at is None:
        return tuple(found)
    steps, due = limits.steps, case.due_at
    if now > amber_from(due, limits):
        found.append(_alert(case, AlertKind.AMBER if now <= due else AlertKind.RED, due, now))
    if now > extended(due, steps.head_days, limits):
        found.append(_alert(case, AlertKind.HEAD, due, now))
    if now > extended(due, steps.office_days, limits):
        found.append(_alert(case, AlertKind.OFFICE, due, now))
    return tuple(found)


def amber_from(due: datetime, limits: CaseLimits) -> datetime:
    """From when on a deadline is near."""
    days, moment = limits.steps.amber_days, due
    for back in range(days + _DAYS_OFF_AT_MOST):
        moment = due - timedelta(days=back)
        if extended(moment, days, limits) <= due:
            break
    return moment


def _alert(case: Case, kind: AlertKind, due: datetime, now: datetime) -> Alert:
    role, department = _READERS[kind], case.lead_department
    if role is Role.TRIAGE or not department:
        role, department = Role.TRIAGE, ""
    return Alert(
        case_id=case.id,
        number=case.number,
        kind=kind,
        due_at=due,
        role=role,
        department=department,
        at=now,
    )


_READERS = {
    AlertKind.AMBER: Role.DEPARTMENT_CLERK,
    AlertKind.RED: Role.DEPARTMENT_CLERK,
    AlertKind.HEAD: Role.DEPARTMENT_HEAD,
    AlertKind.OFFICE: Role.TRIAGE,
    AlertKind.FOLLOW_UP: Role.TRIAGE,
}


class AlertStore(Protocol):
    """Cases whose time runs out, and what was told of them; see `bot.storage.alerts`."""

    async def watched(self, *, before: datetime, after_id: str, limit: int) -> Sequence[Case]:
        """Cases with a deadline before a moment that someone may have to be told of, by id."""

    async def tell(self, alert: Alert, *, id: str) -> bool:
        """Keep an alert; False where it was told before."""


class SweepUnit(Protocol):
    """One transaction."""

    @property
    def alerts(self) -> AlertStore:
        """The alerts."""


class SweepStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[SweepUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[SweepUnit]:
        """A transaction that only reads."""


class Sweeper:
    """Looks through the open cases and tells what is due."""

    def __init__(self, storage: SweepStorage, clock: Clock, ids: Ids, limits: CaseLimits) -> None:
        self._storage, self._clock, self._ids, self._limits = storage, clock, ids, limits

    async def sweep(self) -> int:
        """Tell all that is due and was not told yet; gives how many alerts that were."""
        now, told, last = self._clock.now(), 0, ""
        ahead = timedelta(days=self._limits.steps.amber_days + _DAYS_OFF_AT_MOST)
        while True:
            async with self._storage.read() as unit:
                cases = await unit.alerts.watched(before=now + ahead, after_id=last, limit=BATCH)
            due = [each for case in cases for each in due_alerts(case, now, self._limits)]
            if due:
                async with self._storage.begin() as unit:
                    for alert in due:
                        told += await unit.alerts.tell(alert, id=self._ids.new_id())
            if len(cases) < BATCH:
                return told
            last = cases[-1].id

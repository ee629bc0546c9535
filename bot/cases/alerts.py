"""Deadlines somebody was told of: who reads which, and what was seen."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.cases.model import Actor, Role
from bot.cases.sweeping import Alert
from bot.errors import NotFound
from bot.ports import Clock

READ_BY: dict[Role, frozenset[Role]] = {
    Role.DEPARTMENT_CLERK: frozenset({Role.DEPARTMENT_CLERK}),
    Role.DEPARTMENT_HEAD: frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD}),
    Role.TRIAGE: frozenset({Role.TRIAGE}),
    Role.SUPERVISOR: frozenset({Role.TRIAGE}),
    Role.ADMINISTRATOR: frozenset({Role.TRIAGE}),
}
"""Whose alerts a person reads; a head reads the clerks' too."""


class AlertReading(Protocol):
    """What was told; see `bot.storage.alerts`."""

    async def unseen(
        self, *, roles: frozenset[Role], department: str, limit: int = 100
    ) -> tuple[tuple[str, Alert], ...]:
        """What readers of these roles have not seen yet, newest first, each with its id."""

    async def mark_seen(self, id: str, *, department: str, by: str, now: datetime) -> bool:
        """Note who has seen an alert."""


class AlertUnit(Protocol):
    """One transaction."""

    @property
    def alerts(self) -> AlertReading:
        """The alerts."""


class AlertStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[AlertUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[AlertUnit]:
        """A transaction that only reads."""


class Alerts:
    """The alerts of one reader at a time."""

    def __init__(self, storage: AlertStorage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock

    async def of(self, reader: Actor) -> tuple[tuple[str, Alert], ...]:
        """What the reader has not seen yet, newest first, at most 100, each with its id."""
        roles = READ_BY.get(reader.role)
        if roles is None:
            return ()
        async with self._storage.read() as unit:
            return await unit.alerts.unseen(roles=roles, department=reader.department)

    async def seen(self, id: str, reader: Actor) -> None:
        """Note that the reader has seen it.

        Raises:
            NotFound: it is another department's, or was seen already.
        """
        async with self._storage.begin() as unit:
            found = await unit.alerts.mark_seen(
                id, department=reader.department, by=reader.id, now=self._clock.now()
            )
        if not found:
            raise NotFound("这条提醒已经有人看过。")

"""Deadlines told of: the table `case_alerts`, and the cases that are watched."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.filters import AWAITING_REPLY
from bot.cases.model import Case, Role
from bot.cases.sweeping import Alert, AlertKind
from bot.storage.case_rows import case_of
from bot.storage.connection import insert
from bot.storage.tables import case_alerts, cases


class AlertRepository:
    """The table `case_alerts`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def watched(self, *, before: datetime, after_id: str, limit: int) -> tuple[Case, ...]:
        """Cases with a deadline before a moment that someone may have to be told of, by id."""
        reply = sa.and_(
            cases.c.state.in_(AWAITING_REPLY),
            cases.c.due_at < before,
            cases.c.paused_at.is_(None),
        )
        rows = await self._connection.execute(
            sa.select(cases)
            .where(cases.c.id > after_id, sa.or_(reply, cases.c.follow_up_due_at < before))
            .order_by(cases.c.id)
            .limit(limit)
        )
        return tuple(case_of(row) for row in rows.mappings())

    async def tell(self, alert: Alert, *, id: str) -> bool:
        """Keep an alert; False where it was told before."""
        statement = insert(self._connection, case_alerts).values(
            id=id,
            case_id=alert.case_id,
            number=alert.number,
            kind=alert.kind.value,
            due_at=alert.due_at,
            role=alert.role.value,
            department=alert.department,
            at=alert.at,
            seen_at=None,
            seen_by="",
        )
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(
                index_elements=["case_id", "kind", "due_at"]
            ).returning(case_alerts.c.id)
        )
        return result.first() is not None

    async def unseen(
        self, *, roles: frozenset[Role], department: str, limit: int = 100
    ) -> tuple[tuple[str, Alert], ...]:
        """What readers of these roles have not seen yet, newest first, each with its id."""
        rows = await self._connection.execute(
            sa.select(case_alerts)
            .where(
                case_alerts.c.seen_at.is_(None),
                case_alerts.c.role.in_([role.value for role in roles]),
                case_alerts.c.department == department,
            )
            .order_by(case_alerts.c.at.desc(), case_alerts.c.id)
            .limit(limit)
        )
        return tuple((row["id"], _alert(row)) for row in rows.mappings())

    async def mark_seen(self, id: str, *, department: str, by: str, now: datetime) -> bool:
        """Note who has seen an alert of their department's; False where there is none unseen."""
        result = await self._connection.execute(
            sa.update(case_alerts)
            .where(
                case_alerts.c.id == id,
                case_alerts.c.department == department,
                case_alerts.c.seen_at.is_(None),
            )
            .values(seen_at=now, seen_by=by)
        )
        return bool(result.rowcount == 1)


def _alert(row: sa.RowMapping) -> Alert:
    return Alert(
        case_id=row["case_id"],
        number=row["number"],
        kind=AlertKind(row["kind"]),
        due_at=row["due_at"],
        role=Role(row["role"]),
        department=row["department"],
        at=row["at"],
    )

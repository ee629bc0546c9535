"""Deadlines of requests told of: the table `disclosure_alerts`."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.model import Role
from bot.disclosure.alerting import AlertKind, DisclosureAlert
from bot.storage.connection import insert
from bot.storage.disclosure_tables import disclosure_alerts


class DisclosureAlertRepository:
    """The table `disclosure_alerts`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def tell(self, alert: DisclosureAlert, *, id: str) -> bool:
        """Keep an alert; False where it was told before."""
        statement = insert(self._connection, disclosure_alerts).values(
            id=id,
            request_id=alert.request_id,
            number=alert.number,
            kind=alert.kind.value,
            due_on=alert.due_on,
            role=alert.role.value,
            unit=alert.unit,
            at=alert.at,
            seen_at=None,
            seen_by="",
        )
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(
                index_elements=["request_id", "kind", "due_on", "unit"]
            ).returning(disclosure_alerts.c.id)
        )
        return result.first() is not None

    async def unseen(
        self, *, roles: frozenset[Role], unit: str, limit: int = 100
    ) -> tuple[tuple[str, DisclosureAlert], ...]:
        """What readers of these roles have not seen yet, newest first, each with its id."""
        table = disclosure_alerts.c
        rows = await self._connection.execute(
            sa.select(disclosure_alerts)
            .where(
                table.seen_at.is_(None),
                table.role.in_([role.value for role in roles]),
                table.unit == unit,
            )
            .order_by(table.at.desc(), table.number, table.kind)
            .limit(limit)
        )
        return tuple((row["id"], _alert(row)) for row in rows.mappings())

    async def mark_seen(self, id: str, *, unit: str, by: str, now: datetime) -> bool:
        """Note who has seen an alert of their unit's; False where there is none unseen."""
        table = disclosure_alerts.c
        result = await self._connection.execute(
            sa.update(disclosure_alerts)
            .where(table.id == id, table.unit == unit, table.seen_at.is_(None))
            .values(seen_at=now, seen_by=by)
        )
        return bool(result.rowcount == 1)


def _alert(row: sa.RowMapping) -> DisclosureAlert:
    return DisclosureAlert(
        request_id=row["request_id"],
        number=row["number"],
        kind=AlertKind(row["kind"]),
        due_on=row["due_on"],
        role=Role(row["role"]),
        unit=row["unit"],
        at=row["at"],
    )

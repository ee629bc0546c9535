"""What went out lately and what was given up, from `outbox` and `department_deliveries`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.recently import Recently
from bot.storage.delivery_tables import department_deliveries
from bot.storage.tables import outbox


class RecentRepository:
    """Reads both tables by their index on state and time of the next attempt, which no longer
    moves once a row is sent or given up."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def citizens(self, *, since: datetime) -> Mapping[str, Recently]:
        """Channel → how it fared since."""
        by_itself = outbox.c.sent_via != "person"
        return await self._of(outbox, outbox.c.channel, since, by_itself)

    async def departments(self, *, since: datetime) -> Mapping[str, Recently]:
        """Connector to departments → how it fared since."""
        return await self._of(department_deliveries, department_deliveries.c.sender, since)

    async def _of(
        self,
        table: sa.Table,
        name: sa.Column[str],
        since: datetime,
        *sent_so: sa.ColumnElement[bool],
    ) -> Mapping[str, Recently]:
        recent = table.c.next_attempt_at >= since
        sent = await self._connection.execute(
            sa.select(name, sa.func.max(table.c.sent_at))
            .where(table.c.state == "sent", recent, *sent_so)
            .group_by(name)
        )
        sent_at = {str(of): at for of, at in sent}
        dead = await self._connection.execute(
            sa.select(name, table.c.next_attempt_at, table.c.last_error)
            .where(table.c.state == "dead", recent)
            .order_by(table.c.next_attempt_at)
        )
        failed = {str(of): (at, str(error)) for of, at, error in dead}
        return {
            of: Recently(
                sent_at=sent_at.get(of),
                failed_at=failed[of][0] if of in failed else None,
                error=failed[of][1] if of in failed else "",
            )
            for of in sent_at.keys() | failed.keys()
        }

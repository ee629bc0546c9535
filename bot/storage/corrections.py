"""Where people decided otherwise than the router."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Correction
from bot.storage.tables import corrections


class CorrectionRepository:
    """The table `corrections`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, correction: Correction) -> None:
        """Append a correction."""
        await self._connection.execute(
            sa.insert(corrections).values(
                id=correction.id,
                case_id=correction.case_id,
                at=correction.at,
                actor=correction.actor,
                text=correction.text,
                suggested=correction.suggested,
                chosen=correction.chosen,
                demand_type=correction.demand_type,
            )
        )

    async def all(self) -> tuple[Correction, ...]:
        """Every correction, oldest first."""
        rows = await self._connection.execute(
            sa.select(corrections).order_by(corrections.c.at, corrections.c.id)
        )
        return tuple(Correction(**row) for row in rows.mappings())

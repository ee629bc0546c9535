"""Who wants no text messages, kept where a restart does not forget it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.connection import insert
from bot.storage.sms_tables import sms_optouts


class SmsRepository:
    """The table `sms_optouts`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def stopped(self, phone: str) -> bool:
        """True while this number's owner wants no messages."""
        found = await self._connection.scalar(
            sa.select(sms_optouts.c.phone).where(
                sms_optouts.c.phone == phone, sms_optouts.c.resumed_at.is_(None)
            )
        )
        return found is not None

    async def stop(self, phone: str, *, now: datetime) -> None:
        """No more messages; said again, the first time stands."""
        statement = insert(self._connection, sms_optouts).values(phone=phone, stopped_at=now)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["phone"],
                set_={"stopped_at": now, "resumed_at": None},
                where=sms_optouts.c.resumed_at.is_not(None),
            )
        )

    async def resume(self, phone: str, *, now: datetime) -> bool:
        """Messages again; False where they were not stopped."""
        result = await self._connection.execute(
            sa.update(sms_optouts)
            .where(sms_optouts.c.phone == phone, sms_optouts.c.resumed_at.is_(None))
            .values(resumed_at=now)
        )
        return bool(result.rowcount == 1)

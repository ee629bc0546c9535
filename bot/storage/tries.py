"""Wrong tries at secrets, counted where a restart does not forget them."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Tries
from bot.storage.connection import insert, lock
from bot.storage.tables import tries

_FORGOTTEN_AFTER = timedelta(days=1)


class TryRepository:
    """The table `tries`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold(self, *keys: str) -> None:
        """Let nobody else try these keys until the transaction ends."""
        for key in sorted(keys):
            await lock(self._connection, f"try:{key}")

    async def get(self, key: str) -> Tries | None:
        """The count of a key, or None."""
        result = await self._connection.execute(sa.select(tries).where(tries.c.key == key))
        row = result.mappings().first()
        if row is None:
            return None
        return Tries(
            wrong=row["wrong"], first_at=row["first_at"], blocked_until=row["blocked_until"]
        )

    async def put(self, key: str, count: Tries, *, now: datetime) -> None:
        """Keep a count, and forget some that are over a day old."""
        values = {
            "wrong": count.wrong,
            "first_at": count.first_at,
            "last_at": now,
            "blocked_until": count.blocked_until,
        }
        statement = insert(self._connection, tries).values(key=key, **values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["key"], set_=values)
        )
        old = (
            sa.select(tries.c.key)
            .where(tries.c.last_at < now - _FORGOTTEN_AFTER)
            .limit(20)
            .with_for_update(skip_locked=True)
            .cte("old")
        )
        await self._connection.execute(
            sa.delete(tries).where(tries.c.key.in_(sa.select(old.c.key)))
        )

    async def clear(self, key: str) -> None:
        """Forget a count."""
        await self._connection.execute(sa.delete(tries).where(tries.c.key == key))

"""What a case began with, for all who write of cases."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import cases


async def origin_of(connection: AsyncConnection, number: str) -> str:
    """The origin key of a case; empty where there is none."""
    found = await connection.scalar(sa.select(cases.c.origin_key).where(cases.c.number == number))
    return str(found or "")

"""What a scanner of viruses says of kept files, in whichever table they have their rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.attachment_model import Attachment, Scan


class ScannedRows:
    """Rows of files.

    Args:
        table: with `id`, `sha256`, `scan`, `scans`, `details`, `at`.
        owner: what the files' paths are made of beside their hash: copies under it share a file.
        row_as: a row as a value.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        table: sa.Table,
        owner: sa.Column[str],
        row_as: Callable[[sa.RowMapping], Attachment],
    ) -> None:
        self._connection, self._table, self._owner = connection, table, owner
        self._row_as = row_as

    async def unscanned(self, *, limit: int) -> tuple[Attachment, ...]:
        """Those that wait for the scanner or, infected, for their end.

        What was found first, then what was tried least: one that cannot be scanned holds up no
        other.
        """
        table = self._table.c
        rows = await self._connection.execute(
            sa.select(self._table)
            .where(table.scan.in_((Scan.INFECTED.value, Scan.WAITING.value)))
            .order_by(table.scan, table.scans, table.at, table.id)
            .limit(limit)
        )
        return tuple(self._row_as(row) for row in rows.mappings())

    async def scanned(self, one: Attachment, scan: Scan, *, found: str = "") -> None:
        """Keep what a scan came to, for every copy of the file in its message: they share it."""
        values: dict[str, object] = {"scan": scan.value}
        if found:
            values["details"] = {"virus": found}
        table = self._table.c
        await self._connection.execute(
            sa.update(self._table)
            .where(
                self._owner == one.message_id,
                table.sha256 == one.sha256,
                table.scan != Scan.NONE.value,
            )
            .values(**values)
        )

    async def scan_failed(self, one: Attachment, tries: int) -> None:
        """Count a scan that came to nothing."""
        await self._connection.execute(
            sa.update(self._table).where(self._table.c.id == one.id).values(scans=tries)
        )

    async def waiting(self) -> tuple[int, datetime | None]:
        """How many wait for a scan, and since when the oldest does."""
        table = self._table.c
        count, oldest = (
            await self._connection.execute(
                sa.select(sa.func.count(), sa.func.min(table.at)).where(
                    table.scan == Scan.WAITING.value
                )
            )
        ).one()
        return int(count), oldest

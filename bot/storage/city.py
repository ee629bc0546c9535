"""What was changed of the city's files, and who runs with it: `city_versions`, `city_processes`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.city.changed import CityProcess, CityVersion
from bot.storage.city_tables import city_processes, city_versions
from bot.storage.connection import insert

_ABOUT = [column for column in city_versions.c if column.name != "content"]


class CityRepository:
    """The tables `city_versions`, which only grows, and `city_processes`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, version: CityVersion, content: bytes | None) -> bool:
        """Append a change; False where somebody else's took its number."""
        done = await self._connection.execute(
            insert(self._connection, city_versions)
            .values(
                id=version.id,
                at=version.at,
                by=version.by,
                reason=version.reason,
                file=version.file,
                hash=version.hash,
                content=content,
                previous=version.previous,
            )
            .on_conflict_do_nothing(index_elements=["id"])
        )
        return bool(done.rowcount)

    async def versions(self, *, file: str = "", limit: int = 200) -> tuple[CityVersion, ...]:
        """Changes, newest first.

        Args:
            file: only of this one; empty: of all.
            limit: at most so many.
        """
        statement = sa.select(*_ABOUT).order_by(city_versions.c.id.desc()).limit(limit)
        if file:
            statement = statement.where(city_versions.c.file == file)
        rows = await self._connection.execute(statement)
        return tuple(CityVersion(**row) for row in rows.mappings())

    async def newest(self) -> int:
        """The last change's number; 0: nothing was changed."""
        return int(await self._connection.scalar(sa.select(sa.func.max(city_versions.c.id))) or 0)

    async def get(self, id: int) -> CityVersion | None:
        """One change."""
        statement = sa.select(*_ABOUT).where(city_versions.c.id == id)
        row = (await self._connection.execute(statement)).mappings().first()
        return CityVersion(**row) if row else None

    async def content(self, id: int) -> bytes | None:
        """What a change made of its file; None: the folder's own."""
        statement = sa.select(city_versions.c.content).where(city_versions.c.id == id)
        found = await self._connection.scalar(statement)
        return None if found is None else bytes(found)

    async def files(self) -> Mapping[str, bytes]:
        """File → content, of those that are not the folder's own."""
        last = sa.select(sa.func.max(city_versions.c.id)).group_by(city_versions.c.file)
        rows = await self._connection.execute(
            sa.select(city_versions.c.file, city_versions.c.content)
            .where(city_versions.c.id.in_(last))
            .order_by(city_versions.c.file)
        )
        return {str(row.file): bytes(row.content) for row in rows if row.content is not None}

    async def seen(self, process: CityProcess) -> bool:
        """A process is there; True where it is asked to start itself again."""
        values = {
            "role": process.role,
            "version": process.version,
            "catalogue": process.catalogue,
            "fault": process.fault,
            "started_at": process.started_at,
            "seen_at": process.seen_at,
        }
        await self._connection.execute(
            insert(self._connection, city_processes)
            .values(process=process.process, **values)
            .on_conflict_do_update(index_elements=["process"], set_=values)
        )
        statement = sa.select(city_processes.c.restart)
        asked = await self._connection.scalar(
            statement.where(city_processes.c.process == process.process)
        )
        return bool(asked)

    async def ask_restart(self, process: str) -> bool:
        """Ask a process to start itself again; False where there is none of that name."""
        done = await self._connection.execute(
            sa.update(city_processes)
            .where(city_processes.c.process == process)
            .values(restart=True)
        )
        return bool(done.rowcount)

    async def processes(self, *, since: datetime) -> tuple[CityProcess, ...]:
        """Those seen since, the oldest start first."""
        rows = await self._connection.execute(
            sa.select(city_processes)
            .where(city_processes.c.seen_at >= since)
            .order_by(city_processes.c.started_at, city_processes.c.process)
        )
        return tuple(CityProcess(**row) for row in rows.mappings())

    async def gone(self, process: str, *, before: datetime) -> None:
        """Forget a process, and those not seen since `before`."""
        await self._connection.execute(
            sa.delete(city_processes).where(
                sa.or_(
                    city_processes.c.process == process,
                    city_processes.c.seen_at < before,
                )
            )
        )

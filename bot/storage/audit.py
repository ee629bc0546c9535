"""What staff did; appended, never edited."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import AuditEntry
from bot.storage.tables import audit


class AuditRepository:
    """The table `audit`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, entry: AuditEntry) -> None:
        """Append an entry."""
        await self._connection.execute(
            sa.insert(audit).values(
                id=entry.id,
                at=entry.at,
                actor=entry.actor,
                action=entry.action,
                subject=entry.subject,
                details=dict(entry.details),
            )
        )

    async def entries(
        self,
        *,
        subject: str = "",
        actor: str = "",
        action: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        before: str = "",
        limit: int = 100,
    ) -> tuple[AuditEntry, ...]:
        """Entries, newest first.

        Args:
            subject: only about this, empty for all.
            actor: only by this person, empty for all.
            action: only this; where it ends in a dot, all that begin with it; empty for all.
            since: not before.
            until: before this.
            before: id of the last entry the reader has, for the next page.
            limit: at most so many.
        """
        statement = sa.select(audit).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit)
        if subject:
            statement = statement.where(audit.c.subject == subject)
        if actor:
            statement = statement.where(audit.c.actor == actor)
        if action.endswith("."):
            statement = statement.where(audit.c.action.startswith(action, autoescape=True))
        elif action:
            statement = statement.where(audit.c.action == action)
        if since is not None:
            statement = statement.where(audit.c.at >= since)
        if until is not None:
            statement = statement.where(audit.c.at < until)
        if before:
            seen = sa.select(audit.c.at).where(audit.c.id == before).scalar_subquery()
            statement = statement.where(
                sa.tuple_(audit.c.at, audit.c.id) < sa.tuple_(seen, sa.literal(before))
            )
        rows = await self._connection.execute(statement)
        return tuple(AuditEntry(**row) for row in rows.mappings())

    async def actions(self) -> tuple[str, ...]:
        """Every kind of entry there is, in order."""
        found = await self._connection.scalars(
            sa.select(audit.c.action).distinct().order_by(audit.c.action)
        )
        return tuple(found)

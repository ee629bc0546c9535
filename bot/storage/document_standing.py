"""Columns of `documents` the editors' lists go by, kept as documents and versions change."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import UNDATED, UtcDateTime, documents
from knowledge.model import Document, Kind, Life

WAITING = (Life.DRAFT, Life.CHECKED)
COLUMNS = frozenset(
    {"waiting", "waiting_since", "waiting_version", "review_on", "dated_on", "interpreted"}
)


async def stands(
    connection: AsyncConnection, document: Document, *, before: str, at: datetime
) -> None:
    """Bring the columns up to date after a document was stored.

    Args:
        connection: the transaction it was stored in.
        document: what readers see now.
        before: the policy it belonged to before this.
        at: the time.
    """
    dated = document.published_on or document.issued_on or UNDATED
    await _set(connection, document.id, dated_on=dated)
    if document.life in WAITING:
        await waits(connection, document, at=at)
    else:
        await connection.execute(
            sa.update(documents)
            .where(documents.c.id == document.id, documents.c.waiting_version <= document.version)
            .values(waiting="", waiting_since=None, waiting_version=None)
        )
    policies = {document.id} if document.kind is not Kind.INTERPRETATION else set()
    for policy_id in sorted((policies | {before, document.policy_id}) - {""}):
        await _interpreted(connection, policy_id)


async def waits(connection: AsyncConnection, document: Document, *, at: datetime) -> None:
    """Note that a version waits for a person; since when stays as it was for the same version."""
    known = sa.func.coalesce(documents.c.waiting_version, 0) == document.version
    since = sa.case((known, documents.c.waiting_since), else_=sa.literal(at, UtcDateTime()))
    await _set(
        connection,
        document.id,
        waiting=document.life.value,
        waiting_since=since,
        waiting_version=document.version,
    )


async def _interpreted(connection: AsyncConnection, policy_id: str) -> None:
    own = documents.alias("own")
    naming = sa.select(sa.literal(1)).where(
        own.c.policy_id == policy_id,
        own.c.kind == Kind.INTERPRETATION.value,
        own.c.life == Life.PUBLISHED.value,
    )
    policy = documents.c.kind == Kind.POLICY.value
    await _set(connection, policy_id, interpreted=sa.and_(policy, naming.exists()))


async def _set(connection: AsyncConnection, document_id: str, **values: object) -> None:
    await connection.execute(
        sa.update(documents).where(documents.c.id == document_id).values(**values)
    )

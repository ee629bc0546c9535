"""Which documents answers quoted: counted for editors, without a word of question or answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.document_tables import answer_citations
from connectors.base import Reply, ReplyKind


async def cite(connection: AsyncConnection, reply: Reply, *, outbox_id: str, at: datetime) -> None:
    """Note what an answer quotes; choices and other replies quote nothing."""
    if reply.kind is not ReplyKind.ANSWER:
        return
    ids = dict.fromkeys(each.document_id for each in reply.citations if each.document_id)
    if ids:
        rows = [{"outbox_id": outbox_id, "document_id": each[:120], "at": at} for each in ids]
        await connection.execute(sa.insert(answer_citations), rows)


async def times_quoted(
    connection: AsyncConnection, ids: Collection[str], *, since: datetime | None = None
) -> Mapping[str, int]:
    """How often answers quoted these documents; those never quoted are left out."""
    where: list[sa.ColumnElement[bool]] = [answer_citations.c.document_id.in_(ids)]
    if since is not None:
        where.append(answer_citations.c.at >= since)
    rows = await connection.execute(
        sa.select(answer_citations.c.document_id, sa.func.count())
        .where(*where)
        .group_by(answer_citations.c.document_id)
    )
    return {str(document_id): int(times) for document_id, times in rows}

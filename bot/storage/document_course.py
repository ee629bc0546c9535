"""What became of documents; appended, never edited."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.content_course import NOTE_CHARS, Act, Step
from bot.storage.document_tables import document_steps


class DocumentCourseRepository:
    """The table `document_steps`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, step: Step) -> None:
        """Append a step. Documents must be locked: steps are numbered one after the other."""
        last = await self._connection.scalar(
            sa.select(sa.func.max(document_steps.c.seq)).where(
                document_steps.c.document_id == step.document_id
            )
        )
        await self._connection.execute(
            sa.insert(document_steps).values(
                document_id=step.document_id,
                seq=int(last or 0) + 1,
                version=step.version,
                act=step.act.value,
                at=step.at,
                by=step.by,
                note=step.note[:NOTE_CHARS],
                alone=step.alone,
            )
        )

    async def of(self, document_id: str) -> tuple[Step, ...]:
        """A document's steps, oldest first."""
        rows = await self._connection.execute(
            sa.select(document_steps)
            .where(document_steps.c.document_id == document_id)
            .order_by(document_steps.c.seq)
        )
        return tuple(_step(row) for row in rows.mappings())


def _step(row: sa.RowMapping) -> Step:
    values = {key: value for key, value in row.items() if key != "seq"}
    return Step(**{**values, "act": Act(row["act"])})

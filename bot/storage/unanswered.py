"""Questions without an answer, counted; and what citizens said of the answers they got."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Feedback, Unanswered
from bot.storage.connection import insert
from bot.storage.tables import feedback, unanswered


class UnansweredRepository:
    """The table `unanswered`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(self, *, id: str, question_key: str, question: str, now: datetime) -> Unanswered:
        """Count a question; one that was answered meanwhile and comes again is open again.

        Args:
            id: for the row, if it is new.
            question_key: hex SHA-256 of the normalised question; equal questions, equal keys.
            question: as asked, private data already masked; the first wording is kept.
            now: the time.
        """
        statement = insert(self._connection, unanswered).values(
            id=id, question_key=question_key, question=question, times=1, first_at=now, last_at=now
        )
        statement = statement.on_conflict_do_update(
            index_elements=["question_key"],
            set_={"times": unanswered.c.times + 1, "last_at": now, "state": _reopened()},
        )
        result = await self._connection.execute(statement.returning(unanswered))
        return _unanswered(result.mappings().one())

    async def most_asked(self, *, state: str = "open", limit: int = 100) -> tuple[Unanswered, ...]:
        """Questions in a state, most asked first."""
        rows = await self._connection.execute(
            sa.select(unanswered)
            .where(unanswered.c.state == state)
            .order_by(unanswered.c.times.desc(), unanswered.c.last_at.desc(), unanswered.c.id)
            .limit(limit)
        )
        return tuple(_unanswered(row) for row in rows.mappings())

    async def set_state(self, unanswered_id: str, state: str) -> bool:
        """`answered`, `dismissed` or `open`; False for an unknown id."""
        result = await self._connection.execute(
            sa.update(unanswered).where(unanswered.c.id == unanswered_id).values(state=state)
        )
        return bool(result.rowcount == 1)


class FeedbackRepository:
    """The table `feedback`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, said: Feedback) -> None:
        """Keep what a citizen said of a reply; said again, the last one counts."""
        values = {"helpful": said.helpful, "comment": said.comment, "at": said.at}
        statement = insert(self._connection, feedback).values(
            id=said.id, outbox_id=said.outbox_id, **values
        )
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["outbox_id"], set_=values)
        )

    async def of(self, outbox_id: str) -> Feedback | None:
        """What was said of a reply, or None."""
        result = await self._connection.execute(
            sa.select(feedback).where(feedback.c.outbox_id == outbox_id)
        )
        row = result.mappings().first()
        return None if row is None else Feedback(**row)


def _reopened() -> sa.Case[str]:
    return sa.case((unanswered.c.state == "dismissed", "dismissed"), else_="open")


def _unanswered(row: sa.RowMapping) -> Unanswered:
    values = dict(row)
    del values["question_key"]
    return Unanswered(**values)

"""Questions for editors, counted; and what citizens said of the answers they got."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Feedback, Reason, Unanswered
from bot.storage.connection import count_by, insert, lock
from bot.storage.tables import feedback, unanswered


class UnansweredRepository:
    """The table `unanswered`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(
        self,
        *,
        id: str,
        question_key: str,
        question: str,
        now: datetime,
        reason: Reason = Reason.NO_ANSWER,
    ) -> Unanswered:
        """Count a question; one that was answered meanwhile and comes again is open again.

        Args:
            id: for the row, if it is new.
            question_key: hex SHA-256 of the normalised question; equal questions, equal keys.
            question: as asked, private data already masked; the first wording is kept.
            now: the time.
            reason: why it is put there; the last one stays.
        """
        statement = insert(self._connection, unanswered).values(
            id=id, question_key=question_key, question=question, times=1,
            first_at=now, last_at=now, reason=reason.value,
        )  # fmt: skip
        statement = statement.on_conflict_do_update(
            index_elements=["question_key"],
            set_={
                "times": unanswered.c.times + 1,
                "last_at": now,
                "state": _reopened(),
                "reason": reason.value,
            },
        )
        result = await self._connection.execute(statement.returning(unanswered))
        return _unanswered(result.mappings().one())

    async def id_of(self, question_key: str) -> str | None:
        """The id of a question by its key, or None."""
        found = await self._connection.scalar(
            sa.select(unanswered.c.id).where(unanswered.c.question_key == question_key)
        )
        return None if found is None else str(found)

    async def withdraw(self, question_id: str) -> None:
        """Count a question once less; one that nobody asks any more goes, unless it was written
        for."""
        this = unanswered.c.id == question_id
        await self._connection.execute(
            sa.update(unanswered)
            .where(this, unanswered.c.times > 0)
            .values(times=unanswered.c.times - 1)
        )
        await self._connection.execute(
            sa.delete(unanswered).where(
                this, unanswered.c.times == 0, unanswered.c.document_id == ""
            )
        )

    async def most_asked(
        self,
        *,
        state: str = "open",
        words: str = "",
        reason: Reason | None = None,
        limit: int = 100,
    ) -> tuple[Unanswered, ...]:
        """Questions in a state, most asked first.

        Args:
            state: `open`, `answered` or `dismissed`.
            words: must occur in the question.
            reason: only those there for it.
            limit: at most so many.
        """
        where = [unanswered.c.state == state]
        if words:
            where.append(unanswered.c.question.contains(words, autoescape=True))
        if reason is not None:
            where.append(unanswered.c.reason == reason.value)
        return await self._select(*where, limit=limit)

    async def of(self, ids: Collection[str]) -> tuple[Unanswered, ...]:
        """The questions with these ids, most asked first."""
        return await self._select(unanswered.c.id.in_(ids))

    async def written_in(self, document_id: str) -> tuple[Unanswered, ...]:
        """The questions a pair was written for in this document."""
        return await self._select(unanswered.c.document_id == document_id)

    async def set_state(self, unanswered_id: str, state: str) -> bool:
        """`answered`, `dismissed` or `open`; False for an unknown id."""
        return await self._set(unanswered_id, state=state)

    async def set_document(self, unanswered_id: str, document_id: str) -> bool:
        """Where a pair was written for it; False for an unknown id."""
        return await self._set(unanswered_id, document_id=document_id)

    async def counts(self) -> Mapping[str, int]:
        """How many questions stand in each state."""
        return await count_by(self._connection, unanswered.c.state)

    async def _set(self, unanswered_id: str, **values: str) -> bool:
        result = await self._connection.execute(
            sa.update(unanswered).where(unanswered.c.id == unanswered_id).values(**values)
        )
        return bool(result.rowcount == 1)

    async def _select(
        self, *where: sa.ColumnElement[bool], limit: int | None = None
    ) -> tuple[Unanswered, ...]:
        rows = await self._connection.execute(
            sa.select(unanswered)
            .where(*where)
            .order_by(unanswered.c.times.desc(), unanswered.c.last_at.desc(), unanswered.c.id)
            .limit(limit)
        )
        return tuple(_unanswered(row) for row in rows.mappings())


class FeedbackRepository:
    """The table `feedback`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold(self, outbox_id: str) -> None:
        """Let nobody else rate this reply until the transaction ends."""
        await lock(self._connection, f"feedback:{outbox_id}")

    async def put(self, said: Feedback) -> None:
        """Keep what a citizen said of a reply; said again, the last one counts."""
        values = {
            "helpful": said.helpful,
            "comment": said.comment,
            "at": said.at,
            "question_id": said.question_id,
        }
        statement = insert(self._connection, feedback).values(
            id=said.id, outbox_id=said.outbox_id, **values
        )
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["outbox_id"], set_=values)
        )

    async def of(self, outbox_id: str) -> Feedback | None:
        """What was said of a reply, or None."""
        found = await self._select(feedback.c.outbox_id == outbox_id)
        return found[0] if found else None

    async def of_replies(self, outbox_ids: Collection[str]) -> tuple[Feedback, ...]:
        """What was said of these replies."""
        return await self._select(feedback.c.outbox_id.in_(outbox_ids))

    async def comments(self, question_ids: Collection[str]) -> tuple[Feedback, ...]:
        """What citizens found missing in the answers to these questions, newest first."""
        return await self._select(
            feedback.c.question_id.in_(question_ids), feedback.c.comment != ""
        )

    async def _select(self, *where: sa.ColumnElement[bool]) -> tuple[Feedback, ...]:
        rows = await self._connection.execute(
            sa.select(feedback).where(*where).order_by(feedback.c.at.desc(), feedback.c.id)
        )
        return tuple(Feedback(**row) for row in rows.mappings())


def _reopened() -> sa.Case[str]:
    return sa.case((unanswered.c.state == "dismissed", "dismissed"), else_="open")


def _unanswered(row: sa.RowMapping) -> Unanswered:
    values: dict[str, Any] = dict(row)
    del values["question_key"]
    return Unanswered(**{**values, "reason": Reason(values["reason"])})

"""What operators made of suggested answers, read back to be learned from."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calls.preferences import Choice
from bot.calls.records import ActionKind, CallAction
from bot.storage.call_tables import call_actions, call_suggestions

_MADE = (ActionKind.ADOPT.value, ActionKind.EDIT.value, ActionKind.IGNORE.value)


class ChoiceRepository:
    """The table `call_actions`, with what `call_suggestions` holds of each answer."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def first_of(self, newest: int) -> datetime | None:
        """When the first of the newest so many choices was made; None where there are fewer."""
        found: datetime | None = await self._connection.scalar(
            sa.select(call_actions.c.at)
            .where(call_actions.c.kind.in_(_MADE))
            .order_by(call_actions.c.at.desc())
            .offset(newest - 1)
            .limit(1)
        )
        return found

    async def made_since(
        self, since: datetime, *, after: str = "", limit: int
    ) -> tuple[tuple[str, datetime, Choice | None], ...]:
        """Choices in order, with the id and time of each, from where the next ones follow.

        Args:
            since: made then or later.
            after: of those made at `since`, only those with a greater id.
            limit: at most so many.

        Returns:
            None beside the id where what was suggested is not kept any more.
        """
        at, id_ = call_actions.c.at, call_actions.c.id
        since_ = sa.literal(since, at.type)
        rows = await self._connection.execute(
            sa.select(
                call_actions,
                call_suggestions.c.content["question"].as_string().label("question"),
                call_suggestions.c.content["answers"].label("answers"),
            )
            .select_from(
                call_actions.outerjoin(
                    call_suggestions,
                    sa.and_(
                        call_suggestions.c.call_id == call_actions.c.call_id,
                        call_suggestions.c.seq == _shown_last(),
                    ),
                )
            )
            .where(
                call_actions.c.kind.in_(_MADE),
                sa.or_(at > since_, sa.and_(at == since_, id_ > after)),
            )
            .order_by(at, id_)
            .limit(limit)
        )
        return tuple((row["id"], row["at"], _choice(row)) for row in rows.mappings())

    async def listed(self, question_ids: Collection[str]) -> tuple[CallAction, ...]:
        """What operators said instead of what was suggested, for questions of the editors' list.

        The newest first; nothing of those whose words are past their time.
        """
        rows = await self._connection.execute(
            sa.select(call_actions)
            .where(
                call_actions.c.kind == ActionKind.LISTED.value,
                call_actions.c.suggestion_id.in_(question_ids),
                call_actions.c.text != "",
            )
            .order_by(call_actions.c.at.desc(), call_actions.c.id)
        )
        return tuple(
            CallAction(**(dict(row) | {"kind": ActionKind(row["kind"])})) for row in rows.mappings()
        )


def _shown_last() -> sa.ScalarSelect[int]:
    """The last suggestions of the call, before the act, that hold the answer."""
    shown = call_suggestions.alias("shown")
    return (
        sa.select(sa.func.max(shown.c.seq))
        .where(
            shown.c.call_id == call_actions.c.call_id,
            shown.c.at <= call_actions.c.at,
            sa.cast(shown.c.content, sa.Text).contains(call_actions.c.suggestion_id),
        )
        .correlate(call_actions)
        .scalar_subquery()
    )


def _choice(row: sa.RowMapping) -> Choice | None:
    answers = row["answers"] if isinstance(row["answers"], list) else []
    of = [one for one in answers if isinstance(one, dict) and one.get("id") == row["suggestion_id"]]
    if not of or not row["question"]:
        return None
    return Choice(
        call_id=row["call_id"],
        suggestion_id=row["suggestion_id"],
        question=row["question"],
        document_id=str(of[0].get("document_id", "")),
        made=ActionKind(row["kind"]),
        at=row["at"],
    )

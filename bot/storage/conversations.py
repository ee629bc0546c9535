"""Conversations: who is at the other end, and what the last turn left for the next."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import Context, Conversation
from bot.storage.connection import insert
from bot.storage.tables import conversations


class ConversationRepository:
    """The table `conversations`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def touch(
        self, conversation_id: str, *, channel: str, sender_id: str, now: datetime
    ) -> Conversation:
        """Begin the conversation, or note that the citizen was heard again."""
        statement = insert(self._connection, conversations).values(
            id=conversation_id,
            channel=channel,
            sender_id=sender_id,
            started_at=now,
            last_inbound_at=now,
            context=asdict(Context()),
        )
        statement = statement.on_conflict_do_update(
            index_elements=["id"], set_={"last_inbound_at": now}
        )
        result = await self._connection.execute(statement.returning(conversations))
        return _conversation(result.mappings().one())

    async def get(self, conversation_id: str) -> Conversation | None:
        """One conversation, or None."""
        result = await self._connection.execute(
            sa.select(conversations).where(conversations.c.id == conversation_id)
        )
        row = result.mappings().first()
        return None if row is None else _conversation(row)

    async def set_context(self, conversation_id: str, context: Context) -> None:
        """Keep what the next turn may want to know; an unknown conversation is left unknown."""
        await self._connection.execute(
            sa.update(conversations)
            .where(conversations.c.id == conversation_id)
            .values(context=asdict(context))
        )


def _conversation(row: sa.RowMapping) -> Conversation:
    values = dict(row)
    kept = values["context"]
    values["context"] = Context(
        dialogue_open=bool(kept.get("dialogue_open", False)),
        questions=tuple(str(question) for question in kept.get("questions", ())),
        case_number=str(kept.get("case_number", "")),
        dialogue_since=str(kept.get("dialogue_since", "")),
        place=str(kept.get("place", "")),
        placed_at=str(kept.get("placed_at", "")),
        asked=str(kept.get("asked", "")),
        asked_options=tuple(str(option) for option in kept.get("asked_options", ())),
        heard_at=str(kept.get("heard_at", "")),
        acknowledged=bool(kept.get("acknowledged", False)),
    )
    return Conversation(**values)

"""Inbound messages: stored once, handled once, in order inside their conversation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import LeaseLost, MessageState, QueueCounts, Stored, StoredMessage
from bot.storage.connection import count_by, insert, lock, try_lock
from bot.storage.tables import messages
from connectors.base import Inbound, InboundKind

_UNDONE = (MessageState.STORED, MessageState.HANDLING)
_COUNTED = (*_UNDONE, MessageState.FAILED)
"""Named one by one: an index finds these few rows, never "all but the handled"."""
_TICK = timedelta(microseconds=1)


class MessageRepository:
    """The table `messages`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def store_once(self, inbound: Inbound, *, id: str, now: datetime) -> Stored:
        """Keep a message; a resend (same channel and external id) gives the one already kept.

        `received_at` grows strictly inside a conversation, whatever the replicas' clocks say.
        """
        await lock(self._connection, f"conversation:{inbound.conversation_id}")
        values = {
            "id": id,
            "channel": inbound.channel,
            "external_id": inbound.external_id,
            "conversation_id": inbound.conversation_id,
            "sender_id": inbound.sender_id,
            "kind": inbound.kind.value,
            "text": inbound.text,
            "details": dict(inbound.details),
            "sent_at": inbound.sent_at,
            "received_at": now,
        }
        last = await self._connection.scalar(
            sa.select(sa.func.max(messages.c.received_at)).where(
                messages.c.conversation_id == inbound.conversation_id
            )
        )
        if last is not None:
            values["received_at"] = max(now, last + _TICK)
        statement = insert(self._connection, messages).values(**values)
        statement = statement.on_conflict_do_nothing(index_elements=["channel", "external_id"])
        row = (await self._connection.execute(statement.returning(messages))).mappings().first()
        if row is not None:
            return Stored(message=_message(row), new=True)
        known = await self.by_external_id(inbound.channel, inbound.external_id)
        if known is None:
            raise RuntimeError("a message in conflict with one that is not there")
        return Stored(message=known, new=False)

    async def get(self, message_id: str) -> StoredMessage | None:
        """One message, or None."""
        return await self._one(sa.select(messages).where(messages.c.id == message_id))

    async def by_external_id(self, channel: str, external_id: str) -> StoredMessage | None:
        """The message a channel knows by this id, or None."""
        return await self._one(
            sa.select(messages).where(
                messages.c.channel == channel, messages.c.external_id == external_id
            )
        )

    async def claim(
        self, message_id: str, *, owner: str, lease_s: float, now: datetime
    ) -> StoredMessage | None:
        """Take a message to handle it, or None where it is not to be had.

        Not to be had: it is handled or failed, somebody's lease on it runs, its retry is not due,
        an earlier message of its conversation is undone, or one of them is being handled.
        """
        message = await self.get(message_id)
        if message is None or message.state not in _UNDONE:
            return None
        return await self.claim_stored(message, owner=owner, lease_s=lease_s, now=now)

    async def claim_stored(
        self, message: StoredMessage, *, owner: str, lease_s: float, now: datetime
    ) -> StoredMessage | None:
        """As `claim`, for a message just read or stored."""
        await lock(self._connection, f"conversation:{message.conversation_id}")
        return await self._claim_under_lock(message, owner=owner, lease_s=lease_s, now=now)

    async def claim_next(
        self, *, owner: str, lease_s: float, now: datetime, stored_before: datetime
    ) -> StoredMessage | None:
        """Take the oldest message nobody handles: never begun, or its handler's lease ran out.

        Args:
            owner: who takes it, a name of this process.
            lease_s: for how long, in seconds.
            now: the time.
            stored_before: fresh messages belong to the replica that stored them until then.
        """
        candidates = await self._connection.execute(
            sa.select(messages)
            .where(_free(now), messages.c.received_at <= stored_before, ~_blocked(now))
            .order_by(messages.c.received_at, messages.c.id)
            .limit(20)
        )
        for row in candidates.mappings().all():
            message = _message(row)
            if await try_lock(self._connection, f"conversation:{message.conversation_id}"):
                claimed = await self._claim_under_lock(
                    message, owner=owner, lease_s=lease_s, now=now
                )
                if claimed is not None:
                    return claimed
        return None

    async def claim_following(
        self, conversation_id: str, *, owner: str, lease_s: float, now: datetime
    ) -> StoredMessage | None:
        """Take the next message of a conversation, if one waits; for the handler that is done."""
        await lock(self._connection, f"conversation:{conversation_id}")
        waiting = await self._one(
            sa.select(messages)
            .where(messages.c.conversation_id == conversation_id, messages.c.state.in_(_UNDONE))
            .order_by(messages.c.received_at, messages.c.id)
            .limit(1)
        )
        if waiting is None:
            return None
        return await self._claim_under_lock(waiting, owner=owner, lease_s=lease_s, now=now)

    async def extend(self, message_id: str, *, owner: str, lease_s: float, now: datetime) -> None:
        """Hold a message longer. Raises `LeaseLost`."""
        until = now + timedelta(seconds=lease_s)
        await self._change(message_id, owner, {"lease_until": until})

    async def write_down(self, message_id: str, text: str, *, owner: str) -> None:
        """Keep what a message without text turned out to say. Raises `LeaseLost`."""
        await self._change(message_id, owner, {"text": text})

    async def mark_handled(self, message: StoredMessage, *, owner: str, now: datetime) -> None:
        """Done; in the same transaction as its replies. Raises `LeaseLost`, which undoes them.

        Locks as claims do, conversation before row; the other way round two transactions could
        wait for each other.
        """
        await lock(self._connection, f"conversation:{message.conversation_id}")
        done = {"state": MessageState.HANDLED, "handled_at": now, "lease_until": None}
        await self._change(message.id, owner, {**done, "last_error": ""})

    async def release(self, message_id: str, *, owner: str, retry_at: datetime, error: str) -> None:
        """Not done, to be tried again from then on. Raises `LeaseLost`."""
        values = {"state": MessageState.STORED, "lease_until": retry_at}
        await self._change(message_id, owner, {**values, "lease_owner": "", "last_error": error})

    async def acknowledge(self, message_id: str, *, now: datetime) -> None:
        """The platform was told that the message is safe, and nothing more: it asks no more."""
        await self._connection.execute(
            sa.update(messages)
            .where(messages.c.id == message_id, messages.c.acknowledged_at.is_(None))
            .values(acknowledged_at=now)
        )

    async def mark_failed(self, message_id: str, *, owner: str, now: datetime, error: str) -> None:
        """Given up; it holds up its conversation no longer. Raises `LeaseLost`."""
        values = {"state": MessageState.FAILED, "handled_at": now, "lease_until": None}
        await self._change(message_id, owner, {**values, "last_error": error})

    async def history(self, conversation_id: str, *, limit: int = 50) -> tuple[StoredMessage, ...]:
        """The last messages of a conversation, oldest first."""
        rows = await self._connection.execute(
            sa.select(messages)
            .where(messages.c.conversation_id == conversation_id)
            .order_by(messages.c.received_at.desc(), messages.c.id.desc())
            .limit(limit)
        )
        return tuple(_message(row) for row in reversed(rows.mappings().all()))

    async def counts(self, now: datetime) -> QueueCounts:
        """Undone and failed messages, and how long the oldest undone one has waited."""
        by_state = await count_by(
            self._connection, messages.c.state, messages.c.state.in_(_COUNTED)
        )
        oldest = await self._connection.scalar(
            sa.select(sa.func.min(messages.c.received_at)).where(messages.c.state.in_(_UNDONE))
        )
        waited = (now - oldest).total_seconds() if oldest else 0.0
        return QueueCounts(by_state=by_state, oldest_s=max(0.0, waited))

    async def _claim_under_lock(
        self, message: StoredMessage, *, owner: str, lease_s: float, now: datetime
    ) -> StoredMessage | None:
        statement = (
            sa.update(messages)
            .where(messages.c.id == message.id, _free(now), ~_blocked(now))
            .values(
                state=MessageState.HANDLING,
                lease_owner=owner,
                lease_until=now + timedelta(seconds=lease_s),
                attempts=messages.c.attempts + 1,
            )
            .returning(messages)
        )
        row = (await self._connection.execute(statement)).mappings().first()
        return None if row is None else _message(row)

    async def _change(self, message_id: str, owner: str, values: dict[str, Any]) -> None:
        result = await self._connection.execute(
            sa.update(messages)
            .where(
                messages.c.id == message_id,
                messages.c.state == MessageState.HANDLING,
                messages.c.lease_owner == owner,
            )
            .values(**values)
        )
        if result.rowcount != 1:
            raise LeaseLost(f"message {message_id}")

    async def _one(self, statement: sa.Select[Any]) -> StoredMessage | None:
        row = (await self._connection.execute(statement)).mappings().first()
        return None if row is None else _message(row)


def _free(now: datetime) -> sa.ColumnElement[bool]:
    """Nobody holds it, and its retry is due."""
    return sa.and_(
        messages.c.state.in_(_UNDONE),
        sa.or_(messages.c.lease_until.is_(None), messages.c.lease_until <= now),
    )


def _blocked(now: datetime) -> sa.ColumnElement[bool]:
    """Another message of the conversation goes first, or is in somebody's hands."""
    other = messages.alias("other")
    earlier = sa.or_(
        other.c.received_at < messages.c.received_at,
        sa.and_(other.c.received_at == messages.c.received_at, other.c.id < messages.c.id),
    )
    held = sa.and_(other.c.state == MessageState.HANDLING, other.c.lease_until > now)
    return sa.exists(
        sa.select(sa.literal(1))
        .select_from(other)
        .where(
            other.c.conversation_id == messages.c.conversation_id,
            other.c.id != messages.c.id,
            other.c.state.in_(_UNDONE),
            sa.or_(earlier, held),
        )
        .correlate(messages)
    )


def _message(row: sa.RowMapping) -> StoredMessage:
    values = dict(row)
    values["kind"] = InboundKind(values["kind"])
    values["state"] = MessageState(values["state"])
    return StoredMessage(**values)

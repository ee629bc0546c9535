"""Replies and notices on their way out: added once per key, sent once, in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records import LeaseLost, NewOutbound, OutboxRow, OutboxState, QueueCounts
from bot.replies import reply_from_json, reply_to_json
from bot.storage.citations import cite
from bot.storage.connection import count_by, insert, lock, update_chosen
from bot.storage.origins import origin_of
from bot.storage.tables import outbox

_UNDONE = (OutboxState.PENDING, OutboxState.SENDING)
_COUNTED = (*_UNDONE, OutboxState.KEPT, OutboxState.DEAD)
"""Named one by one: an index finds these few rows, never "all but the sent"."""
PASSED_BY = (
    "sms_quiet_hours", "sms_number_limit", "sms_rate_minute", "sms_rate_hour", "sms_rate_day",
)  # fmt: skip
"""Why a row waits for its own hour alone: later ones of the conversation may go before it."""
_TICK = timedelta(microseconds=1)
_FAR_OFF = timedelta(seconds=5)
"""A next try further off is not worth waiting for with the replies after it."""


class OutboxRepository:
    """The table `outbox`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: NewOutbound, *, id: str, now: datetime) -> OutboxRow:
        """Put a reply into the outbox; a known key gives the row already there.

        `created_at` grows strictly inside a conversation and in the order of commits, so that
        `history(after=…)` misses nothing.
        """
        if new.conversation_id:
            await lock(self._connection, f"conversation:{new.conversation_id}")
        created_at = await self._next_time(new.conversation_id, now)
        statement = insert(self._connection, outbox).values(
            id=id,
            key=new.key,
            channel=new.channel,
            conversation_id=new.conversation_id,
            recipient=new.recipient,
            message_id=new.message_id,
            case_number=new.case_number,
            reply=reply_to_json(new.reply),
            created_at=created_at,
            next_attempt_at=new.not_before or now,
            state=OutboxState.KEPT if new.kept_for else OutboxState.PENDING,
            last_error=new.kept_for,
        )
        statement = statement.on_conflict_do_nothing(index_elements=["key"])
        row = (await self._connection.execute(statement.returning(outbox))).mappings().first()
        if row is not None:
            await cite(self._connection, new.reply, outbox_id=id, at=created_at)
            return _row(row)
        known = await self._rows(sa.select(outbox).where(outbox.c.key == new.key))
        return known[0]

    async def hold(self, conversation_id: str) -> None:
        """Nobody else adds replies to the conversation, or carries any, until this transaction
        ends."""
        await lock(self._connection, f"conversation:{conversation_id}")

    async def get(self, outbox_id: str) -> OutboxRow | None:
        """One row, or None."""
        rows = await self._rows(sa.select(outbox).where(outbox.c.id == outbox_id))
        return rows[0] if rows else None

    async def of_message(self, message_id: str) -> tuple[OutboxRow, ...]:
        """The replies to one message, in order."""
        return await self._rows(_ordered().where(outbox.c.message_id == message_id))

    async def claim_for_reply(
        self, message_id: str, *, limit: int, via: str, now: datetime
    ) -> tuple[OutboxRow, ...]:
        """Take the first replies to a message to carry them in place; they count as sent.

        Rows the delivery worker already took are not given.
        """
        chosen = (
            _ordered(outbox.c.id)
            .where(outbox.c.message_id == message_id, outbox.c.state == OutboxState.PENDING)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return await self._take(chosen, via, now)

    async def take_kept(
        self, conversation_id: str, *, limit: int, via: str, receipt: str, now: datetime
    ) -> tuple[OutboxRow, ...]:
        """Take what waits for this citizen (`kept_for`) to carry it in place; it counts as sent.

        Args:
            conversation_id: whose.
            limit: at most so many.
            via: how it is carried.
            receipt: names the answer that carries it, for `carried_with`.
            now: the time.
        """
        chosen = (
            _ordered(outbox.c.id)
            .where(outbox.c.conversation_id == conversation_id, _waits_for_contact(now))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return await self._take(chosen, via, now, receipt=receipt)

    async def give_back(self, ids: Sequence[str], *, via: str, now: datetime) -> None:
        """What was taken to be carried in place was given to nobody: it is due again."""
        await self._connection.execute(
            sa.update(outbox)
            .where(
                outbox.c.id.in_(ids), outbox.c.state == OutboxState.SENT, outbox.c.sent_via == via
            )
            .values(
                state=OutboxState.PENDING,
                next_attempt_at=now,
                sent_at=None,
                sent_via="",
                receipt="",
            )
        )

    async def carried_with(self, conversation_id: str, receipt: str) -> tuple[OutboxRow, ...]:
        """What `take_kept` took under this receipt, oldest first."""
        return await self._rows(
            _ordered().where(
                outbox.c.conversation_id == conversation_id, outbox.c.receipt == receipt
            )
        )

    async def unread(
        self, conversation_id: str, message_id: str, *, now: datetime
    ) -> tuple[tuple[OutboxRow, ...], tuple[OutboxRow, ...], tuple[OutboxRow, ...]]:
        """What decides about an answer in place, in one look; each oldest first.

        Args:
            conversation_id: whose.
            message_id: the message that may be answered.
            now: the time.

        Returns:
            The replies to the message, whatever their state; what was kept for the citizen's next
            contact, or refused for long; and the other replies on their way or about to be.
        """
        undone = outbox.c.state.in_((*_UNDONE, OutboxState.KEPT))
        rows = await self._rows(
            _ordered().where(
                outbox.c.conversation_id == conversation_id,
                sa.or_(outbox.c.message_id == message_id, undone),
            )
        )
        own = tuple(row for row in rows if row.message_id == message_id)
        kept = tuple(row for row in rows if _is_kept(row, now))
        mine = {row.id for row in (*own, *kept)}
        return own, kept, tuple(row for row in rows if row.id not in mine)

    async def release_kept(self, conversation_id: str, *, now: datetime) -> int:
        """Let the delivery worker try what was kept again; gives how many rows."""
        result = await self._connection.execute(
            sa.update(outbox)
            .where(outbox.c.conversation_id == conversation_id, outbox.c.state == OutboxState.KEPT)
            .values(state=OutboxState.PENDING, next_attempt_at=now, attempts=0)
        )
        return int(result.rowcount)

    async def release_for(
        self, channels: Sequence[str], *, error: str, since: datetime, now: datetime
    ) -> int:
        """As `release_kept`, of what these channels did not send for this reason.

        Args:
            channels: their names.
            error: the reason it was kept for.
            since: older rows stay as they are.
            now: the time.
        """
        result = await self._connection.execute(
            sa.update(outbox)
            .where(
                outbox.c.state == OutboxState.KEPT,
                outbox.c.channel.in_(channels),
                outbox.c.last_error == error,
                outbox.c.created_at >= since,
            )
            .values(state=OutboxState.PENDING, next_attempt_at=now, attempts=0)
        )
        return int(result.rowcount)

    async def bury(self, outbox_id: str, *, error: str) -> None:
        """A row that was just added is for a person to look at, not to be sent by itself."""
        await self._connection.execute(
            sa.update(outbox)
            .where(outbox.c.id == outbox_id, outbox.c.state == OutboxState.PENDING)
            .values(state=OutboxState.DEAD, last_error=error)
        )

    async def make_due(self, message_id: str, *, now: datetime) -> int:
        """The channel can no longer carry these in place: the delivery worker may begin."""
        result = await self._connection.execute(
            sa.update(outbox)
            .where(
                outbox.c.message_id == message_id,
                outbox.c.state == OutboxState.PENDING,
                outbox.c.next_attempt_at > now,
            )
            .values(next_attempt_at=now)
        )
        return int(result.rowcount)

    async def claim_due(
        self, *, owner: str, lease_s: float, limit: int, now: datetime
    ) -> tuple[OutboxRow, ...]:
        """Take rows to send: due, or left behind by a worker that died.

        At most the first undone row of each conversation is given, so order is kept; one that waits
        for its own hour (`PASSED_BY`) is passed by.
        """
        chosen = (
            _ordered(outbox.c.id)
            .where(_due(now), ~_behind_another(now))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return await self._update(
            chosen,
            {
                "state": OutboxState.SENDING,
                "lease_owner": owner,
                "lease_until": now + timedelta(seconds=lease_s),
                "attempts": outbox.c.attempts + 1,
            },
        )

    async def mark_sent(
        self, outbox_id: str, *, owner: str, now: datetime, via: str = "push", receipt: str = ""
    ) -> None:
        """It went out. Raises `LeaseLost`."""
        values = {"state": OutboxState.SENT, "sent_at": now, "sent_via": via, "receipt": receipt}
        await self._change(outbox_id, owner, {**values, "last_error": ""})

    async def retry_at(
        self, outbox_id: str, *, owner: str, at: datetime, error: str, counts: bool = True
    ) -> None:
        """It did not go out; try again then. Raises `LeaseLost`. `counts` False: no failed try."""
        values = {"state": OutboxState.PENDING, "next_attempt_at": at, "last_error": error}
        if not counts:
            values["attempts"] = outbox.c.attempts - 1
        await self._change(outbox_id, owner, values)

    async def keep(self, outbox_id: str, *, owner: str, error: str) -> None:
        """Not deliverable now; kept for the citizen's next contact. Raises `LeaseLost`."""
        await self._change(outbox_id, owner, {"state": OutboxState.KEPT, "last_error": error})

    async def dead(self, outbox_id: str, *, owner: str, error: str) -> None:
        """Never deliverable; a person must look. Raises `LeaseLost`."""
        await self._change(outbox_id, owner, {"state": OutboxState.DEAD, "last_error": error})

    async def revive(self, outbox_id: str, *, now: datetime) -> bool:
        """A person wants a dead row tried again; False where it is not dead."""
        result = await self._connection.execute(
            sa.update(outbox)
            .where(outbox.c.id == outbox_id, outbox.c.state == OutboxState.DEAD)
            .values(state=OutboxState.PENDING, next_attempt_at=now, attempts=0)
        )
        return bool(result.rowcount == 1)

    async def settle(self, outbox_id: str, *, now: datetime) -> bool:
        """A person told the citizen otherwise; False where the row is not dead."""
        result = await self._connection.execute(
            sa.update(outbox)
            .where(outbox.c.id == outbox_id, outbox.c.state == OutboxState.DEAD)
            .values(state=OutboxState.SENT, sent_at=now, sent_via="person")
        )
        return bool(result.rowcount == 1)

    async def dead_rows(self, *, limit: int = 100) -> tuple[OutboxRow, ...]:
        """What will never go out by itself, oldest first."""
        return await self._rows(_ordered().where(outbox.c.state == OutboxState.DEAD).limit(limit))

    async def history(
        self, conversation_id: str, *, after: str = "", limit: int = 100
    ) -> tuple[OutboxRow, ...]:
        """Replies of a conversation, oldest first, whatever their state.

        Args:
            conversation_id: whose.
            after: id of the last row the reader has; empty: the last `limit` rows.
            limit: at most so many.
        """
        here = outbox.c.conversation_id == conversation_id
        seen = sa.select(outbox.c.created_at).where(outbox.c.id == after, here)
        since = await self._connection.scalar(seen) if after else None
        if since is None:
            newest = sa.select(outbox).where(here)
            newest = newest.order_by(outbox.c.created_at.desc(), outbox.c.id.desc()).limit(limit)
            return tuple(reversed(await self._rows(newest)))
        later = sa.tuple_(outbox.c.created_at, outbox.c.id) > sa.tuple_(
            sa.literal(since, outbox.c.created_at.type), sa.literal(after)
        )
        return await self._rows(_ordered().where(here, later).limit(limit))

    async def origin_of(self, case_number: str) -> str:
        """The origin key of a case; empty where there is none."""
        return await origin_of(self._connection, case_number)

    async def counts(self, now: datetime) -> QueueCounts:
        """Unsent rows by state, and how long the oldest due one has waited."""
        by_state = await count_by(self._connection, outbox.c.state, outbox.c.state.in_(_COUNTED))
        oldest = await self._connection.scalar(
            sa.select(sa.func.min(outbox.c.next_attempt_at)).where(outbox.c.state.in_(_UNDONE))
        )
        waited = (now - oldest).total_seconds() if oldest else 0.0
        return QueueCounts(by_state=by_state, oldest_s=max(0.0, waited))

    async def _next_time(self, conversation_id: str, now: datetime) -> datetime:
        if not conversation_id:
            return now
        last = await self._connection.scalar(
            sa.select(sa.func.max(outbox.c.created_at)).where(
                outbox.c.conversation_id == conversation_id
            )
        )
        return now if last is None else max(now, last + _TICK)

    async def _take(
        self, chosen: sa.Select[Any], via: str, now: datetime, *, receipt: str = ""
    ) -> tuple[OutboxRow, ...]:
        values = {"state": OutboxState.SENT, "sent_at": now, "sent_via": via, "receipt": receipt}
        return await self._update(chosen, values)

    async def _update(
        self, chosen: sa.Select[Any], values: dict[str, Any]
    ) -> tuple[OutboxRow, ...]:
        changed = await update_chosen(self._connection, outbox, chosen, values)
        rows = [_row(row) for row in changed]
        return tuple(sorted(rows, key=lambda row: (row.created_at, row.id)))

    async def _change(self, outbox_id: str, owner: str, values: dict[str, Any]) -> None:
        result = await self._connection.execute(
            sa.update(outbox)
            .where(
                outbox.c.id == outbox_id,
                outbox.c.state == OutboxState.SENDING,
                outbox.c.lease_owner == owner,
            )
            .values(**values, lease_until=None)
        )
        if result.rowcount != 1:
            raise LeaseLost(f"outbox {outbox_id}")

    async def _rows(self, statement: sa.Select[Any]) -> tuple[OutboxRow, ...]:
        result = await self._connection.execute(statement)
        return tuple(_row(row) for row in result.mappings())


def _ordered(*columns: sa.Column[Any]) -> sa.Select[Any]:
    statement = sa.select(*columns) if columns else sa.select(outbox)
    return statement.order_by(outbox.c.created_at, outbox.c.id)


def _due(now: datetime) -> sa.ColumnElement[bool]:
    waiting = sa.and_(outbox.c.state == OutboxState.PENDING, outbox.c.next_attempt_at <= now)
    left = sa.and_(outbox.c.state == OutboxState.SENDING, outbox.c.lease_until <= now)
    return sa.or_(waiting, left)


def _waits_for_contact(now: datetime) -> sa.ColumnElement[bool]:
    """Kept for the next contact; or refused for so long that a contact may well come sooner."""
    paused = sa.and_(
        outbox.c.state == OutboxState.PENDING,
        outbox.c.attempts > 0,
        outbox.c.next_attempt_at > now + _FAR_OFF,
    )
    return sa.or_(outbox.c.state == OutboxState.KEPT, paused)


def _is_kept(row: OutboxRow, now: datetime) -> bool:
    """As `_waits_for_contact`, of a row that was read."""
    paused = row.state is OutboxState.PENDING and row.attempts > 0
    return row.state is OutboxState.KEPT or (paused and row.next_attempt_at > now + _FAR_OFF)


def _behind_another(now: datetime) -> sa.ColumnElement[bool]:
    """An earlier row of the same conversation is still undone, and not only waiting for its hour.

    A notice that waits for the morning must not keep back the number to call in danger.
    """
    other = outbox.alias("other")
    earlier = sa.or_(
        other.c.created_at < outbox.c.created_at,
        sa.and_(other.c.created_at == outbox.c.created_at, other.c.id < outbox.c.id),
    )
    return sa.exists(
        sa.select(sa.literal(1))
        .select_from(other)
        .where(
            outbox.c.conversation_id != "",
            other.c.conversation_id == outbox.c.conversation_id,
            other.c.state.in_(_UNDONE),
            ~sa.and_(
                other.c.state == OutboxState.PENDING,
                other.c.next_attempt_at > now,
                other.c.last_error.in_(PASSED_BY),
            ),
            earlier,
        )
        .correlate(outbox)
    )


def _row(row: sa.RowMapping) -> OutboxRow:
    values = dict(row)
    values["reply"] = reply_from_json(values["reply"])
    values["state"] = OutboxState(values["state"])
    return OutboxRow(**values)

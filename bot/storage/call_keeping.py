"""Which process listens to a call centre; and forgetting what was said after its time."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calls.model import CallState
from bot.calls.records import ActionKind, FeedState
from bot.storage.call_figures import LATER, reached_later
from bot.storage.call_tables import (
    call_actions,
    call_drafts,
    call_events,
    call_leases,
    call_sentences,
    call_suggestions,
    calls,
)
from bot.storage.connection import insert

_WITH_WORDS = (
    ActionKind.ADOPT,
    ActionKind.EDIT,
    ActionKind.IGNORE,
    ActionKind.SEARCH,
    ActionKind.TYPE,
    ActionKind.LISTED,
)


class CallKeepingRepository:
    """The table `call_leases`; words and numbers in the others."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lease(self, name: str, *, owner: str, until: datetime, now: datetime) -> bool:
        """Take or keep a lease; False where somebody else has it."""
        values = {"owner": owner, "until": until}
        rows = await self._connection.execute(
            insert(self._connection, call_leases)
            .values(name=name, **values)
            .on_conflict_do_update(
                index_elements=["name"],
                set_=values,
                where=sa.or_(call_leases.c.owner == owner, call_leases.c.until <= now),
            )
            .returning(call_leases.c.owner)
        )
        return rows.first() is not None

    async def release(self, name: str, *, owner: str, now: datetime) -> None:
        """Give a lease back, so that another process need not wait for its end."""
        await self._connection.execute(
            sa.update(call_leases)
            .where(call_leases.c.name == name, call_leases.c.owner == owner)
            .values(until=now)
        )

    async def trouble(self, name: str, *, owner: str, code: str) -> None:
        """Why a call centre does not let us in; empty: it does."""
        await self._connection.execute(
            sa.update(call_leases)
            .where(call_leases.c.name == name, call_leases.c.owner == owner)
            .values(trouble=code)
        )

    async def feeds(self) -> tuple[FeedState, ...]:
        """Every call centre ever listened to, by name."""
        rows = await self._connection.execute(sa.select(call_leases).order_by(call_leases.c.name))
        return tuple(FeedState(**row) for row in rows.mappings())

    async def forget(self, before: datetime, *, now: datetime, limit: int) -> int:
        """Remove words and numbers of calls that were over before then; figures stay.

        Returns:
            How many calls; fewer than `limit`: there are no more.
        """
        old = await self._connection.execute(
            sa.select(calls.c.id)
            .where(calls.c.forgotten_at.is_(None), calls.c.last_at < before)
            .order_by(calls.c.last_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = [str(call_id) for (call_id,) in old]
        if not ids:
            return 0
        missed = sa.and_(
            calls.c.state == CallState.ABANDONED.value, calls.c.called_back_at.is_(None)
        )
        await self._connection.execute(  # a figure that needs the number
            sa.update(calls)
            .where(calls.c.id.in_(ids), missed, reached_later())
            .values(called_back=LATER)
        )
        for table in (call_sentences, call_suggestions, call_drafts):
            await self._connection.execute(sa.delete(table).where(table.c.call_id.in_(ids)))
        await self._connection.execute(
            sa.update(call_actions)
            .where(call_actions.c.call_id.in_(ids), call_actions.c.kind.in_(_WITH_WORDS))
            .values(text="")
        )
        await self._connection.execute(
            sa.update(call_events)
            .where(call_events.c.call_id.in_(ids))
            .values(caller="", to="", details={})
        )
        await self._connection.execute(
            sa.update(calls)
            .where(calls.c.id.in_(ids))
            .values(caller="", summary="", forgotten_at=now)
        )
        return len(ids)

"""Missed callers to be called back, and what the supervisor counts."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calls.model import RUNNING, Call, CallState
from bot.calls.records import CallBack, Figures, Now
from bot.storage.call_tables import calls
from bot.storage.connection import count_by, lock

_PROMPT_S = 15.0
"""GB/T 33358-2016."""
_OVER = (CallState.ENDED.value, CallState.WRAPPED_UP.value)
LATER = "later"
"""Kept with a missed call whose caller reached somebody, when its number is forgotten."""


class CallCountRepository:
    """The table `calls`, counted."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def call_backs(
        self, *, open_only: bool, since: datetime, limit: int
    ) -> tuple[CallBack, ...]:
        """Missed callers to be called, the longest waiting first, one entry a number.

        Who reached somebody later on the same day is not among them, nor who withheld the number.
        """
        done = (calls.c.called_back_at, calls.c.called_back_by, calls.c.called_back)
        is_open = sa.and_(calls.c.called_back_at.is_(None), ~reached_later())
        rows = await self._connection.execute(
            sa.select(
                calls.c.caller,
                sa.func.max(calls.c.id).label("call_id"),
                sa.func.min(calls.c.offered_at, type_=calls.c.offered_at.type).label("first_at"),
                sa.func.max(calls.c.offered_at, type_=calls.c.offered_at.type).label("last_at"),
                sa.func.count().label("calls"),
                sa.func.sum(calls.c.call_back_tries).label("tries"),
                *done,
            )
            .where(
                calls.c.state == CallState.ABANDONED.value,
                calls.c.caller != "",
                calls.c.offered_at >= since,
                is_open if open_only else sa.or_(calls.c.called_back_at.is_not(None), is_open),
            )
            .group_by(calls.c.caller, *done)
            .order_by("first_at", calls.c.caller)
            .limit(limit)
        )
        return tuple(
            CallBack(
                call_id=row["call_id"],
                caller=row["caller"],
                first_at=row["first_at"],
                last_at=row["last_at"],
                calls=int(row["calls"]),
                tries=int(row["tries"]),
                done_at=row["called_back_at"],
                by=row["called_back_by"],
                outcome=row["called_back"],
            )
            for row in rows.mappings()
        )

    async def promised(
        self, *, open_only: bool, since: datetime, limit: int
    ) -> tuple[CallBack, ...]:
        """Callers who were promised a call, the soonest first; those done, since then."""
        is_open = calls.c.called_back_at.is_(None)
        where = is_open if open_only else sa.or_(is_open, calls.c.called_back_at >= since)
        rows = await self._connection.execute(
            sa.select(calls)
            .where(calls.c.call_back_at.is_not(None), where)
            .order_by(calls.c.call_back_at, calls.c.id)
            .limit(limit)
        )
        return tuple(
            CallBack(
                call_id=row["id"],
                caller=row["caller"],
                first_at=row["offered_at"],
                last_at=row["offered_at"],
                calls=0,
                tries=row["call_back_tries"],
                due_at=row["call_back_at"],
                done_at=row["called_back_at"],
                by=row["called_back_by"],
                outcome=row["called_back"],
            )
            for row in rows.mappings()
        )

    async def called_back(
        self, call: Call, *, by: str, outcome: str, done: bool, now: datetime
    ) -> bool:
        """Note it on the call, and where it is done on the missed calls of its number.

        Returns:
            False where somebody did it before: nothing is changed.
        """
        await lock(self._connection, f"call back:{call.caller or call.id}")
        this = sa.and_(calls.c.id == call.id, calls.c.called_back_at.is_(None))
        if not done:
            values: dict[str, Any] = {"call_back_tries": calls.c.call_back_tries + 1}
            return await self._changed(this, values)
        values = {"called_back_at": now, "called_back_by": by, "called_back": outcome}
        if not await self._changed(this, values):
            return False
        if call.caller:
            missed = sa.and_(
                calls.c.caller == call.caller,
                calls.c.state == CallState.ABANDONED.value,
                calls.c.called_back_at.is_(None),
            )
            await self._changed(missed, values)
        return True

    async def now(self) -> Now:
        """Waiting and running calls."""
        waiting = {CallState.WAITING, CallState.RINGING}
        counts = await count_by(
            self._connection, calls.c.state, calls.c.state.in_(sorted(waiting | RUNNING))
        )
        return Now(
            waiting=sum(counts.get(state.value, 0) for state in waiting),
            running=sum(counts.get(state.value, 0) for state in RUNNING),
        )

    async def figures(self, day: str, *, operator: str = "") -> Figures:
        """A day's figures (`YYYYMMDD`, Asia/Shanghai), of one operator where named."""
        where = [calls.c.day == day, *([calls.c.operator == operator] if operator else [])]
        row = (
            (
                await self._connection.execute(
                    sa.select(
                        sa.func.count().label("offered"),
                        *(_count(rows).label(name) for name, rows in _counted().items()),
                        *(
                            sa.func.coalesce(sa.func.sum(calls.c[name]), 0).label(name)
                            for name in ("adopted", "edited", "ignored")
                        ),
                    ).where(*where)
                )
            )
            .mappings()
            .one()
        )
        counts = {name: int(value) for name, value in row.items()}
        return Figures(
            **counts,
            wait_p50_s=await self._wait(0.5, counts["timed"], where),
            wait_p90_s=await self._wait(0.9, counts["timed"], where),
        )

    async def operators(self, day: str) -> tuple[str, ...]:
        """Who had calls on a day, by name."""
        rows = await self._connection.execute(
            sa.select(calls.c.operator)
            .where(calls.c.day == day, calls.c.operator != "")
            .distinct()
            .order_by(calls.c.operator)
        )
        return tuple(str(name) for (name,) in rows)

    async def _wait(
        self, share: float, timed: int, where: list[sa.ColumnElement[bool]]
    ) -> float | None:
        """The wait that this share of answered calls did not exceed (nearest rank)."""
        if not timed:
            return None
        found = await self._connection.scalar(
            sa.select(calls.c.wait_s)
            .where(*where, calls.c.wait_s.is_not(None))
            .order_by(calls.c.wait_s)
            .offset(math.ceil(share * timed) - 1)
            .limit(1)
        )
        return None if found is None else float(found)

    async def _changed(self, where: sa.ColumnElement[bool], values: dict[str, Any]) -> bool:
        result = await self._connection.execute(
            sa.update(calls).where(where).values(**values, version=calls.c.version + 1)
        )
        return bool(result.rowcount)


def reached_later() -> sa.ColumnElement[bool]:
    """True of a call whose caller reached an operator afterwards, on the same day."""
    later = calls.alias("later")
    return sa.exists(
        sa.select(sa.literal(1)).where(
            later.c.caller == calls.c.caller,
            later.c.caller != "",
            later.c.day == calls.c.day,
            later.c.answered_at > calls.c.offered_at,
            later.c.id != calls.c.id,
        )
    )


def _counted() -> dict[str, sa.ColumnElement[bool]]:
    answered = calls.c.answered_at.is_not(None)
    missed = sa.and_(calls.c.state == CallState.ABANDONED.value, ~answered)
    suggested = sa.and_(answered, calls.c.suggested > 0)
    return {
        "answered": answered,
        "missed": missed,
        "called_back": sa.and_(missed, calls.c.called_back_at.is_not(None)),
        "reached_later": sa.and_(
            missed,
            calls.c.called_back_at.is_(None),
            sa.or_(calls.c.called_back == LATER, reached_later()),
        ),
        "handled": sa.and_(answered, calls.c.state.in_(_OVER)),
        "wrapped_up": calls.c.state == CallState.WRAPPED_UP.value,
        "with_case": sa.and_(answered, calls.c.case_number != ""),
        "suggested": suggested,
        "adopted_calls": sa.and_(suggested, calls.c.adopted + calls.c.edited > 0),
        "timed": calls.c.wait_s.is_not(None),
        "within_15_s": calls.c.wait_s <= _PROMPT_S,
    }


def _count(rows: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((rows, 1), else_=0)), 0)

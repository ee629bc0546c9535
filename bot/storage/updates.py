"""What other systems tell of cases: stored once, applied in order; and how far it was read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.codec import update_from_json, update_to_json
from bot.delivery.records import Poll, StoredUpdate, UpdateState
from bot.records import LeaseLost, QueueCounts
from bot.storage.connection import count_by, insert, update_chosen
from bot.storage.delivery_tables import department_polls as polls
from bot.storage.delivery_tables import department_updates as rows
from connectors.departments.base import DepartmentUpdate

_UNDONE = (UpdateState.STORED, UpdateState.APPLYING)
_COUNTED = (*_UNDONE, UpdateState.HELD)


class UpdateRepository:
    """The tables `department_updates` and `department_polls`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, update: DepartmentUpdate, *, id: str, now: datetime) -> bool:
        """Keep something told; False where the same was told before."""
        statement = insert(self._connection, rows).values(
            id=id,
            source=update.source,
            external_id=update.external_id,
            kind=update.kind.value,
            external_number=update.external_number[:80],
            case_number=update.case_number[:40],
            told=update_to_json(update),
            received_at=now,
            next_attempt_at=now,
        )
        statement = statement.on_conflict_do_nothing(index_elements=["source", "external_id"])
        return (await self._connection.execute(statement.returning(rows.c.id))).first() is not None

    async def get(self, update_id: str) -> StoredUpdate | None:
        """One row, or None."""
        found = await self._rows(sa.select(rows).where(rows.c.id == update_id))
        return found[0] if found else None

    async def claim_due(
        self, *, owner: str, lease_s: float, limit: int, now: datetime
    ) -> tuple[StoredUpdate, ...]:
        """Take rows to apply; of one case of one source only the first undone one is given."""
        chosen = (
            sa.select(rows.c.id)
            .where(_due(now), ~_behind_another())
            .order_by(rows.c.received_at, rows.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        values = {
            "state": UpdateState.APPLYING,
            "lease_owner": owner,
            "lease_until": now + timedelta(seconds=lease_s),
            "attempts": rows.c.attempts + 1,
        }
        changed = await update_chosen(self._connection, rows, chosen, values)
        found = [_row(row) for row in changed]
        return tuple(sorted(found, key=lambda row: (row.received_at, row.id)))

    async def applied(self, update_id: str, *, owner: str, case_number: str, now: datetime) -> None:
        """It has come to the case. Raises `LeaseLost`."""
        await self._change(
            update_id,
            owner,
            state=UpdateState.APPLIED,
            applied_at=now,
            case_number=case_number,
            reason="",
        )

    async def retry_at(self, update_id: str, *, owner: str, at: datetime) -> None:
        """Something was in the way; try again then. Raises `LeaseLost`."""
        await self._change(update_id, owner, state=UpdateState.STORED, next_attempt_at=at)

    async def hold(self, update_id: str, *, owner: str, case_number: str, reason: str) -> None:
        """A person must look. Raises `LeaseLost`."""
        await self._change(
            update_id, owner, state=UpdateState.HELD, case_number=case_number, reason=reason
        )

    async def revive(self, update_id: str, *, now: datetime) -> bool:
        """A person wants it tried again; False where it is not held."""
        return await self._of_held(
            update_id, state=UpdateState.STORED, next_attempt_at=now, attempts=0
        )

    async def settle(self, update_id: str, *, by: str, now: datetime) -> bool:
        """A person has dealt with it; False where it is not held."""
        return await self._of_held(
            update_id, state=UpdateState.SETTLED, settled_by=by, applied_at=now
        )

    async def in_state(
        self, states: Sequence[UpdateState], *, limit: int
    ) -> tuple[StoredUpdate, ...]:
        """Rows of some states, oldest first."""
        return await self._rows(
            sa.select(rows)
            .where(rows.c.state.in_(states))
            .order_by(rows.c.received_at, rows.c.id)
            .limit(limit)
        )

    async def counts(self, now: datetime) -> QueueCounts:
        """Rows that are not applied by state, and how long the oldest due one has waited."""
        by_state = await count_by(self._connection, rows.c.state, rows.c.state.in_(_COUNTED))
        oldest = await self._connection.scalar(
            sa.select(sa.func.min(rows.c.next_attempt_at)).where(rows.c.state.in_(_UNDONE))
        )
        waited = (now - oldest).total_seconds() if oldest else 0.0
        return QueueCounts(by_state=by_state, oldest_s=max(0.0, waited))

    async def claim_poll(
        self, source: str, *, owner: str, lease_s: float, now: datetime
    ) -> Poll | None:
        """Take a system to ask for news; None where it is not due or another replica asks."""
        await self._connection.execute(
            insert(self._connection, polls)
            .values(source=source, next_at=now)
            .on_conflict_do_nothing(index_elements=["source"])
        )
        free = sa.or_(polls.c.lease_until.is_(None), polls.c.lease_until <= now)
        result = await self._connection.execute(
            sa.update(polls)
            .where(polls.c.source == source, polls.c.next_at <= now, free)
            .values(lease_owner=owner, lease_until=now + timedelta(seconds=lease_s))
            .returning(polls)
        )
        row = result.mappings().first()
        return None if row is None else Poll(**row)

    async def polled(
        self, poll: Poll, *, owner: str, cursor: str, next_at: datetime, error: str, now: datetime
    ) -> None:
        """Note how it went; with the news, in one transaction. Raises `LeaseLost`."""
        values: dict[str, Any] = {"failures": poll.failures + 1, "last_error": error[:120]}
        if not error:
            values = {"failures": 0, "last_error": "", "succeeded_at": now}
        result = await self._connection.execute(
            sa.update(polls)
            .where(polls.c.source == poll.source, polls.c.lease_owner == owner)
            .values(cursor=cursor, next_at=next_at, lease_until=None, lease_owner="", **values)
        )
        if result.rowcount != 1:
            raise LeaseLost(f"poll of {poll.source}")

    async def polls(self) -> tuple[Poll, ...]:
        """Every system that is asked for news, by name."""
        result = await self._connection.execute(sa.select(polls).order_by(polls.c.source))
        return tuple(Poll(**row) for row in result.mappings())

    async def _of_held(self, update_id: str, **values: Any) -> bool:
        result = await self._connection.execute(
            sa.update(rows)
            .where(rows.c.id == update_id, rows.c.state == UpdateState.HELD)
            .values(**values)
        )
        return bool(result.rowcount == 1)

    async def _change(self, update_id: str, owner: str, **values: Any) -> None:
        result = await self._connection.execute(
            sa.update(rows)
            .where(
                rows.c.id == update_id,
                rows.c.state == UpdateState.APPLYING,
                rows.c.lease_owner == owner,
            )
            .values(**values, lease_until=None)
        )
        if result.rowcount != 1:
            raise LeaseLost(f"update {update_id}")

    async def _rows(self, statement: sa.Select[Any]) -> tuple[StoredUpdate, ...]:
        result = await self._connection.execute(statement)
        return tuple(_row(row) for row in result.mappings())


def _due(now: datetime) -> sa.ColumnElement[bool]:
    waiting = sa.and_(rows.c.state == UpdateState.STORED, rows.c.next_attempt_at <= now)
    left = sa.and_(rows.c.state == UpdateState.APPLYING, rows.c.lease_until <= now)
    return sa.or_(waiting, left)


def _behind_another() -> sa.ColumnElement[bool]:
    """The source told something earlier of the same order that is not done."""
    other = rows.alias("other")
    return sa.exists(
        sa.select(sa.literal(1))
        .select_from(other)
        .where(
            other.c.source == rows.c.source,
            sa.or_(
                _same(other.c.external_number, rows.c.external_number),
                _same(other.c.case_number, rows.c.case_number),
            ),
            other.c.state.in_(_UNDONE),
            sa.tuple_(other.c.received_at, other.c.id) < sa.tuple_(rows.c.received_at, rows.c.id),
        )
        .correlate(rows)
    )


def _same(one: sa.Column[str], two: sa.Column[str]) -> sa.ColumnElement[bool]:
    return sa.and_(one == two, one != "")


def _row(row: sa.RowMapping) -> StoredUpdate:
    return StoredUpdate(
        id=row["id"],
        update=update_from_json(row["told"]),
        state=UpdateState(row["state"]),
        case_number=row["case_number"],
        received_at=row["received_at"],
        next_attempt_at=row["next_attempt_at"],
        attempts=row["attempts"],
        lease_owner=row["lease_owner"],
        lease_until=row["lease_until"],
        applied_at=row["applied_at"],
        reason=row["reason"],
        settled_by=row["settled_by"],
    )

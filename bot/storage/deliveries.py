"""Notices to departments on their way out: added once per key, in order, sent under a lease."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.filters import OPEN_STATES
from bot.delivery.codec import notice_from_json, notice_to_json
from bot.delivery.records import Delivery, DeliveryState, NewDelivery
from bot.records import LeaseLost, QueueCounts
from bot.storage.connection import count_by, insert, update_chosen
from bot.storage.delivery_tables import department_deliveries as rows
from bot.storage.delivery_tables import external_numbers
from bot.storage.origins import origin_of
from bot.storage.tables import cases

_UNDONE = (DeliveryState.PENDING, DeliveryState.SENDING)
_COUNTED = (*_UNDONE, DeliveryState.DEAD)
_NUMBER_CHARS = 80


class DeliveryRepository:
    """The tables `department_deliveries` and `external_numbers`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: NewDelivery, *, id: str, now: datetime) -> bool:
        """Put a notice on its way; False where its key is known."""
        notice = new.notice
        statement = insert(self._connection, rows).values(
            id=id,
            key=new.key,
            sequence=new.sequence,
            sender=new.sender,
            address=notice.address,
            target=notice.department,
            case_number=notice.case_number,
            notice=notice_to_json(notice),
            created_at=now,
            next_attempt_at=now,
        )
        statement = statement.on_conflict_do_nothing(index_elements=["key"])
        return (await self._connection.execute(statement.returning(rows.c.id))).first() is not None

    async def bury(self, delivery_id: str, *, error: str) -> None:
        """A row that was just added is for a person to look at, not to be sent by itself."""
        await self._connection.execute(
            sa.update(rows)
            .where(rows.c.id == delivery_id, rows.c.state == DeliveryState.PENDING)
            .values(state=DeliveryState.DEAD, last_error=error[:120])
        )

    async def get(self, delivery_id: str) -> Delivery | None:
        """One row, or None."""
        found = await self._rows(sa.select(rows).where(rows.c.id == delivery_id))
        return found[0] if found else None

    async def of_case(self, case_number: str) -> tuple[Delivery, ...]:
        """All notices of a case, in order."""
        return await self._rows(
            sa.select(rows)
            .where(rows.c.case_number == case_number)
            .order_by(rows.c.sequence, rows.c.id)
        )

    async def claim_due(
        self, *, owner: str, lease_s: float, limit: int, now: datetime
    ) -> tuple[Delivery, ...]:
        """Take rows to send: due, or left behind by a worker that died.

        Of one case to one recipient the first that is not done is given, or none where a person
        must look at it first: what follows would be out of order.
        """
        chosen = (
            sa.select(rows.c.id)
            .where(_due(now), ~_behind_another())
            .order_by(rows.c.next_attempt_at, rows.c.sequence, rows.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        values = {
            "state": DeliveryState.SENDING,
            "lease_owner": owner,
            "lease_until": now + timedelta(seconds=lease_s),
            "attempts": rows.c.attempts + 1,
        }
        changed = await update_chosen(self._connection, rows, chosen, values)
        found = [_row(row) for row in changed]
        return tuple(sorted(found, key=lambda row: (row.created_at, row.sequence, row.id)))

    async def mark_sent(self, row: Delivery, *, owner: str, now: datetime, receipt: str) -> None:
        """It went out; their number of the case is kept. Raises `LeaseLost`."""
        await self._change(
            row.id,
            owner,
            state=DeliveryState.SENT,
            sent_at=now,
            receipt=receipt[:200],
            last_error="",
        )

    async def retry_at(
        self, delivery_id: str, *, owner: str, at: datetime, error: str, counts: bool = True
    ) -> None:
        """It did not go out; try again then. Raises `LeaseLost`. `counts` False: no failed try."""
        values: dict[str, Any] = {} if counts else {"attempts": rows.c.attempts - 1}
        await self._change(
            delivery_id,
            owner,
            state=DeliveryState.PENDING,
            next_attempt_at=at,
            last_error=error[:120],
            **values,
        )

    async def dead(self, delivery_id: str, *, owner: str, error: str) -> None:
        """A person must look. Raises `LeaseLost`."""
        await self._change(delivery_id, owner, state=DeliveryState.DEAD, last_error=error[:120])

    async def revive(self, delivery_id: str, *, now: datetime) -> bool:
        """A person wants it tried again, now; False where it is being sent or done."""
        result = await self._connection.execute(
            sa.update(rows)
            .where(
                rows.c.id == delivery_id,
                rows.c.state.in_((DeliveryState.DEAD, DeliveryState.PENDING)),
            )
            .values(state=DeliveryState.PENDING, next_attempt_at=now, attempts=0)
        )
        return bool(result.rowcount == 1)

    async def settle(self, delivery_id: str, *, by: str, now: datetime) -> bool:
        """A person told them otherwise; False where it is being sent or done."""
        result = await self._connection.execute(
            sa.update(rows)
            .where(
                rows.c.id == delivery_id,
                rows.c.state.in_((DeliveryState.DEAD, DeliveryState.PENDING)),
            )
            .values(state=DeliveryState.TOLD, settled_by=by, sent_at=now)
        )
        return bool(result.rowcount == 1)

    async def in_state(
        self, states: Sequence[DeliveryState], *, limit: int
    ) -> tuple[Delivery, ...]:
        """Rows of some states, oldest first."""
        return await self._rows(
            sa.select(rows)
            .where(rows.c.state.in_(states))
            .order_by(rows.c.created_at, rows.c.sequence, rows.c.id)
            .limit(limit)
        )

    async def origin_of(self, case_number: str) -> str:
        """The origin key of a case; empty where there is none."""
        return await origin_of(self._connection, case_number)

    async def counts(self, now: datetime) -> QueueCounts:
        """Unsent rows by state, and how long the oldest due one has waited."""
        by_state = await count_by(self._connection, rows.c.state, rows.c.state.in_(_COUNTED))
        oldest = await self._connection.scalar(
            sa.select(sa.func.min(rows.c.next_attempt_at)).where(rows.c.state.in_(_UNDONE))
        )
        waited = (now - oldest).total_seconds() if oldest else 0.0
        return QueueCounts(by_state=by_state, oldest_s=max(0.0, waited))

    async def note_number(self, source: str, number: str, case_number: str, now: datetime) -> None:
        """Keep what another system calls a case; what stands there stays."""
        await self._connection.execute(
            insert(self._connection, external_numbers)
            .values(source=source, number=_kept(number), case_number=case_number, at=now)
            .on_conflict_do_nothing(index_elements=["source", "number"])
        )

    async def case_number_of(self, source: str, number: str) -> str:
        """Our number of a case another system calls so; empty where there is none."""
        found = await self._connection.scalar(
            sa.select(external_numbers.c.case_number).where(
                external_numbers.c.source == source, external_numbers.c.number == _kept(number)
            )
        )
        return str(found or "")

    async def external_number_of(self, source: str, case_number: str) -> str:
        """What another system calls a case, the last it was given there; else empty."""
        found = await self._connection.scalar(
            sa.select(external_numbers.c.number)
            .where(
                external_numbers.c.case_number == case_number, external_numbers.c.source == source
            )
            .order_by(external_numbers.c.at.desc(), external_numbers.c.number.desc())
            .limit(1)
        )
        return str(found or "")

    async def awaited(self, source: str) -> dict[str, str]:
        """What another system calls the cases that are still open here: its number → ours."""
        found = await self._connection.execute(
            sa.select(external_numbers.c.number, external_numbers.c.case_number)
            .join(cases, cases.c.number == external_numbers.c.case_number)
            .where(external_numbers.c.source == source, cases.c.state.in_(OPEN_STATES))
        )
        return {str(number): str(case_number) for number, case_number in found}

    async def _change(self, delivery_id: str, owner: str, **values: Any) -> None:
        result = await self._connection.execute(
            sa.update(rows)
            .where(
                rows.c.id == delivery_id,
                rows.c.state == DeliveryState.SENDING,
                rows.c.lease_owner == owner,
            )
            .values(**values, lease_until=None)
        )
        if result.rowcount != 1:
            raise LeaseLost(f"delivery {delivery_id}")

    async def _rows(self, statement: sa.Select[Any]) -> tuple[Delivery, ...]:
        result = await self._connection.execute(statement)
        return tuple(_row(row) for row in result.mappings())


def _kept(number: str) -> str:
    """An external number as it is kept and looked for."""
    return number.strip()[:_NUMBER_CHARS]


def _due(now: datetime) -> sa.ColumnElement[bool]:
    waiting = sa.and_(rows.c.state == DeliveryState.PENDING, rows.c.next_attempt_at <= now)
    left = sa.and_(rows.c.state == DeliveryState.SENDING, rows.c.lease_until <= now)
    return sa.or_(waiting, left)


def _behind_another() -> sa.ColumnElement[bool]:
    """An earlier notice of the case to the same recipient is not done."""
    other = rows.alias("other")
    return sa.exists(
        sa.select(sa.literal(1))
        .select_from(other)
        .where(
            other.c.case_number == rows.c.case_number,
            other.c.sender == rows.c.sender,
            other.c.address == rows.c.address,
            other.c.sequence < rows.c.sequence,
            other.c.state.in_(_COUNTED),
        )
        .correlate(rows)
    )


def _row(row: sa.RowMapping) -> Delivery:
    values = dict(row)
    values["notice"] = notice_from_json(values["notice"])
    values["state"] = DeliveryState(values["state"])
    return Delivery(**values)

"""Cases, their events and their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.filters import (
    AWAITING_REPLY,
    OPEN_STATES,
    CaseFilter,
    CasePage,
    OpenCounts,
    cursor_at,
)
from bot.cases.model import Case, CaseEvent, State
from bot.storage.case_lists import is_overdue, page_of
from bot.storage.case_rows import case_of, case_values, event_of, event_values
from bot.storage.connection import count_by, insert
from bot.storage.origins import origin_of
from bot.storage.tables import case_counters, case_events, cases


class CaseRepository:
    """The tables `cases`, `case_events`, `case_counters`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def next_number(self, day: str) -> int:
        """The next count of a day (`YYYYMMDD`), from 1; given back if the transaction fails."""
        statement = insert(self._connection, case_counters).values(day=day, last=1)
        statement = statement.on_conflict_do_update(
            index_elements=["day"], set_={"last": case_counters.c.last + 1}
        )
        result = await self._connection.execute(statement.returning(case_counters.c.last))
        return int(result.scalar_one())

    async def add(self, case: Case, *, origin_key: str, query_code_hash: str) -> bool:
        """Add a case; False where the origin key has one already."""
        statement = insert(self._connection, cases).values(
            **case_values(case), origin_key=origin_key, query_code_hash=query_code_hash
        )
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["origin_key"]).returning(cases.c.id)
        )
        return result.first() is not None

    async def by_origin(self, origin_key: str) -> Case | None:
        """The case opened under this key, or None."""
        return await self._one(cases.c.origin_key == origin_key)

    async def get(self, number: str) -> Case | None:
        """The case with this number, or None."""
        return await self._one(cases.c.number == number)

    async def code_hash(self, number: str) -> str | None:
        """The keyed hash of a case's query code, or None for an unknown number."""
        found = await self._connection.scalar(
            sa.select(cases.c.query_code_hash).where(cases.c.number == number)
        )
        return None if found is None else str(found)

    async def update(self, case: Case, *, seen_version: int) -> bool:
        """Write a case back; False where somebody changed it since that version."""
        values = case_values(case)
        del values["id"]
        result = await self._connection.execute(
            sa.update(cases)
            .where(cases.c.id == case.id, cases.c.version == seen_version)
            .values(**values)
        )
        return bool(result.rowcount == 1)

    async def append(self, event: CaseEvent, *, id: str) -> None:
        """Append an event; the same place in the chain twice is refused by the database."""
        await self._connection.execute(sa.insert(case_events).values(id=id, **event_values(event)))

    async def events(self, case_id: str) -> tuple[CaseEvent, ...]:
        """A case's events, first to last."""
        rows = await self._connection.execute(
            sa.select(case_events)
            .where(case_events.c.case_id == case_id)
            .order_by(case_events.c.seq)
        )
        return tuple(event_of(row) for row in rows.mappings())

    async def events_of_all(self, case_ids: Sequence[str]) -> dict[str, tuple[CaseEvent, ...]]:
        """The events of several cases, at most a page of them, each first to last."""
        rows = await self._connection.execute(
            sa.select(case_events)
            .where(case_events.c.case_id.in_(case_ids))
            .order_by(case_events.c.case_id, case_events.c.seq)
        )
        found: dict[str, list[CaseEvent]] = {}
        for row in rows.mappings():
            found.setdefault(row["case_id"], []).append(event_of(row))
        return {case_id: tuple(events) for case_id, events in found.items()}

    async def merged_into(self, number: str) -> tuple[Case, ...]:
        """The cases merged into this one, by number."""
        rows = await self._connection.execute(
            sa.select(cases).where(cases.c.merged_into == number).order_by(cases.c.number)
        )
        return tuple(case_of(row) for row in rows.mappings())

    async def published(self, *, before: datetime | None, limit: int) -> tuple[Case, ...]:
        """Published cases, the last published first; of those before a time where given."""
        statement = sa.select(cases).where(cases.c.published_at.is_not(None))
        if before is not None:
            statement = statement.where(cases.c.published_at < before)
        rows = await self._connection.execute(
            statement.order_by(cases.c.published_at.desc(), cases.c.id).limit(limit)
        )
        return tuple(case_of(row) for row in rows.mappings())

    async def last_event(self, case_id: str) -> CaseEvent | None:
        """The end of a case's chain, or None."""
        rows = await self._connection.execute(
            sa.select(case_events)
            .where(case_events.c.case_id == case_id)
            .order_by(case_events.c.seq.desc())
            .limit(1)
        )
        row = rows.mappings().first()
        return None if row is None else event_of(row)

    async def page(self, wanted: CaseFilter, *, now: datetime) -> CasePage:
        """One page of cases. Raises `bot.errors.Invalid` for a cursor that is none."""
        rows = await self._connection.execute(page_of(wanted, now=now))
        found = [case_of(row) for row in rows.mappings()]
        shown = tuple(found[: wanted.limit])
        more = ""
        if len(found) > wanted.limit:
            more = cursor_at(shown[-1], wanted.sort).encode()
        return CasePage(cases=shown, next_cursor=more)

    async def open_counts(self, *, now: datetime, department: str = "") -> OpenCounts:
        """Open cases by state and by lead department; of one department where named."""
        where: list[sa.ColumnElement[bool]] = [cases.c.state.in_(OPEN_STATES)]
        if department:
            where.append(cases.c.lead_department == department)
        states = await count_by(self._connection, cases.c.state, *where)
        departments = await count_by(self._connection, cases.c.lead_department, *where)
        overdue = await self._connection.scalar(
            sa.select(sa.func.count()).select_from(cases).where(*where, is_overdue(now))
        )
        return OpenCounts(
            by_state={State(state): count for state, count in states.items()},
            by_department=departments,
            overdue=int(overdue or 0),
        )

    async def due_between(self, since: datetime, until: datetime) -> int:
        """Unanswered cases whose running deadline is from the one on and before the other."""
        counted = sa.select(sa.func.count()).where(
            cases.c.state.in_(AWAITING_REPLY),
            cases.c.paused_at.is_(None),
            cases.c.sort_due_at >= since,
            cases.c.sort_due_at < until,
        )
        return int(await self._connection.scalar(counted) or 0)

    async def origin_of(self, number: str) -> str:
        """The origin key of a case; empty where there is none."""
        return await origin_of(self._connection, number)

    async def _one(self, where: sa.ColumnElement[bool]) -> Case | None:
        row = (await self._connection.execute(sa.select(cases).where(where))).mappings().first()
        return None if row is None else case_of(row)

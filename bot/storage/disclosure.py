"""Requests for information, their events and their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.disclosure.application import Applicant, ApplicantKind, Channel, Form, Way
from bot.disclosure.course import Course
from bot.disclosure.filters import RequestFilter
from bot.disclosure.model import Move, Request, RequestEvent, State
from bot.disclosure.results import Result
from bot.disclosure.yearly import Fact
from bot.storage.connection import insert
from bot.storage.disclosure_tables import disclosure_counters, disclosure_events, disclosures
from bot.storage.event_rows import told_of, told_values

_COURSE = TypeAdapter(Course)
_APPLICANT = TypeAdapter(Applicant)


class DisclosureRepository:
    """The tables `disclosures`, `disclosure_events`, `disclosure_counters`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def next_number(self, year: int) -> int:
        """The next count of a year, from 1; given back if the transaction fails."""
        statement = insert(self._connection, disclosure_counters).values(year=year, last=1)
        statement = statement.on_conflict_do_update(
            index_elements=["year"], set_={"last": disclosure_counters.c.last + 1}
        )
        result = await self._connection.execute(statement.returning(disclosure_counters.c.last))
        return int(result.scalar_one())

    async def add(self, request: Request, *, origin_key: str, query_code_hash: str) -> bool:
        """Add a request; False where the origin key has one already."""
        statement = insert(self._connection, disclosures).values(
            **_values(request), origin_key=origin_key, query_code_hash=query_code_hash
        )
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["origin_key"]).returning(
                disclosures.c.id
            )
        )
        return result.first() is not None

    async def by_origin(self, origin_key: str) -> Request | None:
        """The request registered under this key, or None."""
        return await self._one(disclosures.c.origin_key == origin_key)

    async def get(self, number: str) -> Request | None:
        """The request with this number, or None."""
        return await self._one(disclosures.c.number == number)

    async def code_hash(self, number: str) -> str | None:
        """The keyed hash of a request's query code, or None for an unknown number."""
        found = await self._connection.scalar(
            sa.select(disclosures.c.query_code_hash).where(disclosures.c.number == number)
        )
        return None if found is None else str(found)

    async def update(self, request: Request, *, seen_version: int) -> bool:
        """Write a request back; False where somebody changed it since that version."""
        values = _values(request)
        del values["id"]
        result = await self._connection.execute(
            sa.update(disclosures)
            .where(disclosures.c.id == request.id, disclosures.c.version == seen_version)
            .values(**values)
        )
        return bool(result.rowcount == 1)

    async def append(self, event: RequestEvent, *, id: str) -> None:
        """Append an event; the same place in the chain twice is refused by the database."""
        await self._connection.execute(
            sa.insert(disclosure_events).values(id=id, **_event_values(event))
        )

    async def events(self, request_id: str) -> tuple[RequestEvent, ...]:
        """A request's events, first to last."""
        rows = await self._connection.execute(
            sa.select(disclosure_events)
            .where(disclosure_events.c.request_id == request_id)
            .order_by(disclosure_events.c.seq)
        )
        return tuple(_event_of(row) for row in rows.mappings())

    async def events_of_all(
        self, request_ids: Sequence[str]
    ) -> Mapping[str, tuple[RequestEvent, ...]]:
        """The events of several requests, each first to last."""
        found: dict[str, list[RequestEvent]] = {}
        rows = await self._connection.execute(
            sa.select(disclosure_events)
            .where(disclosure_events.c.request_id.in_(list(request_ids)))
            .order_by(disclosure_events.c.request_id, disclosure_events.c.seq)
        )
        for row in rows.mappings():
            found.setdefault(row["request_id"], []).append(_event_of(row))
        return {id: tuple(events) for id, events in found.items()}

    async def find(self, wanted: RequestFilter) -> tuple[Request, ...]:
        """Requests, the newest first."""
        rows = await self._connection.execute(
            sa.select(disclosures)
            .where(*_conditions(wanted))
            .order_by(disclosures.c.number.desc())
            .limit(wanted.limit)
        )
        return tuple(_request_of(row) for row in rows.mappings())

    async def facts(self, unit: str | None) -> tuple[Fact, ...]:
        """What the yearly table counts, of every request or of one unit's."""
        table = disclosures.c
        statement = sa.select(
            table.applicant_kind, table.received_on, table.ended_on, table.result, table.course
        )
        if unit is not None:
            statement = statement.where(table.unit == unit)
        rows = await self._connection.execute(statement)
        return tuple(
            Fact(
                kind=ApplicantKind(row["applicant_kind"]),
                received_on=row["received_on"],
                ended_on=row["ended_on"],
                result=Result(row["result"]) if row["result"] else None,
                remedies=_COURSE.validate_python(row["course"]).remedies,
            )
            for row in rows.mappings()
        )

    async def _one(self, where: sa.ColumnElement[bool]) -> Request | None:
        rows = await self._connection.execute(sa.select(disclosures).where(where))
        row = rows.mappings().first()
        return None if row is None else _request_of(row)


def _conditions(wanted: RequestFilter) -> list[sa.ColumnElement[bool]]:
    table = disclosures.c
    found: list[sa.ColumnElement[bool]] = []
    if wanted.states:
        found.append(table.state.in_(wanted.states))
    if wanted.unit is not None:
        found.append(table.unit == wanted.unit)
    if wanted.channel is not None:
        found.append(table.channel == wanted.channel.value)
    if wanted.result is not None:
        found.append(table.result == wanted.result.value)
    if wanted.applicant:
        found.append(table.applicant_name == wanted.applicant)
    if wanted.text:
        fields = (table.number, table.content)
        inside = [one.contains(wanted.text, autoescape=True) for one in fields]
        # A name is sealed: found whole, never by a part of it.
        found.append(sa.or_(table.applicant_name == wanted.text, *inside))
    if wanted.before:
        found.append(table.number < wanted.before)
    return found


def _values(request: Request) -> dict[str, Any]:
    return {
        "id": request.id,
        "number": request.number,
        "channel": request.channel.value,
        "applicant": _APPLICANT.dump_python(request.applicant, mode="json"),
        "applicant_kind": request.applicant.kind.value,
        "applicant_name": request.applicant.name,
        "content": request.content,
        "purpose": request.purpose,
        "form": request.form.value,
        "way": request.way.value,
        "unit": request.unit,
        "state": request.state.value,
        "opened_at": request.opened_at,
        "received_on": request.received_on,
        "ended_on": request.ended_on,
        "result": request.result.value if request.result else "",
        "course": _COURSE.dump_python(request.course, mode="json"),
        "version": request.version,
    }


def _request_of(row: sa.RowMapping) -> Request:
    return Request(
        id=row["id"],
        number=row["number"],
        channel=Channel(row["channel"]),
        applicant=_APPLICANT.validate_python(row["applicant"]),
        content=row["content"],
        purpose=row["purpose"],
        form=Form(row["form"]),
        way=Way(row["way"]),
        unit=row["unit"],
        state=State(row["state"]),
        opened_at=row["opened_at"],
        received_on=row["received_on"],
        ended_on=row["ended_on"],
        result=Result(row["result"]) if row["result"] else None,
        course=_COURSE.validate_python(row["course"]),
        version=row["version"],
    )


def _event_values(event: RequestEvent) -> dict[str, Any]:
    return {"request_id": event.request_id, **told_values(event)}


def _event_of(row: sa.RowMapping) -> RequestEvent:
    before = row["from_state"]
    return RequestEvent(
        request_id=row["request_id"],
        move=Move(row["move"]),
        from_state=None if before is None else State(before),
        to_state=State(row["to_state"]),
        **told_of(row),
    )

"""Calls: what was told of them, what was said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calls.model import LIVE, Call, CallState, Sentence
from bot.calls.records import Added, Claim, KeptCall
from bot.calls.state import Told
from bot.cases.calendar import local_day
from bot.cases.model import Case
from bot.storage.call_tables import call_events, call_seats, call_sentences, calls
from bot.storage.case_rows import case_of
from bot.storage.connection import insert, lock
from bot.storage.tables import cases
from connectors.calls import CallEvent, CallEventKind, Leg, SpeechFragment


class CallRepository:
    """The tables `calls`, `call_events`, `call_sentences`, `call_seats`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold_id(self, external_id: str) -> None:
        """Let nobody else take anything under this id of a call centre until the end."""
        await lock(self._connection, f"call:{external_id}")

    async def with_id(self, external_id: str) -> tuple[KeptCall, ...]:
        """All calls a call centre knew by this id, the first first."""
        rows = await self._connection.execute(
            sa.select(calls)
            .where(calls.c.external_id == external_id)
            .order_by(calls.c.nth, calls.c.id)
        )
        return tuple(kept_of(row) for row in rows.mappings())

    async def event_call(self, feed: str, external_id: str) -> str | None:
        """The call an event that was told before belongs to, or None."""
        found = await self._connection.scalar(
            sa.select(call_events.c.call_id).where(
                call_events.c.feed == feed, call_events.c.external_id == external_id
            )
        )
        return None if found is None else str(found)

    async def add(self, call: Call, *, nth: int, last_at: datetime) -> None:
        """Keep a new call; its id must be held."""
        values = {name: getattr(call, name) for name in Call.__dataclass_fields__}
        await self._connection.execute(
            sa.insert(calls).values(**values, nth=nth, last_at=last_at, day=_day(call.offered_at))
        )

    async def held(self, call_id: str) -> KeptCall | None:
        """A call, kept from others until the transaction ends; or None."""
        rows = await self._connection.execute(
            sa.select(calls).where(calls.c.id == call_id).with_for_update()
        )
        row = rows.mappings().first()
        return None if row is None else kept_of(row)

    async def get(self, call_id: str) -> Call | None:
        """A call, or None."""
        rows = await self._connection.execute(sa.select(calls).where(calls.c.id == call_id))
        row = rows.mappings().first()
        return None if row is None else call_of(row)

    async def append(self, call_id: str, event: CallEvent, *, id: str, now: datetime) -> None:
        """Append an event; the same one twice is refused by the database."""
        await self._connection.execute(
            sa.insert(call_events).values(
                id=id,
                call_id=call_id,
                feed=event.feed,
                external_id=event.external_id,
                kind=event.kind.value,
                caller=event.caller,
                queue=event.queue,
                operator=event.operator,
                to=event.to,
                details=dict(event.details),
                at=event.at,
                received_at=now,
            )
        )

    async def events(self, call_id: str) -> tuple[CallEvent, ...]:
        """All that was told of a call, in order of telling."""
        rows = await self._connection.execute(
            sa.select(call_events, calls.c.external_id.label("told_id"))
            .join(calls)
            .where(call_events.c.call_id == call_id)
            .order_by(call_events.c.received_at, call_events.c.id)
        )
        return tuple(_event(row) for row in rows.mappings())

    async def put_told(
        self, call_id: str, told: Told, *, feed: str, nth: int, last_at: datetime
    ) -> None:
        """Keep what the events come to."""
        values = {name: getattr(told, name) for name in Told.__dataclass_fields__}
        await self._connection.execute(
            sa.update(calls)
            .where(calls.c.id == call_id)
            .values(
                **values,
                feed=feed,
                nth=nth,
                day=_day(told.offered_at),
                last_at=last_at,
                version=calls.c.version + 1,
            )
        )

    async def add_sentence(
        self, kept: KeptCall, fragment: SpeechFragment, *, claim: Claim | None
    ) -> Added:
        """Append a sentence; the call's id is held, so its number follows the one before.

        Args:
            kept: the call as it is while its id is held.
            fragment: the sentence, with an id.
            claim: who computes suggestions for a citizen's sentence where nobody is at it.
        """
        made = Sentence(
            seq=kept.sentences,
            leg=fragment.leg,
            text=fragment.text,
            start_ms=fragment.start_ms,
            end_ms=fragment.end_ms,
            at=fragment.at,
        )
        values = {name: getattr(made, name) for name in Sentence.__dataclass_fields__}
        statement = insert(self._connection, call_sentences).values(
            **values, call_id=kept.call.id, external_id=fragment.external_id
        )
        rows = await self._connection.execute(
            statement.on_conflict_do_nothing(
                index_elements=["call_id", "leg", "external_id"]
            ).returning(call_sentences.c.seq)
        )
        if rows.first() is None:
            return Added(sentence=await self._known(kept.call.id, fragment), new=False)
        changed: dict[str, Any] = {
            "sentences": made.seq + 1,
            "heard_at": min(kept.heard_at or fragment.at, fragment.at),
            "last_at": max(kept.last_at, fragment.at),
        }
        if fragment.leg is Leg.CITIZEN:
            changed |= {"heard_seq": made.seq + 1} | _claimed(claim)
        after = await self._connection.execute(
            sa.update(calls)
            .where(calls.c.id == kept.call.id)
            .values(**changed)
            .returning(calls.c.lease_owner, calls.c.lease_until)
        )
        mine = claim is not None and tuple(after.one()) == (claim.owner, claim.until)
        return Added(sentence=made, new=True, claimed=mine and fragment.leg is Leg.CITIZEN)

    async def _known(self, call_id: str, fragment: SpeechFragment) -> Sentence:
        rows = await self._connection.execute(
            sa.select(call_sentences).where(
                call_sentences.c.call_id == call_id,
                call_sentences.c.leg == fragment.leg.value,
                call_sentences.c.external_id == fragment.external_id,
            )
        )
        return _sentence(rows.mappings().one())

    async def sentences(
        self, call_id: str, *, after: int = -1, last: int | None = None
    ) -> tuple[Sentence, ...]:
        """Sentences in order: those after a number, or of them only so many last ones."""
        wanted = sa.select(call_sentences).where(
            call_sentences.c.call_id == call_id, call_sentences.c.seq > after
        )
        rows = await self._connection.execute(
            wanted.order_by(call_sentences.c.seq.desc()).limit(last)
        )
        return tuple(reversed([_sentence(row) for row in rows.mappings()]))

    async def in_states(self, states: frozenset[CallState], *, limit: int) -> tuple[Call, ...]:
        """Calls in these states, the first offered first."""
        return await self._calls(
            calls.c.state.in_(sorted(states)), order=(calls.c.offered_at, calls.c.id), limit=limit
        )

    async def live_of_feed(self, feed: str) -> tuple[Call, ...]:
        """Calls of a feed on the line, the first offered first."""
        where = sa.and_(calls.c.state.in_(sorted(LIVE)), calls.c.feed == feed)
        return await self._calls(where, order=(calls.c.offered_at, calls.c.id), limit=None)

    async def of_operator(self, name: str, *, limit: int) -> tuple[Call, ...]:
        """An operator's calls, the newest first."""
        return await self._newest(calls.c.operator == name, limit=limit)

    async def of_caller(self, caller: str, *, limit: int) -> tuple[Call, ...]:
        """Calls of a number, the newest first."""
        return await self._newest(calls.c.caller == caller, limit=limit)

    async def cases_of(self, caller: str, *, limit: int) -> tuple[Case, ...]:
        """Cases of a number, the newest first, whether they came from it or name it."""
        rows = await self._connection.execute(
            sa.select(cases)
            .where(sa.or_(cases.c.sender_id == caller, cases.c.contact_phone == caller))
            .order_by(cases.c.opened_at.desc(), cases.c.id.desc())
            .limit(limit)
        )
        return tuple(case_of(row) for row in rows.mappings())

    async def silent_since(self, before: datetime, *, limit: int) -> tuple[KeptCall, ...]:
        """Calls on the line of which nothing was heard since then."""
        rows = await self._connection.execute(
            sa.select(calls)
            .where(calls.c.state.in_(sorted(LIVE)), calls.c.last_at < before)
            .order_by(calls.c.last_at)
            .limit(limit)
        )
        return tuple(kept_of(row) for row in rows.mappings())

    async def seat(self, extension: str, staff: str, *, now: datetime) -> None:
        """Who sits at an extension; an empty extension: they get up."""
        await lock(self._connection, "call seats")
        await self._connection.execute(
            sa.delete(call_seats).where(
                sa.or_(call_seats.c.staff == staff, call_seats.c.extension == extension)
            )
        )
        if extension:
            await self._connection.execute(
                sa.insert(call_seats).values(extension=extension, staff=staff, since=now)
            )

    async def staff_at(self, extension: str) -> str:
        """Who sits at an extension; empty where nobody does."""
        found = await self._connection.scalar(
            sa.select(call_seats.c.staff).where(call_seats.c.extension == extension)
        )
        return str(found or "")

    async def _newest(self, where: sa.ColumnElement[bool], *, limit: int) -> tuple[Call, ...]:
        order = (calls.c.offered_at.desc(), calls.c.id.desc())
        return await self._calls(where, order=order, limit=limit)

    async def _calls(
        self, where: sa.ColumnElement[bool], *, order: Sequence[Any], limit: int | None
    ) -> tuple[Call, ...]:
        rows = await self._connection.execute(
            sa.select(calls).where(where).order_by(*order).limit(limit)
        )
        return tuple(call_of(row) for row in rows.mappings())


def call_of(row: sa.RowMapping) -> Call:
    """The call in a row."""
    values = {name: row[name] for name in Call.__dataclass_fields__}
    return Call(**(values | {"state": CallState(row["state"])}))


def kept_of(row: sa.RowMapping) -> KeptCall:
    """The call in a row, with what only its keeping needs."""
    names = set(KeptCall.__dataclass_fields__) - {"call"}
    return KeptCall(call=call_of(row), **{name: row[name] for name in names})


def _claimed(claim: Claim | None) -> dict[str, Any]:
    if claim is None:
        return {}
    free = sa.or_(calls.c.lease_until.is_(None), calls.c.lease_until <= claim.now)
    until = sa.literal(claim.until, calls.c.lease_until.type)
    return {
        "lease_owner": sa.case((free, claim.owner), else_=calls.c.lease_owner),
        "lease_until": sa.case((free, until), else_=calls.c.lease_until),
    }


def _day(at: datetime) -> str:
    return f"{local_day(at):%Y%m%d}"


def _event(row: sa.RowMapping) -> CallEvent:
    return CallEvent(
        feed=row["feed"],
        external_id=row["external_id"],
        call_id=row["told_id"],
        kind=CallEventKind(row["kind"]),
        caller=row["caller"],
        queue=row["queue"],
        operator=row["operator"],
        to=row["to"],
        details=row["details"],
        at=row["at"],
    )


def _sentence(row: sa.RowMapping) -> Sentence:
    values = {name: row[name] for name in Sentence.__dataclass_fields__}
    return Sentence(**(values | {"leg": Leg(row["leg"])}))

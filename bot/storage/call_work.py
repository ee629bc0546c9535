"""What is worked out and done in a call: suggestions, the order form, operators' acts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.calls.records import (
    ActionKind,
    Begun,
    CallAction,
    Claim,
    Draft,
    DraftField,
    Heard,
    Kept,
    Latest,
    Source,
    SuggestionSet,
)
from bot.storage.call_tables import call_actions, call_drafts, call_suggestions, calls
from bot.storage.calls import call_of
from bot.storage.connection import insert

_COUNTED = {
    ActionKind.ADOPT: calls.c.adopted,
    ActionKind.EDIT: calls.c.edited,
    ActionKind.IGNORE: calls.c.ignored,
}


class CallWorkRepository:
    """The tables `call_suggestions`, `call_drafts`, `call_actions`, and what `calls` knows of
    them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begun(self, call_id: str) -> Begun | None:
        """A call to compute suggestions for, or None."""
        rows = await self._connection.execute(sa.select(calls).where(calls.c.id == call_id))
        row = rows.mappings().first()
        return None if row is None else Begun(call=call_of(row), answered=row["answered_seq"] - 1)

    async def claim(self, call_id: str, claim: Claim) -> bool:
        """Take a call's suggestions upon oneself; False where none are owed or somebody is at
        it."""
        free = sa.or_(calls.c.lease_until.is_(None), calls.c.lease_until <= claim.now)
        result = await self._connection.execute(
            sa.update(calls)
            .where(calls.c.id == call_id, calls.c.heard_seq > calls.c.suggested_seq, free)
            .values(lease_owner=claim.owner, lease_until=claim.until)
        )
        return bool(result.rowcount)

    async def renew(self, call_id: str, *, owner: str, until: datetime) -> bool:
        """Stay at it; False where somebody else has it."""
        result = await self._connection.execute(
            sa.update(calls)
            .where(calls.c.id == call_id, calls.c.lease_owner == owner)
            .values(lease_until=until)
        )
        return bool(result.rowcount)

    async def suggested(
        self, call_id: str, *, owner: str, new: SuggestionSet, until: datetime
    ) -> Kept:
        """Keep suggestions; where more was said the call stays with its owner until then.

        What knows no more than what is kept is dropped: another process was quicker.
        """
        known = new.seq + 1
        rows = await self._connection.execute(
            sa.select(calls.c.heard_seq, calls.c.suggested_seq, calls.c.lease_owner)
            .where(calls.c.id == call_id)
            .with_for_update()
        )
        heard, suggested, holder = rows.one()
        if known > suggested:
            values = {name: getattr(new, name) for name in SuggestionSet.__dataclass_fields__}
            values["content"] = dict(new.content)
            await self._connection.execute(
                sa.insert(call_suggestions).values(call_id=call_id, **values)
            )
        more, mine = heard > known, holder == owner
        lease = {"lease_owner": owner if more else "", "lease_until": until if more else None}
        await self._connection.execute(
            sa.update(calls)
            .where(calls.c.id == call_id)
            .values(
                suggested_seq=max(known, suggested),
                suggested=sa.case(
                    (calls.c.suggested < new.answers, new.answers), else_=calls.c.suggested
                ),
                **(lease if mine else {}),
            )
        )
        return Kept(newest=known > suggested, more=bool(more and mine))

    async def give_up(self, call_id: str, *, owner: str) -> None:
        """Free the call without any; the next sentence tries again."""
        await self._connection.execute(
            sa.update(calls)
            .where(calls.c.id == call_id, calls.c.lease_owner == owner)
            .values(lease_owner="", lease_until=None)
        )

    async def left_behind(self, now: datetime, *, limit: int) -> tuple[str, ...]:
        """Calls whose suggestions somebody began and did not end."""
        rows = await self._connection.execute(
            sa.select(calls.c.id)
            .where(calls.c.lease_until <= now)
            .order_by(calls.c.lease_until)
            .limit(limit)
        )
        return tuple(str(call_id) for (call_id,) in rows)

    async def suggestions(self, call_id: str) -> tuple[SuggestionSet, ...]:
        """All suggestions of a call, the first first."""
        rows = await self._connection.execute(
            sa.select(call_suggestions)
            .where(call_suggestions.c.call_id == call_id)
            .order_by(call_suggestions.c.seq)
        )
        return tuple(_suggestions(row) for row in rows.mappings())

    async def latest(self, call_id: str) -> Latest:
        """The newest suggestions, and what stands out; nothing of a call that is not there."""
        rows = await self._connection.execute(
            sa.select(
                call_suggestions, calls.c.heard_seq, calls.c.suggested_seq, calls.c.lease_until
            )
            .select_from(calls.outerjoin(call_suggestions))
            .where(calls.c.id == call_id)
            .order_by(call_suggestions.c.seq.desc().nulls_last())
            .limit(1)
        )
        row = rows.mappings().first()
        if row is None:
            return Latest()
        behind = row["heard_seq"] > row["suggested_seq"]
        known = None if row["seq"] is None else _suggestions(row)
        return Latest(known=known, behind=behind, lease_until=row["lease_until"])

    async def draft(self, call_id: str) -> Draft:
        """The order form."""
        rows = await self._connection.execute(
            sa.select(call_drafts)
            .where(call_drafts.c.call_id == call_id)
            .order_by(call_drafts.c.field)
        )
        return {
            row["field"]: DraftField(
                name=row["field"],
                value=row["value"],
                source=Source(row["source"]),
                seq=row["seq"],
                by=row["by"],
                at=row["at"],
            )
            for row in rows.mappings()
        }

    async def fill(
        self, call_id: str, heard: Mapping[str, Heard], gone: Collection[str], *, now: datetime
    ) -> None:
        """Put what was heard where nothing is typed, and empty what no longer is."""
        not_typed = call_drafts.c.source != Source.TYPED.value
        if gone:
            await self._connection.execute(
                sa.delete(call_drafts).where(
                    call_drafts.c.call_id == call_id, not_typed, call_drafts.c.field.in_(gone)
                )
            )
        if not heard:
            return
        rows = [
            {
                "call_id": call_id,
                "field": field,
                "value": one.value,
                "source": one.source.value,
                "seq": one.seq,
                "by": "",
                "at": now,
            }
            for field, one in heard.items()
        ]
        statement = insert(self._connection, call_drafts).values(rows)
        names = ("value", "source", "seq", "by", "at")
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["call_id", "field"],
                set_={name: statement.excluded[name] for name in names},
                where=not_typed,
            )
        )

    async def type_field(self, call_id: str, field: DraftField) -> None:
        """Put what was typed, whatever stands there."""
        values = {
            "value": field.value,
            "source": Source.TYPED.value,
            "seq": None,
            "by": field.by,
            "at": field.at,
        }
        await self._connection.execute(
            insert(self._connection, call_drafts)
            .values(call_id=call_id, field=field.name, **values)
            .on_conflict_do_update(index_elements=["call_id", "field"], set_=values)
        )

    async def act(self, action: CallAction) -> bool:
        """Append what an operator did; the call is held. An answer is counted once.

        Returns:
            False where the same was done with the same answer last: nothing is appended.
        """
        counted = _COUNTED.get(action.kind)
        before = counted is not None and await self._done_before(action)
        if before and await self._is_last(action):
            return False
        values = {name: getattr(action, name) for name in CallAction.__dataclass_fields__}
        await self._connection.execute(sa.insert(call_actions).values(**values))
        changed: dict[str, sa.ColumnElement[int]] = {"version": calls.c.version + 1}
        if counted is not None and not before:
            changed[counted.name] = counted + 1
        if action.kind in {ActionKind.ADOPT, ActionKind.EDIT}:
            asked_in = await self._asked_in(action.call_id)
            behind = calls.c.answered_seq < asked_in + 1
            changed["answered_seq"] = sa.case((behind, asked_in + 1), else_=calls.c.answered_seq)
        await self._connection.execute(
            sa.update(calls).where(calls.c.id == action.call_id).values(**changed)
        )
        return True

    async def actions(self, call_id: str) -> tuple[CallAction, ...]:
        """What operators did in a call, in order."""
        rows = await self._connection.execute(
            sa.select(call_actions)
            .where(call_actions.c.call_id == call_id)
            .order_by(call_actions.c.at, call_actions.c.id)
        )
        return tuple(
            CallAction(**(dict(row) | {"kind": ActionKind(row["kind"])})) for row in rows.mappings()
        )

    async def set_case(self, call_id: str, number: str) -> None:
        """The case opened or joined."""
        await self._connection.execute(
            sa.update(calls).where(calls.c.id == call_id).values(case_number=number)
        )

    async def wrap_up(
        self,
        call_id: str,
        *,
        code: str,
        summary: str,
        call_back_at: datetime | None,
        now: datetime,
    ) -> None:
        """How the call ended; a call promised anew is owed again."""
        values: dict[str, Any] = {
            "wrap_up": code,
            "summary": summary,
            "call_back_at": call_back_at,
            "wrapped_up_at": sa.func.coalesce(
                calls.c.wrapped_up_at, sa.literal(now, calls.c.wrapped_up_at.type)
            ),
        }
        if call_back_at is not None:
            anew = calls.c.call_back_at.is_distinct_from(call_back_at)
            empty = {"called_back_at": None, "called_back_by": "", "called_back": ""}
            values |= {
                name: sa.case((anew, sa.literal(none, calls.c[name].type)), else_=calls.c[name])
                for name, none in empty.items()
            }
        await self._connection.execute(
            sa.update(calls).where(calls.c.id == call_id).values(**values)
        )

    async def _asked_in(self, call_id: str) -> int:
        """The sentence of the question that is on the desk, or -1."""
        known = (await self.latest(call_id)).known
        asked_in = None if known is None else known.content.get("asked_in")
        return asked_in if isinstance(asked_in, int) else -1

    async def _is_last(self, action: CallAction) -> bool:
        """The newest choice of the call is this one, word for word."""
        rows = await self._connection.execute(
            sa.select(call_actions.c.kind, call_actions.c.suggestion_id, call_actions.c.text)
            .where(
                call_actions.c.call_id == action.call_id,
                call_actions.c.kind.in_([one.value for one in _COUNTED]),
            )
            .order_by(call_actions.c.at.desc(), call_actions.c.id.desc())
            .limit(1)
        )
        return tuple(rows.one()) == (action.kind.value, action.suggestion_id, action.text)

    async def _done_before(self, action: CallAction) -> bool:
        found = await self._connection.scalar(
            sa.select(call_actions.c.id)
            .where(
                call_actions.c.call_id == action.call_id,
                call_actions.c.kind == action.kind.value,
                call_actions.c.suggestion_id == action.suggestion_id,
            )
            .limit(1)
        )
        return found is not None


def _suggestions(row: sa.RowMapping) -> SuggestionSet:
    return SuggestionSet(**{name: row[name] for name in SuggestionSet.__dataclass_fields__})

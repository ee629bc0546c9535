"""Items of public opinion: what was done about them, and what was told of their hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.openness.records import (
    OpinionAct,
    OpinionAlert,
    OpinionAlertKind,
    OpinionItem,
    OpinionStep,
)
from bot.storage.connection import insert
from bot.storage.hot_tables import opinion_alerts, opinion_items, opinion_steps

_AT_ONCE = 500
_ALERTS_SHOWN = 200


class OpinionRepository:
    """The tables `opinion_items`, `opinion_steps`, `opinion_alerts`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_issue(self, issue_id: str) -> OpinionItem | None:
        """The item of an issue, or None."""
        found = await self._items(opinion_items.c.issue_id == issue_id, opinion_items.c.id, limit=1)
        return found[0] if found else None

    async def open_items(self) -> tuple[OpinionItem, ...]:
        """Items that are not closed, by id: people open them one at a time, so they are few."""
        return await self._items(opinion_items.c.closed_at.is_(None), opinion_items.c.id)

    async def closed_items(self, *, limit: int) -> tuple[OpinionItem, ...]:
        """Closed items, the latest first."""
        latest = opinion_items.c.closed_at.desc()
        return await self._items(opinion_items.c.closed_at.is_not(None), latest, limit=limit)

    async def append(self, item: OpinionItem, step: OpinionStep, *, id: str) -> bool:
        """Keep an item's next step; False where somebody else was first."""
        statement = insert(self._connection, opinion_steps).values(
            id=id,
            item_id=item.id,
            sequence=len(item.steps) + 1,
            act=step.act.value,
            name=step.name,
            at=step.at,
            by=step.by,
            done_at=step.done_at,
            note=step.note,
            link=step.link,
            due_at={name: at.isoformat() for name, at in step.due_at.items()},
        )
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["item_id", "sequence"]).returning(
                opinion_steps.c.id
            )
        )
        if result.first() is None:
            return False
        if step.act in {OpinionAct.CLOSED, OpinionAct.REOPENED}:
            await self._connection.execute(
                sa.update(opinion_items)
                .where(opinion_items.c.id == item.id)
                .values(closed_at=step.at if step.act is OpinionAct.CLOSED else None)
            )
        return True

    async def told(self, item_ids: Sequence[str]) -> frozenset[tuple[str, str, str, datetime]]:
        """Item, what is owed, kind and hour of all that was told of these items."""
        table, found = opinion_alerts.c, set()
        for start in range(0, len(item_ids), _AT_ONCE):
            rows = await self._connection.execute(
                sa.select(table.item_id, table.step, table.kind, table.due_at).where(
                    table.item_id.in_(item_ids[start : start + _AT_ONCE])
                )
            )
            found |= {(item_id, step, kind, due_at) for item_id, step, kind, due_at in rows}
        return frozenset(found)

    async def tell(self, alert: OpinionAlert, *, id: str) -> bool:
        """Keep an alert; False where it was told before."""
        statement = insert(self._connection, opinion_alerts).values(
            id=id,
            item_id=alert.item_id,
            step=alert.step,
            kind=alert.kind.value,
            due_at=alert.due_at,
            at=alert.at,
            seen_at=None,
            seen_by="",
        )
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(
                index_elements=["item_id", "step", "kind", "due_at"]
            ).returning(opinion_alerts.c.id)
        )
        return result.first() is not None

    async def unseen(self) -> tuple[tuple[str, OpinionAlert], ...]:
        """Alerts of open items nobody has seen yet, newest first, each with its id."""
        rows = await self._connection.execute(
            sa.select(opinion_alerts, opinion_items.c.issue_id, opinion_items.c.title)
            .join(opinion_items)
            .where(opinion_alerts.c.seen_at.is_(None), opinion_items.c.closed_at.is_(None))
            .order_by(opinion_alerts.c.at.desc(), opinion_alerts.c.id)
            .limit(_ALERTS_SHOWN)
        )
        return tuple((row["id"], _alert(row)) for row in rows.mappings())

    async def mark_seen(self, id: str, *, by: str, now: datetime) -> bool:
        """Note who has seen an alert; False where there is none unseen."""
        result = await self._connection.execute(
            sa.update(opinion_alerts)
            .where(opinion_alerts.c.id == id, opinion_alerts.c.seen_at.is_(None))
            .values(seen_at=now, seen_by=by)
        )
        return bool(result.rowcount == 1)

    async def _items(
        self,
        where: sa.ColumnElement[bool],
        order: sa.ColumnElement[Any],
        *,
        limit: int | None = None,
    ) -> tuple[OpinionItem, ...]:
        rows = await self._connection.execute(
            sa.select(opinion_items).where(where).order_by(order).limit(limit)
        )
        found = [dict(row) for row in rows.mappings()]
        steps = await steps_of(self._connection, [row["id"] for row in found])
        return tuple(item_of(row, steps.get(row["id"], ())) for row in found)


async def steps_of(
    connection: AsyncConnection, item_ids: Sequence[str]
) -> dict[str, tuple[OpinionStep, ...]]:
    """Item → what was done about it, oldest first; items nothing was done about are left out."""
    found: dict[str, tuple[OpinionStep, ...]] = {}
    for start in range(0, len(item_ids), _AT_ONCE):
        rows = await connection.execute(
            sa.select(opinion_steps)
            .where(opinion_steps.c.item_id.in_(item_ids[start : start + _AT_ONCE]))
            .order_by(opinion_steps.c.item_id, opinion_steps.c.sequence)
        )
        for row in rows.mappings():
            found[row["item_id"]] = (*found.get(row["item_id"], ()), _step(row))
    return found


def item_of(row: Mapping[str, Any], steps: tuple[OpinionStep, ...]) -> OpinionItem:
    """An item from a row of `opinion_items` and its steps."""
    return OpinionItem(
        id=row["id"],
        issue_id=row["issue_id"],
        title=row["title"],
        major=row["major"],
        opened_at=row["opened_at"],
        opened_by=row["opened_by"],
        due_at=_times(row["due_at"]),
        steps=steps,
    )


def _step(row: sa.RowMapping) -> OpinionStep:
    return OpinionStep(
        act=OpinionAct(row["act"]),
        at=row["at"],
        by=row["by"],
        name=row["name"],
        done_at=row["done_at"],
        note=row["note"],
        link=row["link"],
        due_at=_times(row["due_at"]),
    )


def _alert(row: sa.RowMapping) -> OpinionAlert:
    return OpinionAlert(
        item_id=row["item_id"],
        issue_id=row["issue_id"],
        title=row["title"],
        step=row["step"],
        kind=OpinionAlertKind(row["kind"]),
        due_at=row["due_at"],
        at=row["at"],
    )


def _times(kept: Mapping[str, str]) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(at) for name, at in kept.items()}

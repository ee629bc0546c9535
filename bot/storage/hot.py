"""Hot issues, their cases, alerts, and the public-opinion items opened from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.openness.records import Alert, HotIssue, OpinionItem, OpinionStep
from bot.storage.connection import insert, try_lock
from bot.storage.hot_tables import hot_alerts, hot_issue_cases, hot_issues, opinion_items
from bot.storage.opinions import item_of, steps_of

_AT_ONCE = 500
"""Values in one statement; SQLite takes some 32,000 parameters, older ones 999."""


class HotRepository:
    """The tables `hot_issues`, `hot_issue_cases`, `hot_alerts`, `opinion_items`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold(self) -> bool:
        """Be the only one that refreshes the issues; False where another replica is at it."""
        return await try_lock(self._connection, "hot issues")

    async def issues_of(self, numbers: Sequence[str]) -> dict[str, str]:
        """Case number → the issue it is in, for those that are in one."""
        found: dict[str, str] = {}
        for start in range(0, len(numbers), _AT_ONCE):
            rows = await self._connection.execute(
                sa.select(hot_issue_cases.c.case_number, hot_issue_cases.c.issue_id).where(
                    hot_issue_cases.c.case_number.in_(numbers[start : start + _AT_ONCE])
                )
            )
            found |= {str(number): str(issue_id) for number, issue_id in rows}
        return found

    async def put(self, issue: HotIssue, numbers: Iterable[str]) -> None:
        """Keep an issue as it stands, and that these cases are in it and in no other."""
        values = _values(issue)
        await self._connection.execute(
            insert(self._connection, hot_issues)
            .values(id=issue.id, **values)
            .on_conflict_do_update(index_elements=["id"], set_=values)
        )
        rows = [{"case_number": number, "issue_id": issue.id} for number in numbers]
        for start in range(0, len(rows), _AT_ONCE // 2):
            statement = insert(self._connection, hot_issue_cases).values(
                rows[start : start + _AT_ONCE // 2]
            )
            await self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["case_number"], set_={"issue_id": issue.id}
                )
            )

    async def cool(self, now: datetime, kept: Iterable[str]) -> None:
        """Issues that are no longer among the hot ones are left with no heat."""
        await self._connection.execute(
            sa.update(hot_issues)
            .where(hot_issues.c.id.not_in(list(kept)), hot_issues.c.heat > 0)
            .values(heat=0.0, changed_at=now)
        )

    async def alert(self, issue_id: str, alert: Alert) -> bool:
        """Note that an issue alerted; False where it has before."""
        statement = insert(self._connection, hot_alerts).values(
            issue_id=issue_id, at=alert.at, heat=alert.heat, cases=alert.cases
        )
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["issue_id"]).returning(
                hot_alerts.c.issue_id
            )
        )
        return result.first() is not None

    async def open_opinion(self, item: OpinionItem) -> bool:
        """Keep a public-opinion item; False where its issue has one."""
        statement = insert(self._connection, opinion_items).values(
            id=item.id,
            issue_id=item.issue_id,
            title=item.title,
            major=item.major,
            opened_at=item.opened_at,
            opened_by=item.opened_by,
            due_at={name: at.isoformat() for name, at in item.due_at.items()},
        )
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["issue_id"]).returning(
                opinion_items.c.id
            )
        )
        return result.first() is not None

    async def get(self, issue_id: str) -> HotIssue | None:
        """One issue, or None."""
        found = await self._issues(hot_issues.c.id == issue_id, limit=1)
        return found[0] if found else None

    async def hottest(self, *, limit: int) -> tuple[HotIssue, ...]:
        """All issues with an open opinion item, then those with any heat, hottest first."""
        pending = sa.and_(opinion_items.c.id.is_not(None), opinion_items.c.closed_at.is_(None))
        first = await self._issues(pending, limit=None)
        others = await self._issues(sa.and_(hot_issues.c.heat > 0, ~pending), limit=limit)
        return (*first, *others)

    async def cases_of(self, issue_id: str) -> tuple[str, ...]:
        """The numbers of an issue's cases, newest first."""
        rows = await self._connection.execute(
            sa.select(hot_issue_cases.c.case_number)
            .where(hot_issue_cases.c.issue_id == issue_id)
            .order_by(hot_issue_cases.c.case_number.desc())
        )
        return tuple(str(number) for (number,) in rows)

    async def _issues(self, where: sa.ColumnElement[bool], *, limit: int | None) -> list[HotIssue]:
        joined = hot_issues.outerjoin(hot_alerts).outerjoin(
            opinion_items, opinion_items.c.issue_id == hot_issues.c.id
        )
        columns = (
            *hot_issues.c,
            *(column.label(f"alert_{column.name}") for column in hot_alerts.c),
            *(column.label(f"opinion_{column.name}") for column in opinion_items.c),
        )
        rows = await self._connection.execute(
            sa.select(*columns)
            .select_from(joined)
            .where(where)
            .order_by(hot_issues.c.heat.desc(), hot_issues.c.id)
            .limit(limit)
        )
        found = list(rows.mappings())
        items = [row["opinion_id"] for row in found if row["opinion_id"] is not None]
        steps = await steps_of(self._connection, items)
        return [_issue(row, _opinion(row, steps)) for row in found]


def _values(issue: HotIssue) -> dict[str, Any]:
    return {
        "name": issue.name,
        "place": issue.place,
        "matter": issue.matter,
        "first_at": issue.first_at,
        "last_at": issue.last_at,
        "cases": issue.cases,
        "heat": issue.heat,
        "growth": issue.growth,
        "days": dict(issue.days),
        "channels": dict(issue.channels),
        "changed_at": issue.changed_at,
    }


def _issue(row: sa.RowMapping, opinion: OpinionItem | None) -> HotIssue:
    own = {column.name: row[column.name] for column in hot_issues.c}
    alert = None
    if row["alert_at"] is not None:
        alert = Alert(at=row["alert_at"], heat=row["alert_heat"], cases=row["alert_cases"])
    return HotIssue(**own, alert=alert, opinion=opinion)


def _opinion(
    row: sa.RowMapping, steps: Mapping[str, tuple[OpinionStep, ...]]
) -> OpinionItem | None:
    if row["opinion_id"] is None:
        return None
    kept = {column.name: row[f"opinion_{column.name}"] for column in opinion_items.c}
    return item_of(kept, steps.get(kept["id"], ()))

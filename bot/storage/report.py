"""What reports count: cases that came in a span, the issues they are in, published letters."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.openness.report.counting import CaseRow, IssueRow
from bot.storage.hot_tables import hot_issue_cases, hot_issues
from bot.storage.letter_tables import published_letters
from bot.storage.tables import cases

_PORTION = 1000


class ReportRepository:
    """The tables `cases`, `hot_issues`, `hot_issue_cases`, `published_letters`, read."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def cases(self, since: datetime, before: datetime) -> tuple[CaseRow, ...]:
        """Cases that came in a half-open span."""
        table = cases.c
        statement = sa.select(
            table.opened_at, table.channel, table.demand_type, table.territory, table.category
        ).where(table.opened_at >= since, table.opened_at < before)
        found: list[CaseRow] = []
        # In portions, so that other work of this process has its turn between them.
        async with self._connection.stream(statement) as rows:
            async for portion in rows.mappings().partitions(_PORTION):
                found += [CaseRow(**{**row, "category": tuple(row["category"])}) for row in portion]
        return tuple(found)

    async def issues(
        self, since: datetime, before: datetime, *, limit: int
    ) -> tuple[IssueRow, ...]:
        """Hot issues by how many of their cases came in a half-open span, the most first."""
        count = sa.func.count().label("cases")
        rows = await self._connection.execute(
            sa.select(hot_issues.c.name, hot_issues.c.first_at, hot_issues.c.last_at, count)
            .select_from(
                hot_issues.join(hot_issue_cases).join(
                    cases, cases.c.number == hot_issue_cases.c.case_number
                )
            )
            .where(cases.c.opened_at >= since, cases.c.opened_at < before)
            .group_by(
                hot_issues.c.id, hot_issues.c.name, hot_issues.c.first_at, hot_issues.c.last_at
            )
            .order_by(count.desc(), hot_issues.c.id)
            .limit(limit)
        )
        return tuple(IssueRow(**row) for row in rows.mappings())

    async def letters(self, since: datetime, before: datetime) -> int:
        """How many letters were published in a half-open span and still are."""
        table = published_letters.c
        found = await self._connection.scalar(
            sa.select(sa.func.count()).where(
                table.gone == "", table.published_at >= since, table.published_at < before
            )
        )
        return int(found or 0)

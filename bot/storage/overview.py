"""Counts for one page: what came in, what is owed, how answers were taken."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.filters import AWAITING_REPLY
from bot.openness.overview import Answers, Clock, HourCount
from bot.storage.call_tables import calls
from bot.storage.connection import is_postgres
from bot.storage.tables import cases, feedback, unanswered


class OverviewRepository:
    """The tables `cases`, `feedback`, `calls`, `unanswered`, counted."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hours(self, since: datetime, before: datetime) -> tuple[HourCount, ...]:
        """Cases by the hour they came in; hours without any are left out."""
        if is_postgres(self._connection):
            utc = sa.func.timezone("UTC", cases.c.opened_at)
            hour = sa.func.to_char(utc, "YYYY-MM-DD HH24")
        else:
            hour = sa.func.strftime("%Y-%m-%d %H", cases.c.opened_at)
        rows = await self._connection.execute(
            sa.select(hour, sa.func.count()).where(*_in(since, before)).group_by(hour)
        )
        return tuple(
            HourCount(hour=datetime.strptime(name, "%Y-%m-%d %H").replace(tzinfo=UTC), count=count)
            for name, count in rows
        )

    async def by(self, name: str, since: datetime, before: datetime) -> Counter[str]:
        """Cases of a half-open span by `channel`, `demand_type` or `territory`."""
        column = cases.c[name]
        rows = await self._connection.execute(
            sa.select(column, sa.func.count()).where(*_in(since, before)).group_by(column)
        )
        return Counter({str(value): int(count) for value, count in rows})

    async def clocks(self, now: datetime, *, today: datetime, soon: datetime) -> tuple[Clock, ...]:
        """Cases somebody is owed an answer to, by lead department and time left.

        Args:
            now: what is due before is overdue.
            today: the end of the day.
            soon: the end of what counts as soon.
        """
        due, paused = cases.c.sort_due_at, cases.c.paused_at.is_not(None)
        kind = sa.case(
            (paused, "paused"),
            (due < now, "overdue"),
            (due <= today, "today"),
            (due <= soon, "soon"),
            else_="later",
        )
        rows = await self._connection.execute(
            sa.select(cases.c.lead_department, kind, sa.func.count())
            .where(cases.c.state.in_(AWAITING_REPLY))
            .group_by(cases.c.lead_department, kind)
        )
        found: dict[str, Counter[str]] = {}
        for department, name, count in rows:
            found.setdefault(department, Counter())[name] += count
        return tuple(
            Clock(
                department=department,
                overdue=counts["overdue"],
                today=counts["today"],
                soon=counts["soon"],
                later=counts["later"],
                paused=counts["paused"],
            )
            for department, counts in found.items()
        )

    async def answers(self, since: datetime, before: datetime) -> Answers:
        """How answers were taken in a half-open span."""
        said = await self._connection.execute(
            sa.select(feedback.c.helpful, sa.func.count())
            .where(feedback.c.at >= since, feedback.c.at < before)
            .group_by(feedback.c.helpful)
        )
        helped = {bool(helpful): int(count) for helpful, count in said}
        sums = [sa.func.coalesce(sa.func.sum(calls.c[name]), 0) for name in _SUGGESTED]
        row = (
            await self._connection.execute(
                sa.select(*sums).where(calls.c.offered_at >= since, calls.c.offered_at < before)
            )
        ).one()
        asked = await self._connection.scalar(
            sa.select(sa.func.count()).where(
                unanswered.c.state == "open",
                unanswered.c.last_at >= since,
                unanswered.c.first_at < before,
            )
        )
        adopted, edited, ignored = (int(value) for value in row)
        return Answers(
            helpful=helped.get(True, 0),
            unhelpful=helped.get(False, 0),
            adopted=adopted,
            edited=edited,
            ignored=ignored,
            unanswered=int(asked or 0),
        )


_SUGGESTED = ("adopted", "edited", "ignored")


def _in(since: datetime, before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return cases.c.opened_at >= since, cases.c.opened_at < before

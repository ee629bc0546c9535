"""What units entered for the duties of the plan, and what else their duties are judged by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.openness.plan.facts import Evidence
from bot.openness.plan.ports import PublicDocument
from bot.storage.connection import insert
from bot.storage.hot_tables import hot_issue_cases
from bot.storage.plan_tables import plan_evidence, plan_withdrawals
from bot.storage.tables import cases, documents
from knowledge.model import Form, Kind, Life

_WERE_PUBLIC = [Life.PUBLISHED.value, Life.REPLACED.value, Life.REPEALED.value]
_AT_ONCE = 500
_JUDGED = [Kind.POLICY, Kind.INTERPRETATION, Kind.GUIDE, Kind.REFUTATION]


class PlanRepository:
    """The tables `plan_evidence` and `plan_withdrawals`; reads documents and hot issues."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, entry: Evidence, *, at: datetime) -> None:
        """Append an entry."""
        await self._connection.execute(
            sa.insert(plan_evidence).values(
                id=entry.id,
                duty=entry.duty,
                unit=entry.unit,
                on_day=entry.on,
                item=entry.item,
                title=entry.title,
                link=entry.link,
                note=entry.note,
                at=at,
                entered_on=entry.entered_on,
                by=entry.by,
            )
        )

    async def withdraw(self, id: str, *, by: str, why: str, at: datetime, on: date) -> bool:
        """Note that an entry does not stand; False where it was withdrawn before."""
        statement = insert(self._connection, plan_withdrawals).values(
            evidence_id=id, at=at, on_day=on, by=by, why=why
        )
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(index_elements=["evidence_id"]).returning(
                plan_withdrawals.c.evidence_id
            )
        )
        return result.first() is not None

    async def get(self, id: str) -> Evidence | None:
        """One entry, withdrawn or not."""
        found = await self._entries(plan_evidence.c.id == id)
        return found[0] if found else None

    async def entries(
        self, since: date, until: date, *, duty: str = "", unit: str = ""
    ) -> tuple[Evidence, ...]:
        """Entries of some days, both included, withdrawn or not, by day."""
        where = [plan_evidence.c.on_day >= since, plan_evidence.c.on_day <= until]
        if duty:
            where.append(plan_evidence.c.duty == duty)
        if unit:
            where.append(plan_evidence.c.unit == unit)
        return await self._entries(*where)

    async def documents(self) -> tuple[PublicDocument, ...]:
        """Documents that are or were public; samples left out; the text of guides alone."""
        table = documents.c
        text = sa.case((table.kind == Kind.GUIDE.value, table.text), else_="")
        rows = await self._connection.execute(
            sa.select(
                table.id,
                table.title,
                table.kind,
                table.form,
                table.department,
                table.url,
                table.published_on,
                table.policy_id,
                table.life,
                text.label("text"),
            ).where(
                table.life.in_(_WERE_PUBLIC),
                table.kind.in_([kind.value for kind in _JUDGED]),
                table.published_on.is_not(None),
                table.sample.is_(False),
            )
        )
        return tuple(
            PublicDocument(
                id=row["id"],
                title=row["title"],
                kind=Kind(row["kind"]),
                form=Form(row["form"]),
                department=row["department"],
                link=row["url"],
                on=row["published_on"],
                policy_id=row["policy_id"],
                now=row["life"] == Life.PUBLISHED.value,
                text=row["text"],
            )
            for row in rows.mappings()
        )

    async def leads_of(self, issue_ids: Sequence[str]) -> dict[str, str]:
        """Issue → the department most of its cases lie with; issues with none are left out."""
        found: dict[str, str] = {}
        count = sa.func.count()
        for start in range(0, len(issue_ids), _AT_ONCE):
            rows = await self._connection.execute(
                sa.select(hot_issue_cases.c.issue_id, cases.c.lead_department)
                .join(cases, cases.c.number == hot_issue_cases.c.case_number)
                .where(
                    hot_issue_cases.c.issue_id.in_(issue_ids[start : start + _AT_ONCE]),
                    cases.c.lead_department != "",
                )
                .group_by(hot_issue_cases.c.issue_id, cases.c.lead_department)
                .order_by(hot_issue_cases.c.issue_id, count.desc(), cases.c.lead_department)
            )
            for issue_id, lead in rows:
                found.setdefault(issue_id, lead)
        return found

    async def _entries(self, *where: sa.ColumnElement[bool]) -> tuple[Evidence, ...]:
        gone = plan_withdrawals.c
        rows = await self._connection.execute(
            sa.select(
                *plan_evidence.c,
                gone.by.label("gone_by"),
                gone.on_day.label("gone_on"),
                gone.why.label("gone_why"),
            )
            .select_from(plan_evidence.outerjoin(plan_withdrawals))
            .where(*where)
            .order_by(plan_evidence.c.on_day, plan_evidence.c.id)
        )
        return tuple(
            Evidence(
                id=row["id"],
                duty=row["duty"],
                unit=row["unit"],
                on=row["on_day"],
                item=row["item"],
                title=row["title"],
                link=row["link"],
                note=row["note"],
                entered_on=row["entered_on"],
                by=row["by"],
                withdrawn_by=row["gone_by"] or "",
                withdrawn_on=row["gone_on"],
                withdrawn_why=row["gone_why"] or "",
            )
            for row in rows.mappings()
        )

"""Cases whose reply may serve another: read for drafts, and how many drafts were used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.answering import DRAFT_SOURCES
from bot.cases.calendar import local_day
from bot.cases.model import Appeal, DemandType, Move
from bot.cases.rules import ANSWERED, BAD_GRADES
from bot.drafting.model import CaseStand, DraftUse, Replied
from bot.storage.tables import case_events, cases

_SERVES = sa.and_(
    cases.c.state.in_([state.value for state in ANSWERED]),
    cases.c.reply_text != "",
    cases.c.demand_type != DemandType.REPORT.value,
    ~cases.c.confidential,
)
"""Confidential cases and reports are nobody's model."""
_COLUMNS = (
    cases.c.id,
    cases.c.number,
    cases.c.version,
    cases.c.title,
    cases.c.text,
    cases.c.reply_text,
    cases.c.lead_department,
    cases.c.demand_type,
    cases.c.category,
    cases.c.opened_at,
    cases.c.rating,
    cases.c.course,
    cases.c.contact_name,
)


class RepliedRepository:
    """The tables `cases` and `case_events`, read."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def newest_event(self) -> str:
        """The id of the newest event, or empty."""
        return str(await self._connection.scalar(sa.select(sa.func.max(case_events.c.id))) or "")

    async def page(self, after: str, limit: int) -> tuple[Replied, ...]:
        """Cases whose reply may serve, by id, those after `after`."""
        rows = await self._connection.execute(
            sa.select(*_COLUMNS)
            .where(_SERVES, cases.c.id > after)
            .order_by(cases.c.id)
            .limit(limit)
        )
        return tuple(_replied(row) for row in rows.mappings())

    async def events_after(self, event_id: str, limit: int) -> tuple[CaseStand, ...]:
        """The cases that moved since an event, by event."""
        rows = await self._connection.execute(
            sa.select(
                case_events.c.id.label("event_id"),
                cases.c.id,
                cases.c.version,
                sa.case((_SERVES, 1), else_=0).label("serves"),
            )
            .join(cases, case_events.c.case_id == cases.c.id)
            .where(case_events.c.id > event_id)
            .order_by(case_events.c.id)
            .limit(limit)
        )
        return tuple(
            CaseStand(
                event_id=row["event_id"],
                case_id=row["id"],
                version=row["version"],
                serves=bool(row["serves"]),
            )
            for row in rows.mappings()
        )

    async def get(self, case_ids: Sequence[str]) -> tuple[Replied, ...]:
        """Those of some cases whose reply may serve, in any order."""
        if not case_ids:
            return ()
        rows = await self._connection.execute(
            sa.select(*_COLUMNS).where(_SERVES, cases.c.id.in_(case_ids))
        )
        return tuple(_replied(row) for row in rows.mappings())

    async def drafted(self, since: datetime, before: datetime, department: str = "") -> DraftUse:
        """How many replies of a half-open span were begun from a draft; of one department."""
        details = sa.cast(case_events.c.details, sa.Text)
        begun = sa.case((details.contains(f'"{DRAFT_SOURCES}"', autoescape=True), 1), else_=0)
        where = [
            case_events.c.move == Move.REPLY.value,
            case_events.c.at >= since,
            case_events.c.at < before,
        ]
        if department:
            where.append(case_events.c.actor_department == department)
        row = (
            await self._connection.execute(
                sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(begun), 0)).where(*where)
            )
        ).one()
        return DraftUse(since=since, before=before, replies=int(row[0]), drafted=int(row[1]))


def _replied(row: sa.RowMapping) -> Replied:
    category = row["category"] or []
    upheld = row["course"].get("appeal") == Appeal.UPHELD.value
    return Replied(
        id=row["id"],
        number=row["number"],
        version=row["version"],
        title=row["title"],
        text=row["text"],
        reply=row["reply_text"],
        department=row["lead_department"],
        demand_type=row["demand_type"],
        category=category[0] if category else "",
        day=local_day(row["opened_at"]),
        bad=row["rating"] in BAD_GRADES and not upheld,
        citizens=(row["contact_name"],) if len(row["contact_name"]) > 1 else (),
    )

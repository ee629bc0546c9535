"""What satisfaction is counted from: the events of the cases something happened to in a span."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.model import DemandType, Move, Severity, State
from bot.cases.satisfaction import FOLLOWED, Course, Step
from bot.storage.tables import case_events, cases


class SatisfactionRepository:
    """The tables `cases` and `case_events`, read."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def cases_with(
        self, moves: Iterable[Move], *, since: datetime, before: datetime
    ) -> tuple[str, ...]:
        """The ids of cases with one of these moves in a half-open span."""
        rows = await self._connection.execute(
            sa.select(case_events.c.case_id)
            .where(
                case_events.c.move.in_([move.value for move in moves]),
                case_events.c.at >= since,
                case_events.c.at < before,
            )
            .distinct()
            .order_by(case_events.c.case_id)
        )
        return tuple(str(case_id) for (case_id,) in rows)

    async def courses(self, case_ids: Sequence[str]) -> tuple[Course, ...]:
        """Some cases, some hundreds at most, with their events."""
        steps = await self._steps(case_ids)
        lead = cases.alias("lead")
        rows = await self._connection.execute(
            sa.select(
                cases.c.id,
                cases.c.opened_at,
                cases.c.demand_type,
                cases.c.severity,
                cases.c.due_at,
                cases.c.rating,
                (cases.c.channel == "import").label("brought_in"),
                sa.func.coalesce(lead.c.lead_department, "").label("merged_lead"),
            )
            .select_from(cases.outerjoin(lead, cases.c.merged_into == lead.c.number))
            .where(cases.c.id.in_(case_ids))
        )
        return tuple(
            Course(
                opened_at=row["opened_at"],
                demand_type=DemandType(row["demand_type"]),
                severity=Severity(row["severity"]),
                due_at=row["due_at"],
                rating=row["rating"],
                brought_in=bool(row["brought_in"]),
                merged_lead=row["merged_lead"],
                steps=steps.get(row["id"], ()),
            )
            for row in rows.mappings()
        )

    async def _steps(self, case_ids: Sequence[str]) -> dict[str, list[Step]]:
        rows = await self._connection.execute(
            sa.select(
                case_events.c.case_id,
                case_events.c.at,
                case_events.c.move,
                case_events.c.to_state,
                case_events.c.details,
            )
            .where(
                case_events.c.case_id.in_(case_ids),
                case_events.c.move.in_([move.value for move in FOLLOWED]),
            )
            .order_by(case_events.c.case_id, case_events.c.seq)
        )
        found: dict[str, list[Step]] = {}
        for case_id, at, move, to_state, details in rows:
            step = Step(at=at, move=Move(move), to_state=State(to_state), details=details)
            found.setdefault(case_id, []).append(step)
        return found

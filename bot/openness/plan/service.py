"""The plan's duties as they stand, and what units enter for them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date

from bot.cases.calendar import end_of, local_day
from bot.city.model import City
from bot.errors import Conflict, Invalid, NotFound
from bot.openness.plan.duties import Plan, plan_of
from bot.openness.plan.entering import MAX_NOTE, AskedEvidence, entered
from bot.openness.plan.facts import Evidence, Span
from bot.openness.plan.gathering import gathered
from bot.openness.plan.judging import judged
from bot.openness.plan.outcome import Assessment
from bot.openness.plan.ports import PlanStorage, Rated
from bot.ports import Clock, Ids
from bot.records import AuditEntry


@dataclass(frozen=True, kw_only=True)
class Board:
    """How every duty stands at every unit.

    Args:
        plan: None: the city has none for the year.
    """

    plan: Plan | None
    span: Span
    assessments: tuple[Assessment, ...] = ()


class PlanService:
    """Watches the plan.

    Args:
        rated: grades and visits by department.
    """

    def __init__(
        self, storage: PlanStorage, clock: Clock, ids: Ids, city: City, rated: Rated
    ) -> None:
        self._storage, self._clock, self._ids = storage, clock, ids
        self._city, self._rated = city, rated

    @property
    def today(self) -> date:
        """The day, in China."""
        return local_day(self._clock.now())

    def plan(self, year: int) -> Plan | None:
        """The plan in force in a year."""
        return plan_of(self._city.plans, year)

    async def board(
        self,
        year: int,
        *,
        today: date | None = None,
        since: date | None = None,
        until: date | None = None,
        unit: str = "",
    ) -> Board:
        """Every duty at every unit, or at one only, judged on a day; None: today.

        `since`: only what fell due from this day on; None: all of the year. `until`: what was
        done later does not count; None: the day itself.
        """
        first = date(year, 1, 1)
        span = Span(year=year, today=today or self.today, since=since or first, until=until)
        now = min(self._clock.now(), end_of(span.known_to))
        plan = self.plan(year)
        if plan is None:
            return Board(plan=None, span=span)
        first = max(span.first, span.since)
        last = min(span.known_to, span.last)
        rated = await self._rated.over(min(first, last), last)
        async with self._storage.read() as opened:
            facts = await gathered(opened, plan, self._city, span, rated, now)
        # In a thread: some thousand entries take a few tenths of a second.
        found = await asyncio.to_thread(judged, plan, facts, span, self._city.limits, unit)
        return Board(plan=plan, span=span, assessments=found)

    async def evidence(self, year: int, duty: str, unit: str) -> tuple[Evidence, ...]:
        """A unit's entries of a year for a duty, the latest first, withdrawn ones too."""
        async with self._storage.read() as opened:
            found = await opened.plan.entries(
                date(year - 1, 1, 1), date(year, 12, 31), duty=duty, unit=unit
            )
        return tuple(reversed(found))

    async def enter(self, asked: AskedEvidence, *, by: str) -> Evidence:
        """Enter what was done.

        Raises:
            Invalid: it cannot be right; says why.
        """
        plan = self.plan(asked.on.year)
        entry = entered(plan, asked, id=self._ids.new_id(), by=by, today=self.today)
        async with self._storage.begin() as unit:
            await unit.plan.add(entry, at=self._clock.now())
            await unit.audit.add(self._noted(by, "plan.enter", entry))
        return entry

    async def withdraw(self, id: str, why: str, *, by: str, unit: str = "") -> Evidence:
        """Take an entry back; it stays to be seen.

        A `unit` may take back its own alone; empty: any.

        Raises:
            Invalid: no reason was given, or one too long.
            NotFound: there is none, or it is another unit's.
            Conflict: it was withdrawn before.
        """
        if not why or len(why) > MAX_NOTE:
            raise Invalid(f"请写明撤回的原因（最多 {MAX_NOTE} 个字）。", fields={"why": "必须填写"})
        async with self._storage.begin() as opened:
            entry = await opened.plan.get(id)
            if entry is None or unit not in ("", entry.unit):
                raise NotFound("没有这条登记。")
            now = self._clock.now()
            if not await opened.plan.withdraw(id, by=by, why=why, at=now, on=self.today):
                raise Conflict("这条登记已经撤回。", code="evidence_withdrawn")
            await opened.audit.add(self._noted(by, "plan.withdraw", entry))
        return entry

    def _noted(self, by: str, action: str, entry: Evidence) -> AuditEntry:
        return AuditEntry(
            id=self._ids.new_id(),
            at=self._clock.now(),
            actor=by,
            action=action,
            subject=entry.id,
            details={"duty": entry.duty, "unit": entry.unit, "on": entry.on.isoformat()},
        )

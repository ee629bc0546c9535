"""Entries are appended and withdrawn, never changed; on both databases."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from bot.cases.rated import SatisfactionService
from bot.errors import Conflict, Invalid, NotFound
from bot.openness.plan.entering import AskedEvidence
from bot.openness.plan.service import PlanService
from bot.storage.units import Storage
from tests.bot.openness.plan.world import BUDGETS, GRADES, LIGHTS, REPORT, planned
from tests.fakes.edges import CountingIds, FakeClock

CITY = planned(REPORT, BUDGETS, GRADES)
ASKED = AskedEvidence(
    duty="annual-report", unit=LIGHTS, on=date(2026, 1, 20), item="报送", title="报告\x00"
)


@pytest.fixture
def plan(storage: Storage, clock: FakeClock, ids: CountingIds) -> PlanService:
    rated = SatisfactionService(storage, clock, CITY.limits)
    return PlanService(storage, clock, ids, CITY, rated)


async def test_an_entry_is_kept_and_audited(plan: PlanService, storage: Storage) -> None:
    made = await plan.enter(ASKED, by="li")
    [kept] = await plan.evidence(2026, "annual-report", LIGHTS)
    assert (kept.id, kept.on, kept.item, kept.by) == (made.id, ASKED.on, "报送", "li")
    assert kept.title == "报告"
    assert kept.stands
    async with storage.read() as unit:
        [entry] = await unit.audit.entries(subject=made.id)
    assert (entry.action, entry.actor) == ("plan.enter", "li")
    assert dict(entry.details) == {
        "duty": "annual-report", "unit": LIGHTS, "on": "2026-01-20"
    }  # fmt: skip


async def test_it_is_withdrawn_once_whoever_tries(plan: PlanService, storage: Storage) -> None:
    made = await plan.enter(ASKED, by="li")
    tries = [plan.withdraw(made.id, "填错", by=f"p{number}") for number in range(5)]
    told = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in told) == 4
    [kept] = await plan.evidence(2026, "annual-report", LIGHTS)
    assert (kept.stands, kept.withdrawn_why) == (False, "填错")
    assert kept.withdrawn_on == date(2026, 3, 2)
    async with storage.read() as unit:
        entries = await unit.audit.entries(subject=made.id)
    assert sorted(entry.action for entry in entries) == ["plan.enter", "plan.withdraw"]


async def test_what_is_not_ones_own_is_not_there(plan: PlanService) -> None:
    made = await plan.enter(ASKED, by="li")
    for id, unit in ((made.id, "市水利局"), ("none", "")):
        with pytest.raises(NotFound):
            await plan.withdraw(id, "填错", by="p", unit=unit)
    with pytest.raises(Invalid):
        await plan.withdraw(made.id, "长" * 501, by="p")


async def test_the_day_of_the_sessions_is_the_offices(plan: PlanService) -> None:
    sessions = AskedEvidence(
        duty="budgets", unit=LIGHTS, on=date(2026, 2, 10), item="两会闭幕", title="两会"
    )
    await plan.enter(sessions, by="li")
    board = await plan.board(2026)
    [budgets] = [one for one in board.assessments if one.duty.id == "budgets"]
    assert (budgets.done, budgets.owed) == (0, 2)


async def test_a_year_without_a_plan_has_an_empty_board(plan: PlanService) -> None:
    board = await plan.board(2020)
    assert (board.plan, board.assessments) == (None, ())

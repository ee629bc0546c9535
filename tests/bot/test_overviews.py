"""The overview's counts on both databases, beside plain counting of the same cases."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from bot.cases.calendar import local_day
from bot.cases.filters import CaseFilter
from bot.cases.model import NewCase
from tests.bot.conftest import World


async def test_counts_are_those_of_plain_counting(world: World) -> None:
    services = await world.replica()
    for at in range(15):
        new = NewCase(
            origin_key=f"k{at}", channel=("hotline", "mailbox")[at % 2], conversation_id="",
            sender_id="", title="路灯坏了", text="路灯坏了" if at % 3 else "下水道堵了",
        )  # fmt: skip
        await services.cases.open_case(new)
        world.clock.advance(hours=5)
    cases = (await services.cases.cases(CaseFilter(limit=200))).cases
    today = services.overviews.today
    found = await services.overviews.over(today - timedelta(days=9), today)
    assert found.came.total == len(cases) == 15
    days = Counter(local_day(one.opened_at) for one in cases)
    assert {day: count for day, count in found.came.days.items() if count} == dict(days)
    assert dict(found.came.channels) == dict(Counter(one.channel for one in cases))
    owed = Counter(one.lead_department for one in cases)
    assert {one.department: one.open for one in found.clocks} == dict(owed)
    late = Counter(
        one.lead_department for one in cases if one.due_at and one.due_at < world.clock.now()
    )
    assert {one.department: one.overdue for one in found.clocks if one.overdue} == dict(late)
    assert found.answers.unanswered == 0

"""The public figures, held against a count made another way."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.cases.calendar import is_working_day, local_day
from bot.cases.model import Actor, Case, CaseEvent, DemandType, Move, Published, Role, State
from bot.letters.figures import Counted, FigureRow, figures
from bot.letters.published import PublishedLetters
from bot.storage.units import Storage
from tests.bot.cases.world import City as SmallCity
from tests.bot.cases.world import Limits
from tests.fakes.edges import CountingIds, FakeClock

START = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
ANSWERED = (State.REPLIED, State.VISITED, State.CLOSED)
CLERK = Actor(id="clerk", role=Role.DEPARTMENT_CLERK)


def rows(count: int) -> list[FigureRow]:
    dice = random.Random(7)  # noqa: S311 - the same letters each time, no secret
    made = []
    for _ in range(count):
        opened = START + timedelta(hours=dice.randrange(24 * 80))
        state = dice.choice([*ANSWERED, State.DISPATCHED, State.REOPENED])
        replied = opened + timedelta(hours=dice.randrange(24 * 20))
        made.append(
            FigureRow(
                opened_at=opened,
                replied_at=None if state is State.DISPATCHED else replied,
                due_at=dice.choice([None, opened + timedelta(days=7)]),
                state=state,
                department=dice.choice(["甲局", "乙局", "", "丙局"]),
                category=dice.choice([("市政", "照明", "路灯"), ()]),
                demand_type=dice.choice(["咨询", "投诉"]),
                rating=dice.choice([None, 1, 2, 3, 4, 5]),
                published=state in ANSWERED and dice.random() < 0.3,
            )
        )
    return made


def slow_days(since: date, until: date) -> int:
    found = 0
    while since < until:
        since += timedelta(days=1)
        found += is_working_day(since, Limits())
    return found


def recounted(name: str, own: list[FigureRow]) -> Counted:
    """The same figures, one plain loop a letter."""
    answered = in_time = timed = rated = satisfied = public = 0
    took: list[int] = []
    for row in own:
        if row.replied_at is None or row.state not in ANSWERED:
            continue
        answered += 1
        took.append(slow_days(local_day(row.opened_at), local_day(row.replied_at)))
        public += row.published
        if row.due_at:
            timed += 1
            in_time += row.replied_at <= row.due_at
        if row.rating:
            rated += 1
            satisfied += row.rating > 2
    took.sort()
    middle = len(took) // 2
    return Counted(
        name=name,
        received=len(own),
        answered=answered,
        timed=timed,
        in_time=in_time,
        median_days=(took[middle] + took[-middle - 1]) / 2 if took else None,
        mean_days=sum(took) / len(took) if took else None,
        rated=rated,
        satisfied=satisfied,
        published=public,
    )


def test_every_number_is_what_a_plain_count_gives() -> None:
    own = rows(400)
    found = figures(own, Limits(), SmallCity().field_of, months=["2026-01"])
    assert found.total == recounted("合计", own)
    for group, name_of in (
        (found.departments, lambda row: row.department or "待派单"),
        (found.fields, lambda row: "城市照明" if row.category else "其他"),
        (found.types, lambda row: row.demand_type),
        (found.months, lambda row: f"{local_day(row.opened_at):%Y-%m}"),
    ):
        assert sum(one.received for one in group) == 400
        for one in group:
            assert one == recounted(one.name, [row for row in own if name_of(row) == one.name])


def test_small_groups_tell_only_that_they_are_small() -> None:
    own = [replace(row, department="丁局") for row in rows(2)]
    own += [replace(row, department="甲局") for row in rows(5)]
    found = figures(own, Limits(), SmallCity().field_of)
    small = next(one for one in found.departments if one.name == "丁局")
    assert small == Counted(name="丁局", received=2, hidden=True)
    assert not found.departments[0].hidden
    assert figures((), Limits(), SmallCity().field_of).total == Counted(name="合计", received=0)


async def keep(storage: Storage, number: int, row: FigureRow) -> None:
    case = Case(
        id=f"case{number:03d}",
        number=f"2026{number:010d}",
        channel="mailbox",
        conversation_id="",
        sender_id="",
        title="路灯",
        text="路灯",
        state=row.state,
        demand_type=DemandType(row.demand_type),
        category=row.category,
        lead_department=row.department,
        rating=row.rating,
        opened_at=row.opened_at,
        due_at=row.due_at,
        published=Published(title="一", text="二", reply="三") if row.published else None,
        published_at=row.replied_at if row.published else None,
    )
    async with storage.begin() as unit:
        await unit.cases.add(case, origin_key=case.id, query_code_hash="")
        replies = [row.opened_at, row.replied_at] if row.replied_at else []
        for seq, at in enumerate(replies, start=1):
            event = CaseEvent(
                case_id=case.id, seq=seq, at=at, actor=CLERK, move=Move.REPLY,
                from_state=State.IN_PROGRESS, to_state=State.REPLIED, hash=f"{number}-{seq}",
            )  # fmt: skip
            await unit.cases.append(event, id=f"{case.id}-{seq}")


@pytest.mark.parametrize(
    "span", [(date(2026, 1, 1), date(2026, 12, 31)), (date(2026, 2, 1), date(2026, 2, 28))]
)
async def test_storage_gives_the_rows_of_the_span(
    storage: Storage, clock: FakeClock, ids: CountingIds, span: tuple[date, date]
) -> None:
    own = rows(60)
    for number, row in enumerate(own):
        await keep(storage, number, row)
    letters = PublishedLetters(storage, clock, ids, SmallCity())
    found = await letters.figures(*span)
    inside = [row for row in own if span[0] <= local_day(row.opened_at) <= span[1]]
    assert len(inside) >= 3
    assert found.total == recounted("合计", inside)
    assert found == figures(
        inside, Limits(), SmallCity().field_of, months=[one.name for one in found.months]
    )

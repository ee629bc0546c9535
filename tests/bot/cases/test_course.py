"""The longer ways of a case: pauses, extensions, returns, second reading, merging, bad grades."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cases.deadlines import StepLimits
from bot.cases.model import (
    CITIZEN,
    SYSTEM,
    Actor,
    Appeal,
    Case,
    DemandType,
    Move,
    MoveRefused,
    Role,
    Severity,
    State,
)
from bot.cases.rules import RULES, moves_open_to
from bot.errors import Conflict, Invalid
from bot.routing.router import Part
from tests.bot.cases.world import CITY_LOOK, CLERK, ROADS, SURE, TRIAGE, UNSURE, WATER, World

HEAD = Actor(id="head", role=Role.DEPARTMENT_HEAD, department=CITY_LOOK)
DESK = Actor(id="desk", role=Role.OPERATOR)
ROADS_CLERK = Actor(id="roads", role=Role.DEPARTMENT_CLERK, department=ROADS)


async def _refused(world: World, number: str, move: Move, actor: Actor, **more: str) -> str:
    with pytest.raises(MoveRefused) as caught:
        await world.service.move(number, move, actor, **more)  # type: ignore[arg-type]
    return caught.value.code


# -- pauses ------------------------------------------------------------------------------------


async def test_a_pause_stops_the_clock(world: World) -> None:
    before = (await world.open()).case
    await world.service.move(before.number, Move.PAUSE, CLERK, reason="等您补充照片")
    world.clock.advance(days=7)
    after = await world.service.move(before.number, Move.RESUME, CLERK)
    assert before.due_at is not None
    assert after.due_at is not None
    assert (after.due_at - before.due_at).days == 7
    assert after.paused_at is None
    told = [text.split(" ")[0] for text in await world.notices()]
    assert told == ["case_paused", "case_resumed"]
    assert await world.service.check_chain(before.number) is None


async def test_a_pause_cannot_be_begun_twice_nor_ended_unbegun(world: World) -> None:
    number = (await world.open()).case.number
    assert await _refused(world, number, Move.RESUME, CLERK) == "state"
    await world.service.move(number, Move.PAUSE, CLERK, reason="等材料")
    assert await _refused(world, number, Move.PAUSE, CLERK, reason="再等") == "state"
    assert await _refused(world, number, Move.PAUSE, CITIZEN, reason="我等") == "state"


async def test_a_paused_case_that_is_sent_back_runs_again(world: World) -> None:
    before = (await world.open()).case
    await world.service.move(before.number, Move.PAUSE, CLERK, reason="等材料")
    world.clock.advance(days=1)
    after = await world.service.move(before.number, Move.RETURN, CLERK, reason="不归我们")
    assert after.paused_at is None
    assert after.due_at is not None
    assert before.due_at is not None
    assert after.due_at > before.due_at


# -- extensions --------------------------------------------------------------------------------


async def test_an_extension_is_asked_for_and_approved(world: World) -> None:
    before = (await world.open()).case
    asked = await world.service.move(
        before.number, Move.ASK_EXTENSION, CLERK, days=3, reason="要订灯杆"
    )
    assert (asked.course.asked_days, asked.due_at) == (3, before.due_at)
    after = await world.service.move(before.number, Move.EXTEND, TRIAGE, reason="同意")
    assert before.due_at is not None
    assert after.due_at is not None
    assert (after.due_at - before.due_at).days == 3
    assert after.course.asked_days == 0
    with pytest.raises(Conflict):
        await world.service.move(before.number, Move.ASK_EXTENSION, CLERK, days=3, reason="再延")


async def test_an_extension_refused_moves_nothing(world: World) -> None:
    before = (await world.open()).case
    await world.service.move(before.number, Move.ASK_EXTENSION, CLERK, days=3, reason="人手不够")
    after = await world.service.move(
        before.number, Move.REFUSE_EXTENSION, TRIAGE, reason="不是理由"
    )
    assert (after.due_at, after.course.asked_days) == (before.due_at, 0)


@pytest.mark.parametrize("days", [0, 16])
async def test_an_extension_has_its_bounds(world: World, days: int) -> None:
    number = (await world.open()).case.number
    with pytest.raises(Invalid) as caught:
        await world.service.move(number, Move.ASK_EXTENSION, CLERK, days=days, reason="要久")
    assert caught.value.fields == {"days": "1–15"}


# -- returns -----------------------------------------------------------------------------------


async def test_too_late_to_send_it_back(world: World) -> None:
    number = (await world.open()).case.number
    world.clock.advance(days=3)
    assert await _refused(world, number, Move.RETURN, CLERK, reason="不归我们") == "late"


async def test_the_third_dispatch_is_final(world: World) -> None:
    world.router.routing = UNSURE
    number = (await world.open()).case.number
    for _ in range(2):
        await world.service.move(number, Move.DISPATCH, TRIAGE, department=CITY_LOOK)
        await world.service.move(number, Move.RETURN, CLERK, reason="不归我们")
    assert await _refused(world, number, Move.DISPATCH, SYSTEM, department=WATER) == "designated"
    case = await world.service.move(number, Move.DISPATCH, TRIAGE, department=CITY_LOOK)
    assert (case.course.designated, case.course.returns, case.course.dispatches) == (True, 2, 3)
    assert await _refused(world, number, Move.RETURN, CLERK, reason="还是不归") == "designated"
    assert Move.RETURN not in moves_open_to(case, CLERK)


async def test_it_is_not_sent_to_who_has_it(world: World) -> None:
    number = (await world.open()).case.number
    with pytest.raises(Invalid):
        await world.service.move(
            number, Move.REASSIGN, TRIAGE, department=CITY_LOOK, reason="再派一次"
        )


# -- supporting departments --------------------------------------------------------------------


async def test_a_supporting_department_answers_to_the_lead(world: World) -> None:
    number = (await world.open()).case.number
    assert await _refused(world, number, Move.SUPPORT_REPLY, CLERK, text="我们办好了") == "role"
    await world.service.move(number, Move.SUPPORT_REPLY, ROADS_CLERK, text="路面已修补")
    event = (await world.service.events(number))[-1]
    assert event.details == {"text": "路面已修补", "department": ROADS}
    assert await world.notices() == []
    assert await _refused(world, number, Move.REPLY, ROADS_CLERK, text="已修") == "state"


# -- second reading ----------------------------------------------------------------------------


@pytest.fixture
def read_twice(world: World) -> World:
    world.city.limits.steps = replace(
        StepLimits(), second_reading=frozenset({DemandType.COMPLAINT})
    )
    return world


async def test_a_reply_waits_for_its_second_reader(read_twice: World) -> None:
    world, number = read_twice, (await read_twice.open()).case.number
    await world.service.move(number, Move.ACCEPT, CLERK)
    waiting = await world.service.move(number, Move.REPLY, CLERK, text="已修好。")
    assert (waiting.state, waiting.reply_text) == (State.IN_PROGRESS, "")
    assert waiting.course.draft_reply == "已修好。"
    assert await world.notices() == []
    assert await _refused(world, number, Move.APPROVE_REPLY, CLERK) == "role"
    sent = await world.service.move(number, Move.APPROVE_REPLY, HEAD)
    assert (sent.state, sent.reply_text, sent.course.draft_reply) == (
        State.REPLIED,
        "已修好。",
        "",
    )
    assert [text.split(" ")[0] for text in await world.notices()] == ["case_replied"]


async def test_a_reply_is_sent_back_to_be_written_again(read_twice: World) -> None:
    world, number = read_twice, (await read_twice.open()).case.number
    await world.service.move(number, Move.ACCEPT, CLERK)
    await world.service.move(number, Move.REPLY, CLERK, text="灯已检查，正常。")
    again = await world.service.move(number, Move.REJECT_REPLY, HEAD, reason="没说哪里坏了")
    assert (again.state, again.course.draft_reply) == (State.IN_PROGRESS, "")
    direct = await world.service.move(number, Move.REPLY, HEAD, text="灯已更换。")
    assert direct.state is State.REPLIED


# -- merging -----------------------------------------------------------------------------------


async def test_the_citizen_of_each_merged_case_is_answered(world: World) -> None:
    lead = (await world.open("k1")).case.number
    other = (await world.open("k2")).case.number
    await world.service.move(other, Move.MERGE, TRIAGE, lead_number=lead, reason="同一路灯")
    await world.service.move(lead, Move.ACCEPT, CLERK)
    await world.service.move(lead, Move.REPLY, CLERK, text="灯已更换。")
    joined = await world.service.get(other)
    assert (joined.state, joined.reply_text) == (State.MERGED, "灯已更换。")
    told = [text for text in await world.notices() if text.startswith("case_joined_reply")]
    assert len(told) == 1
    assert f"lead_number={lead}" in told[0]
    assert "reply=灯已更换。" in told[0]
    rated = await world.service.rate(other, 5)
    assert rated.rating == 5
    for number in (lead, other):
        assert await world.service.check_chain(number) is None


async def test_a_merge_is_undone(world: World) -> None:
    lead = (await world.open("k1")).case.number
    before = (await world.open("k2")).case
    await world.service.move(before.number, Move.MERGE, TRIAGE, lead_number=lead, reason="同一事")
    case = await world.service.move(before.number, Move.UNMERGE, TRIAGE, reason="不是同一处")
    assert (case.state, case.closed_at, case.merged_into) == (State.DISPATCHED, None, "")
    assert case.lead_department == before.lead_department
    assert (await world.notices())[-1].startswith("case_unmerged")


async def test_what_cannot_be_merged(world: World) -> None:
    lead = (await world.open("k1")).case.number
    other = (await world.open("k2")).case.number
    third = (await world.open("k3")).case.number
    await world.service.move(other, Move.MERGE, TRIAGE, lead_number=lead, reason="同一事")
    for number, into in ((third, other), (lead, third)):
        with pytest.raises(Invalid):
            await world.service.move(number, Move.MERGE, TRIAGE, lead_number=into, reason="同一事")


# -- grades ------------------------------------------------------------------------------------


async def test_a_bad_grade_has_to_be_followed_up(world: World) -> None:
    number = (await world.replied()).number
    await world.service.move(number, Move.CLOSE, TRIAGE)
    rated = await world.service.rate(number, 2, text="灯又坏了")
    assert rated.follow_up_due_at is not None
    visited = await world.service.move(number, Move.VISIT, TRIAGE, text="已上门，明天换灯")
    assert (visited.state, visited.follow_up_due_at) == (State.CLOSED, None)
    assert await _refused(world, number, Move.VISIT, TRIAGE, text="再访") == "state"


async def test_a_better_grade_ends_the_follow_up(world: World) -> None:
    number = (await world.replied()).number
    await world.service.rate(number, 1)
    again = await world.service.rate(number, 4)
    assert (again.rating, again.follow_up_due_at) == (4, None)


async def test_a_department_appeals_once(world: World) -> None:
    number = (await world.replied()).number
    assert await _refused(world, number, Move.APPEAL, CLERK, reason="不是我们的事") == "state"
    await world.service.rate(number, 1)
    asked = await world.service.move(number, Move.APPEAL, CLERK, reason="诉求超出职责")
    assert asked.course.appeal is Appeal.ASKED
    with pytest.raises(Conflict):
        await world.service.rate(number, 2)
    assert await _refused(world, number, Move.UPHOLD_APPEAL, CLERK, reason="当然") == "role"
    upheld = await world.service.move(number, Move.UPHOLD_APPEAL, TRIAGE, reason="核实属实")
    assert upheld.course.appeal is Appeal.UPHELD
    assert await _refused(world, number, Move.APPEAL, CLERK, reason="再申诉") == "state"


# -- the table ---------------------------------------------------------------------------------


def test_every_move_has_a_rule_or_is_the_opening() -> None:
    assert set(RULES) == set(Move) - {Move.OPEN}


def test_nobody_moves_another_departments_case() -> None:
    stranger = Actor(id="x", role=Role.DEPARTMENT_HEAD, department=WATER)
    for state in State:
        assert moves_open_to(_case(state), stranger) == ()


def test_an_auditor_only_looks() -> None:
    auditor = Actor(id="a", role=Role.AUDITOR)
    for state in State:
        assert set(moves_open_to(_case(state), auditor)) <= {Move.NOTE}


def _case(state: State) -> Case:
    from bot.clock import SystemClock

    return Case(
        id="c",
        number="20260302000001",
        channel="webchat",
        conversation_id="web:a",
        sender_id="a",
        title="路灯不亮",
        text="路灯不亮",
        state=state,
        demand_type=DemandType.COMPLAINT,
        lead_department=CITY_LOOK,
        supporting=(ROADS,),
        rating=1,
        opened_at=SystemClock().now(),
    )


# -- what was found wrong once -----------------------------------------------------------------


async def test_one_merged_into_an_answered_case_gets_its_reply_at_once(world: World) -> None:
    lead = await world.replied("k1")
    late = (await world.open("k2")).case.number
    await world.service.move(late, Move.MERGE, TRIAGE, lead_number=lead.number, reason="同一路灯")
    joined = await world.service.get(late)
    assert (joined.state, joined.reply_text) == (State.MERGED, lead.reply_text)
    assert await world.service.check_chain(late) is None
    told = [text for text in await world.notices() if text.startswith("case_joined_reply")]
    assert len(told) == 1


async def test_a_bad_grade_after_a_visit_is_visited_again(world: World) -> None:
    case = await world.replied()
    await world.service.move(case.number, Move.VISIT, DESK, text="已电话回访")
    assert await _refused(world, case.number, Move.VISIT, DESK, text="再访") == "state"
    await world.service.rate(case.number, 1)
    after = await world.service.move(case.number, Move.VISIT, DESK, text="上门回访")
    assert (after.state, after.follow_up_due_at) == (State.VISITED, None)


async def test_a_case_dealt_with_anew_is_graded_anew(world: World) -> None:
    case = await world.replied()
    await world.service.rate(case.number, 1)
    await world.service.move(case.number, Move.APPEAL, CLERK, reason="已修好")
    await world.service.move(case.number, Move.UPHOLD_APPEAL, TRIAGE, reason="照片属实")
    again = await world.service.move(case.number, Move.REOPEN, CITIZEN, reason="又坏了")
    assert (again.rating, again.course.appeal) == (None, Appeal.NONE)
    await world.service.move(case.number, Move.DISPATCH, TRIAGE, department=CITY_LOOK)
    await world.service.move(case.number, Move.ACCEPT, CLERK)
    await world.service.move(case.number, Move.REPLY, CLERK, text="线路已更换。")
    assert (await world.service.rate(case.number, 5)).rating == 5


async def test_a_duty_has_its_own_limit(world: World) -> None:
    city_wide = (await world.open("k1")).case
    world.router.routing = replace(world.router.routing, working_days=2)
    own = (await world.open("k2")).case
    world.router.routing = replace(world.router.routing, severity=Severity.URGENT)
    urgent = (await world.open("k3")).case
    assert city_wide.due_at is not None
    assert own.due_at is not None
    assert urgent.due_at is not None
    assert urgent.due_at < own.due_at < city_wide.due_at


async def test_each_demand_of_an_unsplit_text_must_be_answered(world: World) -> None:
    world.router.demands = (
        Part(text="东门的路灯不亮", routing=SURE),
        Part(text="菜市场污水横流没人清", routing=SURE),
    )
    number = (await world.open()).case.number
    await world.service.move(number, Move.ACCEPT, CLERK)
    with pytest.raises(Invalid, match="没有回应其中一件"):
        await world.service.move(number, Move.REPLY, CLERK, text="您好，东门路灯已更换灯头。")
    both = "您好，东门路灯已更换灯头，菜市场污水已清理。"
    done = await world.service.move(number, Move.REPLY, CLERK, text=both)
    assert done.state is State.REPLIED

"""Moving cases, on both databases."""

from __future__ import annotations

import asyncio

import pytest

from bot.cases.model import CITIZEN, Move, MoveRefused, State
from bot.errors import Conflict, Invalid, NotFound, PolicylineError
from tests.bot.cases.world import CITY_LOOK, CLERK, ROADS, TRIAGE, UNSURE, WATER, World


async def test_from_triage_to_the_citizen(world: World) -> None:
    world.router.routing = UNSURE
    number = (await world.open()).case.number
    move = world.service.move
    await move(number, Move.DISPATCH, TRIAGE, department="城管")
    await move(number, Move.ACCEPT, CLERK)
    await move(number, Move.WORK, CLERK)
    replied = await move(number, Move.REPLY, CLERK, text="已经修好。")
    closed = await move(number, Move.CLOSE, TRIAGE)
    assert (replied.state, replied.reply_text) == (State.REPLIED, "已经修好。")
    assert (closed.state, closed.closed_at) == (State.CLOSED, world.clock.now())
    assert await world.service.check_chain(number) is None
    told = await world.notices()
    assert [text.split(" ")[0] for text in told] == [
        "case_dispatched",
        "case_replied",
        "case_closed",
    ]
    assert f"department={CITY_LOOK} due_on=2026年3月9日" in told[0]
    assert "reply=已经修好。" in told[1]
    assert "outbox" in world.wakeups.topics


async def test_a_choice_against_the_router_is_remembered(world: World) -> None:
    world.router.routing = UNSURE
    agreed, other = (await world.open("k1")).case, (await world.open("k2")).case
    await world.service.move(agreed.number, Move.DISPATCH, TRIAGE, department=WATER)
    await world.service.move(other.number, Move.DISPATCH, TRIAGE, department=ROADS)
    async with world.storage.read() as unit:
        [correction] = await unit.corrections.all()
    assert (correction.case_id, correction.suggested, correction.chosen) == (other.id, WATER, ROADS)
    assert correction.text == f"{other.title}\n{other.text}"


async def test_a_reassigned_case_keeps_what_happened(world: World) -> None:
    number = (await world.open()).case.number
    case = await world.service.move(
        number, Move.REASSIGN, TRIAGE, department=WATER, reason="不归城管"
    )
    event = (await world.service.events(number))[-1]
    assert (case.lead_department, case.supporting) == (WATER, (ROADS,))
    assert event.details == {"from_department": CITY_LOOK, "to_department": WATER}
    assert event.reason == "不归城管"


async def test_a_returned_case_is_nobodys(world: World) -> None:
    number = (await world.open()).case.number
    case = await world.service.move(number, Move.RETURN, CLERK, reason="不是我们的路灯")
    assert (case.state, case.lead_department) == (State.RETURNED, "")
    again = await world.service.move(number, Move.DISPATCH, TRIAGE, department=ROADS)
    assert (again.lead_department, again.supporting) == (ROADS, ())


async def test_a_refusal_names_the_lawful_way(world: World) -> None:
    world.router.routing = UNSURE
    number = (await world.open()).case.number
    case = await world.service.move(number, Move.REFUSE, TRIAGE, reason="请依法申请行政复议")
    assert (case.state, case.closed_at) == (State.REFUSED, world.clock.now())
    assert "reason=请依法申请行政复议" in (await world.notices())[0]


async def test_a_reopened_case_has_a_new_deadline(world: World) -> None:
    before = await world.replied()
    world.clock.advance(days=20)
    case = await world.service.move(before.number, Move.REOPEN, CITIZEN, reason="又坏了")
    assert case.state is State.REOPENED
    assert case.due_at is not None
    assert case.due_at > world.clock.now()
    events = await world.service.events(before.number)
    assert [event.details.get("text") for event in events if event.move is Move.REPLY] == ["已修好"]


async def test_a_deadline_is_extended_once(world: World) -> None:
    number = (await world.open()).case.number
    case = await world.service.move(number, Move.EXTEND, TRIAGE, reason="要订灯杆", days=5)
    assert case.due_at is not None
    assert case.due_at.isoformat() == "2026-03-16T15:59:59+00:00"
    with pytest.raises(Conflict):
        await world.service.move(number, Move.EXTEND, TRIAGE, reason="还要", days=5)


async def test_supporting_departments_are_added_once(world: World) -> None:
    number = (await world.open()).case.number
    case = await world.service.move(number, Move.ADD_SUPPORT, TRIAGE, department=WATER)
    assert case.supporting == (ROADS, WATER)
    with pytest.raises(Invalid):
        await world.service.move(number, Move.ADD_SUPPORT, TRIAGE, department=WATER)


async def test_merging_names_the_lead_case(world: World) -> None:
    lead, other = (await world.open("k1")).case, (await world.open("k2")).case
    case = await world.service.move(
        other.number, Move.MERGE, TRIAGE, reason="同一盏灯", lead_number=lead.number
    )
    assert case.state is State.MERGED
    assert f"lead_number={lead.number}" in (await world.notices())[0]


async def test_rating(world: World) -> None:
    number = (await world.replied()).number
    case = await world.service.rate(number, 4, text="挺快")
    assert (case.rating, case.state) == (4, State.REPLIED)
    event = (await world.service.events(number))[-1]
    assert event.details == {"grade": "4", "text": "挺快"}


@pytest.mark.parametrize(
    ("move", "words", "field"),
    [
        (Move.REASSIGN, {"reason": "x"}, "department"),
        (Move.REASSIGN, {"reason": "x", "department": "别处的局"}, "department"),
        (Move.EXTEND, {"reason": "x"}, "days"),
        (Move.MERGE, {"reason": "x"}, "lead_number"),
        (Move.MERGE, {"reason": "x", "lead_number": "20260302999999"}, "lead_number"),
        (Move.NOTE, {}, "text"),
        (Move.NOTE, {"text": "长" * 5001}, "text"),
        (Move.SUPERVISE, {"reason": "长" * 5001}, "reason"),
    ],
)
async def test_a_move_without_what_it_needs_names_the_field(
    world: World, move: Move, words: dict[str, str], field: str
) -> None:
    number = (await world.open()).case.number
    with pytest.raises(Invalid) as refused:
        await world.service.move(number, move, TRIAGE, **words)  # type: ignore[arg-type] # strings only
    assert field in refused.value.fields
    assert len(await world.service.events(number)) == 2


async def test_a_reply_needs_words_and_a_rating_a_grade(world: World) -> None:
    number = (await world.open()).case.number
    await world.service.move(number, Move.ACCEPT, CLERK)
    with pytest.raises(Invalid):
        await world.service.move(number, Move.REPLY, CLERK, text="  ")
    await world.service.move(number, Move.REPLY, CLERK, text="已经修好。")
    with pytest.raises(Invalid):
        await world.service.rate(number, 6)


async def test_the_wrong_state_or_person_is_refused(world: World) -> None:
    number = (await world.open()).case.number
    with pytest.raises(MoveRefused, match="state"):
        await world.service.move(number, Move.REPLY, CLERK, text="x")
    with pytest.raises(MoveRefused, match="role"):
        await world.service.move(number, Move.ACCEPT, CITIZEN)


async def test_an_unknown_number(world: World) -> None:
    with pytest.raises(NotFound):
        await world.service.move("20260302000009", Move.NOTE, TRIAGE, text="x")
    with pytest.raises(NotFound):
        await world.service.get("nonsense\x00")


async def test_a_version_seen_too_long_ago_loses(world: World) -> None:
    case = (await world.open()).case
    await world.service.move(case.number, Move.NOTE, TRIAGE, text="x", seen_version=case.version)
    with pytest.raises(Conflict):
        await world.service.move(case.number, Move.ACCEPT, CLERK, seen_version=case.version)


async def test_two_moves_at_once_one_wins(world: World) -> None:
    case = (await world.open()).case

    async def accept() -> str:
        try:
            await world.service.move(case.number, Move.ACCEPT, CLERK, seen_version=case.version)
        except PolicylineError as error:
            return error.code
        return "won"

    outcomes = await asyncio.gather(*(accept() for _ in range(5)))
    assert sorted(outcomes) == ["changed_meanwhile"] * 4 + ["won"]
    assert len(await world.service.events(case.number)) == 3
    assert await world.service.check_chain(case.number) is None


async def test_a_case_without_a_conversation_tells_nobody(world: World) -> None:
    number = (await world.open(conversation_id="", channel="import")).case.number
    await world.service.move(number, Move.REASSIGN, TRIAGE, department=WATER, reason="x")
    async with world.storage.read() as unit:
        assert (await unit.outbox.counts(world.clock.now())).by_state == {}

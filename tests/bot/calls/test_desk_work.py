"""What operators do in a call: answers, cases, wrapping up; and who sees the caller."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.calls.model import CallState
from bot.calls.records import ActionKind
from bot.calls.wrapping import WrapUp
from bot.cases.model import DemandType, Move, Role
from bot.errors import Conflict, Invalid, NotFound
from bot.privacy import sentence_as_seen_by
from connectors.calls import Leg
from tests.bot.calls.world import AUDITOR, CALLER, LIN, WU, Desk, Echo, K


async def test_what_was_done_with_answers_is_kept_and_counted_once(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls)
    await calls.adopt(call.id, "a1", "照这样答", LIN)
    await calls.adopt(call.id, "a1", "照这样答", LIN)
    await calls.edit(call.id, "a2", "改一改", LIN)
    await calls.ignore(call.id, "a3", LIN)
    await calls.searched(call.id, "路灯", LIN)
    acts = await calls.actions(call.id)
    assert [(one.kind, one.suggestion_id, one.text, one.by) for one in acts] == [
        (ActionKind.ADOPT, "a1", "照这样答", "lin"),
        (ActionKind.EDIT, "a2", "改一改", "lin"),
        (ActionKind.IGNORE, "a3", "", "lin"),
        (ActionKind.SEARCH, "", "路灯", "lin"),
    ]
    figures = await calls.figures()
    assert (figures.adopted, figures.edited, figures.ignored) == (1, 1, 1)


async def test_an_answer_corrected_or_taken_again_is_kept_and_counted_once(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls)
    for text in ("5 月 1 日起", "6 月 1 日起"):
        await calls.edit(call.id, "a1", text, LIN)
    for answer in ("a1", "a2", "a1"):
        await calls.adopt(call.id, answer, answer, LIN)
    acts = await calls.actions(call.id)
    assert [one.text for one in acts] == ["5 月 1 日起", "6 月 1 日起", "a1", "a2", "a1"]
    figures = await calls.figures()
    assert (figures.adopted, figures.edited) == (2, 1)


async def test_a_seat_is_known_however_the_call_centre_writes_it(desk: Desk) -> None:
    calls = await desk.replica()
    await calls.sit("8001", LIN)
    call = await calls.take_event(desk.event(K.ANSWERED, operator="PJSIP/8001"))
    assert call.operator == LIN.id


async def test_a_wrap_up_is_corrected_after_the_promised_time(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls)
    promised = desk.clock.now() + timedelta(hours=1)
    await calls.wrap_up(call.id, "call_again", LIN, call_back_at=promised)
    await calls.called_back(call.id, LIN, "reached")
    desk.clock.advance(hours=2)
    again = await calls.wrap_up(call.id, "call_again", LIN, summary="改", call_back_at=promised)
    assert (again.summary, again.call_back_at) == ("改", promised)
    assert [entry.call_id for entry in await calls.call_backs()] == []


async def test_a_case_is_opened_from_the_form_once(desk: Desk) -> None:
    calls = await desk.replica(suggesting=Echo())
    call = await desk.answered(calls)
    await calls.take_fragment(desk.said("路灯不亮", leg=Leg.CITIZEN))
    await calls._listening.settled()
    for field, value in {
        "demand_type": "投诉",
        "title": "解放路路灯不亮",
        "text": "解放路的路灯坏了一周。",
        "place": "解放路",
        "contact_name": "王某",
        "confidential": "true",
    }.items():
        await calls.type_field(call.id, field, value, LIN)
    opened, again = await calls.open_case(call.id, LIN), await calls.open_case(call.id, WU)
    case = opened.case
    assert (opened.created, again.created, again.case.number) == (True, False, case.number)
    assert (case.channel, case.conversation_id) == (
        "hotline",
        await desk.storage.conversation_id("hotline", CALLER),
    )
    assert (case.sender_id, case.contact_phone, case.contact_name) == (CALLER, CALLER, "王某")
    assert (case.title, case.place) == ("解放路路灯不亮", "解放路")
    assert case.text == "解放路的路灯坏了一周。\n\n通话摘要：路灯不亮"
    assert (case.demand_type, case.confidential) == (DemandType.COMPLAINT, True)
    [began, *_] = await desk.cases.events(case.number)
    assert (began.actor.id, began.actor.role) == ("lin", Role.OPERATOR)
    assert (await calls.get(call.id)).case_number == case.number
    assert [one.kind for one in await calls.actions(call.id)].count(ActionKind.OPEN_CASE) == 1


async def test_a_case_is_where_its_callers_text_messages_come_in(desk: Desk) -> None:
    calls = await desk.replica()
    call = await calls.take_event(desk.event(K.ANSWERED, operator="lin", caller=f"0{CALLER}"))
    await calls.type_field(call.id, "text", "路灯不亮", LIN)
    opened = await calls.open_case(call.id, LIN)
    assert opened.case.conversation_id == await desk.storage.conversation_id("hotline", CALLER)


async def test_a_withheld_number_leaves_no_trace_in_the_case(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls, caller="anonymous")
    await calls.type_field(call.id, "text", "路灯不亮", LIN)
    case = (await calls.open_case(call.id, LIN)).case
    assert (case.sender_id, case.conversation_id, case.contact_phone) == ("", "", "")


async def test_who_wants_no_name_is_not_given_a_number(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls)
    await calls.type_field(call.id, "text", "举报一件事", LIN)
    await calls.type_field(call.id, "anonymous", "true", LIN)
    case = (await calls.open_case(call.id, LIN)).case
    assert (case.anonymous, case.contact_phone) == (True, "")


async def test_no_case_without_words(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls)
    with pytest.raises(Invalid):
        await calls.open_case(call.id, LIN)


async def test_a_call_joins_a_case_that_is_open(desk: Desk) -> None:
    calls = await desk.replica()
    first = await desk.answered(calls)
    await calls.type_field(first.id, "text", "路灯不亮", LIN)
    number = (await calls.open_case(first.id, LIN)).case.number
    second = await desk.answered(calls, "c2")
    await calls.type_field(second.id, "text", "还是不亮", LIN)
    await calls.join_case(second.id, number, LIN)
    await calls.join_case(second.id, f"{number[:8]} {number[8:]}", LIN)
    notes = [one for one in await desk.cases.events(number) if one.move is Move.NOTE]
    assert len(notes) == 1
    assert "还是不亮" in notes[0].details["text"]
    assert (await calls.get(second.id)).case_number == number
    with pytest.raises(NotFound):
        await calls.join_case(second.id, "20200101000001", LIN)


async def test_earlier_calls_and_cases_of_a_number(desk: Desk) -> None:
    calls = await desk.replica()
    first = await desk.answered(calls)
    await calls.type_field(first.id, "text", "路灯不亮", LIN)
    case = (await calls.open_case(first.id, LIN)).case
    await desk.answered(calls, "other", caller="13900000002")
    desk.clock.advance(days=1)
    second = await desk.answered(calls, "c2")
    earlier = await calls.earlier_of(CALLER, but=second.id)
    assert [one.id for one in earlier.calls] == [first.id]
    assert [one.number for one in earlier.cases] == [case.number]
    named = await desk.answered(calls, "c3", caller="13900000003")
    await calls.type_field(named.id, "contact_phone", CALLER, LIN)
    await calls.type_field(named.id, "text", "替他打的", LIN)
    theirs = (await calls.open_case(named.id, LIN)).case
    found = (await calls.earlier_of(CALLER)).cases
    assert {one.number for one in found} == {case.number, theirs.number}
    assert (await calls.earlier_of("")).calls == ()


async def test_wrapping_up_and_correcting_it(desk: Desk) -> None:
    calls = await desk.replica(suggesting=Echo())
    call = await desk.answered(calls)
    await calls.take_fragment(desk.said("路灯不亮"))
    done = await calls.wrap_up(call.id, WrapUp.ANSWERED, LIN)
    assert (done.state, done.wrap_up, done.summary) == (
        CallState.WRAPPED_UP,
        "answered",
        "路灯不亮",
    )
    assert done.ended_at == desk.clock.now()
    desk.clock.advance(seconds=5)
    late = await calls.take_event(desk.event(K.ENDED))
    assert (late.state, late.ended_at) == (CallState.WRAPPED_UP, desk.clock.now())
    again = await calls.wrap_up(call.id, "wrong_number", LIN, summary="打错了")
    assert (again.wrap_up, again.summary) == ("wrong_number", "打错了")


async def test_a_call_known_from_words_alone_is_wrapped_up(desk: Desk) -> None:
    calls = await desk.replica()
    await calls.take_fragment(desk.said("喂"))
    [call] = await calls.running()
    assert (await calls.wrap_up(call.id, "silent", LIN)).state is CallState.WRAPPED_UP


async def test_what_cannot_be_wrapped_up_so(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls)
    waiting = await calls.take_event(desk.event(K.OFFERED, "c2"))
    past = desk.clock.now() - timedelta(hours=1)
    with pytest.raises(Invalid):
        await calls.wrap_up(call.id, "nonsense", LIN)
    with pytest.raises(Invalid):
        await calls.wrap_up(call.id, "call_again", LIN)
    with pytest.raises(Invalid):
        await calls.wrap_up(call.id, "call_again", LIN, call_back_at=past)
    with pytest.raises(Conflict):
        await calls.wrap_up(waiting.id, "answered", LIN)
    assert (await calls.get(call.id)).state is CallState.TALKING


async def test_the_number_is_masked_or_its_sight_is_written_down(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls)
    said = await calls.take_fragment(desk.said("我的电话是13900000001"))
    assert said is not None
    assert (await calls.shown(call, AUDITOR)).caller == "139****0001"
    assert "13900000001" not in sentence_as_seen_by(said, AUDITOR).text
    async with desk.storage.read() as unit:
        assert await unit.audit.entries(subject=call.id) == ()
    assert (await calls.shown(call, LIN)).caller == CALLER
    async with desk.storage.read() as unit:
        [entry] = await unit.audit.entries(subject=call.id)
    assert (entry.actor, entry.action, entry.details) == ("lin", "call.see_caller", {})

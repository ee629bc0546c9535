"""Missed callers, promised calls, the supervisor's figures, and forgetting."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.calls.call_backs import call_back_as_seen_by
from bot.calls.records import Figures
from bot.errors import Conflict, Invalid
from tests.bot.calls.world import AUDITOR, CALLER, LIN, Desk, Echo, K


async def test_a_missed_caller_stands_on_the_list_with_all_tries(desk: Desk) -> None:
    calls = await desk.replica()
    began = desk.clock.now()
    await desk.missed(calls, "c1")
    desk.clock.advance(minutes=5)
    last = await desk.missed(calls, "c2")
    await desk.missed(calls, "hidden", caller="")
    [entry] = await calls.call_backs()
    assert (entry.call_id, entry.caller, entry.calls) == (last.id, CALLER, 2)
    assert (entry.first_at, entry.last_at) == (began, last.offered_at)
    assert call_back_as_seen_by(entry, AUDITOR).caller == "139****0001"
    assert call_back_as_seen_by(entry, LIN) == entry


async def test_called_back_in_vain_stays_and_reached_leaves(desk: Desk) -> None:
    calls = await desk.replica()
    await desk.missed(calls, "c1")
    missed = await desk.missed(calls, "c2")
    await calls.called_back(missed.id, LIN, "nobody")
    [entry] = await calls.call_backs()
    assert entry.tries == 1
    await calls.called_back(missed.id, LIN, "reached")
    assert await calls.call_backs() == ()
    [done] = await calls.call_backs(open_only=False)
    assert (done.calls, done.by, done.outcome) == (2, "lin", "reached")
    with pytest.raises(Conflict):
        await calls.called_back(missed.id, LIN, "reached")
    with pytest.raises(Invalid):
        await calls.called_back(missed.id, LIN, "perhaps")
    figures = await calls.figures()
    assert (figures.missed, figures.called_back) == (2, 2)


async def test_who_reaches_somebody_the_same_day_leaves_by_themselves(desk: Desk) -> None:
    calls = await desk.replica()
    await desk.missed(calls, "c1")
    await desk.missed(calls, "other", caller="13900000002")
    desk.clock.advance(hours=1)
    await desk.answered(calls, "c2")
    assert [one.caller for one in await calls.call_backs()] == ["13900000002"]
    figures = await calls.figures()
    assert (figures.missed, figures.reached_later, figures.called_back) == (2, 1, 0)
    await desk.missed(calls, "c3")
    assert {one.caller for one in await calls.call_backs()} == {"13900000002", CALLER}


async def test_who_reaches_somebody_the_next_day_is_still_owed_a_call(desk: Desk) -> None:
    calls = await desk.replica()
    await desk.missed(calls, "c1")
    desk.clock.advance(days=1)
    await desk.answered(calls, "c2")
    assert len(await calls.call_backs()) == 1
    desk.clock.advance(days=7)
    assert await calls.call_backs() == ()


async def test_a_promised_call_is_on_the_list_until_it_is_made(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls)
    at = desk.clock.now() + timedelta(days=1)
    await calls.wrap_up(call.id, "call_again", LIN, call_back_at=at)
    [entry] = await calls.call_backs()
    assert (entry.call_id, entry.due_at, entry.calls) == (call.id, at, 0)
    await calls.called_back(call.id, LIN, "not_wanted")
    assert await calls.call_backs() == ()
    await calls.wrap_up(call.id, "call_again", LIN, call_back_at=at + timedelta(days=1))
    assert len(await calls.call_backs()) == 1


async def test_the_figures_of_a_day(desk: Desk) -> None:
    calls = await desk.replica(suggesting=Echo())
    for at, after_s in enumerate((3, 10, 15, 40)):
        call = await desk.answered(calls, f"c{at}", caller=f"1390000001{at}", after_s=after_s)
        await calls.take_fragment(desk.said("路灯不亮", call_id=f"c{at}"))
        await calls._listening.settled()
        await calls.take_event(desk.event(K.ENDED, f"c{at}"))
    await calls.adopt(call.id, "a1", "", LIN)
    await calls.wrap_up(call.id, "answered", LIN)
    await desk.missed(calls, "m")
    await desk.answered(calls, "going on", caller="13900000020", after_s=5)
    await calls.take_event(desk.event(K.OFFERED, "waits", caller="13900000021"))
    figures = await calls.figures()
    assert (figures.offered, figures.answered, figures.missed, figures.handled) == (7, 5, 1, 4)
    assert (figures.wrapped_up, figures.suggested, figures.adopted_calls) == (1, 4, 1)
    assert (figures.wait_p50_s, figures.wait_p90_s) == (10.0, 40.0)
    assert (figures.within_15_s_share, figures.adopted_share) == (0.8, 0.25)
    assert figures.connect_rate == pytest.approx(5 / 6)
    now = await calls.now()
    assert (now.waiting, now.running) == (1, 1)
    [(name, own)] = (await calls.by_operator()).items()
    assert (name, own.answered, own.missed) == ("lin", 5, 0)
    desk.clock.advance(days=1)
    empty = await calls.figures()
    assert empty == Figures()
    assert (empty.connect_rate, empty.adopted_share, empty.wait_p50_s) == (None, None, None)


async def test_the_day_is_the_one_in_china(desk: Desk) -> None:
    calls = await desk.replica()
    desk.clock.advance(hours=13, minutes=59)  # 23:59 there
    await desk.missed(calls, "c1")
    desk.clock.advance(minutes=1)
    await desk.answered(calls, "c2")
    figures = await calls.figures()
    assert (figures.offered, figures.answered) == (1, 1)
    assert len(await calls.call_backs()) == 1


async def test_words_and_numbers_are_forgotten_and_figures_stay(desk: Desk) -> None:
    calls = await desk.replica(suggesting=Echo())
    await desk.missed(calls, "m")
    day = desk.clock.now().date()
    call = await desk.answered(calls)
    await calls.take_fragment(desk.said("路灯不亮"))
    await calls._listening.settled()
    await calls.edit(call.id, "a1", "说过的话", LIN)
    await calls.type_field(call.id, "text", "打过的字", LIN)
    await calls.wrap_up(call.id, "answered", LIN)
    before = await calls.figures(day)
    desk.clock.advance(days=179, hours=23)
    assert await calls.forget(180) == 0
    desk.clock.advance(hours=2)
    assert [await calls.forget(180), await calls.forget(180)] == [2, 0]
    old = await calls.get(call.id)
    assert (old.caller, old.summary, old.wrap_up) == ("", "", "answered")
    assert await calls.sentences(call.id) == ()
    assert await calls.draft(call.id) == {}
    assert (await calls.suggestions(call.id)).latest is None
    assert {one.text for one in await calls.actions(call.id)} == {"", "answered"}
    assert (await calls.earlier_of(CALLER)).calls == ()
    assert await calls.figures(day) == before
    late = await calls.take_event(desk.event(K.ENDED))
    assert (late.id, late.caller) == (call.id, "")

"""Events and sentences: kept once, in order, whichever replica takes them."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.calls.model import CallState
from bot.errors import Invalid, NotFound
from bot.storage.units import Storage
from connectors.calls import Leg
from tests.bot.calls.world import CALLER, LIN, Desk, K

_TAKE_AND_DIE = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from bot.cache import Cache
from bot.calls.listening import Listening
from bot.calls.service import Calls
from bot.clock import RandomIds, SystemClock
from bot.storage.units import Storage
from connectors.calls import Leg, SpeechFragment

async def main():
    storage, cache, clock = Storage(sys.argv[1]), Cache("redis://127.0.0.1:1/0"), SystemClock()
    listening = Listening(storage, clock, cache, None, owner="dies")
    calls = Calls(storage, clock, RandomIds(), cache, listening, None)
    await calls.take_fragment(SpeechFragment(call_id="c1", leg=Leg.CITIZEN, text="路灯不亮",
        committed=True, external_id="s1", at=datetime.now(UTC)))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_a_call_from_ring_to_end(desk: Desk) -> None:
    calls = await desk.replica()
    await calls.take_event(desk.event(K.OFFERED))
    assert [call.caller for call in await calls.waiting()] == [CALLER]
    desk.clock.advance(seconds=7)
    call = await calls.take_event(desk.event(K.ANSWERED, operator="lin"))
    assert (call.state, call.operator) == (CallState.TALKING, "lin")
    assert await calls.waiting() == ()
    assert await calls.running() == await calls.of_operator("lin") == (call,)
    desk.clock.advance(seconds=60)
    ended = await calls.take_event(desk.event(K.ENDED))
    assert (ended.id, ended.state, ended.ended_at) == (call.id, CallState.ENDED, desk.clock.now())
    assert await calls.running() == ()


async def test_a_feed_is_told_which_of_its_calls_are_stored_as_on(desk: Desk) -> None:
    calls = await desk.replica()
    on = await desk.answered(calls)
    await desk.missed(calls, "c2")
    await calls.take_event(desk.event(K.OFFERED, "c3", feed="esl"))
    assert await calls.live_of_feed("ami") == (on,)


async def test_an_event_told_twice_changes_nothing(desk: Desk) -> None:
    calls, other = await desk.replica(), await desk.replica("r2")
    event = desk.event(K.OFFERED)
    first = await calls.take_event(event)
    desk.clock.advance(days=1)
    assert await other.take_event(event) == first
    assert len(await calls.waiting()) == 1


async def test_the_end_told_before_the_beginning(desk: Desk) -> None:
    calls = await desk.replica()
    offered, answered = desk.event(K.OFFERED), desk.event(K.ANSWERED, operator="lin")
    desk.clock.advance(seconds=60)
    early = await calls.take_event(desk.event(K.ENDED))
    assert early.state is CallState.ABANDONED
    await calls.take_event(answered)
    call = await calls.take_event(offered)
    assert (call.id, call.state, call.operator) == (early.id, CallState.ENDED, "lin")


async def test_two_feeds_use_one_id_for_two_calls(desk: Desk) -> None:
    calls = await desk.replica()
    ami = await calls.take_event(desk.event(K.ANSWERED, feed="ami", operator="lin"))
    esl = await calls.take_event(desk.event(K.ANSWERED, feed="esl", operator="wu", caller="8001"))
    assert ami.id != esl.id
    await calls.take_fragment(desk.said("路灯不亮", feed="ami"))
    await calls.take_fragment(desk.said("水管爆了", feed="esl"))
    assert [one.text for one in await calls.sentences(ami.id)] == ["路灯不亮"]
    assert [one.text for one in await calls.sentences(esl.id)] == ["水管爆了"]
    await calls.take_event(desk.event(K.ENDED, feed="esl"))
    assert (await calls.get(ami.id)).state is CallState.TALKING


async def test_an_id_used_again_another_day_is_another_call(desk: Desk) -> None:
    calls = await desk.replica()
    first = await desk.answered(calls)
    await calls.take_event(desk.event(K.ENDED))
    desk.clock.advance(days=1)
    second = await desk.answered(calls, caller="13900000002")
    assert (second.id == first.id, second.caller) == (False, "13900000002")
    assert (await calls.get(first.id)).state is CallState.ENDED


async def test_events_of_a_call_that_ended_yesterday_change_nothing(desk: Desk) -> None:
    calls = await desk.replica()
    await desk.answered(calls)
    ended = await calls.take_event(desk.event(K.ENDED))
    desk.clock.advance(days=1)
    for kind in (K.HELD, K.ENDED, K.TRANSFERRED):
        late = await calls.take_event(desk.event(kind, operator="wu", to="110"))
        assert (late.id, late.state, late.ended_at) == (ended.id, ended.state, ended.ended_at)
        assert late.operator == "lin"


async def test_words_before_any_event_make_a_call_the_feed_then_knows(desk: Desk) -> None:
    calls = await desk.replica()
    await calls.take_fragment(desk.said("你好"))
    [made] = await calls.running()
    assert (made.feed, made.caller) == ("", "")
    call = await calls.take_event(desk.event(K.ANSWERED, operator="lin"))
    assert (call.id, call.feed, call.caller) == (made.id, "ami", CALLER)


async def test_sentences_in_order_and_once(desk: Desk) -> None:
    calls, other = await desk.replica(), await desk.replica("r2")
    call = await desk.answered(calls)
    first = desk.said("第一句", "1")
    kept = await calls.take_fragment(first)
    await other.take_fragment(desk.said("您好", "1", leg=Leg.OPERATOR))
    await calls.take_fragment(desk.said("第三句", "3"))
    await calls.take_fragment(desk.said("第二句", "2"))
    assert await other.take_fragment(first) == kept
    found = await calls.sentences(call.id)
    assert [(one.seq, one.text) for one in found] == [
        (0, "第一句"), (1, "您好"), (2, "第三句"), (3, "第二句"),
    ]  # fmt: skip
    assert await calls.sentences(call.id, 1) == found[2:]


async def test_two_replicas_at_once_leave_no_gap_and_count_once(desk: Desk) -> None:
    replicas = [await desk.replica("r1"), await desk.replica("r2")]
    fragments = [desk.said(f"第{at}句", f"s{at}") for at in range(12)]
    events = [desk.event(K.OFFERED), desk.event(K.ANSWERED, operator="lin")]
    takes = [one.take_fragment(each) for each in fragments for one in replicas]
    tells = [one.take_event(each) for each in events for one in replicas]
    await asyncio.gather(*takes, *tells)
    [call] = await replicas[0].running()
    found = await replicas[1].sentences(call.id)
    assert [one.seq for one in found] == list(range(12))
    assert {one.text for one in found} == {each.text for each in fragments}
    async with desk.storage.read() as unit:
        assert len(await unit.calls.events(call.id)) == 2


async def test_what_is_being_said_is_shown_until_it_is_committed(desk: Desk) -> None:
    calls, other = await desk.replica(), await desk.replica("r2")
    call = await desk.answered(calls)
    early = desk.said("路", committed=False)
    desk.clock.advance(seconds=1)
    await calls.take_fragment(desk.said("路灯不", committed=False))
    await calls.take_fragment(early)
    assert await other.partials(call.id) == {Leg.CITIZEN: "路灯不"}
    desk.clock.advance(seconds=1)
    late = desk.said("路灯不亮", committed=False)
    desk.clock.advance(seconds=1)
    await other.take_fragment(desk.said("路灯不亮。"))
    await other.take_fragment(late)
    assert await calls.partials(call.id) == {}


async def test_silence_is_no_sentence(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls)
    assert await calls.take_fragment(desk.said("  ")) is None
    assert await calls.sentences(call.id) == ()


async def test_a_call_of_three_hours(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls)
    for at in range(180):
        desk.clock.advance(minutes=1)
        await calls.take_fragment(desk.said(f"第{at}句"))
    assert await calls.sweep() == 0
    ended = await calls.take_event(desk.event(K.ENDED))
    assert (ended.id, len(await calls.sentences(call.id))) == (call.id, 180)


async def test_a_call_whose_end_was_never_told_ends_where_it_was_last_heard(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls)
    desk.clock.advance(minutes=3)
    await calls.take_fragment(desk.said("再见"))
    heard = desk.clock.now()
    desk.clock.advance(hours=6, seconds=1)
    assert [await calls.sweep(), await calls.sweep()] == [1, 0]
    over = await calls.get(call.id)
    assert (over.state, over.ended_at) == (CallState.ENDED, heard)


async def test_a_seat_says_whose_call_it_is(desk: Desk) -> None:
    calls = await desk.replica()
    await calls.sit("8001", LIN)
    call = await calls.take_event(desk.event(K.ANSWERED, operator="8001"))
    assert call.operator == "lin"
    await calls.sit("8002", LIN)
    other = await calls.take_event(desk.event(K.ANSWERED, "c2", operator="8001"))
    assert other.operator == "8001"


async def test_by_hand_where_the_feed_is_away(desk: Desk) -> None:
    calls = await desk.replica()
    call = await calls.begin(LIN, caller="0139 0000 0001")
    assert (call.state, call.operator, call.caller) == (CallState.TALKING, "lin", CALLER)
    assert (await calls.tell(call.id, K.HELD, LIN)).state is CallState.HELD
    desk.clock.advance(seconds=30)
    gone = await calls.tell(call.id, K.TRANSFERRED, LIN, to="110")
    assert gone.transferred_to == "110"
    over = await calls.tell(call.id, K.ENDED, LIN)
    assert (over.state, over.held_s) == (CallState.ENDED, 30.0)


async def test_told_by_hand_and_by_the_feed_it_stays_one_call(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls)
    await calls.tell(call.id, K.ENDED, LIN)
    desk.clock.advance(seconds=3)
    again = await calls.take_event(desk.event(K.ENDED))
    assert (again.id, again.feed) == (call.id, "ami")


async def test_what_names_no_call_is_refused(desk: Desk) -> None:
    calls = await desk.replica()
    with pytest.raises(Invalid):
        await calls.take_event(desk.event(K.OFFERED, " "))
    with pytest.raises(Invalid):
        await calls.take_fragment(desk.said("你好", call_id=""))
    with pytest.raises(NotFound):
        await calls.tell("none", K.ENDED, LIN)


async def test_overlong_and_broken_values_are_kept_as_far_as_they_go(desk: Desk) -> None:
    calls = await desk.replica()
    long = replace(
        desk.event(K.ANSWERED, "x" * 500, operator="王" * 200), external_id="e" * 900, queue="\x00q"
    )
    call = await calls.take_event(long)
    assert await calls.take_event(long) == call
    assert (len(call.operator), call.queue) == (80, "q")
    odd = replace(desk.said("好\ud83d", call_id="x" * 500), start_ms=-5, end_ms=2**40)
    kept = await calls.take_fragment(odd)
    assert kept is not None
    assert (kept.start_ms, kept.end_ms) == (0, 2**31 - 1)
    [read] = await calls.sentences(call.id)
    assert read.text == kept.text == "好\ufffd"


async def test_a_committed_sentence_survives_kill_9(storage: Storage, database_url: str) -> None:
    done = subprocess.run(  # noqa: ASYNC221 - nothing else runs meanwhile
        [sys.executable, "-c", _TAKE_AND_DIE, database_url],
        cwd=Path(__file__).parents[3],
        check=False,
    )
    async with storage.read() as unit:
        [kept] = await unit.calls.with_id("c1")
        [sentence] = await unit.calls.sentences(kept.call.id)
    assert done.returncode == -signal.SIGKILL
    assert (kept.sentences, sentence.text) == (1, "路灯不亮")


async def test_no_words_and_no_number_in_a_repr(desk: Desk) -> None:
    calls = await desk.replica()
    event, said = desk.event(K.ANSWERED, operator="lin"), desk.said("路灯不亮")
    call, sentence = await calls.take_event(event), await calls.take_fragment(said)
    shown = repr((event, said, call, sentence))
    assert CALLER not in shown
    assert "路灯" not in shown

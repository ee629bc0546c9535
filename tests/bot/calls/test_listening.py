"""Suggestions: worked out beside the call, once at a time, and never left behind."""

from __future__ import annotations

import asyncio

import pytest

from bot.calls.records import Heard, Source
from connectors.calls import Leg
from tests.bot.calls.world import LIN, Desk, Echo
from tests.bot.calls.world import K as Kind


async def test_a_sentence_of_the_citizen_brings_suggestions_and_fills_the_form(desk: Desk) -> None:
    echo = Echo()
    calls = await desk.replica(suggesting=echo)
    call = await desk.answered(calls)
    await calls.take_fragment(desk.said("您好", leg=Leg.OPERATOR))
    await calls.take_fragment(desk.said("路灯不亮在解放路"))
    await calls._listening.settled()
    found = await calls.suggestions(call.id, history=True)
    assert found.latest is not None
    assert (found.latest.seq, found.latest.answers, found.behind) == (1, 1, False)
    assert found.latest.content["question"] == "路灯不亮在解放路"
    assert found.history == (found.latest,)
    draft = await calls.draft(call.id)
    assert {name: (one.value, one.source, one.seq) for name, one in draft.items()} == {
        "text": ("您好", Source.HEARD, 0),
        "place": ("解放路", Source.HEARD, 1),
    }
    assert echo.asked == [2]


async def test_taking_a_sentence_does_not_wait_for_its_suggestions(desk: Desk) -> None:
    echo = Echo()
    echo.gate.clear()
    calls = await desk.replica(suggesting=echo)
    call = await desk.answered(calls)
    await calls.take_fragment(desk.said("路灯不亮"))
    found = await calls.suggestions(call.id)
    assert (found.latest, found.behind) == (None, True)
    echo.gate.set()
    await calls._listening.settled()
    assert (await calls.suggestions(call.id)).behind is False


async def test_sentences_taken_meanwhile_are_answered_together_by_one_process(desk: Desk) -> None:
    echo = Echo()
    echo.gate.clear()
    calls = await desk.replica("r1", suggesting=echo)
    other = await desk.replica("r2", suggesting=echo)
    call = await desk.answered(calls)
    await calls.take_fragment(desk.said("第一句"))
    for at in range(3):
        await (calls, other)[at % 2].take_fragment(desk.said(f"又一句{at}"))
    echo.gate.set()
    await calls._listening.settled()
    found = await other.suggestions(call.id, history=True)
    assert found.latest is not None
    assert (found.latest.seq, found.behind) == (3, False)
    assert (echo.most_running, echo.asked[-1]) == (1, 4)
    assert len(found.history) <= 2


async def test_many_sentences_at_once_from_two_replicas_end_up_answered(desk: Desk) -> None:
    echo = Echo()
    replicas = [await desk.replica(name, suggesting=echo) for name in ("r1", "r2")]
    call = await desk.answered(replicas[0])
    fragments = [desk.said(f"第{at}句") for at in range(10)]
    await asyncio.gather(
        *(replicas[at % 2].take_fragment(each) for at, each in enumerate(fragments))
    )
    for one in replicas:
        await one._listening.settled()
    found = await replicas[0].suggestions(call.id)
    assert found.latest is not None
    assert (found.latest.seq, found.behind, echo.most_running) == (9, False, 1)


async def test_another_process_goes_on_where_one_died(desk: Desk) -> None:
    stuck, echo = Echo(), Echo()
    stuck.gate.clear()
    dead = await desk.replica("dead", suggesting=stuck)
    calls = await desk.replica("alive", suggesting=echo)
    call = await desk.answered(calls)
    await dead.take_fragment(desk.said("路灯不亮"))
    await dead._listening.close()
    assert await calls.take_over() == 0
    await calls.suggestions(call.id)
    assert echo.asked == []
    desk.clock.advance(seconds=2)
    assert (await calls.suggestions(call.id)).behind is True
    await calls._listening.settled()
    assert (await calls.suggestions(call.id)).behind is False


async def test_the_worker_goes_on_where_nobody_looks(desk: Desk) -> None:
    stuck, echo = Echo(), Echo()
    stuck.gate.clear()
    dead, calls = await desk.replica("dead", suggesting=stuck), await desk.replica(suggesting=echo)
    await dead.take_fragment(desk.said("路灯不亮"))
    await dead._listening.close()
    desk.clock.advance(seconds=2)
    assert [await calls.take_over(), await calls.take_over()] == [1, 0]
    await calls._listening.settled()
    assert echo.asked == [1]


async def test_a_failure_is_logged_without_words_and_the_next_sentence_tries_again(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    echo = Echo(broken=True)
    calls = await desk.replica(suggesting=echo)
    call = await desk.answered(calls)
    await calls.take_fragment(desk.said("路灯不亮"))
    await calls._listening.settled()
    assert (await calls.suggestions(call.id)).latest is None
    assert "ValueError" in {getattr(record, "error", "") for record in caplog.records}
    assert "路灯" not in caplog.text
    echo.broken = False
    await calls.take_fragment(desk.said("在解放路"))
    await calls._listening.settled()
    assert (await calls.suggestions(call.id)).behind is False


async def test_what_was_typed_is_never_written_over(desk: Desk) -> None:
    calls = await desk.replica(suggesting=Echo())
    call = await desk.answered(calls)
    await calls.type_field(call.id, "place", "人民路 8 号", LIN)
    await calls.type_field(call.id, "text", "", LIN)
    await calls.take_fragment(desk.said("路灯不亮在解放路"))
    await calls._listening.settled()
    draft = await calls.draft(call.id)
    assert (draft["place"].value, draft["place"].by) == ("人民路 8 号", "lin")
    assert (draft["text"].value, draft["text"].source) == ("", Source.TYPED)


async def test_an_older_reading_changes_nothing_of_a_newer_one(desk: Desk) -> None:
    slow, echo = Echo(), Echo()
    slow.gate.clear()
    stuck = await desk.replica("stuck", suggesting=slow)
    calls = await desk.replica("alive", suggesting=echo)
    call = await desk.answered(calls)
    await stuck.take_fragment(desk.said("在东门"))
    await slow.began.wait()
    desk.clock.advance(seconds=2)
    await calls.take_fragment(desk.said("在西门"))
    await calls._listening.settled()
    slow.gate.set()
    await stuck._listening.settled()
    found = await calls.suggestions(call.id, history=True)
    assert [one.seq for one in found.history] == [1]
    assert (await calls.draft(call.id))["place"].value == "西门"


async def test_what_is_typed_while_suggestions_are_computed_stays(desk: Desk) -> None:
    echo = Echo()
    echo.gate.clear()
    calls = await desk.replica(suggesting=echo)
    call = await desk.answered(calls)
    await calls.take_fragment(desk.said("路灯不亮在解放路"))
    await echo.began.wait()
    await calls.type_field(call.id, "place", "人民路", LIN)
    echo.gate.set()
    await calls._listening.settled()
    assert (await calls.draft(call.id))["place"].value == "人民路"


async def test_a_sentence_taken_at_the_last_moment_is_not_left_behind(desk: Desk) -> None:
    calls = await desk.replica(suggesting=Echo())
    call = await desk.answered(calls)
    late = [desk.said("还有一句")]

    class Nosy:
        """A citizen who speaks on at the moment the suggestions come up."""

        async def wake(self, *topics: str) -> None:
            while late:
                await calls.take_fragment(late.pop())

    calls._listening._passing = Nosy()  # type: ignore[assignment] # only wakes
    await calls.take_fragment(desk.said("路灯不亮"))
    await calls._listening.settled()
    assert (await calls.suggestions(call.id)).behind is False


async def test_what_is_heard_no_longer_leaves_the_form(desk: Desk) -> None:
    calls = await desk.replica(suggesting=Echo())
    call = await desk.answered(calls)
    await calls.take_fragment(desk.said("在东门"))
    await calls._listening.settled()
    async with desk.storage.begin() as unit:
        await unit.call_work.fill(call.id, {"time": Heard(value="昨天")}, (), now=desk.clock.now())
    await calls.take_fragment(desk.said("你听见了吗"))
    await calls._listening.settled()
    assert set(await calls.draft(call.id)) == {"text", "place"}


async def test_what_was_answered_is_known_to_the_next_suggestions(desk: Desk) -> None:
    echo = Echo()
    calls = await desk.replica(suggesting=echo)
    call = await desk.answered(calls)
    for text in ("办证要带什么", "多久能办好"):
        await calls.take_fragment(desk.said(text))
        await calls._listening.settled()
    assert echo.answered == -1
    await calls.adopt(call.id, "a1", "身份证", LIN)
    await calls.take_fragment(desk.said("好的"))
    await calls._listening.settled()
    assert echo.answered == 1


async def test_nothing_is_suggested_where_nobody_can(desk: Desk) -> None:
    calls = await desk.replica()
    call = await desk.answered(calls)
    await calls.take_fragment(desk.said("路灯不亮"))
    await calls.take_event(desk.event(Kind.ENDED))
    found = await calls.suggestions(call.id)
    assert (found.latest, await calls.take_over(), await calls.draft(call.id)) == (None, 0, {})

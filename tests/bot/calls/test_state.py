"""A call's state from what was told of it, in whatever order."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from bot.calls.model import CallState
from bot.calls.numbers import caller_number
from bot.calls.state import told_of
from connectors.calls import CallEvent, CallEventKind

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
K, S = CallEventKind, CallState


def told(at_s: float, kind: CallEventKind, operator: str = "", **more: str) -> CallEvent:
    return CallEvent(
        feed="ami",
        external_id=f"{at_s}-{kind}",
        call_id="c",
        kind=kind,
        operator=operator,
        at=START + timedelta(seconds=at_s),
        **more,  # type: ignore[arg-type] # strings
    )


WHOLE = (
    told(0, K.OFFERED, caller="13900000001", queue="12345"),
    told(2, K.RINGING, "lin"),
    told(9, K.ANSWERED, "lin"),
    told(60, K.HELD, "lin"),
    told(80, K.RESUMED, "lin"),
    told(200, K.ENDED, "lin"),
)


def test_a_whole_call() -> None:
    call = told_of(WHOLE)
    assert call.state is S.ENDED
    assert (call.caller, call.queue, call.operator) == ("13900000001", "12345", "lin")
    assert (call.wait_s, call.held_s) == (9.0, 20.0)
    assert call.ended_at == START + timedelta(seconds=200)


def test_any_order_of_telling_comes_to_the_same() -> None:
    assert {told_of(order) for order in itertools.permutations(WHOLE)} == {told_of(WHOLE)}


def test_an_event_told_early_waits_for_those_before_it() -> None:
    early = told_of([WHOLE[5]])
    assert early.state is S.ABANDONED
    assert told_of([WHOLE[5], WHOLE[0]]).offered_at == START
    assert told_of([WHOLE[5], WHOLE[0], WHOLE[2]]).state is S.ENDED


def test_events_of_one_moment_are_put_in_the_order_they_can_only_have_had() -> None:
    call = told_of([told(5, K.ANSWERED, "lin"), told(5, K.RINGING, "lin"), told(5, K.OFFERED)])
    assert (call.state, call.wait_s) == (S.TALKING, 0.0)


def test_a_desk_that_did_not_answer_has_not_the_call() -> None:
    call = told_of([told(0, K.OFFERED), told(1, K.RINGING, "lin"), told(20, K.OFFERED)])
    assert (call.state, call.operator) == (S.WAITING, "")


def test_a_desk_that_rings_beside_does_not_take_the_call() -> None:
    call = told_of(
        [told(0, K.RINGING, "lin"), told(2, K.ANSWERED, "lin"), told(3, K.RINGING, "wu")]
    )
    assert (call.state, call.operator) == (S.TALKING, "lin")


@pytest.mark.parametrize("end", [K.ENDED, K.ABANDONED])
def test_whoever_gives_up_before_an_answer_is_missed(end: CallEventKind) -> None:
    call = told_of([told(0, K.OFFERED), told(30, end)])
    assert (call.state, call.answered_at) == (S.ABANDONED, None)


def test_words_were_spoken_so_it_was_answered_whatever_was_told() -> None:
    call = told_of([told(0, K.OFFERED), told(90, K.ENDED)], heard_at=START + timedelta(seconds=8))
    assert call.state is S.ENDED


def test_a_hold_without_an_answer_implies_one() -> None:
    call = told_of([told(0, K.OFFERED), told(30, K.HELD, "lin")])
    assert (call.state, call.wait_s) == (S.HELD, 30.0)


def test_a_transfer_to_another_operator() -> None:
    before = [*WHOLE[:3], told(100, K.TRANSFERRED, "lin", to="8002"), told(101, K.ENDED, "lin")]
    ringing = [*before, told(103, K.RINGING, "wu")]
    answered = [*ringing, told(107, K.ANSWERED, "wu")]
    assert told_of(before).state is S.ENDED
    assert (told_of(ringing).state, told_of(ringing).operator) == (S.RINGING, "wu")
    call = told_of(answered)
    assert (call.state, call.operator, call.transferred_to) == (S.TALKING, "wu", "8002")
    assert (call.wait_s, call.ended_at) == (9.0, None)
    assert told_of([*answered, told(300, K.ENDED)]).ended_at == START + timedelta(seconds=300)


def test_a_transfer_outside_ends_with_the_call() -> None:
    call = told_of([*WHOLE[:3], told(30, K.TRANSFERRED, "lin", to="110"), told(32, K.ENDED)])
    assert (call.state, call.transferred_to, call.operator) == (S.ENDED, "110", "lin")


def test_a_call_that_came_back_from_an_emergency_number_is_there_no_more() -> None:
    sent_on = [*WHOLE[:3], told(30, K.TRANSFERRED, "lin", to="120"), told(31, K.OFFERED)]
    back = told_of([*sent_on, told(40, K.ANSWERED, "wu")])
    assert told_of(sent_on).transferred_to == "120"
    assert (back.state, back.operator, back.transferred_to) == (S.TALKING, "wu", "")


def test_giving_up_after_a_transfer_is_missed_though_it_was_answered() -> None:
    passed_on = [told(30, K.TRANSFERRED, to="queue 2"), told(31, K.OFFERED), told(90, K.ABANDONED)]
    call = told_of([*WHOLE[:3], *passed_on])
    assert call.state is S.ABANDONED
    assert call.answered_at is not None


def test_what_is_told_after_the_end_changes_nothing() -> None:
    late = [told(90_000, K.HELD, "wu"), told(90_001, K.RINGING, "wu"), told(90_002, K.ENDED)]
    assert told_of([*WHOLE, *late]) == told_of(WHOLE)


def test_a_call_on_hold_when_it_ends_was_held_until_then() -> None:
    assert told_of([*WHOLE[:4], WHOLE[5]]).held_s == 140.0


def test_wrapped_up_though_its_end_was_never_told() -> None:
    at = START + timedelta(seconds=150)
    call = told_of(WHOLE[:3], wrapped_up_at=at)
    assert (call.state, call.ended_at) == (S.WRAPPED_UP, at)
    assert told_of(WHOLE, wrapped_up_at=at).ended_at == START + timedelta(seconds=200)


def test_a_call_known_from_its_words_alone() -> None:
    call = told_of([], heard_at=START)
    assert (call.state, call.offered_at, call.wait_s) == (S.TALKING, START, None)


def test_nothing_is_no_call() -> None:
    with pytest.raises(ValueError, match="nothing is known"):
        told_of([])


@pytest.mark.parametrize(
    ("told_as", "number"),
    [
        ("13900000001", "13900000001"),
        ("013900000001", "13900000001"),
        ("+86 139-0000-0001", "13900000001"),
        ("008613900000001", "13900000001"),
        ("sip:13900000001@10.0.0.1:5060", "13900000001"),
        ("07956600000", "07956600000"),
        ("8607956600000", "07956600000"),
        ("8601", "8601"),
        ("anonymous", ""),
        ("<null>", ""),
        ("0000000", ""),
        ("", ""),
        ("1" * 40, ""),
    ],
)
def test_a_number_however_it_is_told(told_as: str, number: str) -> None:
    assert caller_number(told_as) == number

"""A transfer the call centre is asked for, told by two, handed over: without any I/O."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.calls.model import Sentence
from bot.calls.records import ActionKind, CallAction, DraftField, Source
from bot.calls.transferring import (
    TOLD_BY_BOTH,
    UNKNOWN_AFTER,
    Attempt,
    HandOver,
    attempts,
    hand_over,
    told_already,
    under_way,
)
from connectors.calls import CallEvent, CallEventKind, Leg

T = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
S = timedelta(seconds=1)


def action(kind: ActionKind, number: str, *, at: datetime = T, code: str = "") -> CallAction:
    return CallAction(id="a", call_id="c", kind=kind, suggestion_id=number, text=code, at=at)


def event(
    feed: str,
    to: str,
    *,
    at: datetime = T,
    kind: CallEventKind = CallEventKind.TRANSFERRED,
) -> CallEvent:
    return CallEvent(feed=feed, external_id=f"{feed}{at}", call_id="c", kind=kind, to=to, at=at)


def test_of_several_tries_the_last_counts_for_each_number() -> None:
    asked = action(ActionKind.TRANSFER, "119")
    refused = action(ActionKind.TRANSFER_REFUSED, "119", at=T + S, code="no_such_call")
    again = action(ActionKind.TRANSFER, "119", at=T + 2 * S)
    other = action(ActionKind.ADOPT, "a1")
    assert attempts([other]) == {}
    assert attempts([asked, refused]) == {"119": Attempt(to="119", code="no_such_call", at=T + S)}
    assert attempts([asked, refused, other, again]) == {"119": Attempt(to="119", at=T + 2 * S)}


def test_a_transfer_is_under_way_until_it_was_answered_or_who_asked_is_gone() -> None:
    asked = action(ActionKind.TRANSFER, "119")
    refused = action(ActionKind.TRANSFER_REFUSED, "119", code="x")
    assert under_way([asked], [], T + UNKNOWN_AFTER - S)
    assert not under_way([asked], [], T + UNKNOWN_AFTER)
    assert not under_way([asked, refused], [], T)
    assert not under_way([], [], T)


def test_a_transfer_that_was_told_is_under_way_no_more() -> None:
    asked = action(ActionKind.TRANSFER, "2001")
    assert not under_way([asked], [event("ami", "2001", at=T + S)], T + 2 * S)
    assert under_way([asked], [event("ami", "2001", at=T - S)], T + 2 * S)


@pytest.mark.parametrize(
    ("kept", "new", "same"),
    [
        (event("desk", "119"), event("esl-main", "119", at=T + 2 * S), True),
        (event("esl-main", "119"), event("desk", "119", at=T + 2 * S), True),
        (event("desk", "119"), event("ami-main", "", at=T - 2 * S), True),
        (event("ami-main", ""), event("desk", "119"), False),
        (event("desk", "119"), event("esl-main", "110"), False),
        (event("desk", "119"), event("desk", "119", at=T + S), False),
        (event("desk", "119"), event("esl-main", "119", at=T + TOLD_BY_BOTH + S), False),
        (event("desk", "", kind=CallEventKind.HELD), event("esl-main", ""), False),
        (event("desk", "119"), event("esl-main", "119", kind=CallEventKind.HELD), False),
    ],
)
def test_one_transfer_told_by_two_is_one(kept: CallEvent, new: CallEvent, same: bool) -> None:
    assert told_already([kept], new) is same


def test_what_is_said_to_whoever_takes_the_emergency() -> None:
    said = (
        Sentence(seq=0, leg=Leg.CITIZEN, text="喂", at=T),
        Sentence(seq=1, leg=Leg.OPERATOR, text="您好", at=T),
        Sentence(seq=2, leg=Leg.CITIZEN, text="着火了", at=T),
        Sentence(seq=3, leg=Leg.CITIZEN, text="快来人", at=T),
    )
    assert hand_over({}, said) == HandOver(what="着火了，快来人")
    draft = {
        name: DraftField(name=name, value=value, source=Source.HEARD, at=T)
        for name, value in (("place", "人民路3号"), ("text", "火" * 200), ("title", ""))
    }
    told = hand_over(draft, said)
    assert (told.place, len(told.what)) == ("人民路3号", 120)
    assert "人民路" not in repr(told)

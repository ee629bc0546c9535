"""What a feed knows of its calls: each thing told once, under one id, whoever tells it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connectors.calls import CallEvent, CallEventKind, RunningCall
from connectors.channels.hotline.live import LiveCalls

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def calls(since: datetime = NOW) -> LiveCalls:
    return LiveCalls("ami-main", since)


def join(live: LiveCalls, queue: str = "12345", *, found: bool = False) -> list[CallEvent]:
    return live.joined(
        "c", "ch", caller="13900000001", queue=queue, at=NOW, found=found, details={"x": ""}
    )


def answer(live: LiveCalls, queue: str = "12345") -> list[CallEvent]:
    return live.answered("c", "ch", operator="王芳", queue=queue, at=NOW)


def hold(live: LiveCalls, stamp: str = "") -> list[CallEvent]:
    return live.happened("c", CallEventKind.HELD, at=NOW, stamp=stamp)


def ids(*told: list[CallEvent]) -> list[str]:
    return [event.external_id for events in told for event in events]


def test_an_id_is_made_of_the_call_the_event_the_channel_and_a_sequence() -> None:
    live = calls()
    assert ids(join(live), answer(live), hold(live), hold(live), hold(live, "1.5")) == [
        "c|offered|ch|12345.1",
        "c|answered|ch|12345.1",
        "c|held|ch|1",
        "c|held|ch|2",
        "c|held|ch|1.5",
    ]
    assert ids(live.over("c", at=NOW)) == ["c|ended|ch|12345.1"]


def test_nothing_is_told_twice() -> None:
    live = calls()
    assert len(join(live)) == 1
    assert join(live) == []
    assert len(answer(live)) == 1
    assert answer(live) == join(live) == []
    assert len(hold(live, "7")) == 1
    assert hold(live, "7") == []
    assert len(live.over("c", at=NOW)) == 1
    assert live.over("c", at=NOW) == []


def test_a_call_may_queue_again_after_it_ended() -> None:
    live = calls()
    first = ids(join(live), answer(live), live.over("c", at=NOW))
    second = ids(join(live), live.over("c", at=NOW))
    assert second == ["c|offered|ch|12345.2", "c|abandoned|ch|12345.2"]
    assert not set(first) & set(second)


def test_a_transferred_call_may_queue_again_even_in_its_own_queue() -> None:
    live = calls()
    join(live)
    answer(live)
    live.happened("c", CallEventKind.TRANSFERRED, at=NOW, to="12345")
    assert join(live, found=True) == []  # it was found where a transfer between desks leaves it
    assert ids(join(live)) == ["c|offered|ch|12345.2"]
    [abandoned] = live.over("c", at=NOW)
    assert abandoned.kind is CallEventKind.ABANDONED


def test_another_queue_is_another_visit() -> None:
    live = calls()
    assert ids(join(live), join(live, "12366"), answer(live, "12366")) == [
        "c|offered|ch|12345.1",
        "c|offered|ch|12366.1",
        "c|answered|ch|12366.1",
    ]


def test_counts_begun_late_are_none_that_were_told_before() -> None:
    first, later = calls(), calls(NOW + timedelta(seconds=30))
    join(first)
    answer(first)
    join(later, found=True)
    answer(later)
    assert ids(hold(first)) == ["c|held|ch|1"]
    assert ids(hold(later)) == [f"c|held|ch|{int(NOW.timestamp()) + 30}.1"]


def test_a_call_rings_until_nobody_is_left() -> None:
    live = calls()
    join(live)
    for operator in ("王芳", "李强"):
        live.rings("c", "ch", operator=operator, ring=operator, queue="12345", at=NOW)

    def in_vain(operator: str) -> list[CallEvent]:
        return live.rang_in_vain("c", operator=operator, ring=operator, at=NOW, details={})

    assert in_vain("王芳") == []
    [waits] = in_vain("李强")
    assert (waits.kind, dict(waits.details)) == (CallEventKind.OFFERED, {"after": "no_answer"})
    answer(live)
    assert in_vain("李强") == []


def test_who_stands_for_a_call() -> None:
    live = calls()
    join(live)
    assert live.of_channels("", "nobody", "ch") == live.of_channels("c") == "c"
    live.over("c", at=NOW)
    assert live.of_channels("c", "ch") == ""


def test_calls_of_an_earlier_life() -> None:
    live = calls()
    live.remember(
        [
            RunningCall(call_id="a", answered=True, queue="q", caller="1"),
            RunningCall(call_id="b", answered=False),
        ]
    )
    assert live.open_calls() == {"a": "a", "b": "b"}
    [ended], [abandoned] = live.over("a", at=NOW), live.over("b", at=NOW)
    assert (ended.kind, ended.queue, ended.caller) == (CallEventKind.ENDED, "q", "1")
    assert abandoned.kind is CallEventKind.ABANDONED


def test_long_ids_are_told_apart_too() -> None:
    live = calls()
    told = [
        event.external_id
        for end in "ab"
        for event in live.joined("c" * 300 + end, "ch", caller="", queue="q", at=NOW)
    ]
    assert [len(each) for each in told] == [64, 64]
    assert told[0] != told[1]


def test_what_is_over_is_forgotten_in_the_end() -> None:
    live = calls()
    for number in range(2000):
        live.joined(str(number), "ch", caller="", queue="q", at=NOW)
        live.over(str(number), at=NOW)
    assert "0" not in live
    assert "1999" in live


def test_what_nobody_knows_changes_nothing() -> None:
    live = calls()
    assert hold(live) == live.over("c", at=NOW) == []
    assert live.rang_in_vain("c", operator="", ring="", at=NOW, details={}) == []

"""Where an opinion item stands, and what may be written down about it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import Conflict, Invalid
from bot.openness.opinion import INFORM, PRESS, RESPOND, OpinionHours, near_from, owed
from bot.openness.opinion_course import Asked, Standing, course, entered, in_order
from bot.openness.records import (
    HotIssue,
    OpinionAct,
    OpinionAlertKind,
    OpinionItem,
)

OPENED = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HOURS = OpinionHours()


def item(*, major: bool = True, id: str = "o", opened_at: datetime = OPENED) -> OpinionItem:
    return OpinionItem(
        id=id,
        issue_id=f"issue of {id}",
        title="曲江镇自来水浑浊",
        major=major,
        opened_at=opened_at,
        opened_by="lin",
        due_at=owed(opened_at, HOURS, major=major),
    )


def after(
    start: OpinionItem, act: OpinionAct, *, hours: float, name: str = "", **more: object
) -> OpinionItem:
    """The item with one more step, so many hours after its opening."""
    asked = Asked(act=act, name=name, note=str(more.pop("note", "写明")), **more)  # type: ignore[arg-type]
    at = OPENED + timedelta(hours=hours)
    step = entered(start, asked, at=at, by="lin", hours=HOURS)
    return replace(start, steps=(*start.steps, step))


def settled() -> OpinionItem:
    informed = after(item(), OpinionAct.DONE, hours=4, name=INFORM)
    return after(informed, OpinionAct.WAIVED, hours=5, name=PRESS)


def test_what_is_done_is_kept_with_its_time_and_whether_it_was_in_time() -> None:
    done = after(item(), OpinionAct.DONE, hours=5, name=INFORM, link="https://example.cn/a")
    late = after(done, OpinionAct.DONE, hours=24.01, name=PRESS)
    inform, press = course(late).owed
    assert (inform.standing, inform.in_time) == (Standing.DONE, True)
    assert (press.standing, press.in_time) == (Standing.DONE, False)
    assert inform.step is not None
    assert (inform.step.link, inform.step.done_at) == (
        "https://example.cn/a",
        OPENED + timedelta(hours=5),
    )


def test_what_was_done_earlier_than_written_down_counts_from_when_it_was_done() -> None:
    done_at = OPENED + timedelta(hours=4)
    told = after(item(), OpinionAct.DONE, hours=9, name=INFORM, done_at=done_at)
    one = course(told).of(INFORM)
    assert one is not None
    assert one.in_time is True
    assert told.steps[0].at == OPENED + timedelta(hours=9)


@pytest.mark.parametrize("hours", [-0.5, 9.5])
def test_a_time_before_the_clock_or_in_the_future_is_refused(hours: float) -> None:
    done_at = OPENED + timedelta(hours=hours)
    with pytest.raises(Invalid) as refused:
        after(item(), OpinionAct.DONE, hours=9, name=INFORM, done_at=done_at)
    assert set(refused.value.fields) == {"done_at"}


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "example.cn", "https://", "https://a b.cn", "http://[x"]
)
def test_a_link_that_is_none_is_refused(link: str) -> None:
    with pytest.raises(Invalid) as refused:
        after(item(), OpinionAct.DONE, hours=1, name=INFORM, link=link)
    assert set(refused.value.fields) == {"link"}


@pytest.mark.parametrize("note", ["", "  ", "长" * 2001])
def test_a_step_asks_for_a_note_of_a_fit_length(note: str) -> None:
    with pytest.raises(Invalid) as refused:
        after(item(), OpinionAct.DONE, hours=1, name=INFORM, note=note)
    assert set(refused.value.fields) == {"note"}


def test_only_the_press_conference_may_be_found_not_needed() -> None:
    waived = course(after(item(), OpinionAct.WAIVED, hours=1, name=PRESS)).of(PRESS)
    assert waived is not None
    assert (waived.standing, waived.in_time) == (Standing.WAIVED, None)
    with pytest.raises(Conflict):
        after(item(), OpinionAct.WAIVED, hours=1, name=INFORM)
    with pytest.raises(Conflict):
        after(item(major=False), OpinionAct.WAIVED, hours=1, name=RESPOND)


def test_what_the_item_does_not_owe_cannot_be_done() -> None:
    with pytest.raises(Invalid):
        after(item(major=False), OpinionAct.DONE, hours=1, name=PRESS)


def test_nothing_is_marked_twice_and_a_mistake_is_put_right() -> None:
    done = after(item(), OpinionAct.DONE, hours=1, name=INFORM)
    with pytest.raises(Conflict):
        after(done, OpinionAct.DONE, hours=2, name=INFORM)
    again = after(done, OpinionAct.OWED_AGAIN, hours=2, name=INFORM)
    one = course(again).of(INFORM)
    assert one is not None
    assert (one.standing, one.due_at) == (Standing.OWED, OPENED + timedelta(hours=5))
    with pytest.raises(Conflict):
        after(again, OpinionAct.OWED_AGAIN, hours=3, name=INFORM)
    assert len(again.steps) == 2  # nothing is taken away


def test_an_item_is_closed_once_nothing_is_owed() -> None:
    half = after(item(), OpinionAct.DONE, hours=1, name=INFORM)
    with pytest.raises(Conflict) as refused:
        after(half, OpinionAct.CLOSED, hours=2)
    assert PRESS in refused.value.message
    closed = after(settled(), OpinionAct.CLOSED, hours=6)
    assert course(settled()).may_close
    stands = course(closed)
    assert stands.closed == closed.steps[-1]
    assert not stands.may_close
    for act in (OpinionAct.CLOSED, OpinionAct.OWED_AGAIN):
        with pytest.raises(Conflict):
            after(closed, act, hours=7, name=INFORM)


def test_a_reopened_item_keeps_what_was_done() -> None:
    with pytest.raises(Conflict):
        after(item(), OpinionAct.REOPENED, hours=1)
    closed = after(settled(), OpinionAct.CLOSED, hours=6)
    stands = course(after(closed, OpinionAct.REOPENED, hours=50))
    assert stands.closed is None
    assert [one.standing for one in stands.owed] == [Standing.DONE, Standing.WAIVED]


def test_reopened_with_a_new_clock_everything_is_owed_anew() -> None:
    closed = after(settled(), OpinionAct.CLOSED, hours=6)
    stands = course(after(closed, OpinionAct.REOPENED, hours=50, afresh=True))
    assert [(one.name, one.standing, one.due_at) for one in stands.owed] == [
        (INFORM, Standing.OWED, OPENED + timedelta(hours=55)),
        (PRESS, Standing.OWED, OPENED + timedelta(hours=74)),
    ]


@pytest.mark.parametrize(
    ("within", "near_h"), [(5.0, 4.0), (24.0, 19.2), (48.0, 38.4), (2.0, 1.5), (1.0, 0.5)]
)
def test_an_hour_is_near_in_its_last_fifth_at_least_half_an_hour(
    within: float, near_h: float
) -> None:
    due = OPENED + timedelta(hours=within)
    assert near_from(OPENED, due) == OPENED + timedelta(hours=near_h)


def test_the_hours_run_through_nights_and_holidays() -> None:
    # 16 February 2026, 22:00 in China: the eve of the Spring Festival, nine days off.
    eve = datetime(2026, 2, 16, 14, 0, tzinfo=UTC)
    inform, press = course(item(opened_at=eve)).owed
    assert inform.due_at == datetime(2026, 2, 16, 19, 0, tzinfo=UTC)
    assert press.due_at == datetime(2026, 2, 17, 14, 0, tzinfo=UTC)
    [respond] = course(item(opened_at=eve, major=False)).owed
    assert respond.due_at == datetime(2026, 2, 18, 14, 0, tzinfo=UTC)
    moments = [eve + timedelta(hours=hours) for hours in (3.99, 4, 5, 5.01)]
    assert [inform.pressing(moment) for moment in moments] == [
        None,
        OpinionAlertKind.SOON,
        OpinionAlertKind.SOON,
        OpinionAlertKind.LATE,
    ]


def issue(name: str, heat: float, opinion: OpinionItem | None = None) -> HotIssue:
    return HotIssue(
        id=name,
        name=name,
        place="",
        matter="",
        first_at=OPENED,
        last_at=OPENED,
        cases=3,
        heat=heat,
        growth=1.0,
        changed_at=OPENED,
        opinion=opinion,
    )


def test_open_items_come_first_by_their_nearest_hour() -> None:
    closed = after(settled(), OpinionAct.CLOSED, hours=6)
    given = [
        issue("hottest", 90.0),
        issue("closed", 50.0, closed),
        issue("in two days", 40.0, item(major=False)),
        issue("nothing owed", 30.0, settled()),
        issue("in a day", 20.0, after(item(), OpinionAct.DONE, hours=1, name=INFORM)),
        issue("in five hours", 0.0, item()),
        issue("cool", 3.0),
    ]
    assert [each.id for each in in_order(given)] == [
        "in five hours",
        "in a day",
        "in two days",
        "nothing owed",
        "hottest",
        "closed",
        "cool",
    ]

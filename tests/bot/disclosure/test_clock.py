"""When a request is due: against the official calendar, and against counting day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.disclosure.application import Channel
from bot.disclosure.clock import (
    Pause,
    Term,
    Tone,
    correction_open_until,
    counts,
    due_on,
    read,
    received_day,
    used_days,
)
from bot.disclosure.course import Consultation, Correction, Course, Party
from bot.disclosure.model import State
from bot.errors import Invalid
from tests.bot.disclosure.world import CITY, LIMITS, MONDAY, request

CALENDAR = CITY.limits
DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2025, 6, 30))


def pauses_of(begins_on: date) -> st.SearchStrategy[tuple[Pause, ...]]:
    """Up to three pauses, which may overlap, after a day."""
    one = st.builds(
        lambda after, length: Pause(
            since=begins_on + timedelta(days=after),
            until=begins_on + timedelta(days=after + length),
        ),
        st.integers(0, 40),
        st.integers(0, 25),
    )
    return st.lists(one, max_size=3).map(tuple)


TERMS = DAYS.flatmap(
    lambda day: st.builds(
        Term, begins_on=st.just(day), days=st.integers(1, 40), pauses=pauses_of(day)
    )
)


def consulted(
    asked_on: date, due: date, answered_on: date | None = None, party: Party = Party.THIRD_PARTY
) -> Consultation:
    return Consultation(
        party=party, name="某公司", asked_on=asked_on, due_on=due, answered_on=answered_on
    )


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 3, 2), date(2026, 3, 30)),  # four plain weeks
        (date(2026, 2, 9), date(2026, 3, 13)),  # 14 and 28 February are worked, 15 to 23 are off
        (date(2025, 1, 20), date(2025, 2, 21)),  # 26 January and 8 February are worked
        (date(2025, 9, 26), date(2025, 10, 30)),  # 28 September and 11 October are worked
        (date(2026, 2, 14), date(2026, 3, 20)),  # received on a worked Saturday
        (date(2026, 3, 7), date(2026, 4, 3)),  # received on a Saturday
    ],
)
def test_twenty_working_days_of_the_official_calendar(received: date, due: date) -> None:
    ahead, worked = received, 0
    while worked < 20:
        ahead += timedelta(days=1)
        worked += chinese_calendar.is_workday(ahead)
    assert ahead == due
    assert due_on(Term(begins_on=received, days=20), CALENDAR) == due


@given(TERMS)
def test_no_day_off_and_no_paused_day_is_ever_counted(term: Term) -> None:
    due = due_on(term, CALENDAR)
    for ahead in range((due - term.begins_on).days + 1):
        day = term.begins_on + timedelta(days=ahead)
        inside = any(pause.since < day <= pause.until for pause in term.pauses)
        off = not chinese_calendar.is_workday(day)
        assert not (counts(day, term, CALENDAR) and (inside or off or day == term.begins_on))


@given(TERMS)
def test_the_due_day_uses_up_exactly_what_is_allowed(term: Term) -> None:
    due = due_on(term, CALENDAR)
    assert used_days(term, due, CALENDAR) == term.days
    assert used_days(term, due - timedelta(days=1), CALENDAR) == term.days - 1


@given(TERMS)
def test_a_pause_moves_the_due_day_by_exactly_the_working_days_it_holds(term: Term) -> None:
    due = due_on(term, CALENDAR)
    plain = Term(begins_on=term.begins_on, days=term.days)
    held = {
        pause.since + timedelta(days=ahead)
        for pause in term.pauses
        for ahead in range(1, (pause.until - pause.since).days + 1)
    }
    lost = sum(chinese_calendar.is_workday(day) for day in held if term.begins_on < day <= due)
    later = Term(begins_on=term.begins_on, days=term.days + lost)
    assert due == due_on(later, CALENDAR)
    assert due >= due_on(plain, CALENDAR)


@given(TERMS, st.integers(1, 60))
def test_days_used_never_go_back(term: Term, ahead: int) -> None:
    day = term.begins_on + timedelta(days=ahead)
    before = used_days(term, day - timedelta(days=1), CALENDAR)
    assert used_days(term, day, CALENDAR) - before in {0, 1}


@given(DAYS, st.integers(0, 30))
def test_a_correction_begins_the_clock_anew(received: date, days: int) -> None:
    corrected = received + timedelta(days=days)
    asked = Correction(asked_on=received, by=corrected, received_on=corrected)
    course = Course(begins_on=corrected, correction=asked)
    one = request(State.EXAMINING, received_on=received, course=course)
    reading = read(one, corrected, LIMITS, CALENDAR)
    assert (reading.used, reading.left) == (0, 20)
    assert reading.due_on == due_on(Term(begins_on=corrected, days=20), CALENDAR)


def test_while_a_correction_is_awaited_the_clock_stands_and_nothing_is_due() -> None:
    one = request(State.AWAITING_CORRECTION)
    reading = read(one, date(2026, 6, 1), LIMITS, CALENDAR)
    assert (reading.tone, reading.due_on, reading.used) == (Tone.STOPPED, None, 0)


def test_an_awaited_opinion_stops_the_clock_until_it_is_due_and_no_longer() -> None:
    asked, due = date(2026, 3, 4), date(2026, 3, 25)
    course = Course(begins_on=MONDAY, consultations=(consulted(asked, due),))
    one = request(State.CONSULTING, course=course)
    paused = read(one, date(2026, 3, 11), LIMITS, CALENDAR)
    assert (paused.tone, paused.paused_since, paused.used) == (Tone.PAUSED, asked, 2)
    assert paused.due_on == date(2026, 4, 7)  # 6 April is off for 清明
    last = read(one, due, LIMITS, CALENDAR)
    assert (last.tone, last.used) == (Tone.PAUSED, 2)
    after = read(one, date(2026, 3, 26), LIMITS, CALENDAR)
    assert (after.tone, after.used) == (Tone.RUNNING, 3)


def test_two_opinions_at_once_stop_the_clock_once() -> None:
    both = (
        consulted(date(2026, 3, 4), date(2026, 3, 25), date(2026, 3, 10)),
        consulted(date(2026, 3, 6), date(2026, 3, 27), date(2026, 3, 12), Party.AGENCY),
    )
    one = request(State.WORKING, course=Course(begins_on=MONDAY, consultations=both))
    reading = read(one, date(2026, 3, 13), LIMITS, CALENDAR)
    assert reading.used == 3  # 3, 4 and 13 March; 5 to 12 stood still
    assert reading.due_on == date(2026, 4, 8)


def test_an_extension_adds_its_working_days() -> None:
    course = Course(begins_on=MONDAY, extension_days=20)
    reading = read(request(State.WORKING, course=course), MONDAY, LIMITS, CALENDAR)
    assert reading.due_on == date(2026, 4, 28)
    assert reading.days == 40


@pytest.mark.parametrize(
    ("today", "tone", "left"),
    [
        (date(2026, 3, 20), Tone.RUNNING, 6),
        (date(2026, 3, 23), Tone.SOON, 5),
        (date(2026, 3, 30), Tone.SOON, 0),
        (date(2026, 3, 31), Tone.LATE, -1),
    ],
)
def test_amber_before_the_due_day_and_late_after_it(today: date, tone: Tone, left: int) -> None:
    reading = read(request(State.WORKING), today, LIMITS, CALENDAR)
    assert (reading.tone, reading.left) == (tone, left)


@pytest.mark.parametrize(("ended", "in_time"), [((3, 30), True), ((3, 31), False)])
def test_what_ended_is_held_against_its_due_day(ended: tuple[int, int], in_time: bool) -> None:
    one = request(State.DECIDED, ended_on=date(2026, *ended))
    reading = read(one, date(2026, 9, 1), LIMITS, CALENDAR)
    assert (reading.tone, reading.in_time) == (Tone.ENDED, in_time)


def test_a_correction_may_be_asked_for_within_seven_working_days() -> None:
    assert correction_open_until(request(), LIMITS, CALENDAR) == date(2026, 3, 11)


ARRIVED, CONFIRMED = date(2026, 3, 2), date(2026, 3, 5)
ON_CONFIRMATION = replace(LIMITS, electronic_on_submission=False)


@pytest.mark.parametrize(
    ("channel", "signed", "limits", "day"),
    [
        (Channel.IN_PERSON, False, LIMITS, ARRIVED),
        (Channel.POST, True, LIMITS, ARRIVED),
        (Channel.POST, False, LIMITS, CONFIRMED),
        (Channel.FAX, False, LIMITS, ARRIVED),
        (Channel.EMAIL, False, ON_CONFIRMATION, CONFIRMED),
        (Channel.FAX, False, ON_CONFIRMATION, CONFIRMED),
        (Channel.HANDED_ON, False, ON_CONFIRMATION, ARRIVED),
    ],
)
def test_the_day_of_receipt_by_how_it_came(
    channel: Channel, signed: bool, limits: object, day: date
) -> None:
    found = received_day(channel, ARRIVED, CONFIRMED, limits, signed=signed)  # type: ignore[arg-type]
    assert found == day


@pytest.mark.parametrize(
    ("channel", "limits"), [(Channel.POST, LIMITS), (Channel.EMAIL, ON_CONFIRMATION)]
)
def test_a_confirmation_that_is_owed_must_be_given(channel: Channel, limits: object) -> None:
    with pytest.raises(Invalid, match="确认日期"):
        received_day(channel, ARRIVED, None, limits, signed=False)  # type: ignore[arg-type]

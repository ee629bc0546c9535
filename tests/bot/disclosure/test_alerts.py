"""Deadlines of requests told of: when, to whom, once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from bot.cases.model import Actor, Role
from bot.disclosure.alerting import AlertKind, due_alerts
from bot.disclosure.course import Course
from bot.disclosure.letters import Letter
from bot.disclosure.model import Move, Request, State
from bot.disclosure.results import Result
from bot.errors import NotFound
from tests.bot.disclosure.world import (
    AT,
    CITY,
    CLERK,
    ELSEWHERE,
    HEAD,
    LIGHTS,
    LIMITS,
    MONDAY,
    TRIAGE,
    House,
    filled,
    request,
)

SUPERVISOR = Actor(id="supervisor", role=Role.SUPERVISOR)


def told(one: Request, day: date) -> list[tuple[str, str, str]]:
    """Kind, role and unit of what is due on a day."""
    now = AT + (day - MONDAY)
    found = due_alerts(one, now, LIMITS, CITY.limits)
    return [(alert.kind.value, alert.role.value, alert.unit) for alert in found]


@pytest.mark.parametrize(
    ("day", "meant"),
    [
        (date(2026, 3, 20), []),
        (date(2026, 3, 23), [("answer_soon", "department_clerk", LIGHTS)]),
        (date(2026, 3, 30), [("answer_soon", "department_clerk", LIGHTS)]),
        (
            date(2026, 3, 31),
            [("answer_late", "department_clerk", LIGHTS), ("answer_office", "triage", "")],
        ),
    ],
)
def test_the_answer_is_due_on_30_march(day: date, meant: list[tuple[str, str, str]]) -> None:
    assert told(request(State.WORKING), day) == meant


def test_at_no_unit_all_is_the_offices() -> None:
    one = request(State.REGISTERED, unit="")
    assert told(one, date(2026, 3, 23)) == [("answer_soon", "triage", "")]
    assert told(one, date(2026, 3, 31)) == [("answer_late", "triage", "")]


@pytest.mark.parametrize(
    ("day", "soon"), [(date(2026, 3, 6), 0), (date(2026, 3, 9), 1), (date(2026, 3, 11), 1)]
)
def test_a_correction_can_be_asked_for_until_11_march(day: date, soon: int) -> None:
    asked = [kind for kind, _, _ in told(request(State.EXAMINING), day)]
    assert asked == ["ask_soon"] * soon
    assert told(request(State.WORKING), day) == []


def test_the_time_to_correct_ends_on_23_march() -> None:
    one = request(State.AWAITING_CORRECTION)
    kinds = {day: told(one, date(2026, 3, day)) for day in (18, 19, 23, 24)}
    assert kinds == {
        18: [],
        19: [("correct_soon", "department_clerk", LIGHTS)],
        23: [("correct_soon", "department_clerk", LIGHTS)],
        24: [("correct_late", "department_clerk", LIGHTS)],
    }


@pytest.mark.parametrize("state", [State.DELIVERED, State.WITHDRAWN, State.GIVEN_UP])
def test_what_is_over_is_owed_to_the_archive(state: State) -> None:
    course = Course(begins_on=MONDAY, delivered_on=MONDAY)
    one = request(state, ended_on=MONDAY, result=Result.OTHER, course=course)
    kinds = [told(one, date(2026, 3, day)) for day in (11, 12, 16, 17)]
    clerk = ("department_clerk", LIGHTS)
    assert kinds == [[], *[[("archive_soon", *clerk)]] * 2, [("archive_late", *clerk)]]
    assert told(replace(one, state=State.ARCHIVED), date(2026, 3, 17)) == []


@pytest.mark.parametrize("state", [State.CONSULTING, State.DECIDED])
def test_nothing_of_an_answer_that_is_made_or_waits_for_an_opinion(state: State) -> None:
    assert told(request(state), date(2026, 3, 20)) == []


async def test_each_stage_is_told_once_to_its_readers(house: House) -> None:
    one = await house.working()
    assert await house.alerts.sweep() == 0
    house.clock.advance(days=21)
    assert [await house.alerts.sweep() for _ in range(2)] == [1, 0]
    house.clock.advance(days=8)
    assert [await house.alerts.sweep() for _ in range(2)] == [2, 0]

    async def kinds(reader: Actor) -> list[AlertKind]:
        return [alert.kind for _, alert in await house.alerts.of(reader)]

    unit = [AlertKind.ANSWER_LATE, AlertKind.ANSWER_SOON]
    assert await kinds(CLERK) == unit
    assert await kinds(HEAD) == unit
    assert await kinds(ELSEWHERE) == []
    assert await kinds(TRIAGE) == [AlertKind.ANSWER_OFFICE]
    assert await kinds(SUPERVISOR) == [AlertKind.ANSWER_OFFICE]
    [(office, alert)] = await house.alerts.of(TRIAGE)
    assert (alert.number, alert.due_on) == (one.number, date(2026, 3, 30))
    with pytest.raises(NotFound):
        await house.alerts.seen(office, CLERK)
    await house.alerts.seen(office, TRIAGE)
    assert await kinds(SUPERVISOR) == []
    with pytest.raises(NotFound):
        await house.alerts.seen(office, SUPERVISOR)


async def test_a_later_deadline_is_told_anew(house: House) -> None:
    one = await house.working()
    house.clock.advance(days=21)
    assert await house.alerts.sweep() == 1
    text = filled(Letter.EXTENSION, one)
    await house.move(one.number, Move.EXTEND, HEAD, days=10, reason="材料多", text=text)
    assert await house.alerts.sweep() == 0
    house.clock.advance(days=18)
    assert await house.alerts.sweep() == 1


async def test_the_unit_it_was_assigned_to_is_told_too(house: House) -> None:
    made = await house.register(unit="")
    house.clock.advance(days=7)
    assert await house.alerts.sweep() == 1
    await house.move(made.request.number, Move.ASSIGN, TRIAGE, unit=LIGHTS)
    assert await house.alerts.sweep() == 1
    assert [alert.kind for _, alert in await house.alerts.of(CLERK)] == [AlertKind.ASK_SOON]


async def test_two_workers_tell_once(house: House) -> None:
    await house.working()
    house.clock.advance(days=21)
    other = replace(house).alerts
    assert sorted(await asyncio.gather(house.alerts.sweep(), other.sweep())) == [0, 1]
    assert await replace(house).alerts.sweep() == 0


async def test_more_requests_than_one_batch(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.disclosure.alerts.BATCH", 2)
    for key in "abcde":
        await house.working(key)
    house.clock.advance(days=21)
    assert await house.alerts.sweep() == 5


async def test_working_days_to_answer_an_inquiry_count_from_its_receipt(house: House) -> None:
    one = await house.working()
    text = filled(Letter.THIRD_PARTY, one)
    one = await house.move(one.number, Move.CONSULT, text=text, name="某公司")
    [asked] = one.course.consultations
    assert (asked.received_on, asked.due_on) == (None, date(2026, 3, 23))
    house.clock.advance(days=4)
    day = date(2026, 3, 5)
    one = await house.move(one.number, Move.INQUIRY_RECEIVED, name="某公司", day=day)
    [asked] = one.course.consultations
    assert (one.state, asked.received_on, asked.due_on) == (
        State.CONSULTING, day, date(2026, 3, 26),
    )  # fmt: skip
    house.clock.advance(days=20)  # 26 March: the last day, the clock still stands
    reading = house.service.reading(await house.service.get(one.number))
    assert (reading.used, reading.paused_since) == (0, MONDAY)
    house.clock.advance(days=1)
    reading = house.service.reading(await house.service.get(one.number))
    assert (reading.used, reading.due_on) == (1, date(2026, 4, 24))

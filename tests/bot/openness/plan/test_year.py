"""A year of work whose reports are right against a count of its diary by plain loops."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from bot.cases.figures import Visit
from bot.errors import Invalid
from bot.openness.plan.outcome import Assessment, Standing
from bot.openness.report.counting import Counted
from bot.openness.report.model import ReportKind, last_whole, span_of
from bot.storage.units import Storage
from tests.bot.openness.plan.year import FIELDS, UNITS, YEAR, Diary, YearOfWork

SPANS = [
    (ReportKind.ANNUAL, date(2026, 12, 31), date(2026, 1, 1)),
    (ReportKind.ANNUAL, date(2026, 8, 15), date(2026, 1, 1)),
    (ReportKind.MONTHLY, date(2026, 2, 28), date(2026, 2, 1)),
    (ReportKind.MONTHLY, date(2026, 6, 30), date(2026, 6, 1)),
    (ReportKind.WEEKLY, date(2026, 6, 14), date(2026, 6, 8)),
    (ReportKind.WEEKLY, date(2026, 2, 1), date(2026, 1, 26)),
]


def check_received(found: Counted, diary: Diary, first: date, last: date) -> None:
    came = [one for one in diary.cases if first <= one.opened <= last]
    assert found.received.total == len(came)
    for counted, counted_by in (
        (found.received.channels, [one.channel for one in came]),
        (found.received.types, [one.kind for one in came]),
        (found.received.places, [one.place or "地点不明" for one in came]),
        (found.received.fields, [FIELDS[one.matter] for one in came]),
    ):
        by_hand: dict[str, int] = {}
        for name in counted_by:
            by_hand[name] = by_hand.get(name, 0) + 1
        assert dict(counted) == by_hand
    steps: dict[str, int] = {}
    for one in came:
        yearly = f"{one.opened.month}月"
        step = yearly if first == date(YEAR, 1, 1) else f"{one.opened.month}-{one.opened.day}"
        steps[step] = steps.get(step, 0) + 1
    assert {name: count for name, count in found.received.steps.items() if count} == steps


def check_answered(found: Counted, diary: Diary, first: date, last: date) -> None:
    figures = dict(found.figures.departments)
    for unit in UNITS:
        own = [one for one in diary.cases if one.unit == unit]
        replied = [one for one in own if one.replied and first <= one.replied <= last]
        rated = [one for one in own if one.graded and first <= one.graded <= last]
        if not replied and not rated:
            assert unit not in figures
            continue
        counted = figures[unit]
        assert (counted.replied, counted.closed) == (len(replied), len(replied))
        assert counted.in_time == len([one for one in replied if one.in_time])
        assert dict(+counted.grades) == dict(Counter(one.grade for one in rated))
        visits = Counter(one.visit for one in rated if one.visit)
        assert counted.visits[Visit.IN_TIME] == visits["in_time"]
        assert counted.visits[Visit.LATE] == visits["late"]
        assert counted.visits[Visit.OVERDUE] == visits["never"]


def check_requests(found: Counted, diary: Diary, first: date, last: date) -> None:
    received = ended = in_time = overdue = 0
    for came, over, timely, _, _ in diary.requests:
        received += first <= came <= last
        if over is not None and first <= over <= last:
            ended += 1
            in_time += timely
        # Twenty working days are never more than 40 days nor less than 26.
        still = came <= last and (over is None or over > last)
        assert not (still and 26 <= (last - came).days <= 40), "the test's days are not clear"
        overdue += still and (last - came).days > 40
    counted = found.requests
    assert (counted.received, counted.ended) == (received, ended)
    assert (counted.ended_in_time, counted.overdue) == (in_time, overdue)


def check_content(found: Counted, diary: Diary, first: date, last: date) -> None:
    new = [(beyond, kind) for on, _, beyond, kind in diary.told if first <= on <= last]
    told = [beyond for beyond, kind in new if kind == "interpretation"]
    counted = found.content
    assert counted.policies == len([1 for _, kind in new if kind == "policy"])
    beyond = len([one for one in told if one])
    assert (counted.interpretations, counted.beyond_text) == (len(told), beyond)
    assert counted.letters == len([day for day in diary.letters if first <= day <= last])


@pytest.fixture
async def lived(storage: Storage) -> YearOfWork:
    year = YearOfWork(storage)
    await year.live()
    return year


async def test_the_reports_tell_what_happened(lived: YearOfWork) -> None:
    for kind, until, first in SPANS:
        found = await lived.reports.counted(kind, until)
        assert (found.span.since, found.span.until) == (first, until)
        check_received(found, lived.diary, first, until)
        check_answered(found, lived.diary, first, until)
        check_requests(found, lived.diary, first, until)
        check_content(found, lived.diary, first, until)
        issues = sum(first <= day <= until for day in lived.diary.issue_cases)
        assert sum(one.cases for one in found.issues) == issues
        # Neither was closed, so both are open from the day they were opened.
        opened = [date(2026, 6, 10), date(2026, 6, 11)]
        assert len(found.opinions) == len([day for day in opened if day <= until])
        check_plan({(one.duty.id, one.unit): one for one in found.duties}, lived, first, until)


def check_plan(
    found: dict[tuple[str, str], Assessment], lived: YearOfWork, first: date, last: date
) -> None:
    diary = lived.diary
    for unit in UNITS:
        check_weeks(found["weekly-columns", unit], diary, unit, first, last)
        check_report(found["annual-report", unit], diary, unit, first, last)
        check_forms(found["forms", unit], diary, unit, last)
        check_grades(found["ratings", unit], diary, unit, first, last)
    opinion = found["opinion", UNITS[1]]
    due = [
        in_time
        for day, in_time in zip((12, 13), diary.answered_in_time.values(), strict=True)
        if first <= date(2026, 6, day) <= last
    ]
    assert (opinion.done, opinion.owed) == (len([one for one in due if one]), len(due))


def check_weeks(one: Assessment, diary: Diary, unit: str, first: date, last: date) -> None:
    entered = {on for duty, who, on, _ in diary.entered if (duty, who) == ("weekly-columns", unit)}
    met = missed = 0
    sunday = date(2026, 1, 4)
    while sunday.year == YEAR:
        week = [sunday - timedelta(days=back) for back in range(7)]
        done = any(day in entered and day <= last for day in week)
        if first <= sunday:
            met += done
            missed += not done and sunday <= last
        sunday += timedelta(days=7)
    assert (one.done, one.owed) == (met, met + missed)
    assert (one.standing is Standing.MISSED) == (missed > 0)


def check_report(one: Assessment, diary: Diary, unit: str, first: date, last: date) -> None:
    days = [on for duty, who, on, _ in diary.entered if (duty, who) == ("annual-report", unit)]
    due = date(2026, 1, 31)
    if due < first:
        assert (one.done, one.owed) == (0, 0)
        return
    in_time = len([day for day in days if day <= due])
    assert (one.done, one.owed) == (in_time, 2)
    assert one.standing is (Standing.MET if in_time == 2 else Standing.MISSED)


def check_forms(one: Assessment, diary: Diary, unit: str, last: date) -> None:
    told = [
        beyond
        for on, who, beyond, kind in diary.told
        if who == unit and kind == "interpretation" and on <= last
    ]
    beyond = len([1 for each in told if each])
    assert (one.done, one.owed) == (beyond, len(told))
    if told:
        assert (one.standing is Standing.MET) == (beyond / len(told) >= 0.6)


def check_grades(one: Assessment, diary: Diary, unit: str, first: date, last: date) -> None:
    bad = [
        each.visit
        for each in diary.cases
        if each.unit == unit and each.visit and each.graded and first <= each.graded <= last
    ]
    assert (one.done, one.owed) == (len([v for v in bad if v == "in_time"]), len(bad))


async def test_requests_are_watched_by_unit(lived: YearOfWork) -> None:
    board = await lived.plan.board(YEAR, today=date(2026, 12, 31))
    found = {one.unit: one for one in board.assessments if one.duty.id == "disclosure"}
    for unit in UNITS:
        met = owed = 0
        for _, over, timely, recorded, who in lived.diary.requests:
            if who == unit:
                owed += 1 + (over is not None)
                met += (over is not None and timely) + recorded
        assert (found[unit].done, found[unit].owed) == (met, owed)


async def test_a_day_that_has_not_come_has_no_report(lived: YearOfWork) -> None:
    with pytest.raises(Invalid, match="还没有到"):
        await lived.reports.report(ReportKind.WEEKLY, date(2027, 3, 2))


def test_the_last_whole_week_month_and_year() -> None:
    monday = date(2027, 1, 4)
    assert last_whole(ReportKind.WEEKLY, monday) == date(2027, 1, 3)
    assert last_whole(ReportKind.MONTHLY, monday) == date(2026, 12, 31)
    assert last_whole(ReportKind.ANNUAL, monday) == date(2026, 12, 31)
    assert last_whole(ReportKind.WEEKLY, date(2027, 1, 10)) == date(2027, 1, 3)  # a Sunday runs
    assert span_of(ReportKind.WEEKLY, date(2027, 1, 3)).since == date(2026, 12, 28)

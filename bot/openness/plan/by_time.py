"""Duties with a clock of their own, told by what units entered: columns, reports, lists. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from bot.cases.calendar import CalendarLimits, add_working_days
from bot.openness.plan.duties import Every, Plan, PlanDuty
from bot.openness.plan.facts import Evidence, Facts, Span
from bot.openness.plan.outcome import Assessment, Owed, Standing, shown
from bot.openness.plan.periods import periods
from knowledge.model import Kind

_LAST_MONTHS = 11
"""What is due at the end of the year is at risk from this month on."""
_END_NEAR_DAYS = 60


def after_days(day: date, duty: PlanDuty, calendar: CalendarLimits) -> date:
    """The last day of the days a duty allows."""
    if duty.working and duty.days:
        return add_working_days(day, duty.days, calendar)
    return day + timedelta(days=duty.days)


def year_end(span: Span, duty: PlanDuty) -> tuple[date, date | None]:
    """When something of the year is due, and since when it can be at risk."""
    if duty.by is not None:
        return date(span.year, *duty.by), None
    return span.last, date(span.year, _LAST_MONTHS, 1)


def rhythm(duty: PlanDuty, unit: str, facts: Facts, span: Span) -> Iterator[Owed]:
    """Each column in each period."""
    entered = facts.entered(duty.id, unit)
    for item in duty.items or ("",):
        days = [one.on for one in entered if one.item == item]
        for period in periods(span.year, duty.every):
            first = next((day for day in days if period.first <= day <= period.last), None)
            yearly = duty.every is Every.YEAR and duty.by is not None
            due, near = year_end(span, duty) if yearly else (period.last, period.near_from)
            yield Owed(name=f"{item}{period.name}", due_on=due, done_on=first, since=near)


def by_date(duty: PlanDuty, unit: str, facts: Facts, span: Span) -> Iterator[Owed]:
    """Once a year, or each item once."""
    due, near = year_end(span, duty)
    entered = [one for one in facts.entered(duty.id, unit) if span.first <= one.on <= span.last]
    for item in duty.items or ("",):
        done = next((one.on for one in entered if one.item == item), None)
        yield Owed(name=item or duty.name, due_on=due, done_on=done, since=near)


def event_day(plan: Plan, duty: PlanDuty, facts: Facts, span: Span) -> date | None:
    """The day of a duty's event in the year: as the file has it, else as the office entered it."""
    known = [day for day in plan.events.get(duty.event, ()) if day.year == span.year]
    known += [
        one.on
        for one in facts.entered(duty.id, plan.office)
        if one.item == duty.event and one.on.year == span.year
    ]
    return known[0] if known else None


def after_event(
    duty: PlanDuty, unit: str, facts: Facts, began: date, calendar: CalendarLimits
) -> Iterator[Owed]:
    """Each item within so many days of the event."""
    due = after_days(began, duty, calendar)
    entered = facts.entered(duty.id, unit)
    for item in duty.items or ("",):
        done = (one.on for one in entered if one.item == item and one.on.year == began.year)
        yield Owed(name=item or duty.name, due_on=due, done_on=next(done, None))


def subjects(duty: PlanDuty, unit: str, facts: Facts, span: Span) -> Iterator[Owed]:
    """Each item of each subject that was entered, by the end of the year."""
    due, near = year_end(span, duty)
    done: dict[str, dict[str, date]] = {}
    for one in facts.entered(duty.id, unit):
        if one.on <= span.last:
            done.setdefault(one.title, {}).setdefault(one.item, one.on)
    for title, days in done.items():
        for item in duty.items:
            yield Owed(name=f"{title}·{item}", due_on=due, done_on=days.get(item), since=near)


def answered(
    duty: PlanDuty, unit: str, facts: Facts, span: Span, calendar: CalendarLimits
) -> Iterator[Owed]:
    """What the first item tells, followed by the second of the same title within the days."""
    entered = facts.entered(duty.id, unit)
    refuted = {one.title: one.on for one in facts.documents(Kind.REFUTATION, unit)}
    answers = refuted | _first([one for one in entered if one.item == duty.items[1]])
    opened = _first([one for one in entered if one.item == duty.items[0]])
    for title, day in opened.items():
        due = after_days(day, duty, calendar)
        if due >= span.first and day <= min(span.last, span.known_to):
            yield Owed(name=title, due_on=due, done_on=answers.get(title))


def counted(
    duty: PlanDuty, unit: str, span: Span, names: Iterable[str], what: str = "次"
) -> Assessment:
    """So many in the year, at the pace of the year: at risk where it lags behind it.

    `names` is what was done in the year so far; a name counts once.
    """
    names = tuple(dict.fromkeys(names))
    done, number = len(names), duty.number
    said = f"全年应有 {number} {what}，已有 {done} {what}"
    if done >= number:
        return Assessment(
            duty=duty,
            unit=unit,
            standing=Standing.MET,
            done=done,
            owed=number,
            said=said,
            names=names,
        )
    passed = (span.today - span.first).days + 1
    length = (span.last - span.first).days + 1
    behind = done < number * passed // length
    near = (span.last - span.today).days < _END_NEAR_DAYS
    how = Standing.AT_RISK if behind or near else Standing.NOT_DUE
    return Assessment(
        duty=duty,
        unit=unit,
        standing=Standing.MISSED if span.over else how,
        done=done,
        owed=number,
        said=f"{said}，还差 {number - done} {what}，{shown(span.last)}前完成",
        todo=duty.todo if span.over or how is Standing.AT_RISK else "",
        due_on=None if span.over else span.last,
        names=names,
    )


def _first(entered: Iterable[Evidence]) -> dict[str, date]:
    found: dict[str, date] = {}
    for one in entered:
        found.setdefault(one.title, one.on)
    return found

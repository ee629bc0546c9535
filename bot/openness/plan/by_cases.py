"""Duties told by opinion items, grades and requests for information. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cases.calendar import CalendarLimits
from bot.openness.plan.by_time import after_days
from bot.openness.plan.duties import PlanDuty
from bot.openness.plan.facts import Facts, Span
from bot.openness.plan.outcome import Assessment, Owed, Standing


def opinion(unit: str, facts: Facts, span: Span) -> Iterator[Owed]:
    """What is owed of each item of public opinion of the year."""
    for one in facts.opinions:
        if one.unit == unit and one.due_on.year == span.year:
            yield Owed(
                name=f"{one.title}（{one.what}）",
                due_on=one.due_on,
                done_on=one.done_on,
                since=one.due_on,
                late=one.overdue or one.in_time is False,
            )


def disclosure(
    duty: PlanDuty, unit: str, facts: Facts, span: Span, calendar: CalendarLimits
) -> Iterator[Owed]:
    """Each request's reply, and the closing of its record within the days after it."""
    for one in facts.requests:
        if one.unit != unit or one.received_on > span.known_to:
            continue
        if one.due_on is not None and one.due_on >= span.first and one.due_on <= span.last:
            yield Owed(
                name=f"{one.number} 答复",
                due_on=one.due_on,
                done_on=one.ended_on,
                late=one.ended_on is not None and not one.in_time,
            )
        if one.ended_on is not None and one.ended_on.year == span.year:
            done = one.ended_on if one.recorded else None
            due = after_days(one.ended_on, duty, calendar)
            yield Owed(name=f"{one.number} 归档", due_on=due, done_on=done, since=due)


def ratings(duty: PlanDuty, unit: str, facts: Facts, span: Span) -> Assessment:
    """The visits bad grades are owed."""
    found = next((one for one in facts.ratings if one.unit == unit), None)
    if found is None or not (found.done or found.late or found.due or found.overdue):
        how = Standing.MET if span.over else Standing.NOT_DUE
        return Assessment(duty=duty, unit=unit, standing=how, done=0, owed=0, said="没有差评")
    owed = found.done + found.late + found.overdue
    parts = [f"差评应回访 {owed + found.due} 件，按时 {found.done} 件"]
    if found.late:
        parts.append(f"超期回访 {found.late} 件")
    if found.overdue:
        parts.append(f"超期未回访 {found.overdue} 件")
    if found.due:
        parts.append(f"待回访 {found.due} 件")
    if found.late or found.overdue:
        how = Standing.MISSED
    else:
        how = Standing.AT_RISK if found.due else Standing.MET
    return Assessment(
        duty=duty,
        unit=unit,
        standing=how,
        done=found.done,
        owed=owed,
        said="，".join(parts),
        todo=duty.todo if found.overdue or found.due else "",
    )

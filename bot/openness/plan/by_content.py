"""Duties about interpretations, policies and guides, told by the knowledge base. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from bot.cases.calendar import CalendarLimits
from bot.openness.plan.by_time import after_days, counted
from bot.openness.plan.duties import PlanDuty
from bot.openness.plan.facts import Facts, Span
from bot.openness.plan.outcome import Assessment, Owed, Standing
from knowledge.model import Form, Kind

_SITE = "网站"
"""The channel a document with an address is in already."""


def with_policy(
    duty: PlanDuty, unit: str, facts: Facts, span: Span, calendar: CalendarLimits
) -> Iterator[Owed]:
    """Each policy of the year with its interpretation; the second item says that none is needed."""
    entered = facts.entered(duty.id, unit)
    told = {one.title: one.on for one in reversed(entered) if one.item == duty.items[0]}
    not_needed = {one.title for one in entered if one.item in duty.items[1:]}
    for policy in facts.documents(Kind.POLICY, unit):
        if not span.holds(policy.on) or policy.title in not_needed:
            continue
        days = (facts.interpretations_of.get(policy.id), told.get(policy.title))
        yield Owed(
            name=policy.title,
            due_on=after_days(policy.on, duty, calendar),
            done_on=min((day for day in days if day is not None), default=None),
        )


@dataclass(kw_only=True)
class _Told:
    """An interpretation of the year, and where and how it was told."""

    on: date
    forms: set[str] = field(default_factory=set)
    channels: dict[str, date] = field(default_factory=dict)


def interpretations(duty: PlanDuty, unit: str, facts: Facts, span: Span) -> dict[str, _Told]:
    """A unit's interpretations of the year by title: of the knowledge base, and entered ones.

    An entry of the same title tells of another form or channel of the same interpretation.
    """
    found: dict[str, _Told] = {}
    for one in facts.documents(Kind.INTERPRETATION, unit):
        if span.holds(one.on):
            told = found.setdefault(one.title, _Told(on=one.on))
            told.forms.add(one.form.value)
            if one.link:
                told.channels.setdefault(_SITE, one.on)
    for entry in facts.entered(duty.id, unit):
        if span.holds(entry.on):
            told = found.setdefault(entry.title, _Told(on=entry.on))
            told.forms.add(entry.item)
            told.channels.setdefault(entry.item, entry.on)
    return found


def forms(duty: PlanDuty, unit: str, facts: Facts, span: Span) -> Assessment:
    """The share of interpretations that are more than text."""
    told = interpretations(duty, unit, facts, span)
    plain = [title for title, one in told.items() if not one.forms - {Form.TEXT.value, ""}]
    total, beyond = len(told), len(told) - len(plain)
    if not total:
        how = Standing.MET if span.over else Standing.NOT_DUE
        said = "全年没有解读" if span.over else "今年还没有解读"
        return Assessment(duty=duty, unit=unit, standing=how, done=0, owed=0, said=said)
    said = f"解读 {total} 篇，其中多元化 {beyond} 篇（{beyond * 100 / total:.1f}%）"
    said += f"，要求不低于 {duty.number}%"
    enough = beyond * 100 >= duty.number * total
    if enough:
        how, todo = Standing.MET, ""
    else:
        how, todo = (Standing.MISSED if span.over else Standing.AT_RISK), duty.todo
        if not span.over and duty.number < 100:
            said += f"，再有 {more_needed(beyond, total, duty.number)} 篇多元化解读才能达到"
    return Assessment(
        duty=duty,
        unit=unit,
        standing=how,
        done=beyond,
        owed=total,
        said=said,
        todo=todo,
        due_on=None if span.over else span.last,
        names=tuple(f"只有文字：{title}" for title in plain),
    )


def more_needed(beyond: int, total: int, percent: int) -> int:
    """How many more, all beyond text, bring the share to so many per cent (below 100)."""
    lacking = percent * total - 100 * beyond
    return max(0, -(-lacking // (100 - percent)))


def head(duty: PlanDuty, unit: str, facts: Facts, span: Span) -> Assessment:
    """Interpretations by the head of the unit."""
    names = [
        one.title
        for one in facts.documents(Kind.INTERPRETATION, unit)
        if one.form is Form.FIRST_INTERPRETER and span.holds(one.on)
    ]
    names += [one.title for one in facts.entered(duty.id, unit) if span.holds(one.on)]
    return counted(duty, unit, span, names)


def spread(
    duty: PlanDuty, unit: str, facts: Facts, span: Span, calendar: CalendarLimits
) -> Iterator[Owed]:
    """Each interpretation in each channel."""
    for title, told in interpretations(duty, unit, facts, span).items():
        due = after_days(told.on, duty, calendar)
        for channel in duty.items:
            yield Owed(name=f"{title}·{channel}", due_on=due, done_on=told.channels.get(channel))


def guides(
    duty: PlanDuty, unit: str, facts: Facts, span: Span, calendar: CalendarLimits
) -> Iterator[Owed]:
    """Each guide in force, with all its parts; what a guide lacks may stand elsewhere."""
    entered = facts.entered(duty.id, unit)
    for guide in facts.documents(Kind.GUIDE, unit):
        if not guide.now or guide.on > span.known_to:
            continue
        elsewhere = {one.item for one in entered if one.title == guide.title}
        lacking = [part for part in duty.words if part not in guide.parts | elsewhere]
        if lacking:
            due = after_days(guide.on, duty, calendar)
            yield Owed(name=f"{guide.title}缺{'、'.join(lacking)}", due_on=due)
        else:  # counting working days is what takes the time
            yield Owed(name=guide.title, due_on=guide.on, done_on=guide.on)


def guide_parts(duty: PlanDuty, text: str) -> frozenset[str]:
    """Which parts a guide's text has."""
    return frozenset(
        part for part, words in duty.words.items() if any(word in text for word in words)
    )

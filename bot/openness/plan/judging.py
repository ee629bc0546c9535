"""Every duty at every unit it binds, judged on a day. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from bot.cases.calendar import CalendarLimits
from bot.openness.plan import by_cases, by_content, by_time
from bot.openness.plan.duties import Check, Plan, PlanDuty
from bot.openness.plan.facts import Facts, Span
from bot.openness.plan.outcome import Assessment, Owed, Standing, folded

_Things = Callable[[PlanDuty, str, Facts, Span, CalendarLimits], Iterable[Owed]]
_Whole = Callable[[PlanDuty, str, Facts, Span], Assessment]

_ONE_BY_ONE: dict[Check, tuple[_Things, str]] = {
    Check.WITH_POLICY: (by_content.with_policy, "今年还没有发布政策文件"),
    Check.SPREAD: (by_content.spread, "今年还没有解读"),
    Check.GUIDES: (by_content.guides, "内容库里没有这个单位的办事指南"),
    Check.RHYTHM: (lambda d, u, f, s, c: by_time.rhythm(d, u, f, s), "还没有到期的"),
    Check.BY_DATE: (lambda d, u, f, s, c: by_time.by_date(d, u, f, s), "还没有到期的"),
    Check.LIST: (lambda d, u, f, s, c: by_time.by_date(d, u, f, s), "还没有到期的"),
    Check.SUBJECTS: (lambda d, u, f, s, c: by_time.subjects(d, u, f, s), "还没有登记"),
    Check.ANSWERED: (by_time.answered, "还没有登记"),
    Check.OPINION: (lambda d, u, f, s, c: by_cases.opinion(u, f, s), "没有舆情事项"),
    Check.DISCLOSURE: (by_cases.disclosure, "没有信息公开申请"),
}
_AS_A_WHOLE: dict[Check, _Whole] = {
    Check.FORMS: by_content.forms,
    Check.HEAD: by_content.head,
    Check.RATINGS: by_cases.ratings,
    Check.COUNT: lambda duty, unit, facts, span: by_time.counted(
        duty,
        unit,
        span,
        [f"{one.title}（{one.on}）" for one in facts.entered(duty.id, unit) if span.holds(one.on)],
    ),
}


def judged(
    plan: Plan, facts: Facts, span: Span, calendar: CalendarLimits, only: str = ""
) -> tuple[Assessment, ...]:
    """How every duty stands at every unit, or at one only, in the order of the plan."""
    return tuple(
        judge(plan, duty, unit, facts, span, calendar)
        for duty in plan.duties
        for unit in duty.units
        if only in ("", unit)
    )


def judge(
    plan: Plan, duty: PlanDuty, unit: str, facts: Facts, span: Span, calendar: CalendarLimits
) -> Assessment:
    """How one duty stands at one unit."""
    if plan.begins_on is not None and plan.begins_on > span.since:
        span = replace(span, since=plan.begins_on)
    if duty.check in _AS_A_WHOLE:
        return _AS_A_WHOLE[duty.check](duty, unit, facts, span)
    if duty.check is Check.AFTER:
        began = by_time.event_day(plan, duty, facts, span)
        if began is None:
            return _no_day(plan, duty, unit)
        after = by_time.after_event(duty, unit, facts, began, calendar)
        return folded(duty, unit, after, span, plan.near_days, none="还没有到期的")
    owed, none = _ONE_BY_ONE[duty.check]
    if duty.check is Check.GUIDES:  # they stand, whenever they were published
        span = replace(span, since=date.min)
    things = owed(duty, unit, facts, span, calendar)
    return folded(duty, unit, things, span, plan.near_days, none=none)


def _no_day(plan: Plan, duty: PlanDuty, unit: str) -> Assessment:
    said = f"还没有“{duty.event}”的日期，由{plan.office}在这一项登记"
    return Assessment(
        duty=duty, unit=unit, standing=Standing.NOT_DUE, done=0, owed=len(duty.items), said=said
    )


def totals(assessments: Iterable[Assessment]) -> dict[Standing, int]:
    """How many stand so."""
    found = dict.fromkeys(Standing, 0)
    for one in assessments:
        found[one.standing] += 1
    return found


def by_unit(assessments: Iterable[Assessment]) -> Iterator[tuple[str, tuple[Assessment, ...]]]:
    """Units in order of their first duty, each with its assessments."""
    found: dict[str, list[Assessment]] = {}
    for one in assessments:
        found.setdefault(one.unit, []).append(one)
    for unit, ones in found.items():
        yield unit, tuple(ones)

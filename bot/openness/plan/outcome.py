"""How a duty stands at a unit, folded from the things owed of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.openness.plan.duties import PlanDuty
from bot.openness.plan.facts import Span

_NAMED = 3
"""So many of what is left are named; the others are counted."""


class Standing(StrEnum):
    """How a duty stands."""

    MISSED = "missed"
    AT_RISK = "at_risk"
    NOT_DUE = "not_due"
    MET = "met"


_ORDER = {standing: place for place, standing in enumerate(Standing)}


@dataclass(frozen=True, kw_only=True)
class Owed:
    """One thing owed.

    Args:
        name: in words, such as 第 9 周 or the title of a policy.
        due_on: its last day.
        done_on: None: not yet.
        since: the first day it can be at risk; None: as the plan's `near_days` give it.
        late: too late by a clock finer than days.
    """

    name: str
    due_on: date
    done_on: date | None = None
    since: date | None = None
    late: bool = False

    def done_by(self, day: date) -> date | None:
        """The day it was done, where that was not later."""
        return self.done_on if self.done_on is not None and self.done_on <= day else None

    def standing(self, span: Span, near_days: int) -> Standing:
        """How it stands on the day of the span."""
        today, done = span.today, self.done_by(span.known_to)
        if done is not None:
            return Standing.MISSED if self.late or done > self.due_on else Standing.MET
        if self.late or today > self.due_on:
            return Standing.MISSED
        near = self.since or self.due_on - timedelta(days=near_days)
        return Standing.AT_RISK if today >= near else Standing.NOT_DUE


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """How a duty stands at a unit.

    Args:
        done, owed: of those that fell due or are done; per cent where the duty asks for a share.
        due_on: the next day something is due; None: nothing is.
        said: the figures in words.
        todo: what to do next; empty where nothing is.
        things: what it was folded from, and how each stands; the worst first.
        names: where it is a count or a share: what it was counted from.
    """

    duty: PlanDuty
    unit: str
    standing: Standing
    done: int
    owed: int
    said: str
    todo: str = ""
    due_on: date | None = None
    things: tuple[tuple[Owed, Standing], ...] = ()
    names: tuple[str, ...] = ()


def folded(
    duty: PlanDuty, unit: str, owed: Iterable[Owed], span: Span, near_days: int, *, none: str
) -> Assessment:
    """A duty made of things owed one by one: as the worst of them.

    `owed` is all of the year; `none` is said where there is nothing.
    """
    things = [one for one in owed if one.due_on >= span.since]
    stands = [(one, one.standing(span, near_days)) for one in things]
    missed = [one for one, how in stands if how is Standing.MISSED]
    risky = [one for one, how in stands if how is Standing.AT_RISK]
    met = [one for one, how in stands if how is Standing.MET]
    waiting = [one for one, how in stands if how is Standing.NOT_DUE]
    counted = len(met) + len(missed)
    if not things:
        how = Standing.MET if span.over else Standing.NOT_DUE
        return Assessment(duty=duty, unit=unit, standing=how, done=0, owed=0, said=none)
    if missed:
        how = Standing.MISSED
    elif risky:
        how = Standing.AT_RISK
    else:
        how = Standing.MET if met else Standing.NOT_DUE
    still = [one for one in missed if one.done_by(span.known_to) is None]
    late = [one for one in missed if one not in still]
    due_on = min((one.due_on for one in (*risky, *waiting)), default=None)
    said = f"应完成 {counted} 项，按时 {len(met)} 项" if counted else "还没有到期的"
    parts = [said, _list("没有做", still), _list("做晚了", late), _list("快到期", risky)]
    if due_on is not None:
        parts.append(f"下一项 {shown(due_on)} 到期")
    return Assessment(
        duty=duty,
        unit=unit,
        standing=how,
        done=len(met),
        owed=counted,
        said="；".join(filter(None, parts)),
        todo=duty.todo if still or risky else "",
        due_on=due_on,
        things=tuple(sorted(stands, key=lambda one: (_ORDER[one[1]], one[0].due_on))),
    )


def _list(head: str, things: Sequence[Owed]) -> str:
    if not things:
        return ""
    return f"{head} {len(things)} 项：{named([one.name for one in things])}"


def named(names: Sequence[str]) -> str:
    """The first few of some names, and how many there are."""
    told = "、".join(names[:_NAMED])
    return told if len(names) <= _NAMED else f"{told} 等 {len(names)} 项"


def shown(day: date) -> str:
    """Such as 1月31日."""
    return f"{day.month}月{day.day}日"

"""What each move does to a case beside its state. Pure; `bot.cases.moving` calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.cases.answering import ANSWERING, words_owed
from bot.cases.asked import Changed, Effect, Moving
from bot.cases.deadlines import (
    Allowance,
    CaseLimits,
    allowed_until,
    due_at,
    extended,
    moved_by_pause,
)
from bot.cases.model import (
    Appeal,
    Case,
    Move,
    MoveRefused,
    Role,
)
from bot.cases.rules import BAD_GRADES
from bot.errors import Conflict, Invalid


def _dispatch(moving: Moving) -> Changed:
    case, steps = moving.case, moving.limits.steps
    lead = _unit(moving)
    if lead == case.lead_department:
        raise Invalid(f"{lead}已经在办理这件事。", fields={"department": "已在办理"})
    final = case.course.returns >= steps.designate_after
    if final and moving.asked.actor.role is Role.SYSTEM:
        raise MoveRefused("designated", moving.asked.move, moving.before.state)
    suggested = case.routing.supporting if case.routing else ()
    supporting = case.supporting or suggested
    details = {"to_department": lead}
    if case.lead_department:
        details["from_department"] = case.lead_department
    if final:
        details["designated"] = "yes"
    return (
        replace(
            case,
            lead_department=lead,
            supporting=tuple(name for name in supporting if name != lead),
            course=moving.course(
                dispatched_at=moving.now,
                dispatches=case.course.dispatches + 1,
                designated=final,
                asked_days=0,
                draft_reply="",
            ),
        ),
        details | moving.words,
    )


def _add_support(moving: Moving) -> Changed:
    case, name = moving.case, _unit(moving)
    if name == case.lead_department or name in case.supporting:
        raise Invalid(f"{name}已经在办理这件事。", fields={"department": "已在其中"})
    return replace(case, supporting=(*case.supporting, name)), {"department": name}


def _return(moving: Moving) -> Changed:
    case = moving.case
    until = return_until(moving.before, moving.limits)
    if until is not None and moving.now > until:
        raise MoveRefused("late", Move.RETURN, moving.before.state)
    details = {"from_department": case.lead_department} | moving.words
    course = moving.course(returns=case.course.returns + 1, asked_days=0, draft_reply="")
    return replace(case, lead_department="", course=course), details


def return_until(case: Case, limits: CaseLimits) -> datetime | None:
    """The last second in which a department may send a case back; None where none is set."""
    since = case.course.dispatched_at
    if since is None:
        return None
    days = limits.steps.return_days_complex if case.supporting else limits.steps.return_days
    return allowed_until(since, Allowance(amount=days), limits)


def _end(moving: Moving) -> Changed:
    return replace(moving.case, closed_at=moving.now), moving.words


def _visit(moving: Moving) -> Changed:
    return replace(moving.case, follow_up_due_at=None), moving.words


def _merge(moving: Moving) -> Changed:
    case, number = moving.case, moving.asked.lead_number
    if not number or number == case.number:
        raise Invalid("请填写要并入的编号。", fields={"lead_number": "不能为空，也不能是本件"})
    after = replace(
        case,
        closed_at=moving.now,
        merged_into=number,
        course=moving.course(before_merge=moving.before.state),
    )
    return after, moving.words | {"lead_number": number}


def _unmerge(moving: Moving) -> Changed:
    details = moving.words | {"lead_number": moving.case.merged_into}
    course = moving.course(before_merge=None)
    return replace(moving.case, closed_at=None, merged_into="", course=course), details


def _pause(moving: Moving) -> Changed:
    return replace(moving.case, paused_at=moving.now), moving.words


def _resume(moving: Moving) -> Changed:
    case = running_again(moving.case, moving.now, moving.limits)
    return case, moving.words | _due(case)


def running_again(case: Case, now: datetime, limits: CaseLimits) -> Case:
    """A case whose clock runs, its deadline later by what the pause took."""
    if case.paused_at is None:
        return case
    due = case.due_at
    if due is not None:
        due = moved_by_pause(due, case.paused_at, now, case.course.clock, limits)
    return replace(case, paused_at=None, due_at=due)


def _ask_extension(moving: Moving) -> Changed:
    days = _days(moving)
    return replace(moving.case, course=moving.course(asked_days=days)), {"days": str(days)}


def _extend(moving: Moving) -> Changed:
    case, days = moving.case, moving.asked.days or moving.case.course.asked_days
    days = _days(moving, days)
    until = extended(case.due_at or moving.now, days, moving.limits)
    details = {"due_at": until.isoformat(), "days": str(days)}
    course = moving.course(asked_days=0)
    return replace(case, due_at=until, course=course), details | moving.words


def _refuse_extension(moving: Moving) -> Changed:
    return replace(moving.case, course=moving.course(asked_days=0)), moving.words


def _days(moving: Moving, days: int | None = None) -> int:
    days = moving.asked.days if days is None else days
    most = moving.limits.steps.most_extension_days
    if not 1 <= days <= most:
        message = f"请填写延长的工作日数，1 到 {most} 天。"
        raise Invalid(message, fields={"days": f"1–{most}"})
    return days


def _urge(moving: Moving) -> Changed:
    urged = moving.case.course.urged + 1
    return replace(moving.case, course=moving.course(urged=urged)), moving.words | {
        "times": str(urged)
    }


def _supervise(moving: Moving) -> Changed:
    return replace(moving.case, course=moving.course(supervised=True)), moving.words


def _reopen(moving: Moving) -> Changed:
    case = moving.case
    until = due_at(moving.now, case.demand_type, case.severity, moving.limits)
    after = replace(
        case,
        closed_at=None,
        due_at=until,
        follow_up_due_at=None,
        lead_department="",
        rating=None,
        course=moving.course(
            draft_reply="", asked_days=0, returns=0, designated=False, appeal=Appeal.NONE
        ),
    )
    details = {"due_at": until.isoformat(), "from_department": case.lead_department}
    return after, details | moving.words


def _rate(moving: Moving) -> Changed:
    grade = moving.asked.grade
    if grade not in range(1, 6):
        raise Invalid("评价应在 1 到 5 之间。", fields={"grade": "1–5"})
    if moving.case.course.appeal in {Appeal.ASKED, Appeal.UPHELD}:
        raise Conflict("这次评价正在核实或已经核实，不能再改。", code="appealed")
    follow_up = None
    if grade in BAD_GRADES:
        days = Allowance(amount=moving.limits.steps.follow_up_days)
        follow_up = allowed_until(moving.now, days, moving.limits)
    details = {"grade": str(grade)} | moving.words
    if follow_up is not None:
        details["follow_up_due_at"] = follow_up.isoformat()
    return replace(moving.case, rating=grade, follow_up_due_at=follow_up), details


def _appeal(moving: Moving) -> Changed:
    return replace(moving.case, course=moving.course(appeal=Appeal.ASKED)), moving.words


def _uphold_appeal(moving: Moving) -> Changed:
    return replace(moving.case, course=moving.course(appeal=Appeal.UPHELD)), moving.words


def _dismiss_appeal(moving: Moving) -> Changed:
    return replace(moving.case, course=moving.course(appeal=Appeal.DISMISSED)), moving.words


def _split(moving: Moving) -> Changed:
    """The case keeps the first demand; its judgement is the service's to renew."""
    parts, numbers = moving.asked.parts, moving.asked.numbers
    if len(parts) < 2:
        raise Invalid("没有看出几件不同的事，不能拆分。", fields={"parts": "至少两件"})
    course = moving.course(part=parts[0], parts=numbers)
    return replace(moving.case, course=course), {"numbers": "、".join(numbers)}


def _due(case: Case) -> dict[str, str]:
    return {"due_at": case.due_at.isoformat()} if case.due_at else {}


def _unit(moving: Moving) -> str:
    if not moving.asked.department.strip():
        raise Invalid("请选择部门。", fields={"department": "不能为空"})
    official = moving.city.unit(moving.asked.department)
    if official is None:
        raise Invalid("没有这个部门，请重新选择。", fields={"department": "没有这个部门"})
    return official


EFFECTS: Mapping[Move, Effect] = {
    **ANSWERING,
    Move.DISPATCH: _dispatch,
    Move.REASSIGN: _dispatch,
    Move.ADD_SUPPORT: _add_support,
    Move.RETURN: _return,
    Move.NOTE: words_owed,
    Move.VISIT: _visit,
    Move.CLOSE: _end,
    Move.REFUSE: _end,
    Move.MERGE: _merge,
    Move.UNMERGE: _unmerge,
    Move.PAUSE: _pause,
    Move.RESUME: _resume,
    Move.ASK_EXTENSION: _ask_extension,
    Move.EXTEND: _extend,
    Move.REFUSE_EXTENSION: _refuse_extension,
    Move.URGE: _urge,
    Move.SUPERVISE: _supervise,
    Move.REOPEN: _reopen,
    Move.RATE: _rate,
    Move.APPEAL: _appeal,
    Move.UPHOLD_APPEAL: _uphold_appeal,
    Move.DISMISS_APPEAL: _dismiss_appeal,
    Move.SPLIT: _split,
}

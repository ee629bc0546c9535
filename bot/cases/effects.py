"""What each move does to a case beside its state. Pure; `bot.cases.moving` calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.cases import publishing, replying
from bot.cases.deadlines import (
    Allowance,
    CaseLimits,
    allowed_until,
    due_at,
    extended,
    moved_by_pause,
)
from bot.cases.model import (
    Actor,
    Appeal,
    Case,
    Course,
    Move,
    MoveRefused,
    Published,
    Role,
    State,
)
from bot.cases.ports import CaseCity
from bot.cases.rules import BAD_GRADES
from bot.errors import Conflict, Invalid


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A move as somebody asks for it.

    Args:
        department: where to, for dispatch, reassign and add_support; any name of the unit.
        text: the words, for reply and note.
        days: working days more, for ask_extension and extend.
        lead_number: the case this one goes into, for merge.
        grade: 1 (worst) to 5 (best), for rate.
        despite: for a reply, send it though the check found something; not where it would tell
            private data.
        public: for publish, what the public is to read.
        demands: for a reply, the demands the case's text names, where there are several.
        parts: for split, the demands; the first stays with the case.
        numbers: for split, the cases the others became, as the service opened them.
    """

    move: Move
    actor: Actor
    reason: str = ""
    department: str = ""
    text: str = ""
    days: int = 0
    lead_number: str = ""
    grade: int = 0
    despite: bool = False
    public: Published | None = None
    demands: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Moving:
    """A case in the middle of a move.

    Args:
        before: as it stood.
        case: the same in its new state, its version not yet counted.
    """

    before: Case
    case: Case
    asked: Asked
    city: CaseCity
    now: datetime

    @property
    def limits(self) -> CaseLimits:
        """The city's times."""
        return self.city.limits

    @property
    def words(self) -> dict[str, str]:
        """What was said with the move, for its event."""
        return {"text": self.asked.text} if self.asked.text else {}

    def course(self, **changes: object) -> Course:
        """The course so far, changed."""
        return replace(self.case.course, **changes)  # type: ignore[arg-type]


Changed = tuple[Case, dict[str, str]]
"""The case after a move, its version not yet counted, and the event's details."""

Effect = Callable[[Moving], Changed]


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


def _reply(moving: Moving) -> Changed:
    case = moving.case
    if not moving.asked.text:
        raise Invalid("请填写答复内容。", fields={"text": "不能为空"})
    noted = _checked(moving, moving.asked.text)
    read_first = case.demand_type in moving.limits.steps.second_reading
    if read_first and moving.asked.actor.role is not Role.DEPARTMENT_HEAD:
        course = moving.course(draft_reply=moving.asked.text)
        waits = replace(case, state=State.IN_PROGRESS, course=course)
        return waits, moving.words | noted | {"second_reading": "asked"}
    return replace(case, reply_text=moving.asked.text), moving.words | noted


def _checked(moving: Moving, text: str) -> dict[str, str]:
    """What the check of a reply found and its writer sends it despite; raises `ReplyUnfit`."""
    found = replying.check(text, replying.replied_to(moving.before, moving.asked.demands))
    blocking = [one for one in found if one.weight is replying.Weight.BLOCKING]
    private = any(one.code in replying.PRIVATE for one in blocking)
    if blocking and (private or not moving.asked.despite):
        raise ReplyUnfit(found)
    return {"despite": "、".join(one.code for one in blocking)} if blocking else {}


class ReplyUnfit(Invalid):
    """A reply that is not fit to be sent as it stands; `findings` says why."""

    def __init__(self, findings: tuple[replying.Finding, ...]) -> None:
        said = [one.said for one in findings if one.weight is replying.Weight.BLOCKING]
        super().__init__("答复还不能发送：" + "；".join(said) + "。", fields={"text": said[0]})
        self.findings = findings


def _approve_reply(moving: Moving) -> Changed:
    text = moving.asked.text or moving.case.course.draft_reply
    noted = _checked(moving, text)
    course = moving.course(draft_reply="")
    return replace(moving.case, reply_text=text, course=course), {"text": text} | noted


def _reject_reply(moving: Moving) -> Changed:
    return replace(moving.case, course=moving.course(draft_reply="")), moving.words


def _words_owed(moving: Moving) -> Changed:
    if not moving.asked.text:
        raise Invalid("请填写内容。", fields={"text": "不能为空"})
    return moving.case, moving.words


def _support_reply(moving: Moving) -> Changed:
    case, details = _words_owed(moving)
    return case, details | {"department": moving.asked.actor.department}


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


def _join_reply(moving: Moving) -> Changed:
    return replace(moving.case, reply_text=moving.asked.text), moving.words | {
        "lead_number": moving.case.merged_into
    }


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


def _agree_publish(moving: Moving) -> Changed:
    return replace(moving.case, course=moving.course(may_publish=True)), moving.words


def _publish(moving: Moving) -> Changed:
    public = moving.asked.public or publishing.draft(moving.before)
    publishing.check(public, moving.before)
    after = replace(moving.case, published=public, published_at=moving.now)
    return after, {"title": public.title}


def _withdraw(moving: Moving) -> Changed:
    return replace(moving.case, published=None, published_at=None), moving.words


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
    Move.DISPATCH: _dispatch,
    Move.REASSIGN: _dispatch,
    Move.ADD_SUPPORT: _add_support,
    Move.SUPPORT_REPLY: _support_reply,
    Move.RETURN: _return,
    Move.REPLY: _reply,
    Move.APPROVE_REPLY: _approve_reply,
    Move.REJECT_REPLY: _reject_reply,
    Move.NOTE: _words_owed,
    Move.VISIT: _visit,
    Move.CLOSE: _end,
    Move.REFUSE: _end,
    Move.MERGE: _merge,
    Move.UNMERGE: _unmerge,
    Move.JOIN_REPLY: _join_reply,
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
    Move.AGREE_PUBLISH: _agree_publish,
    Move.PUBLISH: _publish,
    Move.WITHDRAW: _withdraw,
}

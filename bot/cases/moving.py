"""What a move does to a case. Pure: the service reads before and writes after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.cases.deadlines import add_working_days, due_at, end_of, local_day
from bot.cases.model import Actor, Case, Move, next_state
from bot.cases.ports import CaseCity
from bot.clean import clean_text
from bot.errors import Invalid

MAX_TEXT_CHARS = 5000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A move as somebody asks for it.

    Args:
        department: where to, for dispatch, reassign and add_support; any name of the unit.
        text: the words, for reply and note.
        days: working days more, for extend.
        lead_number: the case this one goes into, for merge.
        grade: 1 (worst) to 5 (best), for rate.
    """

    move: Move
    actor: Actor
    reason: str = ""
    department: str = ""
    text: str = ""
    days: int = 0
    lead_number: str = ""
    grade: int = 0


Changed = tuple[Case, dict[str, str]]
"""The case after a move, its version not yet counted, and the event's details."""


def tidy(asked: Asked) -> Asked:
    """The move with its words in a form that can be kept. Raises `Invalid` for too many."""
    reason, text = clean_text(asked.reason).strip(), clean_text(asked.text).strip()
    for name, words in (("reason", reason), ("text", text)):
        if len(words) > MAX_TEXT_CHARS:
            message = f"文字太长，最多 {MAX_TEXT_CHARS} 个字。"
            raise Invalid(message, fields={name: message})
    return replace(asked, reason=reason, text=text)


def changed(case: Case, asked: Asked, city: CaseCity, now: datetime) -> Changed:
    """The case after the move.

    Raises:
        bot.cases.model.MoveRefused: the state or the role does not allow it.
        Invalid: something the move needs is missing or wrong.
    """
    state = next_state(case, asked.move, asked.actor, asked.reason)
    effect = _EFFECTS.get(asked.move)
    after = replace(case, state=state)
    return effect(after, asked, city, now) if effect else (after, _words(asked))


def _dispatch(case: Case, asked: Asked, city: CaseCity, now: datetime) -> Changed:
    del now
    lead = _unit(asked, city)
    suggested = case.routing.supporting if case.routing else ()
    supporting = case.supporting or suggested
    details = {"to_department": lead}
    if case.lead_department:
        details["from_department"] = case.lead_department
    return (
        replace(
            case,
            lead_department=lead,
            supporting=tuple(name for name in supporting if name != lead),
        ),
        details | _words(asked),
    )


def _add_support(case: Case, asked: Asked, city: CaseCity, now: datetime) -> Changed:
    del now
    name = _unit(asked, city)
    if name == case.lead_department or name in case.supporting:
        raise Invalid(f"{name}已经在办理这件事。", fields={"department": "已在其中"})
    return replace(case, supporting=(*case.supporting, name)), {"department": name}


def _return(case: Case, asked: Asked, city: CaseCity, now: datetime) -> Changed:
    del city, now
    details = {"from_department": case.lead_department} | _words(asked)
    return replace(case, lead_department=""), details


def _reply(case: Case, asked: Asked, city: CaseCity, now: datetime) -> Changed:
    del city, now
    if not asked.text:
        raise Invalid("请填写答复内容。", fields={"text": "不能为空"})
    return replace(case, reply_text=asked.text), _words(asked)


def _note(case: Case, asked: Asked, city: CaseCity, now: datetime) -> Changed:
    del city, now
    if not asked.text:
        raise Invalid("请填写内容。", fields={"text": "不能为空"})
    return case, _words(asked)


def _end(case: Case, asked: Asked, city: CaseCity, now: datetime) -> Changed:
    del city
    return replace(case, closed_at=now), _words(asked)


def _merge(case: Case, asked: Asked, city: CaseCity, now: datetime) -> Changed:
    if not asked.lead_number or asked.lead_number == case.number:
        raise Invalid("请填写要并入的编号。", fields={"lead_number": "不能为空，也不能是本件"})
    after, details = _end(case, asked, city, now)
    return after, details | {"lead_number": asked.lead_number}


def _extend(case: Case, asked: Asked, city: CaseCity, now: datetime) -> Changed:
    if asked.days < 1:
        raise Invalid("请填写延长的工作日数。", fields={"days": "至少 1 天"})
    since = case.due_at or now
    until = end_of(add_working_days(local_day(since), asked.days, city.limits))
    details = {"due_at": until.isoformat(), "days": str(asked.days)}
    return replace(case, due_at=until), details | _words(asked)


def _reopen(case: Case, asked: Asked, city: CaseCity, now: datetime) -> Changed:
    until = due_at(now, case.demand_type, case.severity, city.limits)
    details = {"due_at": until.isoformat()} | _words(asked)
    return replace(case, closed_at=None, due_at=until), details


def _rate(case: Case, asked: Asked, city: CaseCity, now: datetime) -> Changed:
    del city, now
    if asked.grade not in range(1, 6):
        raise Invalid("评价应在 1 到 5 之间。", fields={"grade": "1–5"})
    return replace(case, rating=asked.grade), {"grade": str(asked.grade)} | _words(asked)


def _unit(asked: Asked, city: CaseCity) -> str:
    if not asked.department.strip():
        raise Invalid("请选择部门。", fields={"department": "不能为空"})
    official = city.unit(asked.department)
    if official is None:
        raise Invalid("没有这个部门，请重新选择。", fields={"department": "没有这个部门"})
    return official


def _words(asked: Asked) -> dict[str, str]:
    return {"text": asked.text} if asked.text else {}


_EFFECTS = {
    Move.DISPATCH: _dispatch,
    Move.REASSIGN: _dispatch,
    Move.ADD_SUPPORT: _add_support,
    Move.RETURN: _return,
    Move.REPLY: _reply,
    Move.NOTE: _note,
    Move.CLOSE: _end,
    Move.REFUSE: _end,
    Move.MERGE: _merge,
    Move.EXTEND: _extend,
    Move.REOPEN: _reopen,
    Move.RATE: _rate,
}

OWED_ONCE = frozenset({Move.EXTEND})
"""Moves a case allows once; the service counts its events."""

REDIRECTING = frozenset({Move.DISPATCH, Move.REASSIGN})
"""Moves in which a person chooses a department, and may correct the router."""

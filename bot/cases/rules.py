"""Which moves a case allows, by whom, and where each leads. Pure; `docs/cases.md` has the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.cases.model import Actor, Appeal, Case, DemandType, Move, MoveRefused, Role, State

GRADES: Mapping[int, str] = {
    5: "非常满意",
    4: "满意",
    3: "基本满意",
    2: "不满意",
    1: "非常不满意",
}
"""好差评: the five grades of 国办发〔2019〕51号, best first."""

BAD_GRADES = frozenset({1, 2})
"""差评: 非常不满意, 不满意 (国办发〔2019〕51号)."""

IN_HAND = frozenset({State.DISPATCHED, State.ACCEPTED, State.IN_PROGRESS})
"""A department has it in hand."""

ANSWERED = frozenset({State.REPLIED, State.VISITED, State.CLOSED})
"""The citizen has a reply."""

_AT_WORK = frozenset({State.ACCEPTED, State.IN_PROGRESS})
_WAITING = frozenset({State.RECEIVED, State.TRIAGE, State.RETURNED, State.REOPENED})
_ANYWHERE = frozenset(State)
_OPEN = frozenset(set(State) - {State.CLOSED, State.MERGED, State.REFUSED})

_OFFICE = frozenset({Role.TRIAGE, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.SYSTEM})
_DEPARTMENT = frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD})
_HEAD = frozenset({Role.DEPARTMENT_HEAD})
_DESK = _OFFICE | {Role.OPERATOR}
_ENTRY = _DESK | {Role.CITIZEN}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a move needs and where it leads.

    Args:
        sources: from which states.
        roles: by whom.
        target: to which state; None: it stays where it is.
        needs_reason: a reason is owed.
        of_supporting: a department's people need only support the case; else they must lead it.
    """

    sources: frozenset[State]
    roles: frozenset[Role]
    target: State | None = None
    needs_reason: bool = False
    of_supporting: bool = False


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


RULES: Mapping[Move, Rule] = {
    Move.TO_TRIAGE: Rule(sources=_WAITING, roles=_OFFICE, target=State.TRIAGE),
    Move.DISPATCH: Rule(sources=_WAITING, roles=_OFFICE, target=State.DISPATCHED),
    Move.ACCEPT: Rule(sources=_from(State.DISPATCHED), roles=_DEPARTMENT, target=State.ACCEPTED),
    Move.WORK: Rule(sources=_from(State.ACCEPTED), roles=_DEPARTMENT, target=State.IN_PROGRESS),
    Move.REPLY: Rule(sources=_AT_WORK, roles=_DEPARTMENT, target=State.REPLIED),
    Move.APPROVE_REPLY: Rule(sources=_AT_WORK, roles=_HEAD, target=State.REPLIED),
    Move.REJECT_REPLY: Rule(sources=_AT_WORK, roles=_HEAD, needs_reason=True),
    Move.SUPPORT_REPLY: Rule(sources=IN_HAND, roles=_DEPARTMENT, of_supporting=True),
    Move.VISIT: Rule(sources=ANSWERED, roles=_DESK, target=State.VISITED),
    Move.CLOSE: Rule(sources=_from(State.REPLIED, State.VISITED), roles=_DESK, target=State.CLOSED),
    Move.RETURN: Rule(sources=IN_HAND, roles=_DEPARTMENT, target=State.RETURNED, needs_reason=True),
    Move.REASSIGN: Rule(sources=IN_HAND, roles=_OFFICE, target=State.DISPATCHED, needs_reason=True),
    Move.ADD_SUPPORT: Rule(sources=IN_HAND, roles=_OFFICE),
    Move.PAUSE: Rule(sources=IN_HAND, roles=_DEPARTMENT | _OFFICE, needs_reason=True),
    Move.RESUME: Rule(sources=IN_HAND, roles=_DEPARTMENT | _OFFICE),
    Move.ASK_EXTENSION: Rule(sources=IN_HAND, roles=_DEPARTMENT, needs_reason=True),
    Move.EXTEND: Rule(sources=IN_HAND, roles=_OFFICE, needs_reason=True),
    Move.REFUSE_EXTENSION: Rule(sources=IN_HAND, roles=_OFFICE, needs_reason=True),
    Move.URGE: Rule(sources=_OPEN, roles=_ENTRY),
    Move.SUPERVISE: Rule(sources=_OPEN, roles=_OFFICE, needs_reason=True),
    Move.MERGE: Rule(sources=_OPEN, roles=_OFFICE, target=State.MERGED, needs_reason=True),
    Move.UNMERGE: Rule(
        sources=_from(State.MERGED), roles=_OFFICE, target=State.TRIAGE, needs_reason=True
    ),
    Move.JOIN_REPLY: Rule(sources=_from(State.MERGED), roles=frozenset({Role.SYSTEM})),
    Move.REFUSE: Rule(sources=_WAITING, roles=_OFFICE, target=State.REFUSED, needs_reason=True),
    Move.REOPEN: Rule(sources=ANSWERED, roles=_ENTRY, target=State.REOPENED, needs_reason=True),
    Move.RATE: Rule(sources=ANSWERED | {State.MERGED}, roles=_ENTRY),
    Move.APPEAL: Rule(sources=ANSWERED, roles=_DEPARTMENT, needs_reason=True),
    Move.UPHOLD_APPEAL: Rule(sources=ANSWERED, roles=_OFFICE, needs_reason=True),
    Move.DISMISS_APPEAL: Rule(sources=ANSWERED, roles=_OFFICE, needs_reason=True),
    Move.SPLIT: Rule(sources=_WAITING, roles=_DESK),
    Move.AGREE_PUBLISH: Rule(sources=_ANYWHERE, roles=_ENTRY),
    Move.PUBLISH: Rule(sources=ANSWERED, roles=_OFFICE - {Role.SYSTEM}),
    Move.WITHDRAW: Rule(sources=_ANYWHERE, roles=_OFFICE - {Role.SYSTEM}, needs_reason=True),
    Move.NOTE: Rule(sources=_ANYWHERE, roles=frozenset(Role), of_supporting=True),
}


def _badly_rated(case: Case) -> bool:
    return case.rating in BAD_GRADES and case.course.appeal is Appeal.NONE


_ONLY_WHILE: Mapping[Move, Callable[[Case], bool]] = {
    Move.PAUSE: lambda case: case.paused_at is None,
    Move.RESUME: lambda case: case.paused_at is not None,
    Move.ASK_EXTENSION: lambda case: not case.course.asked_days,
    Move.REFUSE_EXTENSION: lambda case: case.course.asked_days > 0,
    Move.REPLY: lambda case: not case.course.draft_reply,
    Move.APPROVE_REPLY: lambda case: bool(case.course.draft_reply),
    Move.REJECT_REPLY: lambda case: bool(case.course.draft_reply),
    Move.VISIT: lambda case: case.state is State.REPLIED or case.follow_up_due_at is not None,
    Move.RATE: lambda case: case.state is not State.MERGED or bool(case.reply_text),
    Move.APPEAL: _badly_rated,
    Move.UPHOLD_APPEAL: lambda case: case.course.appeal is Appeal.ASKED,
    Move.DISMISS_APPEAL: lambda case: case.course.appeal is Appeal.ASKED,
    Move.SPLIT: lambda case: not case.course.parts and not case.course.split_from,
    Move.AGREE_PUBLISH: lambda case: not case.course.may_publish,
    Move.PUBLISH: lambda case: case.published is None and may_be_published(case),
    Move.WITHDRAW: lambda case: case.published is not None,
}
"""What must be so beside the state; else the move is not open."""


def may_be_published(case: Case) -> bool:
    """The citizen agreed, has a reply, asked for no secrecy, and reported nobody."""
    return (
        case.course.may_publish
        and bool(case.reply_text)
        and not case.confidential
        and case.demand_type is not DemandType.REPORT
    )


def next_state(case: Case, move: Move, actor: Actor, reason: str = "") -> State:
    """The state after a move.

    A department's people move only cases their department leads; one it supports they may answer
    to the lead and add notes to.

    Raises:
        MoveRefused: `state` (not from here), `role` (not by this person), `reason` (one is owed),
            `designated` (the office has decided whose it is).
    """
    rule = RULES.get(move)
    if rule is None or case.state not in rule.sources:
        raise MoveRefused("state", move, case.state)
    if not _ONLY_WHILE.get(move, _always)(case):
        raise MoveRefused("state", move, case.state)
    if actor.role not in rule.roles or not _of_theirs(case, move, actor, rule):
        raise MoveRefused("role", move, case.state)
    if move is Move.RETURN and case.course.designated:
        raise MoveRefused("designated", move, case.state)
    if rule.needs_reason and not reason.strip():
        raise MoveRefused("reason", move, case.state)
    if move is Move.UNMERGE:
        return case.course.before_merge or State.TRIAGE
    if move is Move.VISIT and case.state is State.CLOSED:
        return State.CLOSED
    return rule.target or case.state


def _always(case: Case) -> bool:
    del case
    return True


def _of_theirs(case: Case, move: Move, actor: Actor, rule: Rule) -> bool:
    if actor.role not in _DEPARTMENT:
        return True
    if move is Move.SUPPORT_REPLY:
        return actor.department in case.supporting
    involved = {case.lead_department, *(case.supporting if rule.of_supporting else ())}
    return actor.department in involved


def moves_open_to(case: Case, actor: Actor) -> tuple[Move, ...]:
    """The moves this person could make now, in the order of `Move`; for buttons on a page."""
    possible = []
    for move in Move:
        try:
            next_state(case, move, actor, reason="-")
        except MoveRefused:
            continue
        possible.append(move)
    return tuple(possible)

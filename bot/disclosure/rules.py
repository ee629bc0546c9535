"""Which moves a request allows, by whom, and where each leads. Pure.

`docs/disclosure.md` has the table; a test holds it against this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.cases.model import Actor, Role
from bot.disclosure.model import Move, Request, State
from bot.disclosure.refused import MoveRefused

EXAMINED = frozenset({State.REGISTERED, State.EXAMINING})
"""Nobody works on it yet."""

RUNNING = frozenset({State.EXAMINING, State.WORKING, State.CONSULTING})
"""The unit has it in hand, and the clock is the unit's."""

OPEN = frozenset(
    {
        State.REGISTERED,
        State.EXAMINING,
        State.AWAITING_CORRECTION,
        State.WORKING,
        State.CONSULTING,
        State.PROPOSED,
    }
)
"""Not decided yet."""

_OFFICE = frozenset({Role.TRIAGE, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.SYSTEM})
_DEPARTMENT = frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD})
_CLERK = frozenset({Role.DEPARTMENT_CLERK})
_HEAD = frozenset({Role.DEPARTMENT_HEAD})


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a move needs and where it leads.

    Args:
        sources: from which states.
        roles: by whom; a unit's people move only what is addressed to their unit.
        target: to which state; None: it stays where it is.
        needs_reason: a reason is owed.
    """

    sources: frozenset[State]
    roles: frozenset[Role]
    target: State | None = None
    needs_reason: bool = False


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


_BEGUN = _from(State.EXAMINING, State.WORKING)
OVER = _from(State.DELIVERED, State.WITHDRAWN, State.GIVEN_UP)
"""Owed to the archive."""

RULES: Mapping[Move, Rule] = {
    Move.ASSIGN: Rule(sources=EXAMINED, roles=_OFFICE, target=State.REGISTERED),
    Move.EXAMINE: Rule(sources=_from(State.REGISTERED), roles=_DEPARTMENT, target=State.EXAMINING),
    Move.ASK_CORRECTION: Rule(
        sources=_from(State.EXAMINING), roles=_DEPARTMENT, target=State.AWAITING_CORRECTION
    ),
    Move.CORRECT: Rule(
        sources=_from(State.AWAITING_CORRECTION),
        roles=_DEPARTMENT | _OFFICE | {Role.CITIZEN},
        target=State.EXAMINING,
    ),
    Move.GIVE_UP: Rule(
        sources=_from(State.AWAITING_CORRECTION),
        roles=_HEAD,
        target=State.GIVEN_UP,
        needs_reason=True,
    ),
    Move.WORK: Rule(sources=_from(State.EXAMINING), roles=_DEPARTMENT, target=State.WORKING),
    Move.CONSULT: Rule(
        sources=_from(State.WORKING, State.CONSULTING), roles=_DEPARTMENT, target=State.CONSULTING
    ),
    Move.INQUIRY_RECEIVED: Rule(sources=_from(State.CONSULTING), roles=_DEPARTMENT),
    Move.OPINION: Rule(sources=_from(State.CONSULTING), roles=_DEPARTMENT, target=State.WORKING),
    Move.ASK_EXTENSION: Rule(sources=RUNNING, roles=_CLERK, needs_reason=True),
    Move.EXTEND: Rule(sources=RUNNING, roles=_HEAD, needs_reason=True),
    Move.REFUSE_EXTENSION: Rule(sources=RUNNING, roles=_HEAD, needs_reason=True),
    Move.PROPOSE: Rule(sources=_BEGUN, roles=_CLERK, target=State.PROPOSED),
    Move.APPROVE: Rule(sources=_from(State.PROPOSED), roles=_HEAD, target=State.DECIDED),
    Move.REJECT: Rule(
        sources=_from(State.PROPOSED), roles=_HEAD, target=State.WORKING, needs_reason=True
    ),
    Move.DECIDE: Rule(sources=_BEGUN, roles=_HEAD, target=State.DECIDED),
    Move.DELIVER: Rule(sources=_from(State.DECIDED), roles=_DEPARTMENT, target=State.DELIVERED),
    Move.ARCHIVE: Rule(sources=OVER, roles=_DEPARTMENT | _OFFICE, target=State.ARCHIVED),
    Move.WITHDRAW: Rule(
        sources=OPEN, roles=_DEPARTMENT | _OFFICE | {Role.CITIZEN}, target=State.WITHDRAWN
    ),
    Move.REMEDY: Rule(sources=frozenset(State), roles=_DEPARTMENT | _OFFICE),
    Move.REMEDY_ENDED: Rule(sources=frozenset(State), roles=_DEPARTMENT | _OFFICE),
    Move.NOTE: Rule(sources=frozenset(State), roles=_DEPARTMENT | _OFFICE),
}


def _not_asked_to_correct(request: Request) -> bool:
    return request.course.correction is None


ONLY_WHILE: Mapping[Move, Callable[[Request], bool]] = {
    Move.ASK_CORRECTION: _not_asked_to_correct,
    Move.ASK_EXTENSION: lambda one: not (one.course.asked_days or one.course.extension_days),
    Move.EXTEND: lambda one: not one.course.extension_days,
    Move.REFUSE_EXTENSION: lambda one: one.course.asked_days > 0,
    Move.INQUIRY_RECEIVED: lambda one: any(
        each.received_on is None for each in one.course.open_consultations
    ),
    Move.REMEDY_ENDED: lambda one: any(each.ended_on is None for each in one.course.remedies),
}
"""What must be so beside the state; else the move is not open."""


def next_state(request: Request, move: Move, actor: Actor, reason: str = "") -> State:
    """The state after a move.

    Raises:
        MoveRefused: `state`, `role` or `reason`; the times are looked at where the move is made.
    """
    rule = RULES.get(move)
    if rule is None or request.state not in rule.sources:
        raise MoveRefused("state", move, request.state)
    if not ONLY_WHILE.get(move, _always)(request):
        raise MoveRefused("state", move, request.state)
    if actor.role not in rule.roles or not concerns(request, actor):
        raise MoveRefused("role", move, request.state)
    if rule.needs_reason and not reason.strip():
        raise MoveRefused("reason", move, request.state)
    if move is Move.OPINION and len(request.course.open_consultations) > 1:
        return State.CONSULTING
    return rule.target or request.state


def concerns(request: Request, reader: Actor) -> bool:
    """True where it is this person's business: the office's any, a unit's its own."""
    if reader.role not in _DEPARTMENT:
        return True
    return bool(reader.department) and reader.department == request.unit


def moves_open_to(request: Request, actor: Actor) -> tuple[Move, ...]:
    """The moves this person could make now, in the order of `Move`; for buttons on a page."""
    possible = []
    for move in Move:
        try:
            next_state(request, move, actor, reason="-")
        except MoveRefused:
            continue
        possible.append(move)
    return tuple(possible)


def _always(request: Request) -> bool:
    del request
    return True

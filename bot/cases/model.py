"""A case: what it is, which states it can stand in, and who may move it. Pure.

Source of the states and moves: 国办发〔2020〕53号 (受理→派单→办理→答复→督办→办结→回访→评价) and
国办函〔2025〕66号 (退单, 改派, 并单, 不予受理 with the statutory way).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class DemandType(StrEnum):
    """诉求类型."""

    CONSULTATION = "咨询"
    HELP = "求助"
    COMPLAINT = "投诉"
    REPORT = "举报"
    SUGGESTION = "建议"
    PRAISE = "表扬"


class Severity(StrEnum):
    """How bad, how fast."""

    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"
    """110/119/120/122: the citizen is told the number at once."""


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    TRIAGE = "triage"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    REPLIED = "replied"
    VISITED = "visited"
    CLOSED = "closed"
    RETURNED = "returned"
    MERGED = "merged"
    REFUSED = "refused"
    REOPENED = "reopened"


class Move(StrEnum):
    """What can be done to a case."""

    OPEN = "open"
    TO_TRIAGE = "to_triage"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    WORK = "work"
    REPLY = "reply"
    VISIT = "visit"
    CLOSE = "close"
    RETURN = "return"
    REASSIGN = "reassign"
    ADD_SUPPORT = "add_support"
    EXTEND = "extend"
    URGE = "urge"
    SUPERVISE = "supervise"
    MERGE = "merge"
    REFUSE = "refuse"
    REOPEN = "reopen"
    RATE = "rate"
    NOTE = "note"
    """Words added by the citizen or staff; moves nothing."""


class Role(StrEnum):
    """Who acts."""

    CITIZEN = "citizen"
    SYSTEM = "system"
    OPERATOR = "operator"
    TRIAGE = "triage"
    DEPARTMENT_CLERK = "department_clerk"
    DEPARTMENT_HEAD = "department_head"
    EDITOR = "editor"
    CHECKER = "checker"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who did it: a member of staff, a citizen, or the system.

    Args:
        id: staff name, `citizen`, or `system`.
        department: for department roles, the department they act for.
    """

    id: str
    role: Role
    department: str = ""


SYSTEM = Actor(id="system", role=Role.SYSTEM)
CITIZEN = Actor(id="citizen", role=Role.CITIZEN)


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """What is needed to open a case.

    Args:
        origin_key: unique for ever; the same key again returns the case already opened.
        demand_type: None where nobody has judged it yet.
        occurred_at: when it happened, in the citizen's words.
        for_triage: a person judges it first, however sure the router is.
    """

    origin_key: str
    channel: str
    conversation_id: str
    sender_id: str
    title: str
    text: str
    demand_type: DemandType | None = None
    place: str = ""
    occurred_at: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    anonymous: bool = False
    confidential: bool = False
    external_number: str = ""
    for_triage: bool = False


@dataclass(frozen=True, kw_only=True)
class RoutingInput:
    """What a router judges an item by.

    Args:
        demand_hint: what the citizen or the dialogue took it for, or None.
    """

    text: str
    title: str = ""
    place: str = ""
    demand_hint: DemandType | None = None


@dataclass(frozen=True, kw_only=True)
class DepartmentCandidate:
    """A department that may be responsible, with a calibrated probability, 0 to 1."""

    name: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Routing:
    """What an item is and whose it is.

    Args:
        category: up to three levels, such as ("市政", "照明", "路灯").
        departments: best first; the first is the lead where `auto`.
        supporting: departments that should help the lead.
        territory: town or street (属地), or empty.
        reasons: sentences in Chinese a person can check.
        auto: sure enough to dispatch without a person.
        emergency_number: 110, 119, 120 or 122, or empty.
        statutory_way: the lawful way for what a hotline must not take, or empty.
    """

    demand_type: DemandType
    demand_confidence: float = 0.0
    category: tuple[str, ...] = ()
    departments: tuple[DepartmentCandidate, ...] = ()
    supporting: tuple[str, ...] = ()
    territory: str = ""
    severity: Severity = Severity.NORMAL
    reasons: tuple[str, ...] = ()
    auto: bool = False
    emergency_number: str = ""
    statutory_way: str = ""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case as it stands now.

    Args:
        version: counts events; a move names the version it saw, the later of two loses.
        due_at: end of the day (Asia/Shanghai) by which it must be replied to, as UTC.
    """

    id: str
    number: str
    channel: str
    conversation_id: str
    sender_id: str
    title: str
    text: str
    state: State
    demand_type: DemandType
    severity: Severity = Severity.NORMAL
    category: tuple[str, ...] = ()
    place: str = ""
    territory: str = ""
    occurred_at: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    anonymous: bool = False
    confidential: bool = False
    external_number: str = ""
    lead_department: str = ""
    supporting: tuple[str, ...] = ()
    routing: Routing | None = None
    reply_text: str = ""
    rating: int | None = None
    opened_at: datetime
    due_at: datetime | None = None
    closed_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseEvent:
    """One thing that happened to a case; appended, never edited.

    Args:
        seq: 1, 2, … inside the case.
        details: the move's own facts, strings only (`to_department`, `due_at`, …).
        previous_hash, hash: hex SHA-256 chain over the case's events.
    """

    case_id: str
    seq: int
    at: datetime
    actor: Actor
    move: Move
    from_state: State | None
    to_state: State
    reason: str = ""
    details: dict[str, str] = field(default_factory=dict)
    previous_hash: str = ""
    hash: str = ""


class MoveRefused(Exception):
    """The state or the role does not allow the move; `code` is `state`, `role` or `reason`."""

    def __init__(self, code: str, move: Move, state: State) -> None:
        super().__init__(f"{move} refused in {state}: {code}")
        self.code, self.move, self.state = code, move, state


_TO_DEPARTMENT = frozenset({State.DISPATCHED, State.ACCEPTED, State.IN_PROGRESS})
_OPEN = frozenset(set(State) - {State.CLOSED, State.MERGED, State.REFUSED})
_OFFICE = frozenset({Role.TRIAGE, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.SYSTEM})
_DEPARTMENT = frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD})


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """From which states, by whom, to which state (None: stays), and whether a reason is owed."""

    sources: frozenset[State]
    roles: frozenset[Role]
    target: State | None
    needs_reason: bool = False


_ENTRY = frozenset({Role.CITIZEN, Role.OPERATOR}) | _OFFICE
_WAITING = frozenset({State.RECEIVED, State.TRIAGE, State.RETURNED, State.REOPENED})

RULES: dict[Move, _Rule] = {
    Move.TO_TRIAGE: _Rule(sources=_WAITING, roles=_OFFICE, target=State.TRIAGE),
    Move.DISPATCH: _Rule(sources=_WAITING, roles=_OFFICE, target=State.DISPATCHED),
    Move.ACCEPT: _Rule(
        sources=frozenset({State.DISPATCHED}), roles=_DEPARTMENT, target=State.ACCEPTED
    ),
    Move.WORK: _Rule(
        sources=frozenset({State.ACCEPTED}), roles=_DEPARTMENT, target=State.IN_PROGRESS
    ),
    Move.REPLY: _Rule(
        sources=frozenset({State.ACCEPTED, State.IN_PROGRESS}),
        roles=_DEPARTMENT,
        target=State.REPLIED,
    ),
    Move.VISIT: _Rule(
        sources=frozenset({State.REPLIED}),
        roles=_OFFICE | {Role.OPERATOR},
        target=State.VISITED,
    ),
    Move.CLOSE: _Rule(
        sources=frozenset({State.REPLIED, State.VISITED}),
        roles=_OFFICE | {Role.OPERATOR},
        target=State.CLOSED,
    ),
    Move.RETURN: _Rule(
        sources=_TO_DEPARTMENT, roles=_DEPARTMENT, target=State.RETURNED, needs_reason=True
    ),
    Move.REASSIGN: _Rule(
        sources=_TO_DEPARTMENT, roles=_OFFICE, target=State.DISPATCHED, needs_reason=True
    ),
    Move.ADD_SUPPORT: _Rule(sources=_TO_DEPARTMENT, roles=_OFFICE, target=None),
    Move.EXTEND: _Rule(sources=_TO_DEPARTMENT, roles=_OFFICE, target=None, needs_reason=True),
    Move.URGE: _Rule(sources=_OPEN, roles=_ENTRY, target=None),
    Move.SUPERVISE: _Rule(sources=_OPEN, roles=_OFFICE, target=None, needs_reason=True),
    Move.MERGE: _Rule(sources=_OPEN, roles=_OFFICE, target=State.MERGED, needs_reason=True),
    Move.REFUSE: _Rule(sources=_WAITING, roles=_OFFICE, target=State.REFUSED, needs_reason=True),
    Move.REOPEN: _Rule(
        sources=frozenset({State.REPLIED, State.VISITED, State.CLOSED}),
        roles=_ENTRY,
        target=State.REOPENED,
        needs_reason=True,
    ),
    Move.RATE: _Rule(
        sources=frozenset({State.REPLIED, State.VISITED, State.CLOSED}),
        roles=_ENTRY,
        target=None,
    ),
    Move.NOTE: _Rule(sources=frozenset(State), roles=frozenset(Role), target=None),
}


def next_state(case: Case, move: Move, actor: Actor, reason: str = "") -> State:
    """The state after a move.

    A department's people move only their own department's cases (lead; a supporting department
    may add notes).

    Raises:
        MoveRefused: `state` (not from here), `role` (not by this person), `reason` (one is owed).
    """
    rule = RULES.get(move)
    if rule is None or case.state not in rule.sources:
        raise MoveRefused("state", move, case.state)
    if actor.role not in rule.roles:
        raise MoveRefused("role", move, case.state)
    if actor.role in _DEPARTMENT:
        involved = {case.lead_department, *case.supporting}
        mine = involved if move is Move.NOTE else {case.lead_department}
        if actor.department not in mine:
            raise MoveRefused("role", move, case.state)
    if rule.needs_reason and not reason.strip():
        raise MoveRefused("reason", move, case.state)
    return rule.target or case.state


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

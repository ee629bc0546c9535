"""A case: what it is, which states it can stand in, and who may move it. Pure.

Source of the states and moves: 国办发〔2020〕53号 (受理→派单→办理→答复→督办→办结→回访→评价) and
国办函〔2025〕66号 (退单, 改派, 并单, 不予受理 with the statutory way).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.routing.marks import Marks


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


class ClockUnit(StrEnum):
    """What a deadline counts in."""

    DAYS = "days"
    """Working days; a deadline is the end of one."""
    HOURS = "hours"
    """Office hours."""
    CLOCK = "clock"
    """Hours by the clock, day and night: public opinion."""


class Appeal(StrEnum):
    """Where a department's objection to a bad grade stands."""

    NONE = ""
    ASKED = "asked"
    UPHELD = "upheld"
    """The grade does not count against the department."""
    DISMISSED = "dismissed"


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
    SUPPORT_REPLY = "support_reply"
    """A supporting department tells the lead what it did."""
    PAUSE = "pause"
    RESUME = "resume"
    ASK_EXTENSION = "ask_extension"
    EXTEND = "extend"
    """An extension is approved."""
    REFUSE_EXTENSION = "refuse_extension"
    APPROVE_REPLY = "approve_reply"
    """The second reader lets a reply go to the citizen."""
    REJECT_REPLY = "reject_reply"
    URGE = "urge"
    SUPERVISE = "supervise"
    MERGE = "merge"
    UNMERGE = "unmerge"
    JOIN_REPLY = "join_reply"
    """The reply to the case it was merged into holds for it too."""
    REFUSE = "refuse"
    REOPEN = "reopen"
    RATE = "rate"
    APPEAL = "appeal"
    UPHOLD_APPEAL = "uphold_appeal"
    DISMISS_APPEAL = "dismiss_appeal"
    SPLIT = "split"
    """Several demands in one text: each further one becomes a case of its own."""
    AGREE_PUBLISH = "agree_publish"
    """The citizen agrees that case and reply are published, with nobody to be recognised."""
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    """What was published is taken back."""
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
        may_publish: the citizen agrees that case and reply are published, masked.
        split_from: number of the case whose text named this demand among others.
        details: the channel's own facts, strings only; `latitude` and `longitude` are WGS84.
        tell: nobody talks with the citizen on the channel now: number and query code go out to
            them by themselves.
        due_by: aware; the deadline another system gave with it. The sooner of it and ours holds.
        received_at: aware; when another system received it; our limit counts from then.
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
    split_from: str = ""
    may_publish: bool = False
    details: Mapping[str, str] = field(default_factory=dict)
    tell: bool = False
    due_by: datetime | None = None
    received_at: datetime | None = None


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
        marks: mood, sensitive or not, wishes about the name; None where nobody looked.
        working_days: the duty's own limit for a reply; None: the city's.
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
    marks: Marks | None = None
    working_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class Course:
    """How the handling of a case has gone so far, as far as later moves depend on it.

    Args:
        clock: what its deadline counts in.
        dispatched_at: when it came to the department that has it.
        dispatches, returns, urged: how often.
        designated: the office has decided whose it is; it cannot be sent back any more.
        supervised: the office watches it (督办).
        asked_days: working days more that the department asks for; 0: it does not.
        draft_reply: a reply that waits for its second reader.
        before_merge: the state it stood in before it was merged.
        part: of a text with several demands, the one this case is about; empty: all of it.
        parts: numbers of the cases split from this one.
        split_from: number of the case this one was split from.
        may_publish: the citizen agreed to that.
        details: the channel's own facts, as `NewCase` had them; they never change.
    """

    clock: ClockUnit = ClockUnit.DAYS
    dispatched_at: datetime | None = None
    dispatches: int = 0
    returns: int = 0
    urged: int = 0
    designated: bool = False
    supervised: bool = False
    asked_days: int = 0
    draft_reply: str = ""
    before_merge: State | None = None
    appeal: Appeal = Appeal.NONE
    part: str = ""
    parts: tuple[str, ...] = ()
    split_from: str = ""
    may_publish: bool = False
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Published:
    """What the public reads of a case, as somebody let it out: nobody to be recognised."""

    title: str
    text: str
    reply: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case as it stands now.

    Args:
        paused_at: since when its clock stands still; None: it runs.
        follow_up_due_at: by when a citizen who gave a bad grade must be visited; None: need not be.
        merged_into: number of the lead case, where it was merged.
        published: what the public reads of it; None: nothing.
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
    paused_at: datetime | None = None
    follow_up_due_at: datetime | None = None
    merged_into: str = ""
    published: Published | None = None
    published_at: datetime | None = None
    course: Course = Course()
    version: int = 0

    @property
    def matter(self) -> str:
        """What it is about: its whole text, or the one demand that is left to it."""
        return self.course.part or self.text

    @property
    def coordinates(self) -> tuple[float, float] | None:
        """Latitude and longitude, WGS84, where the channel gave them."""
        details = self.course.details
        if "latitude" not in details or "longitude" not in details:
            return None
        return float(details["latitude"]), float(details["longitude"])


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
    """A move that is not allowed.

    `code` is `state` (not from here), `role` (not by this person), `reason` (one is owed), `late`
    (the time for it is over) or `designated` (the office has decided).
    """

    def __init__(self, code: str, move: Move, state: State) -> None:
        super().__init__(f"{move} refused in {state}: {code}")
        self.code, self.move, self.state = code, move, state

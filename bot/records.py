"""What storage keeps besides cases and documents: values only, no database in sight.

Services and pages take and give these; `bot/storage` turns them into rows and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.cases.model import Role
from connectors.base import InboundKind, Outbound, Reply


class LeaseLost(Exception):
    """Someone else holds the row by now; whatever was done under the lease must not be kept."""


class MessageState(StrEnum):
    """Where an inbound message stands."""

    STORED = "stored"
    HANDLING = "handling"
    HANDLED = "handled"
    FAILED = "failed"
    """Given up after its tries; a person must look."""


@dataclass(frozen=True, kw_only=True)
class StoredMessage:
    """One inbound message as kept.

    Args:
        id: ours, sortable by time.
        external_id: the platform's; with `channel` unique for ever.
        lease_until: until then `lease_owner` handles it; in state `stored`, not before then.
        attempts: how often handling began.
        last_error: the error's type, never its words.
        acknowledged_at: when the platform was told that it is safe, with no reply in the answer:
            from then on nobody reads an answer in place.
    """

    id: str
    channel: str
    external_id: str
    conversation_id: str
    sender_id: str
    kind: InboundKind = InboundKind.TEXT
    text: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    sent_at: datetime
    received_at: datetime
    state: MessageState = MessageState.STORED
    lease_owner: str = ""
    lease_until: datetime | None = None
    attempts: int = 0
    handled_at: datetime | None = None
    last_error: str = ""
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Stored:
    """The outcome of storing a message: `new` is false for a resend."""

    message: StoredMessage
    new: bool


class OutboxState(StrEnum):
    """Where a reply stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    KEPT = "kept"
    """Not deliverable now; given at the citizen's next contact."""
    DEAD = "dead"
    """Will never be delivered; a person must look."""


@dataclass(frozen=True, kw_only=True)
class NewOutbound:
    """A reply to put into the outbox.

    Args:
        key: unique for ever; the same key again adds nothing, such as `turn:<message>:0`.
        message_id: the inbound message it answers, or None for a notice.
        not_before: the delivery worker leaves it alone until then, because a channel may still
            carry it in place; None: due at once.
        kept_for: a stable code of why it is only given at the citizen's next contact; empty: it
            goes out by itself.
    """

    key: str
    channel: str
    conversation_id: str
    recipient: str
    reply: Reply
    message_id: str | None = None
    case_number: str = ""
    not_before: datetime | None = None
    kept_for: str = ""


@dataclass(frozen=True, kw_only=True)
class OutboxRow:
    """A reply in the outbox.

    Args:
        sent_via: `reply` (in place), `push`, `page` or `person`; empty until sent.
        receipt: the outside world's id of it, or empty.
        last_error: a stable code or an error's type, never citizens' words.
    """

    id: str
    key: str
    channel: str
    conversation_id: str
    recipient: str
    reply: Reply
    message_id: str | None = None
    case_number: str = ""
    state: OutboxState = OutboxState.PENDING
    attempts: int = 0
    created_at: datetime
    next_attempt_at: datetime
    lease_owner: str = ""
    lease_until: datetime | None = None
    sent_at: datetime | None = None
    sent_via: str = ""
    receipt: str = ""
    last_error: str = ""

    @property
    def outbound(self) -> Outbound:
        """The reply as a channel takes it; the row's id is the idempotency key."""
        return Outbound(
            idempotency_key=self.id,
            channel=self.channel,
            conversation_id=self.conversation_id,
            recipient=self.recipient,
            reply=self.reply,
        )


@dataclass(frozen=True, kw_only=True)
class QueueCounts:
    """How many rows stand in which state, and how long the oldest undone one has waited.

    Args:
        by_state: state's value → rows; states without rows are left out; final good states
            (`handled`, `sent`) are not counted.
        oldest_s: seconds since the oldest row that should be worked on became due; 0 for none.
    """

    by_state: Mapping[str, int]
    oldest_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Context:
    """What one turn leaves for the next; not needed for correctness, so it may be empty.

    Args:
        dialogue_open: the next message goes to the dialogue.
        questions: the citizen's last questions, oldest first, for follow-up questions.
        case_number: the case spoken of last.
        dialogue_since: id of the message that opened the dialogue; empty while none is open.
        place: a place sent without a word, what the next matter is about.
        placed_at: when, ISO 8601.
        asked: the question the dialogue waits with; empty while none is open.
        asked_options: the quick replies it offers.
        heard_at: when the dialogue heard the citizen last, ISO 8601.
        acknowledged: the last thing said was that a picture came; the next one is not made much of.
    """

    dialogue_open: bool = False
    questions: tuple[str, ...] = ()
    case_number: str = ""
    dialogue_since: str = ""
    place: str = ""
    placed_at: str = ""
    asked: str = ""
    asked_options: tuple[str, ...] = ()
    heard_at: str = ""
    acknowledged: bool = False


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """A conversation with one citizen on one channel."""

    id: str
    channel: str
    sender_id: str
    started_at: datetime
    last_inbound_at: datetime
    context: Context = field(default_factory=Context)


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """Someone who signs in.

    Args:
        must_change: the password was set by somebody else and must be changed first.
        department: for department roles, the department they act for.
    """

    name: str
    role: Role
    display_name: str = ""
    department: str = ""
    must_change: bool = True
    active: bool = True
    created_at: datetime
    password_changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class SecondFactor:
    """A person's authenticator.

    Args:
        sealed_key: its key, encrypted; see `bot.sealing`.
        confirmed_at: when its first right code came; None: not in force yet.
        last_step: the 30-second step of the last code taken; no code of it or before counts again.
    """

    name: str
    sealed_key: str
    begun_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = 0


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """Something a member of staff did that must be answerable for later.

    Args:
        action: such as `staff.add`, `case.export`.
        subject: what it was done to, by our id or name.
        details: facts, strings only, free of citizens' words.
    """

    id: str
    at: datetime
    actor: str
    action: str
    subject: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


class Reason(StrEnum):
    """Why a question is on the editors' list."""

    NO_ANSWER = "no_answer"
    CHOICES = "choices"
    """Several documents were offered, none was quoted."""
    UNHELPFUL = "unhelpful"
    """Answered, and the citizen said it did not help."""
    DESK_NO_ANSWER = "desk_no_answer"
    """Asked in a call, and nothing could be suggested to the operator."""
    DESK_IGNORED = "desk_ignored"
    """The operator put aside all that was suggested."""
    DESK_EDITED = "desk_edited"
    """The operator said it in other words."""


@dataclass(frozen=True, kw_only=True)
class Unanswered:
    """A question the content does not answer well; the next content to write.

    Args:
        question: as first asked, private data masked.
        state: `open`, `answered` or `dismissed`.
        reason: why it was put there last.
        document_id: the document whose pair was written for it, published or not; or empty.
    """

    id: str
    question: str
    times: int
    first_at: datetime
    last_at: datetime
    state: str = "open"
    reason: Reason = Reason.NO_ANSWER
    document_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A person chose another department than the router: its next training data."""

    id: str
    case_id: str
    at: datetime
    actor: str
    text: str
    suggested: str
    chosen: str
    demand_type: str


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """Whether a reply helped, as the citizen says; one per reply, the last one counts.

    Args:
        comment: what was missing, private data masked; or empty.
        question_id: the question this put on the editors' list, or empty.
    """

    id: str
    outbox_id: str
    helpful: bool
    comment: str = ""
    at: datetime
    question_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Tries:
    """Wrong tries at a secret.

    Args:
        wrong: in the running window.
        first_at: when that window began.
        blocked_until: no try is taken before then; None where free.
    """

    wrong: int
    first_at: datetime
    blocked_until: datetime | None = None

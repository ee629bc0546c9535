"""A request for information: what it is, where it can stand, what can be done to it. Pure.

Source: 国令711号 (政府信息公开条例, 2019), articles 27 to 45.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.cases.model import Actor
from bot.disclosure.results import Result


class ApplicantKind(StrEnum):
    """Who applies, as the yearly table divides them."""

    PERSON = "person"
    BUSINESS = "business"
    RESEARCH = "research"
    CHARITY = "charity"
    LEGAL = "legal"
    OTHER = "other"


class Certificate(StrEnum):
    """What proves who the applicant is."""

    IDENTITY_CARD = "identity_card"
    CREDIT_CODE = "credit_code"
    PASSPORT = "passport"
    OTHER = "other"


class Channel(StrEnum):
    """How an application came."""

    IN_PERSON = "in_person"
    POST = "post"
    FAX = "fax"
    WEB = "web"
    EMAIL = "email"
    HANDED_ON = "handed_on"
    """From another unit."""


class Form(StrEnum):
    """In what shape the information is wanted."""

    PAPER = "paper"
    ELECTRONIC = "electronic"
    OTHER = "other"


class Way(StrEnum):
    """How something gets to the applicant."""

    POST = "post"
    EMAIL = "email"
    IN_PERSON = "in_person"
    FAX = "fax"
    OTHER = "other"


class State(StrEnum):
    """Where a request stands."""

    REGISTERED = "registered"
    EXAMINING = "examining"
    AWAITING_CORRECTION = "awaiting_correction"
    WORKING = "working"
    CONSULTING = "consulting"
    PROPOSED = "proposed"
    DECIDED = "decided"
    DELIVERED = "delivered"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    GIVEN_UP = "given_up"


class Move(StrEnum):
    """What can be done to a request."""

    REGISTER = "register"
    ASSIGN = "assign"
    EXAMINE = "examine"
    ASK_CORRECTION = "ask_correction"
    CORRECT = "correct"
    GIVE_UP = "give_up"
    """Not corrected in time without good reason: taken as given up (art. 30)."""
    WORK = "work"
    CONSULT = "consult"
    """A third party (art. 32) or another agency (art. 34) is asked for its opinion."""
    OPINION = "opinion"
    ASK_EXTENSION = "ask_extension"
    EXTEND = "extend"
    REFUSE_EXTENSION = "refuse_extension"
    PROPOSE = "propose"
    APPROVE = "approve"
    REJECT = "reject"
    DECIDE = "decide"
    """The head of the unit decides without a clerk's proposal."""
    DELIVER = "deliver"
    ARCHIVE = "archive"
    WITHDRAW = "withdraw"
    REMEDY = "remedy"
    """An administrative review or a suit is noted."""
    REMEDY_ENDED = "remedy_ended"
    NOTE = "note"


class Party(StrEnum):
    """Whose opinion is asked."""

    THIRD_PARTY = "third_party"
    AGENCY = "agency"


class RemedyKind(StrEnum):
    """行政复议 and 行政诉讼, as table four divides them."""

    REVIEW = "review"
    SUIT = "suit"
    """Without a review before."""
    SUIT_AFTER_REVIEW = "suit_after_review"


class Outcome(StrEnum):
    """How a review or suit ended."""

    UPHELD = "upheld"
    CORRECTED = "corrected"
    OTHER = "other"
    PENDING = "pending"


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """Who applies: personal data, for those who handle the request alone.

    Args:
        contact: a person to speak to, where an organisation applies.
        phone, email, address: how they are reached; at least one.
    """

    kind: ApplicantKind = ApplicantKind.PERSON
    name: str
    certificate: Certificate = Certificate.IDENTITY_CARD
    certificate_number: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class NewRequest:
    """What is needed to register a request.

    Args:
        origin_key: unique for ever; the same key again gives the request already registered.
        unit: the unit addressed; empty: the office finds out whose it is.
        content: the information asked for: its name, document number or a description.
        purpose: what it is for, as far as the applicant says.
        arrived_on: when it came; for post, when it was signed for.
        signed: for post: somebody signed for it.
        confirmed_on: when the agency confirmed with the applicant that it came.
        from_case: number of the case it was before.
    """

    origin_key: str
    channel: Channel
    applicant: Applicant
    content: str
    unit: str = ""
    purpose: str = ""
    form: Form = Form.PAPER
    way: Way = Way.POST
    arrived_on: date
    signed: bool = True
    confirmed_on: date | None = None
    from_case: str = ""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A correction asked of the applicant, once.

    Args:
        by: the last day for it.
        received_on: when the corrected application came; None: not yet.
        text: what the applicant then wrote.
    """

    asked_on: date
    by: date
    received_on: date | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Consultation:
    """An opinion asked of somebody; while it is awaited, the clock stands still.

    Args:
        due_on: the last day for it (15 working days); the clock goes on after it.
        answered_on: None: not yet.
        opinion: what was answered, or that nothing was.
    """

    party: Party
    name: str
    asked_on: date
    due_on: date
    answered_on: date | None = None
    opinion: str = ""


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """A review or suit against the decision."""

    kind: RemedyKind
    filed_on: date
    outcome: Outcome = Outcome.PENDING
    ended_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A decision that waits for the head of the unit."""

    result: Result
    letter: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Course:
    """How the handling has gone so far, as far as later moves depend on it.

    Args:
        begins_on: the day the clock counts from: receipt, or receipt of the correction.
        extension_days: working days more that were approved; 0: none.
        asked_days: working days more a clerk asks the head for; 0: none.
        extension_reason: why, as the applicant is told.
        letter: the decision as it was made.
    """

    begins_on: date
    correction: Correction | None = None
    consultations: tuple[Consultation, ...] = ()
    extension_days: int = 0
    asked_days: int = 0
    extension_reason: str = ""
    proposal: Proposal | None = None
    letter: str = ""
    delivered_on: date | None = None
    delivered_by: Way | None = None
    remedies: tuple[Remedy, ...] = ()
    from_case: str = ""

    @property
    def open_consultations(self) -> tuple[Consultation, ...]:
        """The opinions still awaited."""
        return tuple(one for one in self.consultations if one.answered_on is None)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it stands now.

    Args:
        received_on: the day of receipt (art. 31); the yearly table counts by it.
        ended_on: the day it was decided, withdrawn or taken as given up; None: not yet.
        result: how it ended.
        version: counts events; a move names the version it saw.
    """

    id: str
    number: str
    channel: Channel
    applicant: Applicant
    content: str
    purpose: str = ""
    form: Form = Form.PAPER
    way: Way = Way.POST
    unit: str = ""
    state: State
    opened_at: datetime
    received_on: date
    ended_on: date | None = None
    result: Result | None = None
    course: Course
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class RequestEvent:
    """One thing that happened to a request; appended, never edited.

    Args:
        seq: 1, 2, … inside the request.
        details: the move's own facts, strings only (`day`, `letter`, `text`, …).
        previous_hash, hash: hex SHA-256 chain over the request's events.
    """

    request_id: str
    seq: int = 0
    at: datetime
    actor: Actor
    move: Move
    from_state: State | None
    to_state: State
    reason: str = ""
    details: dict[str, str] = field(default_factory=dict)
    previous_hash: str = ""
    hash: str = ""

"""A request for information: where it can stand, what can be done to it. Pure.

Source: 国令711号 (政府信息公开条例, 2019), articles 27 to 45. The application it began with is in
`application.py`, what later moves depend on in `course.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.cases.model import Actor
from bot.disclosure.application import Applicant, Channel, Form, Way
from bot.disclosure.course import Course
from bot.disclosure.results import Result


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
    INQUIRY_RECEIVED = "inquiry_received"
    """The day the inquiry reached whom it asks is known: the 15 working days count from it."""
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

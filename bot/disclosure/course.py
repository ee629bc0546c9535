"""How the handling of a request has gone: corrections, opinions, the decision, remedies. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.disclosure.application import Way
from bot.disclosure.results import Result


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
        due_on: the last day for it (15 working days from receipt; until that day is known, from
            sending); the clock goes on after it.
        received_on: when the inquiry was received (art. 32, 34); None: not known yet.
        answered_on: None: not yet.
        opinion: what was answered, or that nothing was.
    """

    party: Party
    name: str
    asked_on: date
    due_on: date
    received_on: date | None = None
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

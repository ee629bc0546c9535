"""A move as it is asked for, and a request in the middle of one. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from bot.cases.calendar import CalendarLimits, add_working_days, local_day
from bot.cases.model import Actor
from bot.clean import clean_text
from bot.disclosure.application import Way
from bot.disclosure.clock import DisclosureLimits
from bot.disclosure.course import Course, Outcome, Party, RemedyKind
from bot.disclosure.letters import LETTER_OF, Letter, check
from bot.disclosure.model import Move, Request
from bot.disclosure.results import Result
from bot.errors import Invalid

MAX_TEXT_CHARS = 5000
_NAME_CHARS = 120

Changed = tuple[Request, dict[str, str]]
"""The request after a move, and the event's details."""


class DisclosureCity(Protocol):
    """What a city says of disclosure."""

    @property
    def disclosure(self) -> DisclosureLimits:
        """How long each step may take."""

    @property
    def limits(self) -> CalendarLimits:
        """The calendar."""

    def unit(self, name: str) -> str | None:
        """The official name of a unit; None where it is not ours."""


@dataclass(frozen=True, kw_only=True)
class AskedMove:
    """A move as somebody asks for it.

    Args:
        text: the letter, for moves made by one; else words.
        unit: for assign.
        day: the day it took place, where that is not today.
        days: working days more, for ask_extension and extend; for ask_correction, the working days
            the applicant has.
        result: for propose and decide; for approve, None is the proposed one.
        party, name: whose opinion is asked, for consult; the name also for opinion.
        way: for deliver.
        remedy, outcome: for remedy; the outcome also for remedy_ended.
        place: which remedy ended, from 0.
        told_as: for note: its name, where the service notes something once.
    """

    move: Move
    actor: Actor
    reason: str = ""
    text: str = ""
    unit: str = ""
    day: date | None = None
    days: int = 0
    result: Result | None = None
    party: Party = Party.THIRD_PARTY
    name: str = ""
    way: Way | None = None
    remedy: RemedyKind = RemedyKind.REVIEW
    outcome: Outcome = Outcome.PENDING
    place: int = 0
    told_as: str = ""


@dataclass(frozen=True, kw_only=True)
class Moving:
    """A request in the middle of a move, in its new state, its version not yet counted."""

    before: Request
    request: Request
    asked: AskedMove
    city: DisclosureCity
    now: datetime

    @property
    def today(self) -> date:
        """The calendar day in China."""
        return local_day(self.now)

    @property
    def course(self) -> Course:
        """How it has gone so far."""
        return self.request.course

    def with_course(self, **changes: object) -> Request:
        """The request with its course changed."""
        return replace(self.request, course=replace(self.course, **changes))  # type: ignore[arg-type]

    def working_days_on(self, day: date, days: int) -> date:
        """The so-many-th working day after a day."""
        return add_working_days(day, days, self.city.limits)


def tidy(asked: AskedMove) -> AskedMove:
    """The move with its words in a form that can be kept. Raises `Invalid` for too many."""
    reason = clean_text(asked.reason).strip()
    if len(reason) > MAX_TEXT_CHARS:
        raise invalid("reason", f"文字太长，最多 {MAX_TEXT_CHARS} 个字。")
    text = clean_text(asked.text).strip()
    if (
        asked.move not in LETTER_OF
        and asked.move is not Move.CONSULT
        and len(text) > MAX_TEXT_CHARS
    ):
        raise invalid("text", f"文字太长，最多 {MAX_TEXT_CHARS} 个字。")
    name = " ".join(clean_text(asked.name).split())[:_NAME_CHARS]
    return replace(asked, reason=reason, text=text, name=name)


def words(moving: Moving) -> Changed:
    """The move's words kept, where there are any."""
    return moving.request, {"text": moving.asked.text} if moving.asked.text else {}


def day_of(moving: Moving, *, not_before: date) -> date:
    """The day a move took place: today where nothing else is said."""
    day = moving.asked.day or moving.today
    if day > moving.today:
        raise invalid("day", "日期还没有到。")
    if day < not_before:
        raise invalid("day", f"日期不能早于 {not_before}。")
    return day


def letter_of(moving: Moving, letter: Letter, result: Result | None = None) -> dict[str, str]:
    """The letter for the event. Raises `Invalid` where it is not fit to go out."""
    faults = check(letter, moving.asked.text, moving.before, result)
    if faults:
        raise Invalid("".join(faults), code="letter_unfit", fields={"text": faults[0]})
    return {"letter": letter.value, "text": moving.asked.text}


def invalid(field: str, message: str) -> Invalid:
    """What is wrong, told at its field."""
    return Invalid(message, fields={field: message})

"""One move, from what was asked to the request after it. Pure: the service reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from bot.cases.calendar import CalendarLimits, add_working_days, local_day
from bot.cases.model import Actor
from bot.clean import clean_text
from bot.disclosure import clock
from bot.disclosure.clock import DisclosureLimits, Tone
from bot.disclosure.letters import LETTER_OF, Letter, check
from bot.disclosure.model import (
    Consultation,
    Correction,
    Course,
    Move,
    Outcome,
    Party,
    Proposal,
    Remedy,
    RemedyKind,
    Request,
    Way,
)
from bot.disclosure.refused import MoveRefused
from bot.disclosure.results import BY_ITSELF, Result
from bot.disclosure.rules import next_state
from bot.errors import Conflict, Invalid

MAX_TEXT_CHARS = 5000
_NAME_CHARS = 120


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


Changed = tuple[Request, dict[str, str]]
"""The request after a move, and the event's details."""

Effect = Callable[[Moving], Changed]


def tidy(asked: AskedMove) -> AskedMove:
    """The move with its words in a form that can be kept. Raises `Invalid` for too many."""
    reason = clean_text(asked.reason).strip()
    if len(reason) > MAX_TEXT_CHARS:
        raise _invalid("reason", f"文字太长，最多 {MAX_TEXT_CHARS} 个字。")
    text = clean_text(asked.text).strip()
    if (
        asked.move not in LETTER_OF
        and asked.move is not Move.CONSULT
        and len(text) > MAX_TEXT_CHARS
    ):
        raise _invalid("text", f"文字太长，最多 {MAX_TEXT_CHARS} 个字。")
    name = " ".join(clean_text(asked.name).split())[:_NAME_CHARS]
    return replace(asked, reason=reason, text=text, name=name)


def changed(request: Request, asked: AskedMove, city: DisclosureCity, now: datetime) -> Changed:
    """The request after the move.

    Raises:
        MoveRefused: state, role or time do not allow it, or a reason is owed.
        Invalid: something the move needs is missing or wrong; a letter is not fit to go out.
        Conflict: something decided before stands against it.
    """
    state = next_state(request, asked.move, asked.actor, asked.reason)
    moving = Moving(
        before=request, request=replace(request, state=state), asked=asked, city=city, now=now
    )
    effect = EFFECTS.get(asked.move, _words)
    return effect(moving)


def _words(moving: Moving) -> Changed:
    return moving.request, {"text": moving.asked.text} if moving.asked.text else {}


def _note(moving: Moving) -> Changed:
    if not moving.asked.text:
        raise _invalid("text", "请写明内容。")
    return _words(moving)


def _assign(moving: Moving) -> Changed:
    unit = moving.city.unit(moving.asked.unit)
    if unit is None:
        raise _invalid("unit", "没有这个单位，请重新选择。")
    if unit == moving.before.unit:
        raise Conflict("这件申请已经在这个单位。", code="same_unit")
    return replace(moving.request, unit=unit), {"unit": unit, "from_unit": moving.before.unit}


def _ask_correction(moving: Moving) -> Changed:
    limits, calendar = moving.city.disclosure, moving.city.limits
    if moving.today > clock.correction_open_until(moving.before, limits, calendar):
        raise MoveRefused("late", moving.asked.move, moving.before.state)
    details = _letter(moving, Letter.CORRECTION)
    days = moving.asked.days or limits.correct_within_days
    correction = Correction(asked_on=moving.today, by=moving.working_days_on(moving.today, days))
    return moving.with_course(correction=correction), details | {"by": str(correction.by)}


def _correct(moving: Moving) -> Changed:
    correction = moving.course.correction
    if correction is None:
        raise MoveRefused("state", moving.asked.move, moving.before.state)
    if not moving.asked.text:
        raise _invalid("text", "请写明补正的内容。")
    day = _day(moving, not_before=correction.asked_on)
    corrected = replace(correction, received_on=day, text=moving.asked.text)
    after = moving.with_course(
        correction=corrected, begins_on=day, asked_days=0, extension_days=0, extension_reason=""
    )
    return after, {"day": str(day), "text": moving.asked.text}


def _give_up(moving: Moving) -> Changed:
    correction = moving.course.correction
    if correction is None or moving.today <= correction.by:
        raise MoveRefused("early", moving.asked.move, moving.before.state)
    return _ended(moving, Result.NOT_CORRECTED, moving.asked.text)


def _withdraw(moving: Moving) -> Changed:
    day = _day(moving, not_before=moving.before.received_on)
    after = replace(moving.with_course(proposal=None), result=Result.OTHER, ended_on=day)
    return after, {"day": str(day), "result": Result.OTHER.value} | _words(moving)[1]


def _consult(moving: Moving) -> Changed:
    asked = moving.asked
    if not asked.name:
        raise _invalid("name", "请写明征求谁的意见。")
    if any(one.name == asked.name for one in moving.course.open_consultations):
        raise Conflict("正在征求这一方的意见。", code="asked_already")
    letter = Letter.THIRD_PARTY if asked.party is Party.THIRD_PARTY else Letter.AGENCY
    details = _letter(moving, letter)
    one = Consultation(
        party=asked.party,
        name=asked.name,
        asked_on=moving.today,
        due_on=moving.working_days_on(moving.today, moving.city.disclosure.opinion_days),
    )
    after = moving.with_course(consultations=(*moving.course.consultations, one))
    return after, details | {"party": asked.party.value, "name": asked.name, "by": str(one.due_on)}


def _opinion(moving: Moving) -> Changed:
    asked, awaited = moving.asked, moving.course.open_consultations
    found = next((one for one in awaited if one.name == asked.name), None)
    if found is None:
        raise _invalid("name", "没有在等这一方的意见。")
    if not asked.text:
        raise _invalid("text", "请写明意见；逾期没有提出的，写“逾期未提出”。")
    day = _day(moving, not_before=found.asked_on)
    answered = replace(found, answered_on=day, opinion=asked.text)
    all_of_them = tuple(answered if one is found else one for one in moving.course.consultations)
    details = {"name": asked.name, "day": str(day), "text": asked.text}
    return moving.with_course(consultations=all_of_them), details


def _ask_extension(moving: Moving) -> Changed:
    days = _extension_days(moving)
    after = moving.with_course(asked_days=days, extension_reason=moving.asked.reason)
    return after, {"days": str(days)}


def _extend(moving: Moving) -> Changed:
    days = _extension_days(moving)
    details = _letter(moving, Letter.EXTENSION)
    after = moving.with_course(
        extension_days=days, asked_days=0, extension_reason=moving.asked.reason
    )
    return after, details | {"days": str(days)}


def _refuse_extension(moving: Moving) -> Changed:
    return moving.with_course(asked_days=0, extension_reason=""), {}


def _extension_days(moving: Moving) -> int:
    days, most = moving.asked.days, moving.city.disclosure.most_extension_days
    if not 1 <= days <= most:
        raise _invalid("days", f"延长 1 到 {most} 个工作日。")
    reading = clock.read(moving.before, moving.today, moving.city.disclosure, moving.city.limits)
    if reading.tone is Tone.LATE:
        raise MoveRefused("late", moving.asked.move, moving.before.state)
    return days


def _propose(moving: Moving) -> Changed:
    result = _result(moving)
    details = _letter(moving, Letter.DECISION, result)
    proposal = Proposal(result=result, letter=moving.asked.text, by=moving.asked.actor.id)
    return moving.with_course(proposal=proposal), details | {"result": result.value}


def _approve(moving: Moving) -> Changed:
    proposal = moving.course.proposal
    if proposal is None:
        raise MoveRefused("state", moving.asked.move, moving.before.state)
    result = moving.asked.result or proposal.result
    return _ended(moving, result, moving.asked.text or proposal.letter)


def _reject(moving: Moving) -> Changed:
    return moving.with_course(proposal=None), {}


def _decide(moving: Moving) -> Changed:
    return _ended(moving, _result(moving), moving.asked.text)


def _result(moving: Moving) -> Result:
    result = moving.asked.result
    if result is None or result in BY_ITSELF:
        raise _invalid("result", "请选择答复的类型。")
    return result


def _ended(moving: Moving, result: Result, text: str) -> Changed:
    moving = replace(moving, asked=replace(moving.asked, text=text))
    details = _letter(moving, Letter.DECISION, result)
    after = replace(
        moving.with_course(proposal=None, letter=text, asked_days=0),
        result=result,
        ended_on=moving.today,
    )
    return after, details | {"result": result.value, "day": str(moving.today)}


def _deliver(moving: Moving) -> Changed:
    if moving.asked.way is None:
        raise _invalid("way", "请选择送达方式。")
    day = _day(moving, not_before=moving.before.ended_on or moving.before.received_on)
    after = moving.with_course(delivered_on=day, delivered_by=moving.asked.way)
    return after, {"day": str(day), "way": moving.asked.way.value} | _words(moving)[1]


def _remedy(moving: Moving) -> Changed:
    asked = moving.asked
    day = _day(moving, not_before=moving.before.received_on)
    remedy = Remedy(kind=asked.remedy, filed_on=day)
    after = moving.with_course(remedies=(*moving.course.remedies, remedy))
    return after, {"remedy": asked.remedy.value, "day": str(day)} | _words(moving)[1]


def _remedy_ended(moving: Moving) -> Changed:
    asked, remedies = moving.asked, moving.course.remedies
    found = remedies[asked.place] if 0 <= asked.place < len(remedies) else None
    if found is None or found.ended_on is not None:
        raise _invalid("place", "请选择还没有审结的复议或诉讼。")
    if asked.outcome is Outcome.PENDING:
        raise _invalid("outcome", "请选择审理结果。")
    day = _day(moving, not_before=found.filed_on)
    ended = replace(found, outcome=asked.outcome, ended_on=day)
    changed_ones = tuple(ended if at == asked.place else one for at, one in enumerate(remedies))
    details = {"remedy": found.kind.value, "outcome": asked.outcome.value, "day": str(day)}
    return moving.with_course(remedies=changed_ones), details | _words(moving)[1]


def _day(moving: Moving, *, not_before: date) -> date:
    """The day a move took place: today where nothing else is said."""
    day = moving.asked.day or moving.today
    if day > moving.today:
        raise _invalid("day", "日期还没有到。")
    if day < not_before:
        raise _invalid("day", f"日期不能早于 {not_before}。")
    return day


def _letter(moving: Moving, letter: Letter, result: Result | None = None) -> dict[str, str]:
    """The letter for the event. Raises `Invalid` where it is not fit to go out."""
    faults = check(letter, moving.asked.text, moving.before, result)
    if faults:
        raise Invalid("".join(faults), code="letter_unfit", fields={"text": faults[0]})
    return {"letter": letter.value, "text": moving.asked.text}


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: message})


EFFECTS: Mapping[Move, Effect] = {
    Move.ASSIGN: _assign,
    Move.ASK_CORRECTION: _ask_correction,
    Move.CORRECT: _correct,
    Move.GIVE_UP: _give_up,
    Move.CONSULT: _consult,
    Move.OPINION: _opinion,
    Move.ASK_EXTENSION: _ask_extension,
    Move.EXTEND: _extend,
    Move.REFUSE_EXTENSION: _refuse_extension,
    Move.PROPOSE: _propose,
    Move.APPROVE: _approve,
    Move.REJECT: _reject,
    Move.DECIDE: _decide,
    Move.DELIVER: _deliver,
    Move.WITHDRAW: _withdraw,
    Move.REMEDY: _remedy,
    Move.REMEDY_ENDED: _remedy_ended,
    Move.NOTE: _note,
}

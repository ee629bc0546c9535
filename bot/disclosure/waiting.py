"""Moves by which the clock waits or runs on: corrections, opinions, extensions. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.disclosure import clock
from bot.disclosure.asked import Changed, Moving, day_of, invalid, letter_of, words
from bot.disclosure.clock import Tone
from bot.disclosure.course import Consultation, Correction, Party
from bot.disclosure.letters import Letter
from bot.disclosure.model import Request
from bot.disclosure.refused import MoveRefused
from bot.errors import Conflict


def ask_correction(moving: Moving) -> Changed:
    """A correction is asked for, once, within its time (art. 30)."""
    limits, calendar = moving.city.disclosure, moving.city.limits
    if moving.today > clock.correction_open_until(moving.before, limits, calendar):
        raise MoveRefused("late", moving.asked.move, moving.before.state)
    details = letter_of(moving, Letter.CORRECTION)
    days = moving.asked.days or limits.correct_within_days
    correction = Correction(asked_on=moving.today, by=moving.working_days_on(moving.today, days))
    return moving.with_course(correction=correction), details | {"by": str(correction.by)}


def correct(moving: Moving) -> Changed:
    """The corrected application came: the clock begins anew."""
    correction = moving.course.correction
    if correction is None:
        raise MoveRefused("state", moving.asked.move, moving.before.state)
    if not moving.asked.text:
        raise invalid("text", "请写明补正的内容。")
    day = day_of(moving, not_before=correction.asked_on)
    corrected = replace(correction, received_on=day, text=moving.asked.text)
    after = moving.with_course(
        correction=corrected, begins_on=day, asked_days=0, extension_days=0, extension_reason=""
    )
    return after, {"day": str(day), "text": moving.asked.text}


def consult(moving: Moving) -> Changed:
    """An opinion is asked for; the clock stands still."""
    asked = moving.asked
    if not asked.name:
        raise invalid("name", "请写明征求谁的意见。")
    if any(one.name == asked.name for one in moving.course.open_consultations):
        raise Conflict("正在征求这一方的意见。", code="asked_already")
    letter = Letter.THIRD_PARTY if asked.party is Party.THIRD_PARTY else Letter.AGENCY
    details = letter_of(moving, letter)
    one = Consultation(
        party=asked.party,
        name=asked.name,
        asked_on=moving.today,
        due_on=moving.working_days_on(moving.today, moving.city.disclosure.opinion_days),
    )
    after = moving.with_course(consultations=(*moving.course.consultations, one))
    return after, details | {"party": asked.party.value, "name": asked.name, "by": str(one.due_on)}


def inquiry_received(moving: Moving) -> Changed:
    """The inquiry was received: its working days count from that day, not from sending it."""
    found = _awaited(moving)
    day = day_of(moving, not_before=found.asked_on)
    due = moving.working_days_on(day, moving.city.disclosure.opinion_days)
    after = _with(moving, found, replace(found, received_on=day, due_on=due))
    return after, {"name": found.name, "day": str(day), "by": str(due)} | words(moving)[1]


def opinion(moving: Moving) -> Changed:
    """An opinion came, or did not in its time; the clock goes on."""
    asked, found = moving.asked, _awaited(moving)
    if not asked.text:
        raise invalid("text", "请写明意见；逾期没有提出的，写“逾期未提出”。")
    day = day_of(moving, not_before=found.received_on or found.asked_on)
    after = _with(moving, found, replace(found, answered_on=day, opinion=asked.text))
    return after, {"name": asked.name, "day": str(day), "text": asked.text}


def _awaited(moving: Moving) -> Consultation:
    awaited = moving.course.open_consultations
    found = next((one for one in awaited if one.name == moving.asked.name), None)
    if found is None:
        raise invalid("name", "没有在等这一方的意见。")
    return found


def _with(moving: Moving, old: Consultation, new: Consultation) -> Request:
    all_of_them = tuple(new if one is old else one for one in moving.course.consultations)
    return moving.with_course(consultations=all_of_them)


def ask_extension(moving: Moving) -> Changed:
    """A clerk asks the head for more time."""
    days = _extension_days(moving)
    after = moving.with_course(asked_days=days, extension_reason=moving.asked.reason)
    return after, {"days": str(days)}


def extend(moving: Moving) -> Changed:
    """More time, once (art. 33)."""
    days = _extension_days(moving)
    details = letter_of(moving, Letter.EXTENSION)
    after = moving.with_course(
        extension_days=days, asked_days=0, extension_reason=moving.asked.reason
    )
    return after, details | {"days": str(days)}


def refuse_extension(moving: Moving) -> Changed:
    """No more time."""
    return moving.with_course(asked_days=0, extension_reason=""), {}


def _extension_days(moving: Moving) -> int:
    days, most = moving.asked.days, moving.city.disclosure.most_extension_days
    if not 1 <= days <= most:
        raise invalid("days", f"延长 1 到 {most} 个工作日。")
    reading = clock.read(moving.before, moving.today, moving.city.disclosure, moving.city.limits)
    if reading.tone is Tone.LATE:
        raise MoveRefused("late", moving.asked.move, moving.before.state)
    return days

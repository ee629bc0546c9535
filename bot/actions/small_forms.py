"""The small forms: a person to call back, a case's progress, a rating. Pure.

Whether a number and a code belong together is asked of the cases by the edge (`handlers.py`) once
both are there.
"""

from __future__ import annotations

from dataclasses import replace

from bot.actions import reading
from bot.actions.asking import ask, ask_grade, warnings
from bot.actions.services import Knowledge
from bot.actions.view import Outcome, Slots, Tracker
from connectors.base import Reply
from nlu.model import CASE_INTENTS, Intent

_ELSEWHERE = CASE_INTENTS | {Intent.ASK_HUMAN}
_COURTESY = frozenset({Intent.GREET, Intent.THANKS, Intent.ABUSE})
MISSES_TAKEN = 2
"""After as many unusable answers in a row the form ends and says whom to ask."""


def person(turn: Tracker, knowledge: Knowledge) -> Outcome:
    """Who wants a person is called back: the phone is all that is needed."""
    say, slots = knowledge.say, turn.slots
    if turn.starting:
        return _person_start(turn, knowledge)
    if turn.resumed:
        return Outcome(
            slots=slots, said=(ask("contact_phone", slots, say),), request="contact_phone"
        )
    if reading.declines(turn):
        return _done(replace(slots, contact_phone=""))
    if reading.wants_to_stop(turn):
        return _dropped(slots, knowledge, "form_cancelled")
    number = reading.phone(turn)
    if number:
        return _done(replace(slots, contact_phone=number))
    if number is None and (turn.intent in _COURTESY or reading.is_question(turn)):
        return Outcome(slots=slots, reject=True)
    more = number is None and turn.intent not in {Intent.ASK_HUMAN, Intent.AFFIRM}
    if more:
        slots = replace(slots, matter=f"{slots.matter or ''}\n{turn.text}".strip())
    if slots.misses >= MISSES_TAKEN:
        return _done(replace(slots, contact_phone=""))
    key = "form_phone_wrong" if number == "" else "form_ask_phone"
    again = replace(ask("contact_phone", slots, say), text=say(key))
    return Outcome(
        slots=replace(slots, misses=slots.misses + 1), said=(again,), request="contact_phone"
    )


def _person_start(turn: Tracker, knowledge: Knowledge) -> Outcome:
    """What a case form had gathered goes to the person too."""
    came_from_case = turn.slots.matter is not None and turn.slots.outcome is None
    slots = (
        turn.slots
        if came_from_case
        else Slots(
            matter=turn.text,
            origin=turn.message_id,
            case_number=turn.slots.case_number,
            query_code=turn.slots.query_code,
        )
    )
    slots = replace(
        slots,
        contact_phone=reading.phone(turn) or slots.contact_phone or None,
        confirmed=None,
        outcome=None,
        misses=0,
    )
    said = warnings(turn.text, "", knowledge)
    if slots.contact_phone:
        return replace(_done(slots), said=said)
    offer = Reply(text=knowledge.say("human_call_back"))
    question = ask("contact_phone", slots, knowledge.say)
    return Outcome(slots=slots, said=(*said, offer, question), request="contact_phone")


def progress(turn: Tracker, knowledge: Knowledge) -> Outcome:
    """Which case: its number and its code, asked for where they are missing."""
    early = _leaves(turn, knowledge, "progress_cancelled")
    if early is not None:
        return early
    slots = _identified(turn)
    if slots.case_number and slots.query_code:
        return _done(slots)
    return _ask_identity(turn, slots, knowledge)


def rate(turn: Tracker, knowledge: Knowledge) -> Outcome:
    """Which case, and the grade."""
    early = _leaves(turn, knowledge, "form_cancelled")
    if early is not None:
        return early
    slots = _identified(turn)
    given = None if turn.resumed else reading.grade(turn.text)
    slots = replace(slots, grade=given or slots.grade)
    if not (slots.case_number and slots.query_code):
        return _ask_identity(turn, slots, knowledge)
    if slots.grade is not None:
        return _done(slots)
    missed = turn.requested == "grade" and not turn.resumed
    if missed and slots.misses >= MISSES_TAKEN:
        return _dropped(slots, knowledge, "rate_unclear")
    question = ask_grade(slots.case_number, knowledge.say)
    said = (Reply(text=knowledge.say("rate_unclear")), question) if missed else (question,)
    return Outcome(slots=replace(slots, misses=slots.misses + missed), said=said, request="grade")


def identity_refused(turn: Tracker, message: str, knowledge: Knowledge) -> Outcome:
    """Number and code do not belong together: both are asked for again."""
    slots = replace(turn.slots, case_number=None, query_code=None, outcome=None)
    if slots.misses >= MISSES_TAKEN:
        return replace(_dropped(slots, knowledge, "human_offer"))
    question = ask("case_number", slots, knowledge.say)
    return Outcome(
        slots=replace(slots, misses=slots.misses + 1),
        said=(Reply(text=message), question),
        request="case_number",
    )


def ended(slots: Slots, message: str) -> Outcome:
    """The form ends with a word of why."""
    slots = replace(slots, case_number=None, query_code=None, grade=None, outcome="dropped")
    return Outcome(slots=slots, said=(Reply(text=message),), request="")


def _leaves(turn: Tracker, knowledge: Knowledge, cancelled: str) -> Outcome | None:
    """The form is left for something else, or given up."""
    if turn.starting or turn.resumed:
        return None
    if reading.wants_to_stop(turn):
        return _dropped(turn.slots, knowledge, cancelled)
    if reading.declines(turn):
        return _dropped(turn.slots, knowledge, "human_offer")
    answers = reading.case_number(turn) or reading.query_code(turn) or reading.grade(turn.text)
    leaves = turn.intent in _ELSEWHERE | _COURTESY or reading.is_question(turn)
    return Outcome(slots=turn.slots, reject=True) if leaves and not answers else None


def _identified(turn: Tracker) -> Slots:
    """With the number and the code of the message; a new number forgets the old code."""
    slots = turn.slots
    if turn.starting:
        slots = Slots(case_number=slots.case_number, query_code=slots.query_code)
    if turn.resumed:
        return slots
    number, code = reading.case_number(turn), reading.query_code(turn)
    if number and number != slots.case_number:
        slots = replace(slots, case_number=number, query_code=None)
    return replace(slots, query_code=code) if code else slots


def _ask_identity(turn: Tracker, slots: Slots, knowledge: Knowledge) -> Outcome:
    missing = "query_code" if slots.case_number else "case_number"
    missed = turn.requested == missing and not (turn.resumed or turn.starting)
    if missed and slots.misses >= MISSES_TAKEN:
        return _dropped(slots, knowledge, "human_offer")
    return Outcome(
        slots=replace(slots, misses=slots.misses + missed),
        said=(ask(missing, slots, knowledge.say),),
        request=missing,
    )


def _done(slots: Slots) -> Outcome:
    return Outcome(slots=replace(slots, outcome="done", misses=0), request="")


def _dropped(slots: Slots, knowledge: Knowledge, key: str) -> Outcome:
    kept = Slots(outcome="dropped")
    if slots.case_number and slots.query_code:
        kept = replace(kept, case_number=slots.case_number, query_code=slots.query_code)
    return Outcome(slots=kept, said=(Reply(text=knowledge.say(key)),), request="")

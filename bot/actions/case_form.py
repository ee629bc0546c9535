"""The case form: what the citizen's words fill, correct, interrupt or end. Pure.

One call a message: the whole next step is decided here, the question included, so that Rasa asks
our server once. Rasa's rules take over where this steps back (`reject`).
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.actions import reading, telling
from bot.actions.asking import DROP, ask, ask_what_to_change, own_answer, warnings
from bot.actions.form_steps import ORDER, advance, filled, missed, supplemented
from bot.actions.services import Knowledge
from bot.actions.view import Outcome, Slots, Tracker
from bot.cases.model import DemandType
from connectors.base import Reply
from nlu.model import CASE_INTENTS, Intent

LONGEST_ANSWER = 60
"""Characters; what is longer tells more of the matter than of one place or time."""

DEMANDS = {
    Intent.COMPLAINT: DemandType.COMPLAINT,
    Intent.HELP: DemandType.HELP,
    Intent.REPORT: DemandType.REPORT,
    Intent.SUGGESTION: DemandType.SUGGESTION,
    Intent.PRAISE: DemandType.PRAISE,
}
_DEMAND_NAMED = re.compile(r"投诉|举报|建议|意见|表扬|求助|报修")
_OPENING = re.compile(
    r"(?:你好|您好|喂|都不是)?[，,。! ]*(?:我要?|我想要?|我有|想|要|请|帮我|麻烦)*"
    r"(?:投诉|反映|反应|举报|求助|提|报修|表扬|报案|登记|咨询|点|说)?(?:一?个|一?下|一些|几个|点)*"
    r"(?:投诉|问题|情况|事情?|建议|意见|诉求|工单|人|单位|举报|表扬|登记|现象)?[吧啊了呢。!！~ ]*"
)
"""Says that something will be brought, not what."""

_COURTESY = frozenset({Intent.GREET, Intent.THANKS, Intent.ABUSE})
_ENTITY = {"place": "place", "occurred_at": "time"}


def announces(text: str) -> bool:
    """True for words that say that something will be brought, not what: 我要投诉."""
    return _OPENING.fullmatch(text) is not None


def validate(turn: Tracker, knowledge: Knowledge) -> Outcome:
    """What a message does to the case form."""
    if turn.starting:
        return _start(turn, knowledge)
    if turn.resumed:
        resume = Reply(text=knowledge.say("form_resume"))
        return advance(turn.slots, knowledge, said=(resume,))
    if turn.located and turn.located == turn.text:
        return _located(turn, knowledge)
    if turn.requested == DROP:
        return _drop_or_not(turn, knowledge)
    turn = _by_its_build(turn)
    if turn.requested in {"place", "occurred_at", "contact_phone"} and reading.declines(turn):
        return _declined(turn, knowledge)
    if reading.wants_to_stop(turn):
        return Outcome(
            slots=replace(turn.slots, misses=0),
            said=(ask(DROP, turn.slots, knowledge.say),),
            request=DROP,
        )
    known = own_answer(turn, knowledge)
    if known is not None:
        return advance(replace(turn.slots, misses=0), knowledge, said=(known,))
    if _belongs_elsewhere(turn):
        return Outcome(slots=filled(turn.slots, turn), reject=True)
    return _taken(turn, knowledge)


def _by_its_build(turn: Tracker) -> Tracker:
    """Where a place or a time was asked: what a sentence is, its build says better than the model,
    which was not told what was asked."""
    told = _told(turn)
    if told is None or turn.intent in {Intent.ASK_HUMAN, Intent.CORRECT}:
        return turn
    if told.sure:
        return replace(turn, intent=Intent.INFORM.value)
    return replace(turn, intent=Intent.HELP.value) if told.more and not _kept(turn) else turn


def _kept(turn: Tracker) -> bool:
    return turn.intent in CASE_INTENTS


def _told(turn: Tracker) -> telling.Told | None:
    reads = {"place": telling.of_place, "occurred_at": telling.of_time}.get(turn.requested)
    return reads(turn.text) if reads else None


def _start(turn: Tracker, knowledge: Knowledge) -> Outcome:
    """A new case; nothing of an earlier one is left but its number and code."""
    opening = _OPENING.fullmatch(turn.text) is not None
    matter = turn.about or None if opening else turn.text
    vague = opening and _DEMAND_NAMED.search(turn.text) is None
    demand = None if vague else _demand(turn)
    slots = Slots(
        demand_type=demand.value if demand else None,
        matter=matter,
        discretion=reading.discretion(turn.text),
        origin=turn.message_id,
        case_number=turn.slots.case_number,
        query_code=turn.slots.query_code,
    )
    said = warnings(matter, reading.place(turn), knowledge) if matter else ()
    return advance(filled(slots, turn), knowledge, said=said)


def _demand(turn: Tracker) -> DemandType | None:
    return DEMANDS[Intent(turn.intent)] if turn.intent in CASE_INTENTS else None


def _located(turn: Tracker, knowledge: Knowledge) -> Outcome:
    """A location message says where, whatever was asked; a second one says it better."""
    said: tuple[Reply, ...] = ()
    if turn.slots.place:
        said = (Reply(text=knowledge.say("form_changed")),)
    elif turn.requested != "place":
        said = (Reply(text=knowledge.say("form_place_noted", place=turn.located)),)
    slots = replace(turn.slots.put({"place": turn.located}), misses=0)
    return advance(slots, knowledge, said=said)


def _drop_or_not(turn: Tracker, knowledge: Knowledge) -> Outcome:
    goes_on = reading.wants_to_go_on(turn) and not reading.wants_to_stop(turn)
    if not goes_on and (reading.says_yes(turn) or reading.wants_to_stop(turn)):
        return Outcome(slots=replace(turn.slots, outcome="dropped", misses=0), request="")
    known = own_answer(turn, knowledge)
    if known is None and not goes_on and _belongs_elsewhere(turn):
        return Outcome(slots=turn.slots, reject=True)
    said = () if known is None else (known,)
    return advance(filled(turn.slots, turn), knowledge, said=said)


def _declined(turn: Tracker, knowledge: Knowledge) -> Outcome:
    slots = replace(
        turn.slots.put({turn.requested: ""}),
        discretion=reading.discretion(turn.text) or turn.slots.discretion,
        misses=0,
    )
    return advance(slots, knowledge)


def _belongs_elsewhere(turn: Tracker) -> bool:
    """True where a rule answers, and the form comes back to its question."""
    if turn.intent == Intent.ASK_HUMAN:
        return True
    if turn.requested == "matter":
        return False
    if turn.intent in _COURTESY:
        answers = turn.spans(_ENTITY.get(turn.requested, "phone"))
        return not answers and not (turn.requested == "confirmed" and reading.says_yes(turn))
    if turn.intent == Intent.CASE_PROGRESS:
        return not turn.spans(_ENTITY.get(turn.requested, "phone"))
    return reading.is_question(turn) and reading.correction(turn) is None


def _taken(turn: Tracker, knowledge: Knowledge) -> Outcome:
    """The message as an answer, a correction, or more of the matter."""
    if turn.requested == "matter":
        return _matter(turn, knowledge)
    if turn.requested == "confirmed" and reading.says_yes(turn):
        done = replace(turn.slots, confirmed=True, outcome="done", misses=0)
        return Outcome(slots=done, request="")
    wrong = reading.correction(turn)
    if wrong is None and turn.requested == "confirmed" and reading.says_no(turn):
        wrong = reading.Correction(field="")
    if wrong is not None:
        return _corrected(turn, wrong, knowledge)
    if turn.requested == "contact_phone":
        return _phone(turn, knowledge)
    if turn.requested == "confirmed":
        return _at_confirmation(turn, knowledge)
    return _place_or_time(turn, knowledge)


def _matter(turn: Tracker, knowledge: Knowledge) -> Outcome:
    slots = turn.slots
    if _OPENING.fullmatch(turn.text) or reading.says_yes(turn) or reading.says_no(turn):
        return missed(turn, knowledge, "form_text_too_short", slots)
    demand = _demand(turn)
    slots = replace(
        filled(slots, turn),
        matter=turn.text,
        demand_type=slots.demand_type or (demand.value if demand else None),
        discretion=reading.discretion(turn.text) or slots.discretion,
        misses=0,
    )
    return advance(slots, knowledge, said=warnings(turn.text, slots.place or "", knowledge))


def _place_or_time(turn: Tracker, knowledge: Knowledge) -> Outcome:
    slot = turn.requested
    told = _told(turn) or telling.Told(answer=turn.text)
    value = _answer(turn, told)
    plain = reading.says_yes(turn) or reading.says_no(turn)
    others = filled(turn.slots, turn, but=slot)
    if not value and others != turn.slots:  # the answer to a question not put yet
        return advance(others, knowledge)
    if told.more or len(turn.text) > LONGEST_ANSWER or (told.asks and _kept(turn)):
        return _more_told(turn, told, knowledge)
    if told.asks:
        return replace(advance(replace(others, misses=0), knowledge), asks=True)
    if plain or told.points or len(value) < 2:
        return missed(turn, knowledge, _UNCLEAR[slot], others)
    slots = replace(others.put({slot: value}), misses=0)
    return advance(slots, knowledge)


def _answer(turn: Tracker, told: telling.Told) -> str:
    """What is said of the slot that was asked for; the number of a house (18号) is no date."""
    times = turn.spans("time")
    house = told.sure and not turn.spans("phone") and bool(times) and times[0].start > 0
    text = turn.text if house else reading.as_answer(turn, _ENTITY[turn.requested])
    return reading.without_lead(text)


def _more_told(turn: Tracker, told: telling.Told, knowledge: Knowledge) -> Outcome:
    """More of the matter, or another one: it is kept with the case, whose text is parted by a
    person where it is two; what was asked is asked again unless the answer is in it."""
    slot = turn.requested
    span = reading.place(turn) if slot == "place" else reading.occurred_at(turn)
    begins = 0 <= turn.text.find(span or "\n") <= _LEAD_CHARS
    if slot == "place" and telling.of_place(span).more:  # 开发商跑路: a road by its end alone
        begins = False
    value = reading.without_lead(told.answer) if slot == "place" else ""
    if len(turn.text) > LONGEST_ANSWER or (begins and not value):
        value = span
    noted = (Reply(text=knowledge.say("form_noted_too")),)
    said = (*noted, *warnings(turn.text, value, knowledge))
    slots = supplemented(turn, but=slot)
    if value:
        return advance(replace(slots.put({slot: value}), misses=0), knowledge, said=said)
    again = missed(turn, knowledge, _ASKED_AGAIN[slot], slots)
    return replace(again, said=(*said, *again.said))


_LEAD_CHARS = 3
"""A sentence that begins with the place, or nearly (就在…), tells what happens there."""
_ASKED_AGAIN = {"place": "form_ask_place", "occurred_at": "form_ask_time"}
_UNCLEAR = {
    "place": "form_place_unclear",
    "occurred_at": "form_time_unclear",
    "contact_phone": "form_phone_wrong",
}


def _phone(turn: Tracker, knowledge: Knowledge) -> Outcome:
    number = reading.phone(turn)
    if number:
        return advance(replace(turn.slots, contact_phone=number, misses=0), knowledge)
    more = number is None and len(turn.text) >= 4 and turn.intent != Intent.AFFIRM
    slots = supplemented(turn) if more else turn.slots
    key = "form_phone_wrong" if number == "" else "form_ask_phone"
    again = missed(turn, knowledge, key, slots)
    if not (more and telling.of_time(turn.text).more):
        return again
    noted = Reply(text=knowledge.say("form_noted_too"))
    return replace(again, said=(noted, *warnings(turn.text, "", knowledge), *again.said))


def _at_confirmation(turn: Tracker, knowledge: Knowledge) -> Outcome:
    """Neither yes nor no: a bare place, time or phone replaces, other words are added."""
    if turn.intent == Intent.INFORM and turn.entities and len(turn.text) <= LONGEST_ANSWER:
        values = {
            "place": reading.place(turn),
            "occurred_at": reading.occurred_at(turn),
            "contact_phone": reading.phone(turn) or "",
        }
        new: dict[str, str | None] = {slot: value for slot, value in values.items() if value}
        if new:
            said = (Reply(text=knowledge.say("form_changed")),)
            return advance(replace(turn.slots.put(new), misses=0), knowledge, said=said)
    if len(turn.text) < 4:
        return missed(turn, knowledge, "form_confirm_unclear", turn.slots)
    said = (Reply(text=knowledge.say("form_supplemented")),)
    return advance(replace(supplemented(turn), misses=0), knowledge, said=said)


def _corrected(turn: Tracker, wrong: reading.Correction, knowledge: Knowledge) -> Outcome:
    slots = replace(turn.slots, misses=0)
    if not wrong.field and wrong.value:  # what it is about was wrong, or nothing we know of
        noted = Reply(text=knowledge.say("form_noted_too"))
        return advance(replace(supplemented(turn), misses=0), knowledge, said=(noted,))
    if not wrong.field:
        asked = turn.requested if turn.requested in ORDER else "confirmed"
        return Outcome(slots=slots, said=(ask_what_to_change(knowledge.say),), request=asked)
    slots = slots.put({wrong.field: wrong.value or None})
    changed = Reply(text=knowledge.say("form_changed"))
    said: tuple[Reply, ...] = (changed,) if wrong.value else ()
    if wrong.value and wrong.field == "matter":
        said += warnings(wrong.value, slots.place or "", knowledge)
    return advance(slots, knowledge, said=said)

"""The case form: what the citizen's words fill, correct, interrupt or end. Pure.

One call a message: the whole next step is decided here, the question included, so that Rasa asks
our server once. Rasa's rules take over where this steps back (`reject`).
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.actions import reading
from bot.actions.asking import DROP, ask, ask_what_to_change, own_answer, warnings
from bot.actions.services import Knowledge
from bot.actions.view import Outcome, Slots, Tracker, Utter
from bot.cases.model import DemandType
from connectors.base import Reply
from nlu.model import CASE_INTENTS, Intent

ORDER = ("matter", "place", "occurred_at", "contact_phone", "confirmed")
MISSES_TAKEN = 2
"""After as many unusable answers in a row the question is dropped as not given."""
LONGEST_ANSWER = 60
"""Characters; what is longer tells more of the matter than of one place or time."""

DEMANDS = {
    Intent.COMPLAINT: DemandType.COMPLAINT,
    Intent.HELP: DemandType.HELP,
    Intent.REPORT: DemandType.REPORT,
    Intent.SUGGESTION: DemandType.SUGGESTION,
    Intent.PRAISE: DemandType.PRAISE,
}
_PLACE_NEEDED = frozenset({DemandType.COMPLAINT, DemandType.HELP, DemandType.REPORT})
_TIME_NEEDED = frozenset({DemandType.COMPLAINT, DemandType.REPORT})
_PERSONAL = re.compile(
    r"医保|社保|养老金|退休金|公积金|低保|工资|工钱|欠薪|户口|身份证|社保卡|补贴|津贴|报销|学籍|"
    r"话费|宽带|快递|网购|诈骗|短信|热线|账户|银行卡|驾驶证|营业执照|报税|发票"
)
"""A person's own affairs happen nowhere in town: no place is asked for."""
_DEMAND_NAMED = re.compile(r"投诉|举报|建议|意见|表扬|求助|报修")
_OPENING = re.compile(
    r"(?:你好|您好|喂|都不是)?[，,。! ]*(?:我要?|我想要?|我有|想|要|请|帮我|麻烦)*"
    r"(?:投诉|反映|反应|举报|求助|提|报修|表扬|报案|登记|咨询|点|说)?(?:一?个|一?下|一些|几个|点)*"
    r"(?:投诉|问题|情况|事情?|建议|意见|诉求|工单|人|单位|举报|表扬|登记|现象)?[吧啊了呢。!！~ ]*"
)
"""Says that something will be brought, not what."""

_COURTESY = frozenset({Intent.GREET, Intent.THANKS, Intent.ABUSE})
_ENTITY = {"place": "place", "occurred_at": "time"}


def validate(turn: Tracker, knowledge: Knowledge) -> Outcome:
    """What a message does to the case form."""
    if turn.starting:
        return _start(turn, knowledge)
    if turn.resumed:
        resume = Reply(text=knowledge.say("form_resume"))
        return _advance(turn.slots, knowledge, said=(resume,))
    if turn.located and turn.located == turn.text:
        return _located(turn, knowledge)
    if turn.requested == DROP:
        return _drop_or_not(turn, knowledge)
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
        return _advance(replace(turn.slots, misses=0), knowledge, said=(known,))
    if _belongs_elsewhere(turn):
        return Outcome(slots=_filled(turn.slots, turn), reject=True)
    return _taken(turn, knowledge)


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
    return _advance(_filled(slots, turn), knowledge, said=said)


def _demand(turn: Tracker) -> DemandType | None:
    return DEMANDS[Intent(turn.intent)] if turn.intent in CASE_INTENTS else None


def _located(turn: Tracker, knowledge: Knowledge) -> Outcome:
    """A location message says where, whatever was asked; a second one says it better."""
    said = (Reply(text=knowledge.say("form_changed")),) if turn.slots.place else ()
    slots = replace(turn.slots.put({"place": turn.located}), misses=0)
    return _advance(slots, knowledge, said=said)


def _drop_or_not(turn: Tracker, knowledge: Knowledge) -> Outcome:
    goes_on = reading.wants_to_go_on(turn) and not reading.wants_to_stop(turn)
    if not goes_on and (reading.says_yes(turn) or reading.wants_to_stop(turn)):
        return Outcome(slots=replace(turn.slots, outcome="dropped", misses=0), request="")
    known = own_answer(turn, knowledge)
    if known is None and not goes_on and _belongs_elsewhere(turn):
        return Outcome(slots=turn.slots, reject=True)
    said = () if known is None else (known,)
    return _advance(_filled(turn.slots, turn), knowledge, said=said)


def _declined(turn: Tracker, knowledge: Knowledge) -> Outcome:
    slots = replace(
        turn.slots.put({turn.requested: ""}),
        discretion=reading.discretion(turn.text) or turn.slots.discretion,
        misses=0,
    )
    return _advance(slots, knowledge)


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
        return _missed(turn, knowledge, "form_text_too_short", slots)
    demand = _demand(turn)
    slots = replace(
        _filled(slots, turn),
        matter=turn.text,
        demand_type=slots.demand_type or (demand.value if demand else None),
        discretion=reading.discretion(turn.text) or slots.discretion,
        misses=0,
    )
    return _advance(slots, knowledge, said=warnings(turn.text, slots.place or "", knowledge))


def _place_or_time(turn: Tracker, knowledge: Knowledge) -> Outcome:
    slot = turn.requested
    said_so = reading.place(turn) if slot == "place" else reading.occurred_at(turn)
    value = reading.as_answer(turn, _ENTITY[slot])
    plain = reading.says_yes(turn) or reading.says_no(turn)
    others = _filled(turn.slots, turn, but=slot)
    if not value and others != turn.slots:  # the answer to a question not put yet
        return _advance(others, knowledge)
    if len(turn.text) > LONGEST_ANSWER:
        slots = _supplemented(turn)
        if said_so:
            return _advance(slots.put({slot: said_so}), knowledge)
        return _missed(turn, knowledge, _UNCLEAR[slot], slots)
    if plain or len(value) < 2:
        return _missed(turn, knowledge, _UNCLEAR[slot], others)
    slots = replace(others.put({slot: value}), misses=0)
    return _advance(slots, knowledge)


_UNCLEAR = {
    "place": "form_place_unclear",
    "occurred_at": "form_time_unclear",
    "contact_phone": "form_phone_wrong",
}


def _phone(turn: Tracker, knowledge: Knowledge) -> Outcome:
    number = reading.phone(turn)
    if number:
        return _advance(replace(turn.slots, contact_phone=number, misses=0), knowledge)
    more = number is None and len(turn.text) >= 4 and turn.intent != Intent.AFFIRM
    slots = _supplemented(turn) if more else turn.slots
    key = "form_phone_wrong" if number == "" else "form_ask_phone"
    return _missed(turn, knowledge, key, slots)


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
            return _advance(replace(turn.slots.put(new), misses=0), knowledge, said=said)
    if len(turn.text) < 4:
        return _missed(turn, knowledge, "form_confirm_unclear", turn.slots)
    said = (Reply(text=knowledge.say("form_supplemented")),)
    return _advance(replace(_supplemented(turn), misses=0), knowledge, said=said)


def _corrected(turn: Tracker, wrong: reading.Correction, knowledge: Knowledge) -> Outcome:
    slots = replace(turn.slots, misses=0)
    if not wrong.field:
        asked = turn.requested if turn.requested in ORDER else "confirmed"
        return Outcome(slots=slots, said=(ask_what_to_change(knowledge.say),), request=asked)
    slots = slots.put({wrong.field: wrong.value or None})
    changed = Reply(text=knowledge.say("form_changed"))
    said: tuple[Reply, ...] = (changed,) if wrong.value else ()
    if wrong.value and wrong.field == "matter":
        said += warnings(wrong.value, slots.place or "", knowledge)
    return _advance(slots, knowledge, said=said)


def _missed(turn: Tracker, knowledge: Knowledge, key: str, slots: Slots) -> Outcome:
    """Ask again; after some tries go on without, which the confirmation shows."""
    misses = turn.slots.misses + 1
    optional = turn.requested in {"place", "occurred_at", "contact_phone"}
    if optional and misses > MISSES_TAKEN:
        return _advance(replace(slots.put({turn.requested: ""}), misses=0), knowledge)
    question = ask(turn.requested, slots, knowledge.say)
    if turn.requested != "confirmed":
        question = replace(question, text=knowledge.say(key))
        return Outcome(
            slots=replace(slots, misses=misses), said=(question,), request=turn.requested
        )
    hint = Reply(text=knowledge.say(key))
    return Outcome(
        slots=replace(slots, misses=misses), said=(hint, question), request=turn.requested
    )


def _advance(
    slots: Slots, knowledge: Knowledge, *, said: tuple[Reply | Utter, ...] = ()
) -> Outcome:
    """Go on to what is still missing."""
    slots = _without_needless(slots)
    missing = next(slot for slot in ORDER if getattr(slots, slot) is None)
    return Outcome(slots=slots, said=(*said, ask(missing, slots, knowledge.say)), request=missing)


def _without_needless(slots: Slots) -> Slots:
    if slots.matter is None:
        return slots
    demand = DemandType(slots.demand_type) if slots.demand_type else DemandType.HELP
    own_affair = _PERSONAL.search(slots.matter) is not None
    place_needed = demand in _PLACE_NEEDED and not own_affair
    time_needed = demand in _TIME_NEEDED and not own_affair
    return replace(
        slots,
        place="" if slots.place is None and not place_needed else slots.place,
        occurred_at="" if slots.occurred_at is None and not time_needed else slots.occurred_at,
    )


def _filled(slots: Slots, turn: Tracker, *, but: str = "") -> Slots:
    """With what the message holds for slots that have nothing yet."""
    found = {
        "place": reading.place(turn) or turn.located,
        "occurred_at": reading.occurred_at(turn),
        "contact_phone": turn.spans("phone")[0].value if turn.spans("phone") else "",
    }
    return slots.put(
        {
            slot: value
            for slot, value in found.items()
            if value and slot != but and not getattr(slots, slot)
        }
    )


def _supplemented(turn: Tracker) -> Slots:
    slots = _filled(turn.slots, turn)
    discretion = reading.discretion(turn.text) or slots.discretion
    return replace(slots, matter=f"{slots.matter}\n{turn.text}", discretion=discretion)

"""How the case form goes on: what is missing next, what is asked again, what is put aside. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.actions import reading
from bot.actions.asking import ask
from bot.actions.services import Knowledge
from bot.actions.view import Outcome, Slots, Tracker, Utter
from bot.cases.model import DemandType
from connectors.base import Reply

ORDER = ("matter", "place", "occurred_at", "contact_phone", "confirmed")
MISSES_TAKEN = 2
"""After as many unusable answers in a row the question is dropped as not given."""
_PLACE_NEEDED = frozenset({DemandType.COMPLAINT, DemandType.HELP, DemandType.REPORT})
_TIME_NEEDED = frozenset({DemandType.COMPLAINT, DemandType.REPORT})
_PERSONAL = re.compile(
    r"医保|社保|养老金|退休金|公积金|低保|工资|工钱|欠薪|户口|身份证|社保卡|补贴|津贴|报销|学籍|"
    r"话费|宽带|快递|网购|诈骗|短信|热线|账户|银行卡|驾驶证|营业执照|报税|发票"
)
"""A person's own affairs happen nowhere in town: no place is asked for."""


def missed(turn: Tracker, knowledge: Knowledge, key: str, slots: Slots) -> Outcome:
    """Ask again; after some tries go on without, which the confirmation shows."""
    misses = turn.slots.misses + 1
    optional = turn.requested in {"place", "occurred_at", "contact_phone"}
    if optional and misses > MISSES_TAKEN:
        return advance(replace(slots.put({turn.requested: ""}), misses=0), knowledge)
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


def advance(slots: Slots, knowledge: Knowledge, *, said: tuple[Reply | Utter, ...] = ()) -> Outcome:
    """Go on to what is still missing."""
    slots = _without_needless(slots)
    missing = next(slot for slot in ORDER if getattr(slots, slot) is None)
    return Outcome(slots=slots, said=(*said, ask(missing, slots, knowledge.say)), request=missing)


def _without_needless(slots: Slots) -> Slots:
    if slots.matter is None:
        return slots
    demand = DemandType(slots.demand_type) if slots.demand_type else DemandType.HELP
    first = slots.matter.partition("\n")[0]  # what was added may be another matter
    own_affair = _PERSONAL.search(first) is not None
    place_needed = demand in _PLACE_NEEDED and not own_affair
    time_needed = demand in _TIME_NEEDED and not own_affair
    return replace(
        slots,
        place="" if slots.place is None and not place_needed else slots.place,
        occurred_at="" if slots.occurred_at is None and not time_needed else slots.occurred_at,
    )


def filled(slots: Slots, turn: Tracker, *, but: str = "") -> Slots:
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


def supplemented(turn: Tracker, *, but: str = "") -> Slots:
    """With the message as more of the matter, and what it holds for empty slots."""
    slots = filled(turn.slots, turn, but=but)
    discretion = reading.discretion(turn.text) or slots.discretion
    return replace(slots, matter=f"{slots.matter}\n{turn.text}", discretion=discretion)

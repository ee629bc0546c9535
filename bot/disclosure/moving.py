"""One move, from what was asked to the request after it. Pure: the service reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.disclosure import deciding, waiting
from bot.disclosure.asked import AskedMove, Changed, DisclosureCity, Moving, day_of, invalid, words
from bot.disclosure.course import Outcome, Remedy
from bot.disclosure.model import Move, Request
from bot.disclosure.rules import next_state
from bot.errors import Conflict

Effect = Callable[[Moving], Changed]


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
    effect = EFFECTS.get(asked.move, words)
    return effect(moving)


def _note(moving: Moving) -> Changed:
    if not moving.asked.text:
        raise invalid("text", "请写明内容。")
    request, details = words(moving)
    return request, details | ({"told_as": moving.asked.told_as} if moving.asked.told_as else {})


def _assign(moving: Moving) -> Changed:
    unit = moving.city.unit(moving.asked.unit)
    if unit is None:
        raise invalid("unit", "没有这个单位，请重新选择。")
    if unit == moving.before.unit:
        raise Conflict("这件申请已经在这个单位。", code="same_unit")
    return replace(moving.request, unit=unit), {"unit": unit, "from_unit": moving.before.unit}


def _deliver(moving: Moving) -> Changed:
    if moving.asked.way is None:
        raise invalid("way", "请选择送达方式。")
    day = day_of(moving, not_before=moving.before.ended_on or moving.before.received_on)
    after = moving.with_course(delivered_on=day, delivered_by=moving.asked.way)
    return after, {"day": str(day), "way": moving.asked.way.value} | words(moving)[1]


def _remedy(moving: Moving) -> Changed:
    asked = moving.asked
    day = day_of(moving, not_before=moving.before.received_on)
    remedy = Remedy(kind=asked.remedy, filed_on=day)
    after = moving.with_course(remedies=(*moving.course.remedies, remedy))
    return after, {"remedy": asked.remedy.value, "day": str(day)} | words(moving)[1]


def _remedy_ended(moving: Moving) -> Changed:
    asked, remedies = moving.asked, moving.course.remedies
    found = remedies[asked.place] if 0 <= asked.place < len(remedies) else None
    if found is None or found.ended_on is not None:
        raise invalid("place", "请选择还没有审结的复议或诉讼。")
    if asked.outcome is Outcome.PENDING:
        raise invalid("outcome", "请选择审理结果。")
    day = day_of(moving, not_before=found.filed_on)
    ended = replace(found, outcome=asked.outcome, ended_on=day)
    changed_ones = tuple(ended if at == asked.place else one for at, one in enumerate(remedies))
    details = {"remedy": found.kind.value, "outcome": asked.outcome.value, "day": str(day)}
    return moving.with_course(remedies=changed_ones), details | words(moving)[1]


EFFECTS: Mapping[Move, Effect] = {
    Move.ASSIGN: _assign,
    Move.ASK_CORRECTION: waiting.ask_correction,
    Move.CORRECT: waiting.correct,
    Move.GIVE_UP: deciding.give_up,
    Move.CONSULT: waiting.consult,
    Move.INQUIRY_RECEIVED: waiting.inquiry_received,
    Move.OPINION: waiting.opinion,
    Move.ASK_EXTENSION: waiting.ask_extension,
    Move.EXTEND: waiting.extend,
    Move.REFUSE_EXTENSION: waiting.refuse_extension,
    Move.PROPOSE: deciding.propose,
    Move.APPROVE: deciding.approve,
    Move.REJECT: deciding.reject,
    Move.DECIDE: deciding.decide,
    Move.DELIVER: _deliver,
    Move.WITHDRAW: deciding.withdraw,
    Move.REMEDY: _remedy,
    Move.REMEDY_ENDED: _remedy_ended,
    Move.NOTE: _note,
}

"""One move, from what was asked to the case after it. Pure: the service reads and writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.cases.asked import Asked, Changed, Moving
from bot.cases.effects import EFFECTS, running_again
from bot.cases.model import Case, Move, State
from bot.cases.ports import CaseCity
from bot.cases.rules import IN_HAND, may_be_published, next_state
from bot.clean import clean_text
from bot.errors import Invalid

__all__ = ["OWED_ONCE", "REDIRECTING", "REPLYING", "Asked", "changed", "tidy"]

MAX_TEXT_CHARS = 5000

OWED_ONCE = frozenset({Move.EXTEND, Move.ASK_EXTENSION})
"""Moves closed to a case that was extended already; the service looks into its events."""

REDIRECTING = frozenset({Move.DISPATCH, Move.REASSIGN})
"""Moves in which a person chooses a department, and may correct the router."""

REPLYING = frozenset({Move.REPLY, Move.APPROVE_REPLY})
"""Moves after which the citizen has a reply, where the case then stands at replied."""


def tidy(asked: Asked) -> Asked:
    """The move with its words in a form that can be kept. Raises `Invalid` for too many."""
    reason, text = clean_text(asked.reason).strip(), clean_text(asked.text).strip()
    for name, words in (("reason", reason), ("text", text)):
        if len(words) > MAX_TEXT_CHARS:
            message = f"文字太长，最多 {MAX_TEXT_CHARS} 个字。"
            raise Invalid(message, fields={name: message})
    return replace(asked, reason=reason, text=text)


def changed(case: Case, asked: Asked, city: CaseCity, now: datetime) -> Changed:
    """The case after the move; one that leaves the department's hands has its clock run again.

    Raises:
        bot.cases.model.MoveRefused: the state, the role or the time does not allow it.
        Invalid: something the move needs is missing or wrong.
        bot.errors.Conflict: something decided before stands against it.
    """
    state = next_state(case, asked.move, asked.actor, asked.reason)
    moving = Moving(before=case, case=replace(case, state=state), asked=asked, city=city, now=now)
    effect = EFFECTS.get(asked.move)
    after, details = effect(moving) if effect else (moving.case, moving.words)
    if after.paused_at is not None and after.state not in IN_HAND:
        after = running_again(after, now, city.limits)
    if asked.move is not Move.PUBLISH and _no_longer_holds(case, after):
        after = replace(after, published=None, published_at=None)
        details = details | {"taken_off": "yes"}
    return after, details


def _no_longer_holds(before: Case, after: Case) -> bool:
    """True where what the public reads is not the answer any more, or may not be read."""
    if after.published is None:
        return False
    anew = after.state is State.REOPENED or after.reply_text != before.reply_text
    return anew or not may_be_published(after)

"""A transfer the call centre is asked for: how it stands, told twice, what to say. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.calls.model import Call, Sentence
from bot.calls.order import Field
from bot.calls.records import ActionKind, CallAction, Draft
from connectors.calls import CallEvent, CallEventKind, Leg

UNKNOWN_AFTER = timedelta(seconds=60)
"""Who asked has died where nothing came of it for so long; every answer is waited for less."""
TOLD_BY_BOTH = timedelta(minutes=5)
"""The desk and the call centre tell of one transfer so near to each other, clocks that differ
counted in."""
_WHAT_CHARS = 120
_SAID = 2


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """The last time the call centre was asked to send a call to a number.

    Args:
        to: the number.
        code: why it did not; empty: it did, or its answer is not known yet.
    """

    to: str
    code: str = ""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """What the operator says to whoever takes an emergency.

    Args:
        what: happens there.
    """

    place: str = field(default="", repr=False)
    what: str = field(default="", repr=False)


def attempts(actions: Iterable[CallAction]) -> dict[str, Attempt]:
    """Number → how it last went.

    Args:
        actions: of the call, the first first.
    """
    found: dict[str, Attempt] = {}
    for one in actions:
        if one.kind is ActionKind.TRANSFER:
            found[one.suggestion_id] = Attempt(to=one.suggestion_id, at=one.at)
        elif one.kind is ActionKind.TRANSFER_REFUSED:
            found[one.suggestion_id] = Attempt(to=one.suggestion_id, code=one.text, at=one.at)
    return found


def under_way(actions: Iterable[CallAction], events: Iterable[CallEvent], now: datetime) -> bool:
    """The call centre was asked for a transfer, and its answer may still come.

    Args:
        actions: of the call.
        events: of the call; a transfer told since is that answer.
        now: the time.
    """
    told = (one.at for one in events if one.kind is CallEventKind.TRANSFERRED)
    done = max(told, default=None)
    return any(
        not one.code and now - one.at < UNKNOWN_AFTER and (done is None or done < one.at)
        for one in attempts(actions).values()
    )


def told_already(events: Iterable[CallEvent], event: CallEvent) -> bool:
    """A transfer of which the other, the desk or the call centre, has told.

    Args:
        events: those of the call that are kept.
        event: one that is not.
    """
    return event.kind is CallEventKind.TRANSFERRED and any(
        one.kind is CallEventKind.TRANSFERRED
        and one.feed != event.feed
        and event.to in {one.to, ""}
        and abs(one.at - event.at) <= TOLD_BY_BOTH
        for one in events
    )


def hand_over(draft: Draft, sentences: Sequence[Sentence]) -> HandOver:
    """What is known of it: by the order form, else in the citizen's last words."""
    title, text, place = (
        draft[name.value].value if name.value in draft else ""
        for name in (Field.TITLE, Field.TEXT, Field.PLACE)
    )
    said = "，".join([one.text for one in sentences if one.leg is Leg.CITIZEN][-_SAID:])
    return HandOver(place=place, what=(text or title or said)[:_WHAT_CHARS])


def is_at(call: Call, told: str) -> bool:
    """The call was sent there last."""
    return bool(told) and call.transferred_to == told

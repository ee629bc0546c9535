"""Where a call stands, from what was told of it in whatever order. Pure.

All events of a call are kept; each time one more is told, the call is worked out anew from all of
them in the order in which they happened. So an event told early waits for those before it, and
one told late takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.calls.model import LIVE, RUNNING, CallState
from connectors.calls import EMERGENCY_NUMBERS, CallEvent, CallEventKind

_S, _K = CallState, CallEventKind

NEXT: Mapping[CallState, Mapping[CallEventKind, CallState]] = {
    _S.WAITING: {
        _K.RINGING: _S.RINGING,
        _K.ANSWERED: _S.TALKING,
        _K.HELD: _S.HELD,
        _K.RESUMED: _S.TALKING,
        _K.ENDED: _S.ABANDONED,
        _K.ABANDONED: _S.ABANDONED,
    },
    _S.RINGING: {
        _K.OFFERED: _S.WAITING,
        _K.ANSWERED: _S.TALKING,
        _K.HELD: _S.HELD,
        _K.RESUMED: _S.TALKING,
        _K.ENDED: _S.ABANDONED,
        _K.ABANDONED: _S.ABANDONED,
    },
    _S.TALKING: {_K.HELD: _S.HELD, _K.ENDED: _S.ENDED, _K.ABANDONED: _S.ENDED},
    _S.HELD: {
        _K.ANSWERED: _S.TALKING,
        _K.RESUMED: _S.TALKING,
        _K.ENDED: _S.ENDED,
        _K.ABANDONED: _S.ENDED,
    },
    _S.ENDED: {},
    _S.ABANDONED: {},
    _S.WRAPPED_UP: {},
}
"""State → event → the state after it; what is not named changes no state."""

PASSED_ON: Mapping[CallEventKind, CallState] = {
    _K.OFFERED: _S.WAITING,
    _K.RINGING: _S.RINGING,
    _K.ANSWERED: _S.TALKING,
}
"""After a transfer, until somebody answers: what a talking, held or ended call goes to. Call
centres tell the end of the leg of whoever transferred before or after the next one rings."""

_AT_ONCE = {kind: place for place, kind in enumerate(CallEventKind)}
"""Of events at one moment, the order they can only have happened in."""

REACHES = timedelta(hours=1)
"""So long after a call's end what is told with its id still belongs to it."""
SILENT_FOR = timedelta(hours=6)
"""A call of which nothing was heard for so long is over: its end was never told."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A call as far as it was told.

    Args:
        wait_s: from the first offer or ring to the first answer; None where either is not known.
    """

    state: CallState
    caller: str = ""
    queue: str = ""
    operator: str = ""
    offered_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    held_s: float = 0.0
    transferred_to: str = ""
    wait_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class _Walk:
    """On the way through the events.

    Args:
        passed_on: transferred, and not answered since.
        held_since: when the hold that lasts began.
    """

    told: Told
    waited_from: datetime | None = None
    passed_on: bool = False
    held_since: datetime | None = None


def told_of(
    events: Iterable[CallEvent],
    *,
    heard_at: datetime | None = None,
    wrapped_up_at: datetime | None = None,
) -> Told:
    """What all events of a call come to, given in any order.

    Args:
        events: all that was told; may be empty where sentences were heard.
        heard_at: the first sentence; a call with words was answered, whatever was told.
        wrapped_up_at: when the operator wrapped it up, whether or not its end was told.

    Raises:
        ValueError: neither an event nor a sentence.
    """
    known = sorted(events, key=lambda one: (one.at, _AT_ONCE[one.kind], one.external_id))
    began = min((at for at in (heard_at, known[0].at if known else None) if at), default=None)
    if began is None:
        raise ValueError("a call of which nothing is known")
    first = _S.WAITING if known else _S.TALKING
    walk = _Walk(told=Told(state=first, offered_at=began))
    for event in known:
        walk = _after(walk, event, heard=heard_at is not None)
    told = walk.told
    if wrapped_up_at is None:
        return told
    ended_at = told.ended_at or wrapped_up_at
    return replace(_held_until(walk, ended_at), state=_S.WRAPPED_UP, ended_at=ended_at)


def is_over(told: CallState, *, ended_at: datetime | None, last_at: datetime, at: datetime) -> bool:
    """True where what happens at `at` under a call's id is another call by that id."""
    if told in LIVE:
        return at > last_at + SILENT_FOR
    return ended_at is not None and at > ended_at + REACHES


def _after(walk: _Walk, event: CallEvent, *, heard: bool) -> _Walk:
    before = walk.told.state
    state = _state_after(walk, event, heard=heard)
    walk = replace(walk, told=_filled(walk.told, event, state))
    if event.kind in {_K.OFFERED, _K.RINGING} and walk.waited_from is None:
        walk = replace(walk, waited_from=event.at)
    if state in RUNNING and before not in RUNNING:
        walk = _answered(walk, event.at)
    if state is _S.HELD and before is not _S.HELD:
        walk = replace(walk, held_since=event.at)
    if before is _S.HELD and state is not _S.HELD:
        walk = replace(walk, told=_held_until(walk, event.at), held_since=None)
    if event.kind is _K.TRANSFERRED:
        walk = replace(walk, passed_on=True)
    if event.kind is _K.ANSWERED:
        if walk.passed_on and walk.told.transferred_to in EMERGENCY_NUMBERS:
            walk = replace(walk, told=replace(walk.told, transferred_to=""))  # it came back
        walk = replace(walk, passed_on=False)
    return replace(walk, told=_ended(walk.told, state, event.at))


def _state_after(walk: _Walk, event: CallEvent, *, heard: bool) -> CallState:
    before = walk.told.state
    if walk.passed_on and before in {*RUNNING, _S.ENDED} and event.kind in PASSED_ON:
        return PASSED_ON[event.kind]
    after = NEXT[before].get(event.kind, before)
    if after is _S.ABANDONED and event.kind is _K.ENDED and heard:
        return _S.ENDED  # its answer was not told, but words were spoken
    return after


def _filled(told: Told, event: CallEvent, state: CallState) -> Told:
    """The facts an event brings; of the operator, whoever rings or answers has the call."""
    over = told.state not in LIVE and state not in LIVE
    has_it = event.kind in {_K.RINGING, _K.ANSWERED, _K.HELD, _K.RESUMED}
    theirs = bool(event.operator) and not over and (has_it or not told.operator)
    if event.kind is _K.RINGING and told.state in RUNNING and state in RUNNING:
        theirs = False  # another desk rings beside the one that talks
    has = event.operator if theirs else told.operator
    return replace(
        told,
        state=state,
        caller=told.caller or event.caller,
        queue=event.queue or told.queue,
        operator="" if state is _S.WAITING else has,
        transferred_to=(event.to or told.transferred_to)
        if event.kind is _K.TRANSFERRED
        else told.transferred_to,
    )


def _answered(walk: _Walk, at: datetime) -> _Walk:
    if walk.told.answered_at is not None:
        return walk
    waited = None if walk.waited_from is None else (at - walk.waited_from).total_seconds()
    return replace(walk, told=replace(walk.told, answered_at=at, wait_s=waited))


def _held_until(walk: _Walk, at: datetime) -> Told:
    if walk.held_since is None:
        return walk.told
    more = max(0.0, (at - walk.held_since).total_seconds())
    return replace(walk.told, held_s=walk.told.held_s + more)


def _ended(told: Told, state: CallState, at: datetime) -> Told:
    if state in LIVE:
        return replace(told, ended_at=None)
    return replace(told, ended_at=told.ended_at or at)

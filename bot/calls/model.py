"""A call as the desk knows it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connectors.calls import Leg


class CallState(StrEnum):
    """Where a call stands."""

    WAITING = "waiting"
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    ENDED = "ended"
    """Answered and over; it may still be wrapped up."""
    ABANDONED = "abandoned"
    """Nobody answered in time; it stands on the call-back list."""
    WRAPPED_UP = "wrapped_up"


LIVE = frozenset({CallState.WAITING, CallState.RINGING, CallState.TALKING, CallState.HELD})
"""Somebody is on the line."""
RUNNING = frozenset({CallState.TALKING, CallState.HELD})
"""An operator has it."""


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One committed sentence of a call, in the order it was committed.

    Args:
        seq: its place in the call, from 0.
        start_ms, end_ms: since its leg began; both 0 where unknown.
    """

    seq: int
    leg: Leg
    text: str = field(repr=False)
    start_ms: int = 0
    end_ms: int = 0
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call.

    Args:
        id: ours, sortable by time.
        external_id: the call centre's id that ties its events together.
        operator: the staff name of who has it, or empty.
        caller: the caller's number; empty where it is withheld.
        case_number: the case opened or joined from it, or empty.
        wrap_up: how it ended (a code of `bot.calls.wrapping`), or empty.
        call_back_at: when the citizen is to be called again, or None.
        version: grows with every change.
    """

    id: str
    external_id: str
    feed: str
    state: CallState
    caller: str = field(default="", repr=False)
    queue: str = ""
    operator: str = ""
    offered_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    held_s: float = 0.0
    transferred_to: str = ""
    case_number: str = ""
    summary: str = field(default="", repr=False)
    wrap_up: str = ""
    call_back_at: datetime | None = None
    version: int = 0

"""What a call centre tells us of a call: its events, and the words recognised on its two legs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class CallEventKind(StrEnum):
    """What happened to a call, whichever call centre tells it."""

    OFFERED = "offered"
    """It waits in a queue."""
    RINGING = "ringing"
    """It rings at an operator's desk."""
    ANSWERED = "answered"
    HELD = "held"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"
    """To another operator, or to a number outside such as 110."""
    ENDED = "ended"
    """After it was answered."""
    ABANDONED = "abandoned"
    """The caller gave up before anybody answered: to be called back."""


class Leg(StrEnum):
    """Whose voice it is."""

    CITIZEN = "citizen"
    OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True)
class CallEvent:
    """One event of a call.

    Args:
        feed: the connector's name, such as `ami`; with `external_id` unique for ever.
        external_id: made of the call centre's own ids, the same when the event is told again.
        call_id: ties the events of one call together (`Linkedid`, `CC-Member-Session-UUID`).
        caller: the caller's number as told, or empty.
        queue: the queue or line that was called, or empty.
        operator: the operator or extension concerned, or empty.
        to: for a transfer, where to.
        details: the feed's own facts (hold time, cause), strings only.
        at: when it happened, aware, UTC.
    """

    feed: str
    external_id: str
    call_id: str
    kind: CallEventKind
    caller: str = field(default="", repr=False)
    queue: str = ""
    operator: str = ""
    to: str = ""
    details: Mapping[str, str] = field(default_factory=dict, repr=False)
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SpeechFragment:
    """Words recognised on one leg of a call.

    Args:
        call_id: as in `CallEvent`.
        leg: whose voice.
        text: the words; for a partial, the whole of the sentence so far.
        committed: False while the sentence may still change; a committed one replaces what was
            partial on its leg.
        external_id: for a committed sentence unique inside the call's leg and the same when it is
            told again; empty for a partial.
        start_ms, end_ms: since the leg began, in milliseconds; both 0 where unknown.
        feed: the connector that tells of the call, where it is known; empty: the call with this
            id that is going on.
        at: when it was recognised, aware, UTC.
    """

    call_id: str
    leg: Leg
    text: str = field(repr=False)
    committed: bool
    external_id: str = ""
    start_ms: int = 0
    end_ms: int = 0
    feed: str = ""
    at: datetime


TakeEvent = Callable[[CallEvent], Awaitable[object]]
"""Stores an event; when it returns, the event is safe. Told again, an event changes nothing."""

TakeFragment = Callable[[SpeechFragment], Awaitable[object]]
"""Stores a committed sentence and shows a partial; when it returns, a committed one is safe."""


@dataclass(frozen=True, kw_only=True)
class RunningCall:
    """A call that is stored as on: told before this process began to listen, and not ended since.

    Args:
        call_id: as in `CallEvent`.
        answered: somebody has it, or had it.
        joins: how often it was told to wait in that queue.
    """

    call_id: str
    answered: bool
    queue: str = ""
    caller: str = ""
    joins: int = 1


RunningCalls = Callable[[str], Awaitable[Sequence[RunningCall]]]
"""A feed's name → its calls that are stored as on."""


async def none_running(feed: str) -> Sequence[RunningCall]:
    """Where nothing is stored."""
    del feed
    return ()


class CallFeed(Protocol):
    """A call centre that is listened to."""

    name: str

    async def run(self, take: TakeEvent) -> None:
        """Connect, hand on every event, connect again when the connection is lost; for ever.

        Raises:
            connectors.errors.Refused: it does not let us in (wrong password); a person must see.
        """

    async def close(self) -> None:
        """Free connections."""


EMERGENCY_NUMBERS = ("110", "119", "120", "122")
"""Police, fire, ambulance, traffic accidents: every call may be sent there."""


class CallAct(StrEnum):
    """What a call centre can be asked to do with a call."""

    TRANSFER = "transfer"
    HOLD = "hold"
    RESUME = "resume"
    HANG_UP = "hang_up"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a call may be sent.

    Args:
        number: what is dialled.
        name: as it is shown.
        told: what the feed calls it when it tells of the transfer.
    """

    number: str
    name: str
    told: str


class CallControl(Protocol):
    """A call centre that does what the desk asks of it.

    Every method raises `connectors.errors.Retryable` where it may work later and
    `connectors.errors.Refused` where it will not: `unsupported`, `transfer_not_allowed` and
    `no_such_call` whichever call centre it is, else its own codes. What was asked may have
    happened where `Retryable` is raised: nothing is ever asked again by itself.
    """

    name: str
    """The feed whose calls these are."""
    can: frozenset[CallAct]
    targets: Mapping[str, Target]
    """Number → where a call may be sent; nowhere else."""

    async def transfer(self, call_id: str, to: str) -> None:
        """Send the caller to a number of `targets`; the operator's own leg ends."""

    async def hold(self, call_id: str) -> None:
        """Let the caller wait."""

    async def resume(self, call_id: str) -> None:
        """Talk again."""

    async def hang_up(self, call_id: str) -> None:
        """End the call."""

    async def close(self) -> None:
        """Free connections."""

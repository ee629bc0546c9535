"""Chains of events: each one's hash covers itself and the hash before it. Pure.

One for whatever has a course: cases, requests for information. A chain's owner is what its events
happened to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, TypeVar

from bot.clean import clean_text


class Doer(Protocol):
    """Who did it."""

    @property
    def id(self) -> str:
        """Their name."""

    @property
    def role(self) -> StrEnum:
        """Their role."""

    @property
    def department(self) -> str:
        """The unit they act for, or empty."""


class Chained(Protocol):
    """An event of a chain, a frozen dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def seq(self) -> int:
        """1, 2, … inside the chain."""

    @property
    def at(self) -> datetime:
        """When."""

    @property
    def actor(self) -> Doer:
        """Who."""

    @property
    def move(self) -> StrEnum:
        """What was done."""

    @property
    def from_state(self) -> StrEnum | None:
        """Where the owner stood before; None at its beginning."""

    @property
    def to_state(self) -> StrEnum:
        """Where it stands after."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def details(self) -> Mapping[str, str]:
        """The move's own facts."""

    @property
    def previous_hash(self) -> str:
        """Of the event before."""

    @property
    def hash(self) -> str:
        """Its own."""


Event = TypeVar("Event", bound=Chained)


@dataclass(frozen=True, kw_only=True)
class ChainFault:
    """Where a chain does not hold.

    Args:
        case_id: the chain's owner.
        seq: the event at fault, from 1; for a missing end, the first that is missing.
        what: `order`, `link`, `hash`, `missing` or `state`.
    """

    case_id: str
    seq: int
    what: str


def link(event: Event, previous: Event | None, owner_id: str) -> Event:
    """The event put behind the one before it: number and hashes set."""
    seq, before = (previous.seq + 1, previous.hash) if previous else (1, "")
    placed = replace(event, seq=seq, previous_hash=before)
    return replace(placed, hash=event_hash(placed, owner_id))


def event_hash(event: Chained, owner_id: str) -> str:
    """Hex SHA-256 over everything an event says and the hash before it."""
    said = [
        event.previous_hash,
        owner_id,
        event.seq,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor.id,
        event.actor.role.value,
        event.actor.department,
        event.move.value,
        event.from_state.value if event.from_state else None,
        event.to_state.value,
        event.reason,
        sorted(event.details.items()),
    ]
    text = clean_text(json.dumps(said, ensure_ascii=False, separators=(",", ":")))
    return hashlib.sha256(text.encode()).hexdigest()


def verify(
    owned: Sequence[tuple[str, Chained]], *, owner_id: str, version: int, state: StrEnum
) -> ChainFault | None:
    """The first fault in a chain, or None where it holds and ends where its owner stands.

    Args:
        owned: each event with the id of the owner it names.
        owner_id: whose chain it should be.
        version: how many events it should have.
        state: where its owner stands.
    """
    before = ""
    for seq, (named, event) in enumerate(owned, start=1):
        what = _fault(event, seq, before, own=named == owner_id, owner_id=owner_id)
        if what:
            return ChainFault(case_id=owner_id, seq=seq, what=what)
        before = event.hash
    if len(owned) != version or not owned:
        return ChainFault(case_id=owner_id, seq=len(owned) + 1, what="missing")
    if owned[-1][1].to_state is not state:
        return ChainFault(case_id=owner_id, seq=len(owned), what="state")
    return None


def _fault(event: Chained, seq: int, before: str, *, own: bool, owner_id: str) -> str:
    if event.seq != seq or not own:
        return "order"
    if event.previous_hash != before:
        return "link"
    return "" if event.hash == event_hash(event, owner_id) else "hash"

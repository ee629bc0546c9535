"""The chain of a case's events: each one's hash covers itself and the hash before it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from bot.cases.model import Case, CaseEvent
from bot.clean import clean_text


@dataclass(frozen=True, kw_only=True)
class ChainFault:
    """Where a chain does not hold.

    Args:
        seq: the event at fault, from 1; for a missing end, the first that is missing.
        what: `order`, `link`, `hash`, `missing` or `state`.
    """

    case_id: str
    seq: int
    what: str


def link(event: CaseEvent, previous: CaseEvent | None) -> CaseEvent:
    """The event put behind the one before it: number and hashes set."""
    seq, before = (previous.seq + 1, previous.hash) if previous else (1, "")
    placed = replace(event, seq=seq, previous_hash=before)
    return replace(placed, hash=event_hash(placed))


def event_hash(event: CaseEvent) -> str:
    """Hex SHA-256 over everything an event says and the hash before it."""
    said = [
        event.previous_hash,
        event.case_id,
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


def verify(case: Case, events: Sequence[CaseEvent]) -> ChainFault | None:
    """The first fault in a case's chain, or None where it holds and ends where the case stands."""
    before = ""
    for seq, event in enumerate(events, start=1):
        what = _fault(case, seq, event, before)
        if what:
            return ChainFault(case_id=case.id, seq=seq, what=what)
        before = event.hash
    if len(events) != case.version or not events:
        return ChainFault(case_id=case.id, seq=len(events) + 1, what="missing")
    if events[-1].to_state is not case.state:
        return ChainFault(case_id=case.id, seq=len(events), what="state")
    return None


def _fault(case: Case, seq: int, event: CaseEvent, before: str) -> str:
    if event.seq != seq or event.case_id != case.id:
        return "order"
    if event.previous_hash != before:
        return "link"
    return "" if event.hash == event_hash(event) else "hash"

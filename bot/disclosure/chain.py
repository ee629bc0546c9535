"""The chain of a request's events: each one's hash covers itself and the hash before it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC

from bot.cases.chain import ChainFault
from bot.clean import clean_text
from bot.disclosure.model import Request, RequestEvent


def link(event: RequestEvent, previous: RequestEvent | None) -> RequestEvent:
    """The event put behind the one before it: number and hashes set."""
    seq, before = (previous.seq + 1, previous.hash) if previous else (1, "")
    placed = replace(event, seq=seq, previous_hash=before)
    return replace(placed, hash=event_hash(placed))


def event_hash(event: RequestEvent) -> str:
    """Hex SHA-256 over everything an event says and the hash before it."""
    said = [
        event.previous_hash,
        event.request_id,
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


def verify(request: Request, events: Sequence[RequestEvent]) -> ChainFault | None:
    """The first fault in a request's chain, or None where it holds and ends where it stands."""
    before = ""
    for seq, event in enumerate(events, start=1):
        what = _fault(request, seq, event, before)
        if what:
            return ChainFault(case_id=request.id, seq=seq, what=what)
        before = event.hash
    if len(events) != request.version or not events:
        return ChainFault(case_id=request.id, seq=len(events) + 1, what="missing")
    if events[-1].to_state is not request.state:
        return ChainFault(case_id=request.id, seq=len(events), what="state")
    return None


def _fault(request: Request, seq: int, event: RequestEvent, before: str) -> str:
    if event.seq != seq or event.request_id != request.id:
        return "order"
    if event.previous_hash != before:
        return "link"
    return "" if event.hash == event_hash(event) else "hash"

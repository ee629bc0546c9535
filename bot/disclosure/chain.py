"""The chain of a request's events. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot import chain
from bot.chain import ChainFault
from bot.disclosure.model import Request, RequestEvent

__all__ = ["ChainFault", "link", "verify"]


def link(event: RequestEvent, previous: RequestEvent | None) -> RequestEvent:
    """The event put behind the one before it: number and hashes set."""
    return chain.link(event, previous, event.request_id)


def verify(request: Request, events: Sequence[RequestEvent]) -> ChainFault | None:
    """The first fault in a request's chain, or None where it holds and ends where it stands."""
    owned = [(event.request_id, event) for event in events]
    return chain.verify(owned, owner_id=request.id, version=request.version, state=request.state)

"""The chain of a case's events. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot import chain
from bot.cases.model import Case, CaseEvent
from bot.chain import ChainFault

__all__ = ["ChainFault", "link", "verify"]


def link(event: CaseEvent, previous: CaseEvent | None) -> CaseEvent:
    """The event put behind the one before it: number and hashes set."""
    return chain.link(event, previous, event.case_id)


def verify(case: Case, events: Sequence[CaseEvent]) -> ChainFault | None:
    """The first fault in a case's chain, or None where it holds and ends where the case stands."""
    owned = [(event.case_id, event) for event in events]
    return chain.verify(owned, owner_id=case.id, version=case.version, state=case.state)

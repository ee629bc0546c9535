"""What drafting needs from outside, named; tests and `bot/app.py` hand it in."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.drafting.model import CaseStand, DraftUse, Replied
from knowledge.model import Answer


class RepliedStore(Protocol):
    """Replied cases, read; see `bot.storage.replied`."""

    async def newest_event(self) -> str:
        """The id of the newest event, or empty."""

    async def page(self, after: str, limit: int) -> tuple[Replied, ...]:
        """Cases whose reply may serve, by id, those after `after`."""

    async def events_after(self, event_id: str, limit: int) -> tuple[CaseStand, ...]:
        """The cases that moved since an event, by event."""

    async def get(self, case_ids: Sequence[str]) -> tuple[Replied, ...]:
        """Those of some cases whose reply may serve, in any order."""

    async def drafted(self, since: datetime, before: datetime, department: str = "") -> DraftUse:
        """How many replies were begun from a draft."""


class DraftUnit(Protocol):
    """One transaction."""

    @property
    def replied(self) -> RepliedStore:
        """Replied cases."""


class DraftStorage(Protocol):
    """The database."""

    def read(self) -> AbstractAsyncContextManager[DraftUnit]:
        """A transaction that only reads."""


class Content(Protocol):
    """Published content; see `bot.library.Library`."""

    async def answered(self, question: str, context: tuple[str, ...] = ()) -> Answer:
        """The answer to a question."""

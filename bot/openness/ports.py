"""What the hot issues need from outside, named; tests and `bot/app.py` hand it in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.cases.filters import CaseFilter, CasePage
from bot.cases.model import Case
from bot.openness.records import Alert, HotIssue, OpinionItem


class HotCases(Protocol):
    """Cases, as far as they are read here."""

    async def page(self, wanted: CaseFilter, *, now: datetime) -> CasePage:
        """One page of cases."""

    async def get(self, number: str) -> Case | None:
        """The case with this number."""


class HotStore(Protocol):
    """Where hot issues are kept; see `bot.storage.hot`."""

    async def hold(self) -> bool:
        """Be the only one that refreshes."""

    async def issues_of(self, numbers: Sequence[str]) -> dict[str, str]:
        """Case number → the issue it is in."""

    async def put(self, issue: HotIssue, numbers: Iterable[str]) -> None:
        """Keep an issue, and that these cases are in it."""

    async def cool(self, now: datetime, kept: Iterable[str]) -> None:
        """Leave the others without heat."""

    async def alert(self, issue_id: str, alert: Alert) -> bool:
        """Note an alert; False the second time."""

    async def open_opinion(self, item: OpinionItem) -> bool:
        """Keep an opinion item; False where the issue has one."""

    async def get(self, issue_id: str) -> HotIssue | None:
        """One issue."""

    async def hottest(self, *, limit: int) -> tuple[HotIssue, ...]:
        """All with an open opinion item; then others, hottest first, at most so many."""

    async def cases_of(self, issue_id: str) -> tuple[str, ...]:
        """The numbers of its cases."""


class HotUnit(Protocol):
    """One transaction."""

    @property
    def cases(self) -> HotCases:
        """Cases."""

    @property
    def hot(self) -> HotStore:
        """Hot issues."""


class HotStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[HotUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[HotUnit]:
        """A transaction that only reads."""

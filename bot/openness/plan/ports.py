"""What the plan needs from outside, named; tests and `bot/app.py` hand it in."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.cases.rated import Satisfaction
from bot.disclosure.filters import RequestFilter
from bot.disclosure.model import Request
from bot.openness.opinion_items import OpinionStore
from bot.openness.plan.facts import Evidence
from bot.records import AuditEntry
from knowledge.model import Form, Kind


@dataclass(frozen=True, kw_only=True)
class PublicDocument:
    """A document that is or was public, as it is kept.

    Args:
        department: as the document names who issued it.
        text: of a guide; else empty.
    """

    id: str
    title: str
    kind: Kind
    form: Form
    department: str
    link: str
    on: date
    policy_id: str
    now: bool
    text: str


class PlanStore(Protocol):
    """Entries and documents; see `bot.storage.plan`."""

    async def add(self, entry: Evidence, *, at: datetime) -> None:
        """Append an entry."""

    async def withdraw(self, id: str, *, by: str, why: str, at: datetime, on: date) -> bool:
        """Note that an entry does not stand; False where it was withdrawn before."""

    async def get(self, id: str) -> Evidence | None:
        """One entry."""

    async def entries(
        self, since: date, until: date, *, duty: str = "", unit: str = ""
    ) -> tuple[Evidence, ...]:
        """Entries of some days, by day."""

    async def documents(self) -> tuple[PublicDocument, ...]:
        """Documents that are or were public."""

    async def leads_of(self, issue_ids: Sequence[str]) -> dict[str, str]:
        """Issue → the department most of its cases lie with."""


class RequestStore(Protocol):
    """Requests for information."""

    async def find(self, wanted: RequestFilter) -> tuple[Request, ...]:
        """Requests, the newest first."""


class AuditStore(Protocol):
    """What staff did."""

    async def add(self, entry: AuditEntry) -> None:
        """Append an entry."""


class PlanUnit(Protocol):
    """One transaction."""

    @property
    def plan(self) -> PlanStore:
        """Entries for the plan's duties."""

    @property
    def opinions(self) -> OpinionStore:
        """Items of public opinion."""

    @property
    def disclosures(self) -> RequestStore:
        """Requests for information."""

    @property
    def audit(self) -> AuditStore:
        """What staff did."""


class PlanStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[PlanUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[PlanUnit]:
        """A transaction that only reads."""


class Rated(Protocol):
    """Departments' figures; see `bot.cases.rated`."""

    async def over(self, since: date, until: date, *, department: str = "") -> Satisfaction:
        """The figures of a span of days."""

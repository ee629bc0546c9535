"""What the case service needs from outside, named; tests and `bot/app.py` hand it in."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.cases.deadlines import CaseLimits
from bot.cases.filters import CaseFilter, CasePage, OpenCounts
from bot.cases.model import Case, CaseEvent, Routing, RoutingInput
from bot.cases.published_letters import LetterStore
from bot.delivery.records import NewDelivery
from bot.records import Correction, NewOutbound, OutboxRow, Tries


class CaseStore(Protocol):
    """Cases and their events; see `bot.storage.cases`."""

    async def next_number(self, day: str) -> int:
        """The next count of a day."""

    async def add(self, case: Case, *, origin_key: str, query_code_hash: str) -> bool:
        """Add a case; False where the origin key has one."""

    async def by_origin(self, origin_key: str) -> Case | None:
        """The case opened under this key."""

    async def get(self, number: str) -> Case | None:
        """The case with this number."""

    async def code_hash(self, number: str) -> str | None:
        """The keyed hash of a case's query code."""

    async def update(self, case: Case, *, seen_version: int) -> bool:
        """Write a case back; False where it changed since."""

    async def append(self, event: CaseEvent, *, id: str) -> None:
        """Append an event."""

    async def events(self, case_id: str) -> tuple[CaseEvent, ...]:
        """A case's events."""

    async def published(self, *, before: datetime | None, limit: int) -> tuple[Case, ...]:
        """Published cases, the last published first."""

    async def merged_into(self, number: str) -> tuple[Case, ...]:
        """The cases merged into this one."""

    async def last_event(self, case_id: str) -> CaseEvent | None:
        """The end of a case's chain."""

    async def page(self, wanted: CaseFilter, *, now: datetime) -> CasePage:
        """One page of cases."""

    async def open_counts(self, *, now: datetime, department: str = "") -> OpenCounts:
        """Open cases, counted."""

    async def due_between(self, since: datetime, until: datetime) -> int:
        """Unanswered cases whose deadline is between the two."""

    async def origin_of(self, number: str) -> str:
        """The origin key of a case."""


class NoticeStore(Protocol):
    """The outbox, as far as a notice needs it."""

    async def add(self, new: NewOutbound, *, id: str, now: datetime) -> OutboxRow:
        """Put a reply into the outbox."""


class DeliveryStore(Protocol):
    """Notices to departments and other systems; see `bot.storage.deliveries`."""

    async def add(self, new: NewDelivery, *, id: str, now: datetime) -> bool:
        """Put a notice on its way."""


class CorrectionStore(Protocol):
    """Where corrections go."""

    async def add(self, correction: Correction) -> None:
        """Append a correction."""


class TryStore(Protocol):
    """Wrong tries, counted; see `bot.storage.tries`."""

    async def hold(self, *keys: str) -> None:
        """Let nobody else try these keys until the transaction ends."""

    async def get(self, key: str) -> Tries | None:
        """The count of a key."""

    async def put(self, key: str, count: Tries, *, now: datetime) -> None:
        """Keep a count."""


class CaseUnit(Protocol):
    """One transaction."""

    @property
    def cases(self) -> CaseStore:
        """Cases."""

    @property
    def outbox(self) -> NoticeStore:
        """Notices."""

    @property
    def deliveries(self) -> DeliveryStore:
        """Notices to departments."""

    @property
    def corrections(self) -> CorrectionStore:
        """Corrections."""

    @property
    def letters(self) -> LetterStore:
        """What the public reads."""

    @property
    def tries(self) -> TryStore:
        """Wrong tries."""


class CaseStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[CaseUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[CaseUnit]:
        """A transaction that only reads."""


class CaseWording(Protocol):
    """The texts citizens read."""

    def say(self, key: str, **values: object) -> str:
        """The text of a key, its values filled in."""


class CaseCity(Protocol):
    """The city, as far as cases need it."""

    @property
    def limits(self) -> CaseLimits:
        """Deadlines."""

    @property
    def wording(self) -> CaseWording:
        """Texts."""

    def field_of(self, category: tuple[str, ...]) -> str:
        """The field of openness a category belongs to, or empty."""

    def unit(self, name: str) -> str | None:
        """The official name of a unit given any of its names; None where it is not ours."""


class Demand(Protocol):
    """One of several demands in a text."""

    @property
    def text(self) -> str:
        """Its words."""

    @property
    def routing(self) -> Routing:
        """What it is and whose."""


class CaseRouter(Protocol):
    """Judges an item: what it is and whose."""

    def route(self, item: RoutingInput) -> Routing:
        """Pure and fast."""

    def parts(self, item: RoutingInput) -> Sequence[Demand]:
        """The demands of a text that names several; empty where it names one."""

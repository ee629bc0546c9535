"""What telling departments and hearing from them need of the database."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.delivery.records import (
    Delivery,
    DeliveryState,
    NewDelivery,
    Poll,
    StoredUpdate,
    UpdateState,
)
from bot.records import AuditEntry, QueueCounts
from connectors.departments.base import DepartmentUpdate


class DeliveryRows(Protocol):
    """Notices on their way; see `bot.storage.deliveries`."""

    async def claim_due(
        self, *, owner: str, lease_s: float, limit: int, now: datetime
    ) -> tuple[Delivery, ...]:
        """Take rows to send."""

    async def mark_sent(self, row: Delivery, *, owner: str, now: datetime, receipt: str) -> None:
        """It went out. Raises `LeaseLost`."""

    async def retry_at(
        self, delivery_id: str, *, owner: str, at: datetime, error: str, counts: bool = True
    ) -> None:
        """Try again then. Raises `LeaseLost`."""

    async def dead(self, delivery_id: str, *, owner: str, error: str) -> None:
        """A person must look. Raises `LeaseLost`."""

    async def add(self, new: NewDelivery, *, id: str, now: datetime) -> bool:
        """Put a notice on its way; False where its key is known."""

    async def bury(self, delivery_id: str, *, error: str) -> None:
        """A row that was just added is for a person."""

    async def get(self, delivery_id: str) -> Delivery | None:
        """One row."""

    async def of_case(self, case_number: str) -> tuple[Delivery, ...]:
        """All notices of a case, in order."""

    async def revive(self, delivery_id: str, *, now: datetime) -> bool:
        """Try again now."""

    async def settle(self, delivery_id: str, *, by: str, now: datetime) -> bool:
        """A person told them otherwise."""

    async def in_state(
        self, states: Sequence[DeliveryState], *, limit: int
    ) -> tuple[Delivery, ...]:
        """Rows of some states, oldest first."""

    async def origin_of(self, case_number: str) -> str:
        """The origin key of a case."""

    async def counts(self, now: datetime) -> QueueCounts:
        """Unsent rows by state."""

    async def note_number(self, source: str, number: str, case_number: str, now: datetime) -> None:
        """Keep what another system calls a case."""

    async def case_number_of(self, source: str, number: str) -> str:
        """Our number of a case another system calls so."""

    async def external_number_of(self, source: str, case_number: str) -> str:
        """What another system calls a case."""


class UpdateRows(Protocol):
    """What other systems told; see `bot.storage.updates`."""

    async def add(self, update: DepartmentUpdate, *, id: str, now: datetime) -> bool:
        """Keep something told; False the second time."""

    async def get(self, update_id: str) -> StoredUpdate | None:
        """One row."""

    async def claim_due(
        self, *, owner: str, lease_s: float, limit: int, now: datetime
    ) -> tuple[StoredUpdate, ...]:
        """Take rows to apply."""

    async def applied(self, update_id: str, *, owner: str, case_number: str, now: datetime) -> None:
        """It has come to the case. Raises `LeaseLost`."""

    async def retry_at(self, update_id: str, *, owner: str, at: datetime) -> None:
        """Try again then. Raises `LeaseLost`."""

    async def hold(self, update_id: str, *, owner: str, case_number: str, reason: str) -> None:
        """A person must look. Raises `LeaseLost`."""

    async def revive(self, update_id: str, *, now: datetime) -> bool:
        """Try again now."""

    async def settle(self, update_id: str, *, by: str, now: datetime) -> bool:
        """A person has dealt with it."""

    async def in_state(
        self, states: Sequence[UpdateState], *, limit: int
    ) -> tuple[StoredUpdate, ...]:
        """Rows of some states, oldest first."""

    async def counts(self, now: datetime) -> QueueCounts:
        """Rows that are not applied, by state."""

    async def claim_poll(
        self, source: str, *, owner: str, lease_s: float, now: datetime
    ) -> Poll | None:
        """Take a system to ask for news."""

    async def polled(
        self, poll: Poll, *, owner: str, cursor: str, next_at: datetime, error: str, now: datetime
    ) -> None:
        """Note how it went. Raises `LeaseLost`."""

    async def polls(self) -> tuple[Poll, ...]:
        """Every system that is asked for news."""


class AuditRows(Protocol):
    """What staff did."""

    async def add(self, entry: AuditEntry) -> None:
        """Append an entry."""


class DepartmentUnit(Protocol):
    """One transaction."""

    @property
    def deliveries(self) -> DeliveryRows:
        """Notices."""

    @property
    def updates(self) -> UpdateRows:
        """What other systems told."""

    @property
    def audit(self) -> AuditRows:
        """What staff did."""


class DepartmentStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[DepartmentUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[DepartmentUnit]:
        """A transaction that only reads."""

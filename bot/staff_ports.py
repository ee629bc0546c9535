"""What accounts, second factors and the audit need of the database."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.cases.model import Role
from bot.records import AuditEntry, SecondFactor, StaffMember, Tries


class StaffStore(Protocol):
    """Accounts; see `bot.storage.staff`."""

    async def add(self, member: StaffMember, *, password_hash: str) -> bool:
        """Add an account; False where the name is taken."""

    async def get(self, name: str) -> StaffMember | None:
        """One account."""

    async def all(self) -> tuple[StaffMember, ...]:
        """Every account."""

    async def password_hash(self, name: str) -> str | None:
        """A password's hash."""

    async def set_password(
        self, name: str, *, password_hash: str, must_change: bool, now: datetime
    ) -> bool:
        """Change a password."""

    async def rehash(self, name: str, *, password_hash: str) -> bool:
        """The same password under newer parameters."""

    async def set_active(self, name: str, *, active: bool) -> bool:
        """Let somebody in or keep them out."""

    async def move(self, name: str, *, role: Role, department: str) -> bool:
        """Another role or department."""


class SecondFactorStore(Protocol):
    """Authenticators and recovery codes; see `bot.storage.second_factors`."""

    async def get(self, name: str) -> SecondFactor | None:
        """A person's authenticator."""

    async def in_force(self) -> frozenset[str]:
        """Who has one."""

    async def begin(self, factor: SecondFactor) -> bool:
        """Keep a new key, not in force yet."""

    async def confirm(self, name: str, *, now: datetime) -> bool:
        """Put it in force."""

    async def use_step(self, name: str, step: int) -> bool:
        """Take a code's step, once."""

    async def remove(self, name: str) -> bool:
        """Forget authenticator and recovery codes."""

    async def replace_codes(self, name: str, hashes: Iterable[str]) -> None:
        """New recovery codes."""

    async def use_code(self, name: str, code_hash: str, *, now: datetime) -> bool:
        """Take a recovery code, once."""

    async def codes_left(self, name: str) -> int:
        """How many are unused."""


class AuditStore(Protocol):
    """What staff did."""

    async def add(self, entry: AuditEntry) -> None:
        """Append an entry."""

    async def entries(
        self,
        *,
        subject: str = "",
        actor: str = "",
        action: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        before: str = "",
        limit: int = 100,
    ) -> tuple[AuditEntry, ...]:
        """Entries, newest first."""

    async def actions(self) -> tuple[str, ...]:
        """Every kind of entry there is."""


class TryStore(Protocol):
    """Wrong tries, counted."""

    async def hold(self, *keys: str) -> None:
        """Let nobody else try these keys until the transaction ends."""

    async def get(self, key: str) -> Tries | None:
        """The count of a key."""

    async def put(self, key: str, count: Tries, *, now: datetime) -> None:
        """Keep a count."""

    async def clear(self, key: str) -> None:
        """Forget a count."""


class StaffUnit(Protocol):
    """One transaction."""

    @property
    def staff(self) -> StaffStore:
        """Accounts."""

    @property
    def second_factors(self) -> SecondFactorStore:
        """Authenticators."""

    @property
    def audit(self) -> AuditStore:
        """What staff did."""

    @property
    def tries(self) -> TryStore:
        """Wrong tries."""


class StaffStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[StaffUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[StaffUnit]:
        """A transaction that only reads."""

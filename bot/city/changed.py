"""What a city's administrator changed of its files: values that storage keeps and pages show."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class CityVersion:
    """One change of one file.

    Args:
        id: counts all changes from 1, without a gap.
        hash: SHA-256 of the content; empty where the file went back to the folder's own.
        previous: the change of the same file before this; 0: there was none.
    """

    id: int
    at: datetime
    by: str
    reason: str
    file: str
    hash: str
    previous: int

    @property
    def own(self) -> bool:
        """True where the file went back to what the city's folder has."""
        return not self.hash


@dataclass(frozen=True, kw_only=True)
class CityProcess:
    """A process, and the version it was started with.

    Args:
        role: `serve` or `worker`; empty where it did not say.
        catalogue: the dispatch catalogue's version; empty: the folder's own.
        fault: why it runs with the folder's own files instead; empty: it does not.
        restart: it was asked to start itself again.
    """

    process: str
    role: str
    version: int
    catalogue: str
    fault: str
    started_at: datetime
    seen_at: datetime
    restart: bool = False


class CityStore(Protocol):
    """The two tables; see `bot.storage.city`."""

    async def add(self, version: CityVersion, content: bytes | None) -> bool:
        """Append a change; False where somebody else's took its number."""

    async def versions(self, *, file: str = "", limit: int = 200) -> tuple[CityVersion, ...]:
        """Changes, newest first."""

    async def newest(self) -> int:
        """The last change's number; 0: nothing was changed."""

    async def get(self, id: int) -> CityVersion | None:
        """One change."""

    async def content(self, id: int) -> bytes | None:
        """What a change made of its file; None: the folder's own."""

    async def files(self) -> Mapping[str, bytes]:
        """File → content, of those that are not the folder's own."""

    async def seen(self, process: CityProcess) -> bool:
        """A process is there; True where it is asked to start itself again."""

    async def processes(self, *, since: datetime) -> tuple[CityProcess, ...]:
        """Those seen since."""

    async def ask_restart(self, process: str) -> bool:
        """Ask a process to start itself again; False where there is none of that name."""

    async def gone(self, process: str, *, before: datetime) -> None:
        """Forget a process, and those not seen since `before`."""


class CityUnit(Protocol):
    """One transaction."""

    @property
    def city(self) -> CityStore:
        """The two tables."""


class CityStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[CityUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[CityUnit]:
        """A transaction that only reads."""

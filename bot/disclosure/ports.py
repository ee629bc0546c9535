"""What the disclosure service needs from outside, named."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.attachment_model import Attachment
from bot.cases.ports import NoticeStore, TryStore
from bot.disclosure.asked import DisclosureCity
from bot.disclosure.filters import RequestFilter
from bot.disclosure.letters import Templates
from bot.disclosure.model import Request, RequestEvent
from bot.disclosure.yearly import Fact


class RequestStore(Protocol):
    """Requests and their events; see `bot.storage.disclosure`."""

    async def next_number(self, year: int) -> int:
        """The next count of a year."""

    async def add(self, request: Request, *, origin_key: str, query_code_hash: str) -> bool:
        """Add a request; False where the origin key has one."""

    async def by_origin(self, origin_key: str) -> Request | None:
        """The request registered under this key."""

    async def get(self, number: str) -> Request | None:
        """The request with this number."""

    async def code_hash(self, number: str) -> str | None:
        """The keyed hash of a request's query code."""

    async def update(self, request: Request, *, seen_version: int) -> bool:
        """Write a request back; False where it changed since."""

    async def append(self, event: RequestEvent, *, id: str) -> None:
        """Append an event."""

    async def events(self, request_id: str) -> tuple[RequestEvent, ...]:
        """A request's events, first to last."""

    async def find(self, wanted: RequestFilter) -> tuple[Request, ...]:
        """Requests, the newest first."""

    async def facts(self, unit: str | None) -> tuple[Fact, ...]:
        """What the yearly table counts, of every request."""


class RequestFileStore(Protocol):
    """What came with requests; see `bot.storage.disclosure_files`."""

    async def add(self, new: Attachment, *, request_id: str, request_number: str) -> None:
        """Keep one with its request."""


class DisclosureUnit(Protocol):
    """One transaction."""

    @property
    def disclosures(self) -> RequestStore:
        """Requests."""

    @property
    def disclosure_files(self) -> RequestFileStore:
        """What came with them."""

    @property
    def outbox(self) -> NoticeStore:
        """Notices to applicants."""

    @property
    def tries(self) -> TryStore:
        """Wrong tries at query codes."""


class DisclosureStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[DisclosureUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[DisclosureUnit]:
        """A transaction that only reads."""


class Wording(Protocol):
    """The city's texts."""

    def say(self, key: str, **values: object) -> str:
        """A text with its values filled in."""


class ServiceCity(DisclosureCity, Protocol):
    """What the service asks of a city."""

    @property
    def name(self) -> str:
        """The city's name."""

    @property
    def letters(self) -> Templates:
        """Templates of letters."""

    @property
    def wording(self) -> Wording:
        """Texts."""

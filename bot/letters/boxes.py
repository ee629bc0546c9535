"""How far the mail boxes were read, as the service remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.ports import Clock
from connectors.channels.mailbox.imap import Cursor


class BoxStore(Protocol):
    """The table; see `bot.storage.mail_boxes`."""

    async def get(self, name: str) -> Cursor:
        """How far a box was read."""

    async def put(self, name: str, cursor: Cursor, *, now: datetime) -> None:
        """Remember it."""

    async def looked_at(self) -> Mapping[str, datetime]:
        """When each box was last looked at."""


class BoxUnit(Protocol):
    """One transaction."""

    @property
    def mail_boxes(self) -> BoxStore:
        """The table."""


class BoxStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[BoxUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[BoxUnit]:
        """A transaction that only reads."""


class MailBoxes:
    """The boxes' cursors."""

    def __init__(self, storage: BoxStorage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock

    async def cursor(self, box: str) -> Cursor:
        """As it was left; nothing read for a box nobody knows."""
        async with self._storage.read() as unit:
            return await unit.mail_boxes.get(box)

    async def read_to(self, box: str, cursor: Cursor) -> None:
        """Remember how far a box was read, and that it was looked at now."""
        async with self._storage.begin() as unit:
            await unit.mail_boxes.put(box, cursor, now=self._clock.now())

    async def unseen_s(self) -> Mapping[str, float]:
        """Seconds since each box was last looked at without trouble."""
        async with self._storage.read() as unit:
            looked = await unit.mail_boxes.looked_at()
        now = self._clock.now()
        return {name: (now - at).total_seconds() for name, at in looked.items()}

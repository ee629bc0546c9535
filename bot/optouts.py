"""Citizens who want no text messages (TD), and those who want them again."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.ports import Clock


class OptOutStore(Protocol):
    """Who wants none; see `bot.storage.sms`."""

    async def stopped(self, phone: str) -> bool:
        """True while they want none."""

    async def stop(self, phone: str, *, now: datetime) -> None:
        """None from now on."""

    async def resume(self, phone: str, *, now: datetime) -> bool:
        """Some again."""


class OptOutUnit(Protocol):
    """One transaction."""

    @property
    def sms(self) -> OptOutStore:
        """Who wants none."""


class OptOutStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[OptOutUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[OptOutUnit]:
        """A transaction that only reads."""


class SmsOptOuts:
    """Numbers are mobile numbers of eleven digits."""

    def __init__(self, storage: OptOutStorage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock

    async def stopped(self, number: str) -> bool:
        """True while this number's owner wants no messages."""
        async with self._storage.read() as unit:
            return await unit.sms.stopped(number)

    async def stop(self, number: str) -> None:
        """Send no more, emergencies apart."""
        async with self._storage.begin() as unit:
            await unit.sms.stop(number, now=self._clock.now())

    async def resume(self, number: str) -> bool:
        """Send again; False where nothing was stopped."""
        async with self._storage.begin() as unit:
            return await unit.sms.resume(number, now=self._clock.now())

"""A process that dies at a chosen step: before, inside or after each call to the outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.storage.units import Storage, Unit


class Killed(Exception):
    """The process died here."""


class Faults:
    """Counts steps and dies at one of them; at none where `at` is 0."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.passed = at, 0

    def step(self) -> None:
        """A place to die at."""
        self.passed += 1
        if self.passed == self.at:
            raise Killed


class DyingStorage:
    """A database whose user may die before a transaction, before its commit, or after it."""

    def __init__(self, storage: Storage, faults: Faults) -> None:
        self._storage, self._faults = storage, faults

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Unit]:
        self._faults.step()
        async with self._storage.begin() as unit:
            yield unit
            self._faults.step()
        self._faults.step()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Unit]:
        self._faults.step()
        async with self._storage.read() as unit:
            yield unit


class Dying:
    """Any service whose caller may die before or after an awaited call of the names given."""

    def __init__(self, service: object, faults: Faults, *names: str) -> None:
        self._service, self._faults, self._names = service, faults, names

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._service, name)
        if name not in self._names:
            return found

        async def call(*arguments: Any, **named: Any) -> Any:
            self._faults.step()
            result = await found(*arguments, **named)
            self._faults.step()
            return result

        return call

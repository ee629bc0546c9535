"""What the commands on files of cases share: the case service alone, and files for one reader."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from bot import city as cities
from bot.cases.service import CaseService
from bot.city.model import City
from bot.clock import RandomIds, SystemClock
from bot.routing import store as routing_store
from bot.secret import secret_of
from bot.settings import Settings, SettingsError
from bot.staff import StaffService
from bot.storage.schema import NewerSchema
from bot.storage.units import DatabaseAway, Storage
from bot.stored import storage_of

CANNOT_START = (DatabaseAway, NewerSchema, SettingsError, cities.CityError)


@dataclass(frozen=True, kw_only=True)
class Office:
    """What a command on cases works with."""

    storage: Storage
    cases: CaseService
    staff: StaffService
    city: City


@asynccontextmanager
async def office(settings: Settings) -> AsyncIterator[Office]:
    """The case service on the database, brought to this version's shape."""
    storage, clock, ids = storage_of(settings), SystemClock(), RandomIds()
    settings.home.mkdir(parents=True, exist_ok=True)
    city = cities.load(cities.in_use(settings.home, settings.city))
    router = routing_store.router(city, settings.home)
    try:
        await storage.upgrade()
        yield Office(
            storage=storage,
            cases=CaseService(storage, clock, ids, router, city, secret_of(settings)),
            staff=StaffService(storage, clock, ids),
            city=city,
        )
    finally:
        await storage.close()


@contextmanager
def private_text(file: Path, encoding: str) -> Iterator[TextIO]:
    """A text file only its owner can read; it takes its name when all is written."""
    with _private(file) as opened, open(opened, "w", encoding=encoding, newline="") as target:
        yield target


@contextmanager
def private_bytes(file: Path) -> Iterator[BinaryIO]:
    """The same for bytes."""
    with _private(file) as opened, open(opened, "wb") as target:
        yield target


@contextmanager
def _private(file: Path) -> Iterator[int]:
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        yield os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)

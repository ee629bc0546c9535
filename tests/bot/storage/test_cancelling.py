"""Whatever is cancelled while it reads ends, and so does whoever closes the database."""

from __future__ import annotations

import asyncio
import random

import pytest

from bot.storage.units import Storage
from tests.conftest import CONTACT_KEYS

_TRIES = 200


# A connection cancelled while it is being prepared is dropped, and its thread ends with it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_what_is_cancelled_at_any_moment_ends(sqlite_url: str) -> None:
    """Twice, as when a reader leaves and the process ends; each time on connections just opened.

    On SQLite, whose connections have a thread each.
    """
    chance = random.Random(1)  # noqa: S311 - moments, not secrets
    for number in range(_TRIES):
        storage = Storage(sqlite_url, keys=CONTACT_KEYS)
        for _ in range(3):
            asyncio.create_task(_read(storage)).set_name("reading")
        await asyncio.sleep(chance.uniform(0, 0.02))
        for _ in range(2):
            for task in _others():
                task.cancel()
            for _ in range(chance.randrange(6)):
                await asyncio.sleep(0)
        if others := _others():
            _, hanging = await asyncio.wait(others, timeout=5)
            assert not hanging, f"try {number}: {hanging}"
        await asyncio.wait_for(storage.close(), 5)


def _others() -> set[asyncio.Task[object]]:
    return asyncio.all_tasks() - {asyncio.current_task()}  # type: ignore[arg-type]  # there is one


async def _read(storage: Storage) -> None:
    async with storage.read() as unit:
        await unit.documents.revision()

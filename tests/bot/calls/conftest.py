from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.storage.units import Storage
from tests.bot.calls.world import Desk
from tests.fakes.edges import CountingIds, FakeClock


@pytest.fixture
async def desk(
    storage: Storage, clock: FakeClock, ids: CountingIds, redis_url: str
) -> AsyncIterator[Desk]:
    """Calls on both databases."""
    async with AsyncExitStack() as closing:
        yield Desk(storage=storage, clock=clock, ids=ids, redis_url=redis_url, closing=closing)

from __future__ import annotations

import pytest

from bot.storage.units import Storage
from tests.bot.cases.world import World
from tests.fakes.edges import CountingIds, FakeClock, RecordedWakeups


@pytest.fixture
def world(storage: Storage, clock: FakeClock, ids: CountingIds, wakeups: RecordedWakeups) -> World:
    """A case service on both databases."""
    return World(storage=storage, clock=clock, ids=ids, wakeups=wakeups)

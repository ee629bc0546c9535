from __future__ import annotations

from dataclasses import replace

import pytest

from bot.storage.units import Storage
from tests.bot.cases.world import SURE, Router, World
from tests.fakes.edges import CountingIds, FakeClock, RecordedWakeups


@pytest.fixture
def world(storage: Storage, clock: FakeClock, ids: CountingIds, wakeups: RecordedWakeups) -> World:
    """A case service on both databases."""
    router = Router(routing=replace(SURE, territory=""))
    return World(storage=storage, clock=clock, ids=ids, wakeups=wakeups, router=router)

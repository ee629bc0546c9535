"""A disclosure service for a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.storage.units import Storage
from tests.bot.disclosure.world import House
from tests.fakes.edges import CountingIds, FakeClock


@pytest.fixture
def house(storage: Storage, clock: FakeClock, ids: CountingIds, tmp_path: Path) -> House:
    return House(storage=storage, clock=clock, ids=ids, home=tmp_path)

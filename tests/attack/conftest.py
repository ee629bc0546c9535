"""The running application, and whoever attacks it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.library import Library
from bot.settings import Settings
from tests.attack.walking import Walk
from tests.bot.conftest import World, world
from tests.bot.web.conftest import house, library, running, storage, visitor

__all__ = ["house", "library", "storage", "visitor", "world"]


@pytest.fixture
async def walk(world: World, library: Library) -> AsyncIterator[Walk]:
    """A replica behind one proxy, so that each request can come from an address of its own and no
    limit hides what a handler does."""
    settings = Settings(home=world.home, proxy_hops=1)
    async with running(world, library=library, settings=settings) as opened:
        yield Walk(house=opened)

"""The desk's database, the default city's router and the sample content, for tests of calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot import city as cities
from bot.calls.emergency import Watch
from bot.calls.filling import OrderFiller
from bot.calls.suggesting import Suggester
from bot.city.load import DEFAULT
from bot.city.model import City
from bot.routing.router import Router
from bot.storage.units import Storage
from tests.bot.calls.spoken_calls import Samples
from tests.bot.calls.world import Desk
from tests.fakes.edges import CountingIds, FakeClock


@pytest.fixture
async def desk(
    storage: Storage, clock: FakeClock, ids: CountingIds, redis_url: str
) -> AsyncIterator[Desk]:
    """Calls on both databases."""
    async with AsyncExitStack() as closing:
        yield Desk(storage=storage, clock=clock, ids=ids, redis_url=redis_url, closing=closing)


@pytest.fixture(scope="session")
def city() -> City:
    return cities.load(DEFAULT)


@pytest.fixture(scope="session")
def router(city: City) -> Router:
    return Router(city)


@pytest.fixture(scope="session")
def filler(city: City, router: Router) -> OrderFiller:
    return OrderFiller(city, router)


@pytest.fixture(scope="session")
def watch(city: City) -> Watch:
    return Watch(city)


@pytest.fixture(scope="session")
def samples() -> Samples:
    return Samples()


@pytest.fixture
def suggester(city: City, router: Router, samples: Samples) -> Suggester:
    return Suggester(samples, router, city, None, FakeClock())

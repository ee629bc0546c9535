"""What pages look at is read while somebody looks, and not a moment longer."""

from __future__ import annotations

import asyncio

from bot.cache import Cache
from bot.web.watching import Watches


async def test_who_leaves_last_waits_for_the_reading_to_end(redis_url: str) -> None:
    cache = Cache(redis_url)
    watches, listener = Watches(cache), asyncio.Event()
    reading, ended = asyncio.Event(), asyncio.Event()

    async def read(woken: frozenset[str], state: int | None) -> int:
        del woken
        reading.set()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)  # gives its connection back
            ended.set()
        return (state or 0) + 1

    async with watches.looking("one", ("topic",), read, listener):
        await reading.wait()
    await cache.close()
    assert ended.is_set()
    assert not watches.looked_at
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name() == "watch"] == []

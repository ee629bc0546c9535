"""The cache on a real Redis, and without one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.cache import Cache, CacheAway
from tests.faults.wire import Wire
from tests.servers import free_port, running_redis


@pytest.fixture
async def cache(redis_url: str) -> AsyncIterator[Cache]:
    opened = Cache(redis_url)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def other(redis_url: str) -> AsyncIterator[Cache]:
    """Another process's."""
    opened = Cache(redis_url)
    await opened.start()
    yield opened
    await opened.close()


@pytest.fixture
async def nowhere() -> AsyncIterator[Cache]:
    """A cache whose Redis is not there."""
    opened = Cache(f"redis://127.0.0.1:{free_port()}/0")
    await opened.start()
    yield opened
    await opened.close()


async def test_a_session_is_the_same_for_every_process(cache: Cache, other: Cache) -> None:
    await cache.set_session("s1", "who", ttl_s=60)
    assert await other.get_session("s1") == "who"
    await other.delete_session("s1")
    assert await cache.get_session("s1") is None


async def test_what_is_taken_is_taken_once(cache: Cache, other: Cache) -> None:
    await cache.set_session("s1", "who", ttl_s=60)
    taken = await asyncio.gather(*(one.take_session("s1") for one in (cache, other) * 4))
    assert sorted(taken, key=str) == [None] * 7 + ["who"]


async def test_sessions_are_found_by_whose_they_are(cache: Cache, other: Cache) -> None:
    for session_id, owner in (("s1", "wang"), ("s2", "wang"), ("s3", "li")):
        await cache.set_session(session_id, f"{owner} {session_id}", ttl_s=60)
        await cache.own_session(owner, session_id, ttl_s=60)
    assert await other.sessions_of("wang") == {"s1": "wang s1", "s2": "wang s2"}
    await cache.delete_session("s1")
    assert await other.sessions_of("wang") == {"s2": "wang s2"}
    assert await other.sessions_of("nobody") == {}


async def test_a_short_session_does_not_hide_a_longer_one(cache: Cache, redis_url: str) -> None:
    await cache.own_session("wang", "long", ttl_s=60)
    await cache.own_session("wang", "short", ttl_s=1)
    async with Redis.from_url(redis_url) as redis:
        assert await redis.pttl("policyline:sessions_of:wang") > 30_000


async def test_a_token_is_kept_and_forgotten(cache: Cache) -> None:
    await cache.set_token("account", "t" * 512, ttl_s=60)
    assert await cache.get_token("account") == "t" * 512
    await cache.drop_token("account")
    assert await cache.get_token("account") is None


async def test_a_lock_is_held_by_one_at_a_time(cache: Cache, other: Cache) -> None:
    inside: list[str] = []

    async def work(who: Cache, name: str) -> None:
        async with who.lock("token", ttl_s=5) as held:
            assert held
            inside.append(f"{name} in")
            await asyncio.sleep(0)
            inside.append(f"{name} out")

    await asyncio.gather(work(cache, "a"), work(other, "b"))
    assert sorted([inside[:2], inside[2:]]) == [["a in", "a out"], ["b in", "b out"]]


async def test_a_late_holder_does_not_release_the_next_ones_lock(cache: Cache) -> None:
    late, following = cache.lock("x", ttl_s=0.05), cache.lock("x", ttl_s=5)
    assert await late.__aenter__()
    assert await following.__aenter__()  # waited until the first one ran out
    await late.__aexit__(None, None, None)
    async with cache.lock("x", ttl_s=0.01) as third:
        assert not third
    await following.__aexit__(None, None, None)


async def test_hits_are_counted_over_all_processes(cache: Cache, other: Cache) -> None:
    results = [await who.hit("chat:1", limit=3, window_s=60) for who in (cache, other) * 2]
    assert [result.allowed for result in results] == [True, True, True, False]
    assert [result.remaining for result in results] == [2, 1, 0, 0]
    assert 0 < results[-1].retry_after_s <= 60


async def test_another_process_is_woken(cache: Cache, other: Cache) -> None:
    with other.waiting("outbox", "turn:1") as waiter:
        await waiter.wait(5.0)  # woken once it listens: what was sent before may be missed
        await cache.wake("turn:1", "turn:2")
        assert await waiter.wait(5.0) == {"turn:1"}


async def test_a_wake_up_between_two_waits_is_kept(cache: Cache) -> None:
    with cache.waiting("outbox") as waiter:
        await cache.wake("outbox")
        await cache.wake("outbox")
        assert await waiter.wait(0.0) == {"outbox"}
        assert await waiter.wait(0.0) == frozenset()


async def test_without_redis_sessions_say_so(nowhere: Cache) -> None:
    with pytest.raises(CacheAway):
        await nowhere.get_session("s1")


async def test_without_redis_the_rest_goes_on(nowhere: Cache) -> None:
    await nowhere.set_token("account", "t", ttl_s=60)
    assert await nowhere.get_token("account") is None
    async with nowhere.lock("x", ttl_s=1) as held:
        assert not held
    results = [await nowhere.hit("chat:1", limit=1, window_s=60) for _ in range(2)]
    assert [result.allowed for result in results] == [True, False]
    with nowhere.waiting("outbox") as waiter:
        await nowhere.wake("outbox")
        assert await waiter.wait(1.0) == {"outbox"}
    assert not await nowhere.ping()


async def test_a_restarted_redis_is_found_again(tmp_path: Path) -> None:
    first_folder, second_folder = tmp_path / "1", tmp_path / "2"
    first_folder.mkdir()
    second_folder.mkdir()
    with running_redis(first_folder) as url:
        port = int(url.rsplit(":", 1)[1].split("/")[0])
        cache = Cache(url, rest_s=0.0)
        await cache.start()
        assert await cache.ping()
    assert not await cache.ping()
    with running_redis(second_folder, port=port), cache.waiting("outbox") as waiter:
        assert await cache.ping()
        # Whoever waits is woken once the wake-ups are heard again: some may have been missed.
        assert await waiter.wait(10.0) == {"outbox"}
    await cache.close()


async def test_hits_can_be_looked_at_without_one_more(
    cache: Cache, other: Cache, nowhere: Cache
) -> None:
    for counted in (cache, nowhere):
        assert await counted.used("quota") == 0
        await counted.hit("quota", 5, 60)
        await counted.hit("quota", 5, 60)
        assert await counted.used("quota") == 2
    assert await other.used("quota") == 2


async def test_words_of_the_moment_are_shared_and_only_the_latest_count(
    cache: Cache, other: Cache, nowhere: Cache
) -> None:
    await cache.put_words("c:citizen", "路灯不", at=2.0, ttl_s=60)
    await other.put_words("c:citizen", "路", at=1.5, ttl_s=60)
    assert await other.words("c:citizen", "c:operator") == ("路灯不", "")
    await other.put_words("c:citizen", "", at=3.0, ttl_s=60)
    await cache.put_words("c:citizen", "路灯不亮", at=2.5, ttl_s=60)
    assert await cache.words("c:citizen") == ("",)
    await nowhere.put_words("c:citizen", "路", at=1.0, ttl_s=60)
    assert await nowhere.words("c:citizen", "c:operator") == ("", "")


async def test_a_connection_the_network_forgot_is_replaced(redis_url: str) -> None:
    port = int(redis_url.rpartition(":")[2].partition("/")[0])
    async with Wire(port).running() as wire:
        cache = Cache(f"redis://127.0.0.1:{wire.port}/0", rest_s=0.0, sign_of_life_s=0.2)
        await cache.start()
        other = Cache(redis_url)
        with cache.waiting("topic") as waiter:
            await waiter.wait(5.0)  # it listens
            wire.cut()
            wire.mend(reset=False)
            async with asyncio.timeout(20):
                woken: Collection[str] = ()
                while "topic" not in woken:
                    await other.wake("topic")
                    woken = await waiter.wait(0.1)
            assert await cache.ping()
        await cache.close()
        await other.close()


async def test_in_silence_a_connection_is_asked_seldom_and_kept(redis_url: str) -> None:
    cache = Cache(redis_url, sign_of_life_s=0.1)
    async with Redis.from_url(redis_url, decode_responses=True) as server:
        await cache.start()
        with cache.waiting("topic") as waiter:
            await waiter.wait(5.0)  # it listens
        before = await _listener_of(server)
        await server.config_resetstat()
        await asyncio.sleep(1.0)
        stats: dict[str, Any] = await server.info("commandstats")
        assert 2 <= stats["cmdstat_ping"]["calls"] <= 10
        assert await _listener_of(server) == before
        await cache.close()


async def _listener_of(server: Redis) -> list[str]:
    return [one["id"] for one in await server.client_list() if int(one["sub"])]

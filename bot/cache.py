"""Redis: locks, sessions, rate limits, shared tokens, wake-ups. All of it may vanish at any time.

The only place that imports redis. Calls that cannot do without it raise `CacheAway`; the others
say what they do instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.waking import Hub, Waiter

log = logging.getLogger(__name__)

_PREFIX = "policyline:"
_WAKE_CHANNEL = _PREFIX + "wake"
_TIMEOUT_S = 0.5
_REST_AFTER_FAILURE_S = 1.0
_LOCK_POLL_S = 0.05
_RECONNECT_S = 0.5
_SIGN_OF_LIFE_S = 5.0

_HIT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}
"""
_PUT_WORDS = """
local kept = redis.call('GET', KEYS[1])
if kept and tonumber(string.match(kept, '^%S+')) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
return 1
"""
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""

_OWN = """
redis.call('SADD', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
"""

_T = TypeVar("_T")


class CacheAway(Exception):
    """Redis cannot be reached; go on without it."""


@dataclass(frozen=True, kw_only=True)
class RateResult:
    """One hit against a limit.

    Args:
        allowed: False where the limit was used up before this hit.
        remaining: hits left in this window.
        retry_after_s: seconds until the window ends.
    """

    allowed: bool
    remaining: int
    retry_after_s: float


class Cache:
    """What processes share for a while.

    Args:
        url: `redis://…`.
        rest_s: after a failure nothing is tried for so long, so that a dead Redis costs no waits.
        sign_of_life_s: a connection that waits for wake-ups is asked for one after so long a
            silence, and given up after two more of them.
    """

    def __init__(
        self,
        url: str,
        *,
        rest_s: float = _REST_AFTER_FAILURE_S,
        sign_of_life_s: float = _SIGN_OF_LIFE_S,
    ) -> None:
        self._redis: Redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=_TIMEOUT_S,
            socket_connect_timeout=_TIMEOUT_S,
            retry=Retry(NoBackoff(), 1),  # a connection from before a restart of Redis is replaced
        )
        self._url, self._rest_s, self._sign_of_life_s = url, rest_s, sign_of_life_s
        self._resting_until = 0.0
        self._me = secrets.token_hex(8)
        self._hub = Hub()
        self._counts: dict[str, tuple[int, float]] = {}
        self._listener: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to hear other processes' wake-ups; without Redis, as soon as it is there."""
        self._listener = asyncio.create_task(self._hear(), name="wake-ups")

    async def close(self) -> None:
        """Stop listening and close the connections."""
        listener, self._listener = self._listener, None
        while listener is not None and not listener.done():
            # The client turns a cancellation that meets a timeout of its own into that timeout.
            listener.cancel()
            await asyncio.wait({listener}, timeout=0.1)
        await self._redis.aclose()

    @property
    def away(self) -> bool:
        """True while a Redis that failed is left alone."""
        return asyncio.get_running_loop().time() < self._resting_until

    async def ping(self) -> bool:
        """True while Redis answers."""
        try:
            await self._do(lambda: self._redis.ping())
        except CacheAway:
            return False
        return True

    # Sessions

    async def get_session(self, session_id: str) -> str | None:
        """What was kept under this id, or None. Raises `CacheAway`."""
        return await self._get(f"{_PREFIX}session:{session_id}")

    async def set_session(self, session_id: str, value: str, ttl_s: float) -> None:
        """Keep a session for so many seconds. Raises `CacheAway`."""
        key = f"{_PREFIX}session:{session_id}"
        await self._do(lambda: self._redis.set(key, value, px=_ms(ttl_s)))

    async def delete_session(self, session_id: str) -> None:
        """End a session. Raises `CacheAway`."""
        await self._do(lambda: self._redis.delete(f"{_PREFIX}session:{session_id}"))

    async def take_session(self, session_id: str) -> str | None:
        """What was kept under this id, for one taker only. Raises `CacheAway`."""
        value = await self._do(lambda: self._redis.getdel(f"{_PREFIX}session:{session_id}"))
        return None if value is None else str(value)

    async def own_session(self, owner: str, session_id: str, ttl_s: float) -> None:
        """Remember whose a session is, for at least so many seconds. Raises `CacheAway`."""
        key = f"{_PREFIX}sessions_of:{owner}"
        await self._do(lambda: self._redis.eval(_OWN, 1, key, session_id, str(_ms(ttl_s))))

    async def sessions_of(self, owner: str) -> Mapping[str, str]:
        """Id → what is kept, of every session of theirs that lasts. Raises `CacheAway`."""
        key = f"{_PREFIX}sessions_of:{owner}"
        ids = sorted(str(each) for each in await self._do(lambda: self._redis.smembers(key)))
        if not ids:
            return {}
        names = [f"{_PREFIX}session:{each}" for each in ids]
        values = await self._do(lambda: self._redis.mget(names))
        over = [each for each, value in zip(ids, values, strict=True) if value is None]
        if over:
            await self._do(lambda: self._redis.srem(key, *over))
        return {i: str(value) for i, value in zip(ids, values, strict=True) if value is not None}

    # Tokens of platforms: without Redis each process fetches its own

    async def get_token(self, name: str) -> str | None:
        """The token kept under a name; None where there is none, or no Redis."""
        try:
            return await self._get(f"{_PREFIX}token:{name}")
        except CacheAway:
            return None

    async def set_token(self, name: str, value: str, ttl_s: float) -> None:
        """Keep a token for so many seconds, where Redis is there."""
        with contextlib.suppress(CacheAway):
            await self._do(lambda: self._redis.set(f"{_PREFIX}token:{name}", value, px=_ms(ttl_s)))

    async def drop_token(self, name: str) -> None:
        """Forget a token."""
        with contextlib.suppress(CacheAway):
            await self._do(lambda: self._redis.delete(f"{_PREFIX}token:{name}"))

    # Words of the moment: what is being said and may still change

    async def put_words(self, key: str, words: str, *, at: float, ttl_s: float) -> None:
        """Keep words for so many seconds, unless later ones are there; without Redis, nothing.

        Args:
            key: whose, such as `<call>:citizen`.
            words: the words; empty: they are over.
            at: when they were heard, in seconds since 1970.
            ttl_s: how long they are of use.
        """
        name = f"{_PREFIX}words:{key}"
        with contextlib.suppress(CacheAway):
            await self._do(
                lambda: self._redis.eval(_PUT_WORDS, 1, name, f"{at:.6f}", words, str(_ms(ttl_s)))
            )

    async def words(self, *keys: str) -> tuple[str, ...]:
        """The words under each key; empty where there are none, or no Redis."""
        names = [f"{_PREFIX}words:{key}" for key in keys]
        try:
            found = await self._do(lambda: self._redis.mget(names))
        except CacheAway:
            return ("",) * len(keys)
        return tuple(str(kept or "").partition(" ")[2] for kept in found)

    # Locks

    def lock(self, name: str, ttl_s: float) -> AbstractAsyncContextManager[bool]:
        """Held while inside, for at most `ttl_s` seconds; waits for its turn as long.

        Yields False where no lock was to be had. It spares double work and protects nothing:
        what must not happen twice is held by the database.
        """
        return self._lock(f"{_PREFIX}lock:{name}", ttl_s)

    @asynccontextmanager
    async def _lock(self, key: str, ttl_s: float) -> AsyncIterator[bool]:
        token = secrets.token_hex(8)
        held = await self._acquire(key, token, ttl_s)
        try:
            yield held
        finally:
            if held:
                with contextlib.suppress(CacheAway):
                    await self._do(lambda: self._redis.eval(_RELEASE, 1, key, token))

    async def _acquire(self, key: str, token: str, ttl_s: float) -> bool:
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + ttl_s
        try:
            while not await self._do(lambda: self._redis.set(key, token, nx=True, px=_ms(ttl_s))):
                if loop.time() >= give_up_at:
                    return False
                await asyncio.sleep(_LOCK_POLL_S)
        except CacheAway:
            return False
        return True

    # Rate limits

    async def hit(self, key: str, limit: int, window_s: float) -> RateResult:
        """Count one hit and say whether it is within the limit.

        Without Redis this process counts by itself, so that a limit never turns into an outage.

        Args:
            key: who and what, such as `chat:<address>`.
            limit: hits allowed in one window.
            window_s: length of the window, from its first hit, in seconds.
        """
        try:
            count, left_ms = await self._do(
                lambda: self._redis.eval(_HIT, 1, f"{_PREFIX}rate:{key}", str(_ms(window_s)))
            )
            left_s = max(0, int(left_ms)) / 1000
        except CacheAway:
            count, left_s = self._count_here(key, window_s)
        return RateResult(
            allowed=int(count) <= limit,
            remaining=max(0, limit - int(count)),
            retry_after_s=left_s,
        )

    async def used(self, key: str) -> int:
        """Hits counted in the window that is open, as `hit` counts them; none is added."""
        try:
            return int(await self._get(f"{_PREFIX}rate:{key}") or 0)
        except CacheAway:
            count, ends = self._counts.get(key, (0, 0.0))
            return count if ends > asyncio.get_running_loop().time() else 0

    def _count_here(self, key: str, window_s: float) -> tuple[int, float]:
        now = asyncio.get_running_loop().time()
        if len(self._counts) > 10_000:
            self._counts = {k: v for k, v in self._counts.items() if v[1] > now}
        count, ends = self._counts.get(key, (0, 0.0))
        if ends <= now:
            count, ends = 0, now + window_s
        self._counts[key] = (count + 1, ends)
        return count + 1, ends - now

    # Wake-ups

    async def wake(self, *topics: str) -> None:
        """Wake whoever waits on a topic, here at once and elsewhere where Redis is there."""
        for topic in topics:
            self._hub.wake(topic)
        told = json.dumps([self._me, *topics])
        with contextlib.suppress(CacheAway):
            await self._do(lambda: self._redis.publish(_WAKE_CHANNEL, told))

    def waiting(self, *topics: str) -> AbstractContextManager[Waiter]:
        """Inside, `await waiter.wait(timeout_s)` gives the topics woken since the last wait."""
        return self._hub.waiting(*topics)

    async def _hear(self) -> None:
        while True:
            try:
                await self._hear_until_lost()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("wake-ups lost", extra={"error": type(error).__name__})
            await asyncio.sleep(_RECONNECT_S)

    async def _hear_until_lost(self) -> None:
        # A connection of its own: waiting for a message is no failure, however long it takes.
        async with (
            Redis.from_url(
                self._url,
                decode_responses=True,
                socket_connect_timeout=_TIMEOUT_S,
                # Under RESP3 the client cannot tell an answered ping from silence, and would be
                # asked again at once, for ever.
                protocol=2,
            ) as redis,
            redis.pubsub(ignore_subscribe_messages=True) as channel,
        ):
            await channel.subscribe(_WAKE_CHANNEL)
            self._hub.wake_all()  # what was sent while nobody listened
            loop = asyncio.get_running_loop()
            heard_at = loop.time()
            while True:
                message = await channel.get_message(timeout=self._sign_of_life_s)
                if message is not None:
                    heard_at = loop.time()
                elif loop.time() - heard_at > 2 * self._sign_of_life_s:
                    raise TimeoutError("a network that forgot the connection says nothing for ever")
                else:
                    await channel.ping()  # its answer comes as a message
                if message is not None and message["type"] == "message":
                    sender, *topics = json.loads(message["data"])
                    for topic in topics if sender != self._me else ():
                        self._hub.wake(topic)

    async def _get(self, key: str) -> str | None:
        value = await self._do(lambda: self._redis.get(key))
        return None if value is None else str(value)

    async def _do(self, call: Callable[[], Awaitable[_T]]) -> _T:
        loop = asyncio.get_running_loop()
        if self.away:
            raise CacheAway
        try:
            return await call()
        except (RedisError, OSError, TimeoutError) as error:
            self._resting_until = loop.time() + self._rest_s
            log.warning("cache away", extra={"error": type(error).__name__})
            raise CacheAway from error


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))

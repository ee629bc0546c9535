from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest
from aiohttp.test_utils import TestServer

from connectors.channels.wechat.channel import WeChatChannel
from connectors.channels.wechat.settings import WeChatSettings
from tests.connectors.wechat.caller import Caller
from tests.connectors.wechat.node_clients import NodeClients, node_clients
from tests.fakes.wechat_platform import Account, WeChatPlatform


class MovableClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


class DictTokens:
    """A token cache of one process."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get_token(self, name: str) -> str | None:
        return self.values.get(name)

    async def set_token(self, name: str, value: str, ttl_s: float) -> None:
        self.values[name] = value

    async def drop_token(self, name: str) -> None:
        self.values.pop(name, None)

    def lock(self, name: str, ttl_s: float) -> AbstractAsyncContextManager[bool]:
        @asynccontextmanager
        async def held() -> AsyncIterator[bool]:
            async with self._locks[name]:
                yield True

        return held()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def tokens() -> DictTokens:
    return DictTokens()


@pytest.fixture
async def platform(clock: MovableClock) -> AsyncIterator[tuple[WeChatPlatform, str]]:
    platform = WeChatPlatform(Account(), clock.now)
    async with TestServer(platform.application()) as server:
        yield platform, str(server.make_url("")).rstrip("/")


def settings_for(account: Account, **more: object) -> WeChatSettings:
    return WeChatSettings.model_validate(
        {
            "app_id": account.app_id,
            "token": account.token,
            "encoding_aes_key": account.aes_key,
            "app_secret": account.secret,
            **more,
        }
    )


@pytest.fixture
async def channel(
    platform: tuple[WeChatPlatform, str], clock: MovableClock, tokens: DictTokens
) -> AsyncIterator[WeChatChannel]:
    fake, url = platform
    channel = WeChatChannel(settings_for(fake.account, api_url=url), tokens, now=clock.now)
    yield channel
    await channel.close()


@pytest.fixture(scope="session")
def node() -> Iterator[NodeClients]:
    """The npm packages at work."""
    with node_clients() as clients:
        yield clients


@pytest.fixture
async def caller(platform: tuple[WeChatPlatform, str]) -> AsyncIterator[Caller]:
    async with httpx.AsyncClient(base_url=platform[1]) as client:
        caller = Caller(platform[0], client)
        await caller.stable()
        platform[0].citizen_wrote("citizen")
        yield caller

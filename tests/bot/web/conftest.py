"""The pages and the API on a real database, Redis and index, understanding scripted."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Page

from bot.cases.model import NewCase, Role
from bot.cases.service import OpenedCase
from bot.handling import handling
from bot.library import Library
from bot.services import Services
from bot.storage.units import Storage
from bot.web import build
from connectors.channels.webchat.channel import WebChatChannel
from tests.bot.conftest import World
from tests.chromium import on_a_phone
from tests.fakes.town import LIGHTS

PASSWORD = "long-enough-secret"
PAGE = {"Accept": "text/html"}
GUIDE = """# 小城高龄津贴办事指南

小城市民政局

## 一、谁可以申请

年满八十周岁、户籍在小城的老人可以申请高龄津贴。

## 二、怎么申请高龄津贴

带身份证和户口簿到所在镇街便民服务中心申请高龄津贴，当场受理。
"""


@dataclass
class House:
    """One running replica and whoever comes to it."""

    world: World
    services: Services
    server: TestServer
    clients: list[TestClient]

    async def visitor(self) -> TestClient:
        """Somebody with a browser of their own, who is told of redirects, not led along."""
        client = TestClient(self.server)
        self.clients.append(client)
        return client

    async def staff(self, role: Role, department: str = "", name: str = "") -> TestClient:
        """A member of staff, signed in, whose password is their own."""
        name = name or role.value.replace("_", "-")
        await self.services.staff.add(name, role, department, password="first-of-them-all")
        await self.services.staff.change_password(name, "first-of-them-all", PASSWORD)
        client = await self.visitor()
        answer = await client.post(
            "/signin", data={"name": name, "password": PASSWORD}, allow_redirects=False
        )
        assert answer.status == 303
        return client

    async def case(
        self, text: str = "小区门口下水道堵了，电话 13812345678", key: str = "k", **values: str
    ) -> OpenedCase:
        """A case; the town's router is sure only of street lights."""
        new = {"channel": "webchat", "conversation_id": "", "sender_id": "", "title": text[:10]}
        return await self.services.cases.open_case(
            NewCase(origin_key=key, text=text, **{**new, **values})
        )


@pytest.fixture
def storage(sqlite_storage: Storage) -> Storage:
    """To pages the database does not matter."""
    return sqlite_storage


@pytest.fixture
async def library(storage: Storage, world: World, tmp_path: Path) -> AsyncIterator[Library]:
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "guide.md").write_text(GUIDE, "utf-8")
    held = Library(storage, clock=world.clock)
    await held.import_paths([folder], publish=True, by="test")
    await held.start()
    yield held
    await held.close()


@asynccontextmanager
async def running(
    world: World, *, port: int | None = None, **parts: object
) -> AsyncIterator[House]:
    """One running replica, on this port or any; `parts` are `World.replica`'s."""
    services = await world.replica(**parts)  # type: ignore[arg-type]
    services.channels["webchat"] = WebChatChannel(services.cache.wake)  # type: ignore[index]
    async with handling(services, sweep=False):
        server = TestServer(build(services), port=port)
        await server.start_server()
        opened = House(world=world, services=services, server=server, clients=[])
        yield opened
        for client in opened.clients:
            await client.close()
        await server.close()


@pytest.fixture
async def house(world: World, library: Library) -> AsyncIterator[House]:
    async with running(world, library=library) as opened:
        yield opened


@pytest.fixture
async def visitor(house: House) -> TestClient:
    return await house.visitor()


async def token(client: TestClient, path: str = "/password") -> str:
    """The CSRF token a page of this session carries."""
    answer = await client.get(path, headers=PAGE)
    found = re.search(r'name="csrf_token" value="([^"]+)"', await answer.text())
    assert found is not None
    return found[1]


async def move(client: TestClient, number: str, name: str, **fields: str) -> ClientResponse:
    """Make a move as the page's form would."""
    data = {"csrf_token": await token(client), "move": name, **fields}
    return await client.post(
        f"/cases/{number}/moves", data=data, headers=PAGE, allow_redirects=False
    )


__all__ = ["GUIDE", "LIGHTS", "PAGE", "PASSWORD", "House", "move", "running", "token"]


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """Chromium on a telephone; for modules marked `IN_CHROMIUM`."""
    async with on_a_phone() as opened:
        yield opened

"""Two replicas on one PostgreSQL and one Redis: what is published on one, both answer from."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.cases.model import Role
from bot.clock import RandomIds, SystemClock
from bot.library import Library
from bot.settings import ROOT
from bot.staff import StaffService
from bot.storage.units import Storage
from tests.running import replica
from tests.servers import running_redis

pytestmark = pytest.mark.postgres

WITHIN_S = 1.0
"""Promised: found by every replica within a second of its publication."""
PASSWORD = "a-password-of-their-own"
PAGE = {"Accept": "text/html"}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two replicas, and the test's own hold on their database."""

    here: str
    there: str
    library: Library
    redis: ExitStack
    folder: Path

    async def draft(self, title: str, text: str) -> str:
        """Bring in a document as somebody else's draft; gives its id."""
        path = self.folder / f"{secrets.token_hex(4)}.md"
        path.write_text(f"# {title}\n\n市文化旅游局\n\n{text}\n", "utf-8")
        (document_id,) = (await self.library.import_paths([path], by="editor")).added
        return document_id


@pytest.fixture
async def pair(postgres_database_url: str, tmp_path: Path) -> AsyncIterator[Pair]:
    storage = Storage(postgres_database_url)
    library = Library(storage, clock=SystemClock())
    await library.import_paths([ROOT / "knowledge" / "samples"], publish=True, by="test")
    staff = StaffService(storage, SystemClock(), RandomIds())
    await staff.add("checker", Role.CHECKER, password="first-of-them-all")
    await staff.change_password("checker", "first-of-them-all", PASSWORD)
    (tmp_path / "redis").mkdir()
    with ExitStack() as started, ExitStack() as redis:
        settings = {
            "redis_url": redis.enter_context(running_redis(tmp_path / "redis")),
            "database_url": postgres_database_url,
            "secret_key": secrets.token_hex(16),
        }
        here = started.enter_context(replica(tmp_path / "a", **settings))
        there = started.enter_context(replica(tmp_path / "b", **settings))
        yield Pair(here=here, there=there, library=library, redis=redis, folder=tmp_path)
    await storage.close()


async def cited(client: httpx.AsyncClient, address: str, question: str) -> set[str]:
    answer = await client.post(f"{address}/api/v1/answers", json={"question": question})
    return {each["document_id"] for each in answer.raise_for_status().json()["citations"]}


async def seconds_until(
    client: httpx.AsyncClient, address: str, question: str, document_id: str
) -> float:
    """How long until a replica quotes the document; asks it again and again."""
    began = time.monotonic()
    async with asyncio.timeout(20 * WITHIN_S):
        while document_id not in await cited(client, address, question):
            pass
    return time.monotonic() - began


async def publish(client: httpx.AsyncClient, address: str, document_id: str) -> None:
    """As the checker does it on the page of that replica."""
    await client.post(f"{address}/signin", data={"name": "checker", "password": PASSWORD})
    form = (await client.get(f"{address}/password", headers=PAGE)).text
    csrf = re.findall(r'name="csrf_token" value="([^"]+)"', form)[0]
    moves = f"{address}/knowledge/documents/{document_id}/moves"
    for move in ("check", "publish"):
        answer = await client.post(moves, data={"csrf_token": csrf, "move": move}, headers=PAGE)
        assert answer.status_code == 303


async def test_what_is_published_on_one_replica_the_other_quotes_within_a_second(
    pair: Pair,
) -> None:
    question = "萤火虫公园几点开放"
    document_id = await pair.draft("萤火虫公园开放时间", "萤火虫公园每天19时至22时开放。")
    async with httpx.AsyncClient() as client:
        assert await cited(client, pair.here, question) == set()
        assert await cited(client, pair.there, question) == set()
        await publish(client, pair.here, document_id)
        assert await seconds_until(client, pair.there, question, document_id) <= WITHIN_S
        assert document_id in await cited(client, pair.here, question)


async def test_without_redis_every_replica_finds_it_by_looking(pair: Pair) -> None:
    question = "水车博物馆几点闭馆"
    document_id = await pair.draft("水车博物馆闭馆时间", "水车博物馆17时30分闭馆。")
    pair.redis.close()
    async with httpx.AsyncClient(timeout=20) as client:
        for address in (pair.here, pair.there):
            assert await cited(client, address, question) == set()
        await pair.library.publish(document_id, "checker")
        took_s = await asyncio.gather(
            *(
                seconds_until(client, address, question, document_id)
                for address in (pair.here, pair.there)
            )
        )
        assert max(took_s) <= WITHIN_S

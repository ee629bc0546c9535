"""A network that forgets connections: what waits on one is given up, and the next is answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage import engines
from bot.storage.units import Storage, async_url
from tests.faults.wire import Wire

pytestmark = pytest.mark.postgres


@pytest.fixture
async def wire(postgres_database_url: str) -> AsyncIterator[Wire]:
    folder = str(async_url(postgres_database_url).query["host"])
    async with Wire(Path(folder) / ".s.PGSQL.5432").running() as running:
        yield running


@pytest.fixture
async def storage(
    wire: Wire, postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Storage]:
    """By way of the wire, with less patience."""
    monkeypatch.setattr(engines, "_ANSWER_S", 1.0)
    monkeypatch.setattr(engines, "_SIGN_OF_LIFE_S", 0.5)
    through = {"host": "127.0.0.1", "port": wire.port, "query": {}}
    opened = Storage(async_url(postgres_database_url).set(**through).render_as_string(False))
    yield opened
    await opened.close()


async def staff(storage: Storage) -> int:
    async with storage.read() as unit:
        return len(await unit.staff.all())


async def test_what_was_open_before_is_replaced_when_it_is_used_again(
    wire: Wire, storage: Storage
) -> None:
    await asyncio.gather(*(staff(storage) for _ in range(5)))
    wire.cut()
    wire.mend(reset=False)
    began = time.monotonic()
    assert await asyncio.gather(*(staff(storage) for _ in range(5))) == [0] * 5
    assert time.monotonic() - began < 10


async def test_a_statement_nobody_answers_is_given_up(wire: Wire, storage: Storage) -> None:
    async def cut_within() -> None:
        async with storage.begin() as unit:
            await unit.staff.all()
            wire.cut()
            await unit.staff.all()

    async with asyncio.timeout(10):
        with pytest.raises(TimeoutError):
            await cut_within()
        wire.mend(reset=False)
        assert await staff(storage) == 0


async def test_the_lock_of_a_client_that_is_gone_is_let_go(
    wire: Wire, storage: Storage, postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody told the server; its transaction ends, and another takes the conversation."""
    soon = {"idle_in_transaction_session_timeout": "1s"}
    monkeypatch.setattr(engines, "_GIVEN_UP_AFTER", soon)
    straight = Storage(postgres_database_url)
    holding = Storage(storage._url.render_as_string(False))
    held = asyncio.Event()

    async def hold() -> None:
        async with holding.begin() as unit:
            await unit.outbox.hold("webchat:a")
            held.set()
            await asyncio.Event().wait()

    holder = asyncio.create_task(hold())
    await held.wait()
    wire.cut()
    async with asyncio.timeout(10), straight.begin() as unit:
        await unit.outbox.hold("webchat:a")
    wire.mend(reset=True)
    holder.cancel()
    await asyncio.gather(holder, return_exceptions=True)
    await straight.close()
    await holding.close()

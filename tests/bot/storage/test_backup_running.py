"""A backup taken while cases are opened and moved: whole, and every chain of events holds."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.cases.chains import Chains
from bot.cases.model import Move
from bot.storage.archive import back_up, bring_back
from bot.storage.units import Storage
from tests.bot.cases.world import CLERK, World
from tests.fakes.edges import CountingIds, FakeClock, RecordedWakeups


async def open_and_accept(
    world: World, opened: list[str], some: asyncio.Event, until: asyncio.Event
) -> None:
    while not until.is_set():
        number = (await world.open(f"web:a:{len(opened)}")).case.number
        await world.service.move(number, Move.ACCEPT, CLERK)
        opened.append(number)
        some.set()


async def test_a_backup_of_a_service_at_work_comes_back_whole(
    database_url: str, tmp_path: Path, clock: FakeClock, ids: CountingIds
) -> None:
    storage, file, files = Storage(database_url), tmp_path / "backup", tmp_path / "files"
    world = World(storage=storage, clock=clock, ids=ids, wakeups=RecordedWakeups())
    opened: list[str] = []
    some, enough = asyncio.Event(), asyncio.Event()
    working = asyncio.create_task(open_and_accept(world, opened, some, enough))
    await some.wait()
    before = list(opened)
    await back_up(database_url, files, file)
    after = len(opened)
    enough.set()
    await working
    await storage.close()
    assert after > len(before)  # it did go on meanwhile
    await bring_back(database_url, files, file, overwrite=True)
    restored = Storage(database_url)
    report = await Chains(restored, clock).verify(newest=None, go_on=lambda: True)
    async with restored.read() as unit:
        there = [await unit.cases.get(number) for number in before]
    await restored.close()
    assert (report.broken, report.more_broken, report.whole) == ((), 0, True)
    assert None not in there
    assert len(before) <= report.cases <= len(opened)

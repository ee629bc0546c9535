"""What was changed of the city's files and which process runs with it, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.city.changed import CityProcess, CityVersion
from bot.storage.units import Storage

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def change(
    id: int, file: str = "limits.toml", *, previous: int = 0, hash: str = "x"
) -> CityVersion:
    return CityVersion(
        id=id, at=NOW, by="admin", reason="改", file=file, hash=hash, previous=previous
    )


async def test_changes_are_appended_and_the_last_of_each_file_counts(storage: Storage) -> None:
    async with storage.begin() as unit:
        assert await unit.city.newest() == 0
        assert await unit.city.add(change(1), b"a = 1\n\x00\xff")
        assert await unit.city.add(change(2, "places.toml"), b"b = 1")
        assert await unit.city.add(change(3, previous=1), b"a = 2")
    async with storage.read() as unit:
        assert await unit.city.newest() == 3
        assert await unit.city.content(1) == b"a = 1\n\x00\xff"
        assert await unit.city.get(3) == change(3, previous=1)
        assert await unit.city.get(4) is None
        assert [one.id for one in await unit.city.versions()] == [3, 2, 1]
        assert [one.id for one in await unit.city.versions(file="limits.toml")] == [3, 1]
        assert await unit.city.files() == {"limits.toml": b"a = 2", "places.toml": b"b = 1"}


async def test_a_number_is_given_once(storage: Storage) -> None:
    async with storage.begin() as unit:
        assert await unit.city.add(change(1), b"first")
    async with storage.begin() as unit:
        assert not await unit.city.add(change(1, "places.toml"), b"second")
        assert await unit.city.content(1) == b"first"


async def test_a_file_that_went_back_is_the_folders_own(storage: Storage) -> None:
    async with storage.begin() as unit:
        await unit.city.add(change(1), b"a = 1")
        await unit.city.add(change(2, previous=1, hash=""), None)
        assert await unit.city.files() == {}
        [last, _] = await unit.city.versions()
        assert last.own
        assert await unit.city.content(2) is None


async def test_processes_are_known_while_they_show_themselves(storage: Storage) -> None:
    def process(name: str, seen: datetime, version: int = 0) -> CityProcess:
        return CityProcess(
            process=name,
            role="serve",
            version=version,
            catalogue="",
            fault="",
            started_at=NOW,
            seen_at=seen,
        )

    later = NOW + timedelta(minutes=5)
    async with storage.begin() as unit:
        await unit.city.seen(process("a", NOW))
        await unit.city.seen(process("b", NOW))
        await unit.city.seen(process("a", later, version=2))
        assert await unit.city.processes(since=NOW + timedelta(minutes=1)) == (
            process("a", later, version=2),
        )
        assert await unit.city.ask_restart("b")
        assert not await unit.city.ask_restart("nobody")
        assert not await unit.city.seen(process("a", later))
        assert await unit.city.seen(process("b", NOW))
        await unit.city.gone("a", before=NOW)
        [left] = await unit.city.processes(since=NOW)
        assert left == replace(process("b", NOW), restart=True)
        await unit.city.gone("nobody", before=later)
        assert await unit.city.processes(since=NOW) == ()

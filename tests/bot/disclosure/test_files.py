"""Files of applications: kept once, scanned, in the backup, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.attachment_model import Scan
from bot.cases.model import Role
from bot.disclosure.model import Move
from bot.disclosure.registering import Registered
from bot.errors import NotFound
from bot.scanning import Scanning
from bot.storage.archive import back_up
from connectors.base import InboundFile
from tests.bot.disclosure.world import House
from tests.fakes.town import town

CARD = b"\xff\xd8\xff" + b"card" * 9
BAD = b"BAD" + b"\0" * 9


def file(name: str, body: bytes) -> InboundFile:
    return InboundFile(name=name, told_type="image/jpeg", body=body)


class Says:
    """A scanner that finds a virus in what begins badly."""

    async def scan(self, body: bytes) -> str:
        return "Virus" if body.startswith(b"BAD") else ""


def on_disk(house: House) -> list[Path]:
    return [path for path in (house.home / "attachments").rglob("*") if path.is_file()]


async def register(house: House, *files: InboundFile, key: str = "k") -> Registered:
    return await house.register(key, files=files)


def scanning(house: House) -> Scanning:
    return Scanning(
        house.storage,
        house.home / "attachments",
        Says(),
        None,  # type: ignore[arg-type] - no case has a file here
        town().wording,
        house.service.note,
    )


async def test_kept_by_their_bytes_in_order(house: House) -> None:
    made = await register(house, file("身份证.exe", CARD), file("委托书.txt", "委托".encode()))
    one, two = await house.files.of(made.request)
    assert (one.served_as, two.served_as) == ("身份证.exe.jpg", "委托书.txt")
    assert (one.content_type, one.scan) == ("image/jpeg", Scan.NONE)
    assert await house.files.opened(made.request, one.id) == (one, CARD)
    [event] = await house.service.events(made.request.number)
    assert event.details["files"] == "2"
    assert {path.stat().st_mode & 0o777 for path in on_disk(house)} == {0o600}


async def test_sent_twice_they_are_kept_once(house: House) -> None:
    both = await asyncio.gather(
        register(house, file("a.jpg", CARD)), register(house, file("b.jpg", CARD + b"2"))
    )
    kept = await house.files.of(both[0].request)
    assert [one.request.number for one in both] == ["GK2026000001"] * 2
    assert len(kept) == 1
    assert len(on_disk(house)) == 1
    await register(house, file("c.jpg", CARD + b"3"))
    assert (await house.files.of(both[0].request), len(on_disk(house))) == (kept, 1)


async def test_another_requests_file_is_not_there(house: House) -> None:
    made = await register(house, file("a.jpg", CARD))
    other = await register(house, key="other")
    [kept] = await house.files.of(made.request)
    with pytest.raises(NotFound):
        await house.files.opened(other.request, kept.id)


@pytest.mark.parametrize("body", [b"changed", None])
async def test_what_was_changed_or_lost_is_not_opened(house: House, body: bytes | None) -> None:
    made = await register(house, file("a.jpg", CARD))
    [kept], [path] = await house.files.of(made.request), on_disk(house)
    path.unlink()
    if body is not None:
        path.write_bytes(body)
    with pytest.raises(NotFound):
        await house.files.opened(made.request, kept.id)


async def test_nothing_is_opened_before_the_scanner_looked(house: House) -> None:
    house = replace(house, scanned=True)
    made = await register(house, file("a.jpg", CARD), file("b.jpg", BAD))
    for one in await house.files.of(made.request):
        with pytest.raises(NotFound, match="查毒"):
            await house.files.opened(made.request, one.id)
    assert await scanning(house).sweep() == 2
    good, bad = await house.files.of(made.request)
    assert (good.scan, bad.scan, bad.details) == (Scan.CLEAN, Scan.DELETED, {"virus": "Virus"})
    assert (await house.files.opened(made.request, good.id))[1] == CARD
    with pytest.raises(NotFound, match="已经删除"):
        await house.files.opened(made.request, bad.id)
    assert len(on_disk(house)) == 1
    note = (await house.service.events(made.request.number))[-1]
    assert (note.move, note.actor.role) == (Move.NOTE, Role.SYSTEM)
    assert "含有病毒" in note.details["text"]
    assert await house.service.check_chain(made.request.number) is None


async def test_a_note_of_our_own_is_written_once(house: House) -> None:
    number = (await register(house)).request.number
    await asyncio.gather(*(house.service.note(number, "一句话", told_as="x") for _ in range(2)))
    assert [event.move for event in await house.service.events(number)] == [
        Move.REGISTER, Move.NOTE,
    ]  # fmt: skip


async def test_they_are_in_the_backup(house: House, database_url: str, tmp_path: Path) -> None:
    await register(house, file("a.jpg", CARD))
    held = await back_up(database_url, house.home / "attachments", tmp_path / "backup")
    assert (held.files, held.lost) == (1, ())
    on_disk(house)[0].unlink()
    held = await back_up(database_url, house.home / "attachments", tmp_path / "again")
    assert (held.files, len(held.lost)) == (0, 1)

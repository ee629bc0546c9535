"""What went out lately and what was given up, by channel and connector, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.delivery.recently import Recently, RecentTraffic
from bot.storage.units import Storage
from tests.bot.storage.test_deliveries import Book
from tests.bot.storage.test_deliveries import new as notice
from tests.bot.storage.test_outbox import Box
from tests.bot.storage.test_outbox import new as reply
from tests.fakes.edges import FakeClock

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def traffic(storage: Storage, *, after: timedelta = timedelta()) -> RecentTraffic:
    return RecentTraffic(storage, FakeClock(NOW + after))


async def test_nothing_went_out(storage: Storage) -> None:
    assert await traffic(storage).citizens() == {}
    assert await traffic(storage).departments() == {}


async def test_what_citizens_got_and_did_not_get(storage: Storage) -> None:
    box = Box(storage)
    sent, dead = await box.add(reply("a", "web:a"), reply("b", "web:b"))
    await box.due()
    await box.sent(sent)
    async with storage.begin() as unit:
        await unit.outbox.dead(dead.id, owner="w", error="blocked")
    fared = Recently(sent_at=NOW, failed_at=NOW, error="blocked")
    assert await traffic(storage).citizens() == {"webchat": fared}
    async with storage.begin() as unit:
        assert await unit.outbox.settle(dead.id, now=NOW + timedelta(hours=1))
    assert await traffic(storage).citizens() == {"webchat": Recently(sent_at=NOW)}
    assert await traffic(storage, after=timedelta(days=8)).citizens() == {}


async def test_what_departments_got_and_did_not_get(storage: Storage) -> None:
    book = Book(storage)
    await book.add(notice("a", 1, number="20260302000002"), notice("b", 1))
    await book.due()
    await book.end("b", "dead")
    fared = Recently(failed_at=NOW, error="refused")
    assert await traffic(storage).departments() == {"platform": fared}

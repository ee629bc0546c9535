"""Notices to departments and what systems tell, on both databases: once, in order, under leases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.office import DeliveryOffice
from bot.delivery.records import DeliveryState, NewDelivery, UpdateState
from bot.records import LeaseLost
from bot.storage.units import Storage
from connectors.departments.base import (
    DepartmentNotice,
    DepartmentUpdate,
    NoticeKind,
    UpdateKind,
)
from tests.fakes.edges import CountingIds, FakeClock

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NUMBER = "20260302000001"


def new(key: str, sequence: int, *, address: str = "", number: str = NUMBER) -> NewDelivery:
    notice = DepartmentNotice(
        idempotency_key="",
        kind=NoticeKind.URGED,
        case_number=number,
        department="市水利局",
        address=address,
        title="漏水",
        text="水管漏了",
        category=("水务", "供水"),
        due_at=NOW + timedelta(days=5),
        granted=False,
        latitude=28.2,
    )
    return NewDelivery(key=key, sequence=sequence, sender="platform", notice=notice)


class Book:
    """The two tables, one transaction a call."""

    def __init__(self, storage: Storage) -> None:
        self.storage, self.ids = storage, CountingIds()

    async def add(self, *rows: NewDelivery) -> list[bool]:
        async with self.storage.begin() as unit:
            return [await unit.deliveries.add(row, id=self.ids.new_id(), now=NOW) for row in rows]

    async def due(self, owner: str = "w", now: datetime = NOW) -> list[str]:
        async with self.storage.begin() as unit:
            rows = await unit.deliveries.claim_due(owner=owner, lease_s=30, limit=10, now=now)
        return [row.key for row in rows]

    async def end(self, key: str, how: str, owner: str = "w") -> None:
        async with self.storage.begin() as unit:
            [row] = [row for row in await unit.deliveries.of_case(NUMBER) if row.key == key]
            if how == "sent":
                await unit.deliveries.mark_sent(row, owner=owner, now=NOW, receipt="P1")
            elif how == "dead":
                await unit.deliveries.dead(row.id, owner=owner, error="refused")
            else:
                await unit.deliveries.settle(row.id, by="office", now=NOW)

    async def told(self, *updates: DepartmentUpdate) -> list[bool]:
        async with self.storage.begin() as unit:
            return [await unit.updates.add(one, id=self.ids.new_id(), now=NOW) for one in updates]

    async def to_apply(self) -> list[str]:
        async with self.storage.begin() as unit:
            rows = await unit.updates.claim_due(owner="w", lease_s=30, limit=10, now=NOW)
        return [row.update.external_id for row in rows]


@pytest.fixture
def book(storage: Storage) -> Book:
    return Book(storage)


async def test_a_notice_comes_back_whole(book: Book) -> None:
    assert await book.add(new("k", 1), new("k", 2)) == [True, False]
    async with book.storage.read() as unit:
        [row] = await unit.deliveries.of_case(NUMBER)
        counts = await unit.deliveries.counts(NOW)
    assert row.notice == new("k", 1).notice
    assert (row.sender, row.target, row.state) == ("platform", "市水利局", DeliveryState.PENDING)
    assert counts.by_state == {"pending": 1}


async def test_one_recipient_gets_a_cases_notices_in_order(book: Book) -> None:
    await book.add(new("2", 2), new("1", 1), new("other", 3, number="20260302000002"))
    await book.add(new("mail", 1, address="a@example.com"))
    assert sorted(await book.due()) == ["1", "mail", "other"]
    assert await book.due() == []
    await book.end("1", "sent")
    assert await book.due() == ["2"]


async def test_what_failed_for_good_holds_back_what_follows_until_a_person_acts(
    book: Book,
) -> None:
    await book.add(new("1", 1), new("2", 2))
    await book.due()
    await book.end("1", "dead")
    assert await book.due() == []
    await book.end("1", "told")
    assert await book.due() == ["2"]


async def test_a_dead_workers_row_is_taken_over(book: Book) -> None:
    await book.add(new("1", 1))
    assert await book.due("first") == ["1"]
    assert await book.due("second", NOW + timedelta(seconds=29)) == []
    assert await book.due("second", NOW + timedelta(seconds=30)) == ["1"]
    with pytest.raises(LeaseLost):
        await book.end("1", "sent", owner="first")
    await book.end("1", "sent", owner="second")


async def test_another_systems_number_leads_to_the_case(book: Book) -> None:
    async with book.storage.begin() as unit:
        await unit.deliveries.note_number("platform", " P1 ", NUMBER, NOW)
        await unit.deliveries.note_number("platform", "P1", "20260302000009", NOW)
        assert await unit.deliveries.case_number_of("platform", "P1") == NUMBER
        assert await unit.deliveries.case_number_of("other", "P1") == ""
        assert await unit.deliveries.external_number_of("platform", NUMBER) == "P1"


def told(external_id: str, number: str = "S1", case: str = "") -> DepartmentUpdate:
    return DepartmentUpdate(
        source="platform",
        external_id=external_id,
        kind=UpdateKind.NOTE,
        external_number=number,
        case_number=case,
        words="补充",
        order={"title": "漏水"},
        at=NOW,
    )


async def test_what_is_told_twice_is_kept_once_and_applied_in_order(book: Book) -> None:
    assert await book.told(told("1"), told("1"), told("2"), told("3", "S2")) == [
        True,
        False,
        True,
        True,
    ]
    assert await book.to_apply() == ["1", "3"]
    assert await book.to_apply() == []
    async with book.storage.begin() as unit:
        row, *_ = await unit.updates.in_state((UpdateState.APPLYING,), limit=5)
        assert row.update == told("1")
        await unit.updates.applied(row.id, owner="w", case_number=NUMBER, now=NOW)
    assert await book.to_apply() == ["2"]


async def test_updates_that_name_no_order_do_not_wait_for_each_other(book: Book) -> None:
    await book.told(told("1", ""), told("2", ""), told("3", "", NUMBER), told("4", "", NUMBER))
    assert await book.to_apply() == ["1", "2", "3"]


async def test_one_replica_at_a_time_asks_a_system(book: Book) -> None:
    async with book.storage.begin() as unit:
        poll = await unit.updates.claim_poll("platform", owner="a", lease_s=30, now=NOW)
        assert poll is not None
        assert await unit.updates.claim_poll("platform", owner="b", lease_s=30, now=NOW) is None
    later = NOW + timedelta(seconds=31)
    async with book.storage.begin() as unit:
        taken = await unit.updates.claim_poll("platform", owner="b", lease_s=30, now=later)
        assert taken is not None
        with pytest.raises(LeaseLost):
            await unit.updates.polled(
                poll, owner="a", cursor="9", next_at=later, error="", now=later
            )
        await unit.updates.polled(taken, owner="b", cursor="5", next_at=later, error="", now=later)
        again = await unit.updates.claim_poll("platform", owner="a", lease_s=30, now=later)
    assert again is not None
    assert (again.cursor, again.failures) == ("5", 0)


async def test_what_reached_nobody_is_one_dead_row_however_often_it_is_told(
    storage: Storage, clock: FakeClock
) -> None:
    book = Book(storage)
    await book.add(new("a", 1), new("b", 2))
    await book.due()
    await book.end("a", "sent")
    office = DeliveryOffice(storage, clock, book.ids, NoWaking())  # type: ignore[arg-type]  # nothing is woken here
    async with storage.read() as unit:
        sent = next(row for row in await unit.deliveries.of_case(NUMBER) if row.key == "a")
    for _ in range(2):
        assert await office.not_reached(sent.id, error="sms_absent") == sent
    [dead] = (await office.standing()).failed
    assert (dead.key, dead.last_error, dead.sequence) == (f"back:{sent.id}", "sms_absent", 1)
    assert await book.due() == []
    await office.retry(dead.id, by="office")
    await office.not_reached(sent.id, error="sms_absent")
    assert (await office.standing()).failed == ()
    assert await book.due() == [dead.key]
    assert await office.not_reached("unknown", error="sms_absent") is None


class NoWaking:
    async def wake(self, *topics: str) -> None:
        del topics

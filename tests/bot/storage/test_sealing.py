"""Contact data lie sealed in the database, are found by equality, and go over to a new key."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage.contact_keys import BadKeys, ContactKeys, KeyMissing, is_sealed, keys_from
from bot.storage.contact_seals import columns_with_sealed_members, sealed_columns
from bot.storage.tables import messages
from bot.storage.units import Storage, async_url
from connectors.base import Inbound, InboundKind
from tests.fakes.edges import CountingIds, FakeClock

OLD, NEW = ContactKeys({"a": b"a" * 32}), ContactKeys({"b": b"b" * 32, "a": b"a" * 32})
PHONE, SECRET = "13900000001", b"a secret key of sixteen bytes or more"


@given(st.text(min_size=1))
def test_what_was_sealed_opens_and_shows_nothing(text: str) -> None:
    kept = OLD.seal(text)
    assert OLD.open(kept) == text
    assert is_sealed(kept)
    assert len(text) < 4 or text not in kept
    assert OLD.seal(text) == kept
    assert NEW.seal(text) != kept


def test_nothing_stays_nothing_and_plain_is_read_as_it_is() -> None:
    assert (OLD.seal(""), OLD.open(""), OLD.open(PHONE)) == ("", "", PHONE)


@pytest.mark.parametrize("at", [3, 6, 20, -1])
def test_what_was_changed_does_not_open(at: int) -> None:
    kept = OLD.seal(PHONE)
    changed = list(kept)
    changed[at] = "A" if changed[at] != "A" else "B"
    with pytest.raises(KeyMissing):
        OLD.open("".join(changed))


def test_another_key_of_the_same_name_opens_nothing() -> None:
    with pytest.raises(KeyMissing):
        ContactKeys({"a": b"x" * 32}).open(OLD.seal(PHONE))


def test_a_repr_shows_no_key() -> None:
    assert repr(NEW) == "ContactKeys(b, a)"


def test_keys_as_they_are_set() -> None:
    digits = secrets.token_hex(32)
    assert keys_from("", SECRET).open(keys_from("", SECRET).seal(PHONE)) == PHONE
    both = keys_from(f"k1:{digits}", SECRET)
    assert both.first == "k1"
    assert both.open(keys_from("", SECRET).seal(PHONE)) == PHONE
    for wrong in ("k1", "k1:00", f":{digits}", f"k1:{digits},k1:{digits}", f"k 1:{digits}"):
        with pytest.raises(BadKeys):
            keys_from(wrong, SECRET)


@asynccontextmanager
async def opened(url: str, keys: ContactKeys | None) -> AsyncIterator[Storage]:
    storage = Storage(url, keys=keys)
    yield storage
    await storage.close()


async def store(storage: Storage, sender: str, clock: FakeClock, ids: CountingIds) -> None:
    inbound = Inbound(
        channel="hotline", external_id=ids.new_id(), sender_id=sender, conversation_id="c",
        kind=InboundKind.TEXT, text="路灯坏了", sent_at=clock.now(),
    )  # fmt: skip
    async with storage.begin() as unit:
        await unit.messages.store_once(inbound, id=ids.new_id(), now=clock.now())
        await unit.sms.stop(sender, now=clock.now())


async def raw(url: str) -> list[str]:
    """Every value of every sealed column as it lies there."""
    engine = create_async_engine(async_url(url))
    found: list[Any] = []
    async with engine.connect() as connection:
        for column in sealed_columns():
            rows = await connection.execute(sa.select(sa.type_coerce(column, sa.Text)))
            found += [value for (value,) in rows if value]
    await engine.dispose()
    return found


async def test_what_lies_in_the_database_names_nobody(
    database_url: str, clock: FakeClock, ids: CountingIds
) -> None:
    async with opened(database_url, OLD) as storage:
        await store(storage, PHONE, clock, ids)
        async with storage.read() as unit:
            assert await unit.sms.stopped(PHONE)
            assert not await unit.sms.stopped("13900000002")
    kept = await raw(database_url)
    assert len(kept) == 2
    assert all(value.startswith(OLD.mark) and PHONE not in value for value in kept)


async def test_rows_from_before_there_were_keys_are_sealed(
    database_url: str, clock: FakeClock, ids: CountingIds
) -> None:
    async with opened(database_url, None) as storage:
        await store(storage, PHONE, clock, ids)
    assert await raw(database_url) == [PHONE, PHONE]
    async with opened(database_url, OLD) as storage:
        assert await storage.seal() == 2
        assert await storage.seal() == 0
        async with storage.read() as unit:
            assert await unit.sms.stopped(PHONE)
    assert all(value.startswith(OLD.mark) for value in await raw(database_url))


async def test_a_new_key_takes_over_row_by_row(
    database_url: str, clock: FakeClock, ids: CountingIds
) -> None:
    async with opened(database_url, OLD) as storage:
        for at in range(3):
            await store(storage, f"1390000000{at}", clock, ids)
        await storage.seal()
    async with opened(database_url, NEW) as storage:
        assert await storage.seal() == 7  # the key of conversations' ids is one of them
        async with storage.read() as unit:
            assert await unit.sms.stopped(PHONE)
    assert all(value.startswith(NEW.mark) for value in await raw(database_url))
    async with opened(database_url, ContactKeys({"b": b"b" * 32})) as storage:
        assert await storage.seal() == 0


async def test_without_its_key_nothing_is_read_and_nothing_overwritten(
    database_url: str, clock: FakeClock, ids: CountingIds
) -> None:
    async with opened(database_url, OLD) as storage:
        await store(storage, PHONE, clock, ids)
        await storage.seal()
    before = await raw(database_url)
    for keys in (ContactKeys({"b": b"b" * 32}), ContactKeys({"a": b"x" * 32})):
        async with opened(database_url, keys) as storage:
            with pytest.raises(KeyMissing):
                await storage.seal()
    assert await raw(database_url) == before


def test_the_columns_that_are_sealed() -> None:
    assert sorted(str(column) for column in sealed_columns()) == [
        "call_drafts.value",
        "call_events.caller",
        "calls.caller",
        "cases.contact_name",
        "cases.contact_phone",
        "cases.sender_id",
        "conversation_key.key",
        "conversations.sender_id",
        "disclosures.applicant",
        "disclosures.applicant_name",
        "messages.sender_id",
        "outbox.recipient",
        "sms_optouts.phone",
    ]
    assert sorted(str(column) for column in columns_with_sealed_members()) == [
        "case_events.details",
        "cases.course",
        "department_updates.told",
        "messages.details",
    ]


async def test_contact_data_among_other_facts_are_sealed_alone(
    database_url: str, clock: FakeClock, ids: CountingIds
) -> None:
    facts = {"via": "web", "contact_phone": PHONE, "contact_mail": "", "subject": "路灯"}
    inbound = Inbound(
        channel="mailbox", external_id="m", sender_id="x@example.com", conversation_id="c",
        kind=InboundKind.LETTER, text="路灯坏了", details=facts, sent_at=clock.now(),
    )  # fmt: skip
    async with opened(database_url, None) as storage, storage.begin() as unit:
        await unit.messages.store_once(inbound, id="m1", now=clock.now())
    assert await details(database_url) == facts
    for keys in (OLD, NEW):
        async with opened(database_url, keys) as storage:
            assert await storage.seal() > 0
            assert await storage.seal() == 0
            async with storage.read() as unit:
                kept = await unit.messages.get("m1")
        assert kept is not None
        assert dict(kept.details) == facts
        told = await details(database_url)
        assert told["contact_phone"].startswith(keys.mark)
        assert {**told, "contact_phone": PHONE} == facts


async def details(url: str) -> dict[str, str]:
    """The facts of the only message as they lie there."""
    engine = create_async_engine(async_url(url))
    async with engine.connect() as connection:
        found = await connection.scalar(sa.select(sa.type_coerce(messages.c.details, sa.JSON)))
    await engine.dispose()
    return dict(found or {})


async def test_a_version_that_seals_more_seals_what_is_there(
    database_url: str, clock: FakeClock, ids: CountingIds, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(database_url, None) as storage:
        await store(storage, PHONE, clock, ids)
    async with opened(database_url, OLD) as storage:
        with monkeypatch.context() as before:
            before.setattr("bot.storage.contact_seals.sealed_columns", lambda: ())
            await storage.seal()
        assert (await raw(database_url)).count(PHONE) == 2
        assert await storage.seal() == 2
    assert all(value.startswith(OLD.mark) for value in await raw(database_url))

"""Conversations' ids tell nobody's number, are the same for ever, and old ones are made anew."""

from __future__ import annotations

import sqlalchemy as sa

from bot.conversation_ids import conversation_id, renamed
from bot.storage.contact_keys import ContactKeys
from bot.storage.tables import cases, conversations
from bot.storage.units import Storage
from connectors.base import Inbound
from tests.conftest import CONTACT_KEYS
from tests.fakes.edges import FakeClock

KEY, PHONE, OPEN_ID = b"k" * 32, "13900000001", "oAbCdEfGhIjKlMnOpQrStUvWxYz0"


def test_an_id_tells_the_channel_and_nobody() -> None:
    named = conversation_id(KEY, "hotline", PHONE)
    assert named.startswith("hotline:c1.")
    assert PHONE not in named
    assert named == conversation_id(KEY, "hotline", PHONE)
    others = {
        conversation_id(KEY, "hotline", "13900000002"),
        conversation_id(KEY, "wechat", PHONE),
        conversation_id(KEY, "hotline", PHONE, "reports"),
        conversation_id(b"l" * 32, "hotline", PHONE),
    }
    assert len(others | {named}) == 5


def test_a_mail_address_is_one_however_it_is_capitalised() -> None:
    one, other = (conversation_id(KEY, "mailbox", at) for at in ("A@Example.com", "a@example.com"))
    assert one == other


def test_ids_of_earlier_versions_become_todays() -> None:
    assert renamed(KEY, f"wechat:{OPEN_ID}") == conversation_id(KEY, "wechat", OPEN_ID)
    assert renamed(KEY, f"hotline-reports:{PHONE}") == conversation_id(
        KEY, "hotline", PHONE, "reports"
    )
    for kept in (
        conversation_id(KEY, "wechat", OPEN_ID),
        "webchat:a-random-token",
        "mailbox:form:f1",
        "mailbox:more:20260302-0001",
        "disclosure:2026-001",
        "",
        "c",
    ):
        assert renamed(KEY, kept) == kept


async def test_the_key_is_made_once_and_outlives_new_keys_of_contact_data(
    database_url: str,
) -> None:
    named = set()
    for keys in (
        ContactKeys({"a": b"a" * 32}),
        ContactKeys({"b": b"b" * 32, "a": b"a" * 32}),
        ContactKeys({"b": b"b" * 32}),
    ):
        storage = Storage(database_url, keys=keys)
        await storage.seal()
        named.add(await storage.conversation_id("hotline", PHONE))
        await storage.close()
    assert len(named) == 1


async def test_two_processes_make_one_key(database_url: str) -> None:
    storages = [Storage(database_url, keys=CONTACT_KEYS) for _ in range(2)]
    named = {await storage.conversation_id("hotline", PHONE) for storage in storages}
    assert len(named) == 1
    for storage in storages:
        await storage.close()


async def test_what_is_there_is_renamed_everywhere(storage: Storage, clock: FakeClock) -> None:
    old = f"wechat:{OPEN_ID}"
    async with storage.begin() as unit:
        for at in range(3):
            inbound = Inbound(
                channel="wechat", external_id=f"{OPEN_ID}:{at}:subscribe:", sender_id=OPEN_ID,
                conversation_id=old, text=f"第{at}句", sent_at=clock.now(),
            )  # fmt: skip
            await unit.messages.store_once(inbound, id=f"m{at}", now=clock.now())
        await unit.conversations.touch(old, channel="wechat", sender_id=OPEN_ID, now=clock.now())
    assert await storage.seal() >= 4
    new = await storage.conversation_id("wechat", OPEN_ID)
    async with storage.read() as unit:
        assert [one.text for one in await unit.messages.history(new)] == ["第0句", "第1句", "第2句"]
        assert await unit.messages.history(old) == ()
        conversation = await unit.conversations.get(new)
        told = await unit.messages.by_external_id("wechat", f"{new.partition(':')[2]}:1:subscribe:")
    assert conversation is not None
    assert conversation.sender_id == OPEN_ID
    assert told is not None


async def test_a_conversation_heard_under_both_names_is_one(
    storage: Storage, clock: FakeClock
) -> None:
    """An older process still took messages while a newer one was started."""
    await storage.seal()
    old, new = f"hotline:{PHONE}", await storage.conversation_id("hotline", PHONE)
    async with storage.begin() as unit:
        for name in (old, new):
            await unit.conversations.touch(
                name, channel="hotline", sender_id=PHONE, now=clock.now()
            )
    assert await storage.seal() == 0
    assert await storage.seal(again=True) == 1
    async with storage.begin_raw() as connection:
        assert (await connection.scalars(sa.select(conversations.c.id))).all() == [new]


async def test_a_cases_origin_follows(storage: Storage) -> None:
    old = f"wechat:{OPEN_ID}"
    async with storage.begin_raw() as connection:
        await connection.execute(
            sa.insert(cases).values(
                id="c1", number="1", origin_key=f"{old}:m1", conversation_id=old, state="opened",
                sender_id=OPEN_ID, opened_at=FakeClock().now(),
            )
        )  # fmt: skip
    await storage.seal()
    new = await storage.conversation_id("wechat", OPEN_ID)
    async with storage.begin_raw() as connection:
        row = (
            await connection.execute(sa.select(cases.c.conversation_id, cases.c.origin_key))
        ).one()
    assert tuple(row) == (new, f"{new}:m1")

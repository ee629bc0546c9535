"""Attachments, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from bot.attachment_model import Attachment, AttachmentKind, AttachmentState
from bot.storage.tables import messages
from bot.storage.units import Storage
from connectors.base import Inbound, InboundKind
from tests.fakes.edges import CountingIds, FakeClock


async def kept(
    storage: Storage, clock: FakeClock, ids: CountingIds, conversation: str = "wechat:c"
) -> Attachment:
    """A picture and its message."""
    message_id = ids.new_id()
    async with storage.begin() as unit:
        await unit.messages.store_once(
            Inbound(
                channel="wechat",
                external_id=message_id,
                sender_id="c",
                conversation_id=conversation,
                kind=InboundKind.IMAGE,
                sent_at=clock.now(),
            ),
            id=message_id,
            now=clock.now(),
        )
        new = Attachment(
            id=ids.new_id(),
            message_id=message_id,
            conversation_id=conversation,
            kind=AttachmentKind.IMAGE,
            state=AttachmentState.KEPT,
            content_type="image/png",
            bytes=3,
            sha256="0" * 64,
            details={"a": "甲"},
            at=clock.now(),
        )
        assert await unit.attachments.add(new) == new
    return new


async def test_one_message_has_one(storage: Storage, clock: FakeClock, ids: CountingIds) -> None:
    first = await kept(storage, clock, ids)
    async with storage.begin() as unit:
        again = replace(first, id=ids.new_id(), bytes=9)
        assert await unit.attachments.add(again) == first
        assert await unit.attachments.of_message("none") is None


async def test_a_case_gets_what_its_conversation_sent_lately(
    storage: Storage, clock: FakeClock, ids: CountingIds
) -> None:
    await kept(storage, clock, ids)
    clock.advance(hours=2)
    second, third = await kept(storage, clock, ids), await kept(storage, clock, ids)
    await kept(storage, clock, ids, "wechat:d")
    since = clock.now() - timedelta(hours=1)
    async with storage.begin() as unit:
        assert await unit.attachments.attach("wechat:c", "1", since=since) == 2
        assert await unit.attachments.attach("wechat:c", "2", since=since) == 0
    async with storage.read() as unit:
        found = await unit.attachments.of_case("1")
        assert [one.id for one in found] == [second.id, third.id]
        assert await unit.attachments.counts(["1", "2"]) == {"1": 2}


async def test_what_has_no_case_is_forgotten(
    storage: Storage, clock: FakeClock, ids: CountingIds
) -> None:
    old = await kept(storage, clock, ids)
    mine = await kept(storage, clock, ids, "wechat:d")
    clock.advance(days=1)
    fresh = await kept(storage, clock, ids)
    async with storage.begin() as unit:
        await unit.attachments.attach("wechat:d", "1", since=mine.at)
        assert await unit.attachments.forget(before=fresh.at) == ()  # its turn is not over
        await unit.attachments._connection.execute(sa.update(messages).values(state="handled"))
        assert await unit.attachments.forget(before=fresh.at) == (old,)
        assert await unit.attachments.forget(before=fresh.at) == ()
        assert await unit.attachments.of_message(fresh.message_id) == fresh

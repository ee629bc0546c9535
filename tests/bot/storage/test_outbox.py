"""The outbox on both databases: added once, sent once, in order."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.records import LeaseLost, NewOutbound, OutboxRow, OutboxState
from bot.storage.units import Storage
from connectors.base import Reply, ReplyCase, ReplyCitation, ReplyKind, ReplyOption
from tests.fakes.edges import CountingIds, FakeClock

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
REPLY = Reply(
    kind=ReplyKind.ANSWER,
    text="可以在社区服务中心办理。",
    citations=(ReplyCitation(document_id="d1", title="办事指南"),),
    options=(ReplyOption(label="反映问题", text="我要反映问题"),),
    case=ReplyCase(number="20260302000001", state="triage"),
)


def new(
    key: str,
    conversation: str = "web:a",
    message_id: str | None = None,
    not_before: datetime | None = None,
) -> NewOutbound:
    return NewOutbound(
        key=key,
        channel="webchat",
        conversation_id=conversation,
        recipient="a",
        reply=REPLY,
        message_id=message_id,
        case_number="20260302000001",
        not_before=not_before,
    )


class Box:
    """The outbox, one transaction a call."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.ids = CountingIds()

    async def add(self, *rows: NewOutbound) -> list[OutboxRow]:
        async with self.storage.begin() as unit:
            return [await unit.outbox.add(row, id=self.ids.new_id(), now=NOW) for row in rows]

    async def due(self, owner: str = "w", limit: int = 10, now: datetime = NOW) -> list[str]:
        async with self.storage.begin() as unit:
            rows = await unit.outbox.claim_due(owner=owner, lease_s=30, limit=limit, now=now)
        return [row.key for row in rows]

    async def sent(self, row: OutboxRow, owner: str = "w") -> None:
        async with self.storage.begin() as unit:
            await unit.outbox.mark_sent(row.id, owner=owner, now=NOW, receipt="there-7")

    async def get(self, row: OutboxRow) -> OutboxRow:
        async with self.storage.read() as unit:
            found = await unit.outbox.get(row.id)
        assert found is not None
        return found


@pytest.fixture
def box(storage: Storage) -> Box:
    return Box(storage)


async def test_a_reply_comes_back_whole(box: Box) -> None:
    [row] = await box.add(new("k", message_id="m1", not_before=LATER))
    assert await box.get(row) == row
    assert row.reply == REPLY
    assert (row.state, row.next_attempt_at) == (OutboxState.PENDING, LATER)
    assert row.outbound.idempotency_key == row.id


async def test_the_same_key_again_gives_the_row_already_there(box: Box) -> None:
    [first] = await box.add(new("k"))
    [second] = await box.add(new("k"))
    assert second == first


async def test_the_same_key_at_once_adds_one_row(box: Box) -> None:
    added = await asyncio.gather(*(box.add(new("k", conversation="")) for _ in range(8)))
    assert len({row.id for [row] in added}) == 1


async def test_replies_of_one_turn_keep_their_order(box: Box) -> None:
    rows = await box.add(*(new(f"k{n}", message_id="m1") for n in (2, 0, 1)))
    async with box.storage.read() as unit:
        assert list(await unit.outbox.of_message("m1")) == rows


async def test_a_reply_carried_in_place_is_not_sent_again(box: Box) -> None:
    rows = await box.add(*(new(f"k{n}", message_id="m1", not_before=LATER) for n in range(3)))
    async with box.storage.begin() as unit:
        carried = await unit.outbox.claim_for_reply("m1", limit=2, via="reply", now=NOW)
        left = await unit.outbox.make_due("m1", now=NOW)
    assert [row.key for row in carried] == ["k0", "k1"]
    assert {row.sent_via for row in carried} == {"reply"}
    assert left == 1
    assert await box.due() == ["k2"]
    assert (await box.get(rows[0])).state is OutboxState.SENT


async def test_in_place_and_worker_at_once_never_both(box: Box) -> None:
    await box.add(*(new(f"k{n}", message_id="m1", conversation="") for n in range(6)))

    async def in_place() -> list[str]:
        async with box.storage.begin() as unit:
            rows = await unit.outbox.claim_for_reply("m1", limit=1, via="reply", now=NOW)
        return [row.key for row in rows]

    taken = await asyncio.gather(
        *(in_place() for _ in range(3)), *(box.due(limit=1) for _ in "abc")
    )
    keys = [key for some in taken for key in some]
    assert len(keys) == len(set(keys))
    left = await box.due()
    assert sorted(keys + left) == [f"k{n}" for n in range(6)]


async def test_nothing_goes_out_before_its_time(box: Box) -> None:
    await box.add(new("k", not_before=LATER))
    assert await box.due() == []
    assert await box.due(now=LATER) == ["k"]


async def test_a_conversation_is_sent_in_order(box: Box) -> None:
    first, _ = await box.add(new("k1"), new("k2"))
    await box.add(new("other", conversation="web:b"))
    assert await box.due() == ["k1", "other"]
    assert await box.due() == []
    await box.sent(first)
    assert await box.due() == ["k2"]


async def test_workers_at_once_take_different_rows(box: Box) -> None:
    await box.add(*(new(f"k{n}", conversation=f"web:{n}") for n in range(12)))
    taken = await asyncio.gather(*(box.due(f"w{n}", limit=3) for n in range(6)))
    keys = [key for some in taken for key in some]
    assert sorted(keys) == sorted(set(keys))
    assert {len(some) for some in taken} <= {0, 1, 2, 3}
    assert len(keys) + len(await box.due()) == 12


async def test_a_dead_workers_row_is_taken_over(box: Box, clock: FakeClock) -> None:
    [row] = await box.add(new("k"))
    await box.due("dead")
    later = clock.advance(seconds=30)
    assert await box.due("alive", now=later) == ["k"]
    with pytest.raises(LeaseLost):
        await box.sent(row, "dead")
    await box.sent(row, "alive")
    done = await box.get(row)
    assert (done.state, done.receipt, done.attempts) == (OutboxState.SENT, "there-7", 2)


async def test_a_retry_waits(box: Box) -> None:
    [row] = await box.add(new("k"))
    await box.due()
    async with box.storage.begin() as unit:
        await unit.outbox.retry_at(row.id, owner="w", at=LATER, error="timeout")
    assert await box.due() == []
    assert await box.due(now=LATER) == ["k"]
    assert (await box.get(row)).last_error == "timeout"


async def test_what_is_kept_is_given_at_the_next_contact(box: Box) -> None:
    rows = await box.add(new("k1"), new("k2"), new("k3"))
    for row in rows:
        await box.due()
        async with box.storage.begin() as unit:
            await unit.outbox.keep(row.id, owner="w", error="window_closed")
    async with box.storage.begin() as unit:
        own, kept, moving = await unit.outbox.unread("web:a", "no message", now=NOW)
        carried = await unit.outbox.take_kept(
            "web:a", limit=1, via="reply", receipt="with:m", now=NOW
        )
        released = await unit.outbox.release_kept("web:a", now=NOW)
    assert [row.key for row in kept] == ["k1", "k2", "k3"]
    assert (own, moving) == ((), ())
    assert [row.key for row in carried] == ["k1"]
    assert released == 2
    assert await box.due() == ["k2"]


async def test_dead_rows_are_seen_and_can_be_revived(box: Box) -> None:
    [row] = await box.add(new("k"))
    await box.due()
    async with box.storage.begin() as unit:
        await unit.outbox.dead(row.id, owner="w", error="unknown_recipient")
        assert [dead.key for dead in await unit.outbox.dead_rows()] == ["k"]
        assert await unit.outbox.revive(row.id, now=NOW)
        assert not await unit.outbox.revive(row.id, now=NOW)
    assert await box.due() == ["k"]


async def test_history_goes_on_where_the_reader_stopped(box: Box) -> None:
    rows = await box.add(*(new(f"k{n}") for n in range(5)))
    await box.add(new("other", conversation="web:b"))
    async with box.storage.read() as unit:
        everything = await unit.outbox.history("web:a")
        since = await unit.outbox.history("web:a", after=rows[2].id)
        newest = await unit.outbox.history("web:a", limit=2)
        unknown = await unit.outbox.history("web:a", after="someone-elses", limit=1)
    assert list(everything) == rows
    assert [row.key for row in since] == ["k3", "k4"]
    assert [row.key for row in newest] == ["k3", "k4"]
    assert [row.key for row in unknown] == ["k4"]


async def test_counts(box: Box) -> None:
    await box.add(new("k1"), new("k2"), new("k3", conversation="web:b"))
    await box.due(limit=1)
    async with box.storage.read() as unit:
        counts = await unit.outbox.counts(NOW + timedelta(seconds=9))
    assert counts.by_state == {"pending": 2, "sending": 1}
    assert counts.oldest_s == 9

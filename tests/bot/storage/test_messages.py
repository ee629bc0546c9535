"""Inbound messages on both databases: stored once, handled once, in order."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.records import LeaseLost, MessageState, StoredMessage
from bot.storage.units import Storage
from connectors.base import Inbound, InboundKind
from tests.fakes.edges import FakeClock

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LEASE_S = 30.0


def inbound(external_id: str = "1", conversation: str = "web:a") -> Inbound:
    return Inbound(
        channel="webchat",
        external_id=external_id,
        sender_id="a",
        conversation_id=conversation,
        kind=InboundKind.LOCATION,
        text="路灯不亮",
        details={"label": "新城大道"},
        sent_at=NOW - timedelta(seconds=1),
    )


async def store(
    storage: Storage, id: str, conversation: str = "web:a", now: datetime = NOW
) -> StoredMessage:
    async with storage.begin() as unit:
        stored = await unit.messages.store_once(inbound(id, conversation), id=id, now=now)
    return stored.message


async def claim(
    storage: Storage, id: str, owner: str = "one", now: datetime = NOW
) -> StoredMessage | None:
    async with storage.begin() as unit:
        return await unit.messages.claim(id, owner=owner, lease_s=LEASE_S, now=now)


async def handled(storage: Storage, id: str, owner: str = "one") -> None:
    async with storage.begin() as unit:
        message = await unit.messages.get(id)
        assert message is not None
        await unit.messages.mark_handled(message, owner=owner, now=NOW)


async def test_a_message_comes_back_as_it_was_stored(storage: Storage) -> None:
    stored = await store(storage, "m1")
    async with storage.read() as unit:
        again = await unit.messages.get("m1")
    assert again == stored
    assert again == StoredMessage(
        id="m1",
        channel="webchat",
        external_id="m1",
        conversation_id="web:a",
        sender_id="a",
        kind=InboundKind.LOCATION,
        text="路灯不亮",
        details={"label": "新城大道"},
        sent_at=NOW - timedelta(seconds=1),
        received_at=NOW,
    )


async def test_a_resend_is_the_same_message(storage: Storage) -> None:
    async with storage.begin() as unit:
        first = await unit.messages.store_once(inbound(), id="m1", now=NOW)
    async with storage.begin() as unit:
        second = await unit.messages.store_once(inbound(), id="m2", now=NOW)
    assert (first.new, second.new) == (True, False)
    assert second.message == first.message


async def test_resends_at_once_store_one_message(storage: Storage) -> None:
    async def one(number: int) -> bool:
        async with storage.begin() as unit:
            stored = await unit.messages.store_once(inbound(), id=f"m{number}", now=NOW)
        return stored.new

    outcomes = await asyncio.gather(*(one(number) for number in range(8)))
    assert sorted(outcomes) == [False] * 7 + [True]


async def test_text_no_database_takes_is_stored_without_its_bad_characters(
    storage: Storage,
) -> None:
    odd = replace(inbound(), text="坏\x00字\ud83d", details={"label": "半\ud83d"})
    async with storage.begin() as unit:
        stored = await unit.messages.store_once(odd, id="m1", now=NOW)
    assert stored.message.text == "坏字\ufffd"
    assert stored.message.details == {"label": "半\ufffd"}


async def test_received_at_grows_in_a_conversation_when_clocks_do_not(storage: Storage) -> None:
    first = await store(storage, "m1")
    second = await store(storage, "m2", now=NOW - timedelta(seconds=5))
    assert second.received_at > first.received_at


async def test_two_claims_at_once_one_wins(storage: Storage) -> None:
    await store(storage, "m1")
    claims = await asyncio.gather(*(claim(storage, "m1", f"owner{n}") for n in range(6)))
    won = [message for message in claims if message is not None]
    assert len(won) == 1
    assert won[0].state is MessageState.HANDLING
    assert won[0].attempts == 1


async def test_a_later_message_waits_for_the_earlier(storage: Storage) -> None:
    await store(storage, "m1")
    await store(storage, "m2")
    assert await claim(storage, "m2") is None
    assert await claim(storage, "m1") is not None
    assert await claim(storage, "m2") is None
    await handled(storage, "m1")
    assert await claim(storage, "m2") is not None


async def test_another_conversation_does_not_wait(storage: Storage) -> None:
    await store(storage, "m1")
    await store(storage, "m2", conversation="web:b")
    assert await claim(storage, "m2") is not None


async def test_who_is_done_takes_the_following(storage: Storage) -> None:
    await store(storage, "m1")
    await store(storage, "m2")
    claimed = await claim(storage, "m1")
    assert claimed is not None
    async with storage.begin() as unit:
        await unit.messages.mark_handled(claimed, owner="one", now=NOW)
        following = await unit.messages.claim_following(
            "web:a", owner="one", lease_s=LEASE_S, now=NOW
        )
        nothing = await unit.messages.claim_following(
            "web:b", owner="one", lease_s=LEASE_S, now=NOW
        )
    assert following is not None
    assert following.id == "m2"
    assert nothing is None


async def test_an_expired_lease_is_taken_over_and_the_first_owner_is_told(
    storage: Storage, clock: FakeClock
) -> None:
    await store(storage, "m1", now=clock.now())
    await claim(storage, "m1", "dead", clock.now())
    later = clock.advance(seconds=LEASE_S)
    async with storage.begin() as unit:
        taken = await unit.messages.claim_next(
            owner="alive", lease_s=LEASE_S, now=later, stored_before=later
        )
    assert taken is not None
    assert (taken.lease_owner, taken.attempts) == ("alive", 2)
    with pytest.raises(LeaseLost):
        await handled(storage, "m1", "dead")
    await handled(storage, "m1", "alive")


async def test_extending_keeps_a_message(storage: Storage, clock: FakeClock) -> None:
    await store(storage, "m1", now=clock.now())
    await claim(storage, "m1", "slow", clock.now())
    later = clock.advance(seconds=LEASE_S - 1)
    async with storage.begin() as unit:
        await unit.messages.extend("m1", owner="slow", lease_s=LEASE_S, now=later)
    assert await claim(storage, "m1", "other", clock.advance(seconds=2)) is None


async def test_fresh_messages_are_left_to_who_stored_them(storage: Storage) -> None:
    await store(storage, "m1")
    async with storage.begin() as unit:
        taken = await unit.messages.claim_next(
            owner="w", lease_s=LEASE_S, now=NOW, stored_before=NOW - timedelta(seconds=3)
        )
    assert taken is None


async def test_workers_at_once_take_different_messages_in_order(storage: Storage) -> None:
    for number in range(6):
        await store(storage, f"m{number}", conversation=f"web:{number % 3}")

    async def take(owner: str) -> str:
        async with storage.begin() as unit:
            taken = await unit.messages.claim_next(
                owner=owner, lease_s=LEASE_S, now=NOW, stored_before=NOW + timedelta(seconds=1)
            )
        return taken.id if taken else "-"

    taken = await asyncio.gather(*(take(f"w{number}") for number in range(6)))
    assert sorted(taken) == ["-", "-", "-", "m0", "m1", "m2"]


async def test_a_released_message_waits_for_its_retry(storage: Storage, clock: FakeClock) -> None:
    await store(storage, "m1", now=clock.now())
    await claim(storage, "m1", now=clock.now())
    retry_at = clock.now() + timedelta(seconds=10)
    async with storage.begin() as unit:
        await unit.messages.release("m1", owner="one", retry_at=retry_at, error="OSError")
    assert await claim(storage, "m1", now=clock.advance(seconds=9)) is None
    again = await claim(storage, "m1", now=clock.advance(seconds=1))
    assert again is not None
    assert (again.attempts, again.last_error) == (2, "OSError")


async def test_a_failed_message_holds_nothing_up(storage: Storage) -> None:
    await store(storage, "m1")
    await store(storage, "m2")
    await claim(storage, "m1")
    async with storage.begin() as unit:
        await unit.messages.mark_failed("m1", owner="one", now=NOW, error="ValueError")
    assert await claim(storage, "m2") is not None
    assert await claim(storage, "m1") is None


async def test_counts_and_history(storage: Storage, clock: FakeClock) -> None:
    await store(storage, "m1")
    await store(storage, "m2", conversation="web:b")
    await store(storage, "m3", now=NOW + timedelta(seconds=1))
    await claim(storage, "m1")
    await handled(storage, "m1")
    await claim(storage, "m3")
    async with storage.read() as unit:
        counts = await unit.messages.counts(NOW + timedelta(seconds=7))
        history = await unit.messages.history("web:a")
    assert counts.by_state == {"handling": 1, "stored": 1}
    assert counts.oldest_s == 7
    assert [message.id for message in history] == ["m1", "m3"]


async def test_a_failed_transaction_keeps_nothing(storage: Storage) -> None:
    async def store_under_a_lost_lease() -> None:
        async with storage.begin() as unit:
            stored = await unit.messages.store_once(inbound(), id="m1", now=NOW)
            await unit.messages.mark_handled(stored.message, owner="nobody", now=NOW)

    with pytest.raises(LeaseLost):
        await store_under_a_lost_lease()
    async with storage.read() as unit:
        assert await unit.messages.get("m1") is None

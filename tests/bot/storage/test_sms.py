"""Who wants no text messages, and rows that are kept or for a person, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.delivery.outbox import Outbox
from bot.optouts import SmsOptOuts
from bot.records import NewOutbound, OutboxRow, OutboxState
from bot.storage.units import Storage
from connectors.base import Reply
from tests.fakes.edges import CountingIds, FakeClock

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
PHONE = "13900000001"


async def test_stopped_until_resumed_and_again(storage: Storage, clock: FakeClock) -> None:
    optouts = SmsOptOuts(storage, clock)
    assert not await optouts.stopped(PHONE)
    assert not await optouts.resume(PHONE)
    await optouts.stop(PHONE)
    await optouts.stop(PHONE)
    assert await optouts.stopped(PHONE)
    assert not await optouts.stopped("13900000002")
    assert await optouts.resume(PHONE)
    assert not await optouts.resume(PHONE)
    assert not await optouts.stopped(PHONE)
    await optouts.stop(PHONE)
    assert await optouts.stopped(PHONE)


async def added(storage: Storage, ids: CountingIds, key: str, now: datetime = NOW) -> OutboxRow:
    new = NewOutbound(
        key=key,
        channel="hotline",
        conversation_id=key,
        recipient=PHONE,
        reply=Reply(text="x"),
        case_number="1",
    )
    async with storage.begin() as unit:
        return await unit.outbox.add(new, id=ids.new_id(), now=now)


async def state(storage: Storage, row: OutboxRow) -> tuple[OutboxState, str]:
    async with storage.read() as unit:
        found = await unit.outbox.get(row.id)
    assert found is not None
    return found.state, found.last_error


async def test_only_what_this_channel_did_not_send_for_this_reason_is_released(
    storage: Storage, ids: CountingIds
) -> None:
    rows = {}
    for key, error, age_d in (
        ("now", "none", 0),
        ("old", "none", 4),
        ("stopped", "sms_stopped", 0),
    ):
        rows[key] = await added(storage, ids, key, NOW - timedelta(days=age_d))
        async with storage.begin() as unit:
            await unit.outbox.claim_due(owner="w", lease_s=9, limit=9, now=NOW)
            await unit.outbox.keep(rows[key].id, owner="w", error=error)
    async with storage.begin() as unit:
        since = NOW - timedelta(days=3)
        others = await unit.outbox.release_for(["wechat"], error="none", since=since, now=NOW)
        ours = await unit.outbox.release_for(["hotline"], error="none", since=since, now=NOW)
    assert (others, ours) == (0, 1)
    states = [(await state(storage, rows[key]))[0] for key in ("now", "old", "stopped")]
    assert states == [OutboxState.PENDING, OutboxState.KEPT, OutboxState.KEPT]


async def test_what_reached_nobody_is_one_dead_row_however_often_it_is_told(
    storage: Storage, clock: FakeClock, ids: CountingIds
) -> None:
    row = await added(storage, ids, "k")
    outbox = Outbox(storage, clock, NoWaking())  # type: ignore[arg-type]  # nothing is woken here
    for _ in range(2):
        told = await outbox.not_reached(row.id, error="sms_absent", new_id=ids.new_id())
        assert told == row
    [dead] = await outbox.dead()
    assert (dead.key, dead.last_error, dead.recipient) == (f"back:{row.id}", "sms_absent", PHONE)
    assert await outbox.revive(dead.id)
    await outbox.not_reached(row.id, error="sms_absent", new_id=ids.new_id())
    assert (await state(storage, dead))[0] is OutboxState.PENDING
    assert await outbox.not_reached("unknown", error="sms_absent", new_id=ids.new_id()) is None


class NoWaking:
    async def wake(self, *topics: str) -> None:
        del topics

"""Replies on their way out: retried, kept, given up, never twice, never out of order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.backoff import Backoff
from bot.delivery.worker import Deliveries
from bot.metrics import Metrics
from bot.records import NewOutbound, OutboxRow, OutboxState
from bot.storage.units import Storage
from connectors.base import Outbound, Receipt, Reply
from connectors.errors import Kept, Refused, Retryable, Waiting
from tests.fakes.channel import StrictChannel
from tests.fakes.edges import CountingIds, FakeClock, RecordedWakeups

Worker = Callable[..., Deliveries]


@pytest.fixture
def worker(storage: Storage, clock: FakeClock, wakeups: RecordedWakeups) -> Worker:
    """Builds a delivery worker, as one process has it."""

    def build(
        channel: StrictChannel, *, owner: str = "worker-1", backoff: Backoff | None = None
    ) -> Deliveries:
        return Deliveries(
            storage,
            {channel.name: channel},
            clock,
            wakeups,
            Metrics(),
            owner=owner,
            lease_s=30.0,
            backoff=backoff or Backoff(),
            jitter=lambda: 1.0,
        )

    return build


class StoppingChannel(StrictChannel):
    """The first send meets the end of the process."""

    def __init__(self, stop: asyncio.Event) -> None:
        super().__init__()
        self._stop = stop

    async def send(self, outbound: Outbound) -> Receipt:
        self._stop.set()
        return await super().send(outbound)


async def put(
    storage: Storage, clock: FakeClock, ids: CountingIds, text: str, conversation: str = "c"
) -> OutboxRow:
    new = NewOutbound(
        key=f"test:{text}",
        channel="strict",
        conversation_id=conversation,
        recipient="citizen",
        reply=Reply(text=text),
    )
    async with storage.begin() as unit:
        return await unit.outbox.add(new, id=ids.new_id(), now=clock.now())


async def row(storage: Storage, outbox_id: str) -> OutboxRow:
    async with storage.read() as unit:
        found = await unit.outbox.get(outbox_id)
    assert found is not None
    return found


async def test_a_conversation_arrives_in_order(
    storage: Storage, clock: FakeClock, ids: CountingIds, worker: Worker
) -> None:
    rows = [await put(storage, clock, ids, text) for text in "一二三"]
    channel = StrictChannel()
    assert await worker(channel).deliver() == 3
    assert channel.texts == ["一", "二", "三"]
    first = await row(storage, rows[0].id)
    assert (first.state, first.receipt) == (OutboxState.SENT, f"strict-{first.id}")


async def test_a_retry_keeps_the_order(
    storage: Storage, clock: FakeClock, ids: CountingIds, worker: Worker
) -> None:
    for text in "一二":
        await put(storage, clock, ids, text)
    channel = StrictChannel(outcomes=(Retryable("busy"),))
    deliveries = worker(channel)
    assert await deliveries.deliver() == 1
    assert channel.texts == []
    clock.advance(seconds=2)
    assert await deliveries.deliver() == 2
    assert channel.texts == ["一", "二"]


async def test_one_conversations_trouble_holds_up_no_other(
    storage: Storage, clock: FakeClock, ids: CountingIds, worker: Worker
) -> None:
    await put(storage, clock, ids, "一", "c1")
    await put(storage, clock, ids, "二", "c2")
    channel = StrictChannel(outcomes=(Retryable("busy"),))
    await worker(channel).deliver()
    assert channel.texts == ["二"]


async def test_the_other_sides_wait_is_respected(
    storage: Storage, clock: FakeClock, ids: CountingIds, worker: Worker
) -> None:
    put_in = await put(storage, clock, ids, "一")
    await worker(StrictChannel(outcomes=(Retryable("quota", retry_after_s=600),))).deliver()
    waiting = await row(storage, put_in.id)
    assert waiting.next_attempt_at == clock.now() + timedelta(seconds=600)
    assert (waiting.state, waiting.last_error) == (OutboxState.PENDING, "quota")


@pytest.mark.parametrize(
    ("error", "state"),
    [(Kept("outside_window"), OutboxState.KEPT), (Refused("blocked"), OutboxState.DEAD)],
)
async def test_what_cannot_go_out_stays_with_its_reason(
    storage: Storage,
    clock: FakeClock,
    ids: CountingIds,
    worker: Worker,
    error: Exception,
    state: OutboxState,
) -> None:
    put_in = await put(storage, clock, ids, "一")
    await put(storage, clock, ids, "二")
    channel = StrictChannel(outcomes=(error,))
    await worker(channel).deliver()
    kept = await row(storage, put_in.id)
    assert (kept.state, kept.last_error) == (state, str(error))
    assert channel.texts == ["二"]


async def test_after_its_tries_a_person_must_look(
    storage: Storage, clock: FakeClock, ids: CountingIds, worker: Worker
) -> None:
    put_in = await put(storage, clock, ids, "一")
    channel = StrictChannel(outcomes=(OSError(), OSError(), OSError()))
    deliveries = worker(channel, backoff=Backoff(tries=3))
    for _ in range(3):
        await deliveries.deliver()
        clock.advance(hours=2)
    assert await deliveries.deliver() == 0
    dead = await row(storage, put_in.id)
    assert (dead.state, dead.attempts, dead.last_error) == (OutboxState.DEAD, 3, "OSError")


async def test_a_lost_receipt_sends_nothing_twice(
    storage: Storage, clock: FakeClock, ids: CountingIds, worker: Worker
) -> None:
    await put(storage, clock, ids, "一")
    channel = StrictChannel(lost_receipts=1)
    deliveries = worker(channel)
    await deliveries.deliver()
    clock.advance(seconds=2)
    await deliveries.deliver()
    assert (channel.calls, channel.texts) == (2, ["一"])


async def test_two_workers_send_each_row_once(
    storage: Storage, clock: FakeClock, ids: CountingIds, worker: Worker
) -> None:
    for number in range(30):
        await put(storage, clock, ids, str(number), f"c{number % 7}")
    channel = StrictChannel()
    await asyncio.gather(*(worker(channel, owner=f"worker-{n}").deliver() for n in range(2)))
    # One of them may have run out of free rows while the other still held some.
    await worker(channel).deliver()
    assert channel.calls == 30
    for conversation in range(7):
        mine = [o.reply.text for o in channel.arrived if o.conversation_id == f"c{conversation}"]
        assert mine == [str(n) for n in range(30) if n % 7 == conversation]


async def test_a_dead_workers_row_is_taken_over(
    storage: Storage, clock: FakeClock, ids: CountingIds, worker: Worker
) -> None:
    await put(storage, clock, ids, "一")
    async with storage.begin() as unit:
        await unit.outbox.claim_due(owner="dead", lease_s=30, limit=1, now=clock.now())
    channel = StrictChannel()
    assert await worker(channel).deliver() == 0
    clock.advance(seconds=31)
    assert await worker(channel).deliver() == 1
    assert channel.texts == ["一"]


async def test_for_a_channel_that_is_not_configured_it_is_kept_until_it_is(
    storage: Storage, clock: FakeClock, ids: CountingIds, worker: Worker
) -> None:
    put_in = await put(storage, clock, ids, "一")
    another = worker(StrictChannel(name="another"))
    assert await another.deliver() == 1
    kept = await row(storage, put_in.id)
    assert (kept.state, kept.last_error) == (OutboxState.KEPT, "channel_not_configured")
    clock.advance(days=1)
    assert (await another.release_configured(), await another.deliver()) == (0, 0)
    channel = StrictChannel()
    configured = worker(channel)
    assert (await configured.release_configured(), await configured.deliver()) == (1, 1)
    assert channel.texts == ["一"]


async def test_a_row_is_dead_though_nobody_could_be_told(
    storage: Storage, clock: FakeClock, ids: CountingIds, wakeups: RecordedWakeups
) -> None:
    told: list[tuple[str, str]] = []

    async def away(dead: OutboxRow, error: str) -> None:
        told.append((dead.id, error))
        raise ConnectionError

    put_in = await put(storage, clock, ids, "一")
    channel = StrictChannel(outcomes=(Refused("no_number"),))
    await Deliveries(
        storage,
        {channel.name: channel},
        clock,
        wakeups,
        Metrics(),
        owner="worker-1",
        lease_s=30.0,
        backoff=Backoff(),
        jitter=lambda: 1.0,
        on_dead=away,
    ).deliver()
    assert told == [(put_in.id, "no_number")]
    assert (await row(storage, put_in.id)).state is OutboxState.DEAD


async def test_what_was_kept_for_days_is_no_news_to_a_channel_that_is_new(
    storage: Storage, clock: FakeClock, ids: CountingIds, worker: Worker
) -> None:
    await put(storage, clock, ids, "一")
    await worker(StrictChannel(name="another")).deliver()
    clock.advance(days=3, seconds=1)
    assert await worker(StrictChannel()).release_configured() == 0


@given(
    tried=st.integers(min_value=1, max_value=5000),
    jitter=st.floats(min_value=0, max_value=1),
    at_least_s=st.floats(min_value=0, max_value=86_400),
)
def test_a_pause_is_never_longer_than_its_cap_nor_shorter_than_asked(
    tried: int, jitter: float, at_least_s: float
) -> None:
    backoff = Backoff(base_s=2.0, cap_s=3600.0)
    delay_s = backoff.delay_s(tried, jitter, at_least_s=at_least_s)
    assert at_least_s <= delay_s <= max(3600.0, at_least_s)
    assert delay_s >= 1.0


def test_pauses_double_up_to_the_cap() -> None:
    backoff = Backoff(base_s=2.0, cap_s=60.0, tries=7)
    pauses = [backoff.delay_s(tried, 1.0) for tried in range(1, 8)]
    assert pauses == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert [backoff.used_up(tried) for tried in (6, 7)] == [False, True]


async def test_a_stop_leaves_what_was_not_taken_to_others(
    storage: Storage, clock: FakeClock, ids: CountingIds, worker: Worker
) -> None:
    for number in range(45):
        await put(storage, clock, ids, f"第{number}条", conversation=f"c{number}")
    stop = asyncio.Event()
    stopped = StoppingChannel(stop)
    assert await worker(stopped).deliver(stop) == 20
    assert len(stopped.arrived) == 20
    assert await worker(stopped).deliver() == 25


async def test_waiting_for_a_quota_is_no_failed_try(
    storage: Storage, clock: FakeClock, ids: CountingIds, worker: Worker
) -> None:
    put_in = await put(storage, clock, ids, "一")
    channel = StrictChannel(outcomes=(Waiting("quota", retry_after_s=60),) * 40)
    deliveries = worker(channel, backoff=Backoff(tries=3))
    for _ in range(40):
        assert await deliveries.deliver() == 1
        waiting = await row(storage, put_in.id)
        assert (waiting.state, waiting.attempts) == (OutboxState.PENDING, 0)
        assert waiting.next_attempt_at == clock.now() + timedelta(seconds=61)
        clock.advance(seconds=61)
    await deliveries.deliver()
    assert channel.texts == ["一"]

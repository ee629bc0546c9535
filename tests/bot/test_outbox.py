"""Replies carried in place, waited for, kept for the next contact; none goes out twice."""

from __future__ import annotations

import asyncio
import random

from bot import turn
from bot.delivery.backoff import Backoff
from bot.delivery.worker import Deliveries
from bot.handling import handling
from bot.records import OutboxState
from bot.services import Services
from connectors.base import Outbound, Reply
from connectors.errors import Kept, Retryable
from tests.bot.conftest import World
from tests.fakes.channel import StrictChannel

IN_PLACE_S = 5.0


def deliveries(world: World, services: Services) -> Deliveries:
    return Deliveries(
        world.storage,
        {"strict": world.channel},
        world.clock,
        services.cache,
        services.metrics,
        owner="worker",
        lease_s=30.0,
        backoff=Backoff(),
        jitter=random.Random(1).random,  # noqa: S311 - spreads retries, keeps no secret
    )


async def hear(services: Services, world: World, text: str) -> str:
    stored = await services.intake.store(world.says(text))
    await turn.handle(services.intake.claimed.get_nowait(), services)
    return stored.message.id


async def in_turn(
    services: Services, message_id: str, timeout_s: float = 0.0
) -> tuple[Outbound, ...]:
    message = await services.inbox.message(message_id)
    assert message is not None
    return await services.outbox.carry_in_turn(message, len, timeout_s) or ()


def texts(carried: tuple[Outbound, ...]) -> list[str]:
    return [outbound.reply.text for outbound in carried]


async def test_what_is_carried_in_place_is_not_sent_too(world: World) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    world.dialogue.script["投诉"] = (("一", "二", "三"), True)
    message_id = await hear(services, world, "投诉")
    assert await deliveries(world, services).deliver() == 0
    assert texts(await services.outbox.claim_for_reply(message_id, 1)) == ["一"]
    # The rest need not wait until the time for carrying is over.
    await deliveries(world, services).deliver()
    assert world.channel.texts == ["二", "三"]
    assert await services.outbox.claim_for_reply(message_id, 9) == ()


async def test_what_nobody_carried_is_sent_after_the_time_for_it(world: World) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    await hear(services, world, "怎么办社保")
    assert await deliveries(world, services).deliver() == 0
    world.clock.advance(seconds=IN_PLACE_S)
    assert await deliveries(world, services).deliver() == 1


async def test_a_carrier_and_the_worker_at_once_give_it_once(world: World) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    for _ in range(10):
        message_id = await hear(services, world, "怎么办社保")
        world.clock.advance(seconds=IN_PLACE_S)
        sent_before = len(world.channel.arrived)
        carried, _ = await asyncio.gather(
            services.outbox.claim_for_reply(message_id, 1), deliveries(world, services).deliver()
        )
        assert len(carried) + len(world.channel.arrived) - sent_before == 1


async def test_a_platform_that_asks_again_gets_the_same_again(world: World) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    message_id = await hear(services, world, "怎么办社保")
    first = await in_turn(services, message_id)
    again = await in_turn(services, message_id)
    assert first == again
    assert len(again) == 1
    assert await deliveries(world, services).deliver() == 0


async def test_a_platform_that_asks_twice_at_once_gets_the_same_twice(world: World) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    for _ in range(10):
        message_id = await hear(services, world, "怎么办社保")
        first, second = await asyncio.gather(*(in_turn(services, message_id) for _ in range(2)))
        assert first == second
        assert len(first) == 1


async def test_after_a_bare_acknowledgement_no_copy_of_the_message_carries_the_reply(
    world: World,
) -> None:
    """The platform read "safe" and asks no more: what a copy carried then, nobody would see."""
    services = await world.replica(in_place_s=IN_PLACE_S)
    stored = await services.intake.store(world.says("怎么办社保"))
    message_id = stored.message.id
    assert await services.outbox.let_go(message_id, len) == ()
    await turn.handle(services.intake.claimed.get_nowait(), services)
    world.clock.advance(seconds=IN_PLACE_S / 2)
    assert await in_turn(services, message_id) == ()
    assert await deliveries(world, services).deliver() == 1
    assert world.channel.texts == ["带身份证到社保窗口办理。"]


async def test_a_platform_that_hung_up_may_still_be_answered_when_it_asks_again(
    world: World,
) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    stored = await services.intake.store(world.says("怎么办社保"))
    message_id = stored.message.id
    assert await services.outbox.let_go(message_id, len, heard=False) == ()
    await turn.handle(services.intake.claimed.get_nowait(), services)
    world.clock.advance(seconds=IN_PLACE_S / 2)
    carried = await in_turn(services, message_id)
    assert texts(carried) == ["带身份证到社保窗口办理。"]
    assert await deliveries(world, services).deliver() == 0


async def test_what_was_taken_for_a_platform_that_hung_up_meanwhile_is_sent(world: World) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    message = await services.inbox.message(await hear(services, world, "怎么办社保"))
    assert message is not None
    there = iter((True, False))
    carried = await services.outbox.carry_in_turn(message, len, 1.0, listening=lambda: next(there))
    assert carried == ()
    assert await deliveries(world, services).deliver() == 1
    assert world.channel.texts == ["带身份证到社保窗口办理。"]


async def test_what_a_copy_carried_meanwhile_is_carried_by_the_late_one_too(world: World) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    message_id = await hear(services, world, "怎么办社保")
    carried = await in_turn(services, message_id)
    assert await services.outbox.let_go(message_id, len) == carried
    assert await in_turn(services, message_id) == carried
    assert await deliveries(world, services).deliver() == 0


async def test_what_was_kept_is_given_at_the_next_contact_after_the_answer(world: World) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    await hear(services, world, "怎么办社保")
    world.channel = StrictChannel(outcomes=(Kept("no_window"),))
    world.clock.advance(seconds=IN_PLACE_S)
    await deliveries(world, services).deliver()
    message_id = await hear(services, world, "谢谢")
    carried = texts(await services.outbox.carry(message_id, len))
    assert carried == [services.city.wording.say("thanks"), "带身份证到社保窗口办理。"]
    states = [row.state for row in await services.outbox.history("strict:c")]
    assert states == [OutboxState.SENT, OutboxState.SENT]


async def test_what_was_kept_is_given_again_to_a_platform_that_asks_again(world: World) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    await hear(services, world, "怎么办社保")
    world.channel = StrictChannel(outcomes=(Kept("no_window"),))
    world.clock.advance(seconds=IN_PLACE_S)
    await deliveries(world, services).deliver()
    message_id = await hear(services, world, "谢谢")
    first = await in_turn(services, message_id)
    assert len(first) == 2
    assert await in_turn(services, message_id) == first
    later_id = await hear(services, world, "谢谢")
    assert len(await in_turn(services, later_id)) == 1


async def test_an_answer_in_place_waits_for_an_earlier_one_on_its_way(world: World) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    first_id = await hear(services, world, "怎么办社保")
    message_id = await hear(services, world, "谢谢")
    carrying = asyncio.create_task(in_turn(services, message_id, 20.0))
    done, _ = await asyncio.wait({carrying}, timeout=0.2)
    assert not done
    assert await services.outbox.let_go(first_id, len) == ()
    assert await deliveries(world, services).deliver() == 1
    assert texts(await carrying) == [services.city.wording.say("thanks")]
    assert world.channel.texts == ["带身份证到社保窗口办理。"]


async def test_an_answer_that_may_not_overtake_goes_out_after_the_earlier_one(
    world: World,
) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    first_id = await hear(services, world, "怎么办社保")
    message_id = await hear(services, world, "谢谢")
    assert await in_turn(services, message_id) == ()
    assert await deliveries(world, services).deliver() == 0
    assert await services.outbox.let_go(first_id, len) == ()
    await deliveries(world, services).deliver()
    thanks = services.city.wording.say("thanks")
    assert world.channel.texts == ["带身份证到社保窗口办理。", thanks]


async def test_an_earlier_reply_refused_for_long_is_carried_after_the_answer(
    world: World,
) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    await hear(services, world, "怎么办社保")
    world.channel = StrictChannel(outcomes=(Retryable("quota", retry_after_s=3600.0),))
    world.clock.advance(seconds=IN_PLACE_S)
    await deliveries(world, services).deliver()
    message_id = await hear(services, world, "谢谢")
    carried = texts(await in_turn(services, message_id))
    assert carried == [services.city.wording.say("thanks"), "带身份证到社保窗口办理。"]
    world.clock.advance(seconds=3600.0)
    assert await deliveries(world, services).deliver() == 0


async def test_kept_replies_without_room_are_sent_as_soon_as_the_window_is_open(
    world: World,
) -> None:
    services = await world.replica(in_place_s=IN_PLACE_S)
    await hear(services, world, "怎么办社保")
    world.channel = StrictChannel(outcomes=(Kept("no_window"),))
    world.clock.advance(seconds=IN_PLACE_S)
    await deliveries(world, services).deliver()
    message_id = await hear(services, world, "谢谢")

    def carries_one(replies: tuple[Reply, ...]) -> int:
        return min(1, len(replies))

    assert len(await services.outbox.carry(message_id, carries_one)) == 1
    await deliveries(world, services).deliver()
    assert world.channel.texts == ["带身份证到社保窗口办理。"]


async def test_a_channel_that_only_pushes_sends_what_was_kept_at_the_next_contact(
    world: World,
) -> None:
    services = await world.replica()
    world.channel = StrictChannel(outcomes=(Kept("no_window"),))
    await hear(services, world, "怎么办社保")
    await deliveries(world, services).deliver()
    await hear(services, world, "谢谢")
    await deliveries(world, services).deliver()
    assert world.channel.texts == [
        "带身份证到社保窗口办理。",
        services.city.wording.say("thanks"),
    ]


async def test_a_turn_is_waited_for_on_another_replica(world: World) -> None:
    here, there = await world.replica("here"), await world.replica("there")
    stored = await here.intake.store(world.says("怎么办社保"))
    waiting = asyncio.create_task(there.outbox.wait_for(stored.message.id, 10.0))
    async with handling(here, sweep=False):
        assert await waiting
    assert not await there.outbox.wait_for("no such message", 0.0)


async def test_a_page_is_told_of_the_next_reply(world: World) -> None:
    services = await world.replica()
    await hear(services, world, "怎么办社保")
    (first,) = await services.outbox.history("strict:c")
    waiting = asyncio.create_task(services.outbox.wait_for_more("strict:c", first.id, 10.0))
    await hear(services, world, "谢谢")
    (later,) = await waiting
    assert later.reply.text == services.city.wording.say("thanks")
    assert await services.outbox.wait_for_more("strict:c", later.id, 0.0) == ()


async def test_a_dead_row_is_shown_and_can_be_tried_again(world: World) -> None:
    services = await world.replica()
    await hear(services, world, "怎么办社保")
    (row,) = await services.outbox.history("strict:c")
    async with world.storage.begin() as unit:
        await unit.outbox.claim_due(owner="w", lease_s=30, limit=1, now=world.clock.now())
        await unit.outbox.dead(row.id, owner="w", error="refused")
    assert [dead.last_error for dead in await services.outbox.dead()] == ["refused"]
    assert await services.outbox.revive(row.id)
    assert not await services.outbox.revive(row.id)
    assert await deliveries(world, services).deliver() == 1

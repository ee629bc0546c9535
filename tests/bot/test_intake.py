"""Messages come in once, wait their turn, and are taken over from handlers that died."""

from __future__ import annotations

from bot import turn
from bot.records import MessageState
from tests.bot.conftest import World


async def test_a_resend_is_stored_once_and_starts_nothing(world: World) -> None:
    services = await world.replica()
    first = await services.intake.store(world.says("怎么办社保", external_id="m1"))
    again = await services.intake.store(world.says("怎么办社保", external_id="m1"))
    assert (first.new, again.new) == (True, False)
    assert first.message.id == again.message.id
    assert services.intake.claimed.qsize() == 1


async def test_the_same_id_on_another_channel_is_another_message(world: World) -> None:
    services = await world.replica()
    inbound = world.says("怎么办社保", external_id="m1")
    await services.intake.store(inbound)
    other = inbound.__class__(**{**vars(inbound), "channel": "other", "conversation_id": "other:c"})
    assert (await services.intake.store(other)).new


async def test_a_message_waits_for_the_one_before_it(world: World) -> None:
    services = await world.replica()
    await services.intake.store(world.says("怎么办一"))
    await services.intake.store(world.says("怎么办二"))
    assert services.intake.claimed.qsize() == 1
    following = await turn.handle(services.intake.claimed.get_nowait(), services)
    assert following is not None
    assert following.message.text == "怎么办二"
    assert following.context.questions == ("怎么办一",)


async def test_other_conversations_do_not_wait(world: World) -> None:
    services = await world.replica()
    await services.intake.store(world.says("怎么办一", "strict:a"))
    await services.intake.store(world.says("怎么办二", "strict:b"))
    assert services.intake.claimed.qsize() == 2


async def test_a_fresh_message_is_left_to_the_replica_that_stored_it(world: World) -> None:
    services, worker = await world.replica(), await world.replica("worker")
    await services.intake.store(world.says("怎么办一"))
    world.clock.advance(seconds=31)
    await services.intake.store(world.says("怎么办二", "strict:b"))
    left = await worker.inbox.claim_left(fresh_s=2.0)
    assert left is not None
    assert left.message.text == "怎么办一"
    assert await worker.inbox.claim_left(fresh_s=2.0) is None


async def test_a_lease_is_made_long_enough_before_a_turn_begins(world: World) -> None:
    services = await world.replica()
    await services.intake.store(world.says("怎么办一"))
    work = services.intake.claimed.get_nowait()
    world.clock.advance(seconds=20)
    await services.inbox.hold(work)
    held = await services.inbox.message(work.message.id)
    assert held is not None
    assert held.lease_until is not None
    assert (held.lease_until - world.clock.now()).total_seconds() == 30


async def test_what_no_database_takes_as_it_is_does_not_stop_a_message(world: World) -> None:
    services = await world.replica()
    stored = await services.intake.store(world.says("怎么\x00办\ud83d社保"))
    assert await turn.handle(services.intake.claimed.get_nowait(), services) is None
    kept = await services.inbox.message(stored.message.id)
    assert kept is not None
    assert (kept.text, kept.state) == ("怎么办�社保", MessageState.HANDLED)

"""Turns run side by side, begin again after a failure, and end politely at a stop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot import turn
from bot.cases.filters import CaseFilter
from bot.cases.model import State
from bot.handling import Handling, handling
from bot.inbox import Work
from bot.records import MessageState, StoredMessage
from bot.services import Services
from tests.bot.conftest import World

Handle = Callable[[Work, Services], Awaitable[Work | None]]


class Trouble:
    """Fails so many times, then does its work."""

    def __init__(self, failures: int) -> None:
        self.left = failures

    async def __call__(self, work: Work, services: Services) -> Work | None:
        self.left -= 1
        if self.left >= 0:
            raise ValueError("怎么会这样")
        return await turn.handle(work, services)


async def message(services: Services, message_id: str) -> StoredMessage:
    found = await services.inbox.message(message_id)
    assert found is not None
    return found


async def run_claimed(services: Services, handle: Handle = turn.handle) -> None:
    """Run what was claimed here, to its end."""
    handler = Handling(services, handle)
    while not services.intake.claimed.empty():
        handler.begin(services.intake.claimed.get_nowait())
    await handler.idle()


async def run_left(world: World, services: Services, handle: Handle) -> None:
    """What the worker does once: take over what is left."""
    world.clock.advance(minutes=5)
    work = await services.inbox.claim_left(fresh_s=0.0)
    assert work is not None
    services.intake.claimed.put_nowait(work)
    await run_claimed(services, handle)


async def test_conversations_run_side_by_side_each_in_order(world: World) -> None:
    services = await world.replica()
    for number in range(12):
        await services.intake.store(world.says(f"怎么办{number}", f"strict:{number % 3}"))
    await run_claimed(services)
    for conversation in range(3):
        asked = [
            kept.text
            for kept in await services.inbox.history(f"strict:{conversation}")
            if kept.state is MessageState.HANDLED
        ]
        assert asked == [f"怎么办{number}" for number in range(12) if number % 3 == conversation]


async def test_a_failed_turn_is_begun_again(world: World) -> None:
    services = await world.replica()
    trouble = Trouble(1)
    stored = await services.intake.store(world.says("怎么办社保"))
    await run_claimed(services, trouble)
    waiting = await message(services, stored.message.id)
    assert (waiting.state, waiting.last_error) == (MessageState.STORED, "ValueError")
    assert await services.inbox.claim_left(fresh_s=0.0) is None
    await run_left(world, services, trouble)
    assert (await message(services, stored.message.id)).state is MessageState.HANDLED
    assert await world.replies() == ["带身份证到社保窗口办理。"]


async def test_a_turn_that_never_succeeds_reaches_a_person_as_a_case(world: World) -> None:
    services = await world.replica()
    trouble = Trouble(99)
    stored = await services.intake.store(world.says("怎么办社保"))
    await services.intake.store(world.says("谢谢"))
    await run_claimed(services, trouble)
    for _ in range(4):
        await run_left(world, services, trouble)
    failed = await message(services, stored.message.id)
    assert (failed.state, failed.last_error) == (MessageState.FAILED, "ValueError")
    (case,) = (await services.cases.cases(CaseFilter())).cases
    assert (case.text, case.state) == ("怎么办社保", State.TRIAGE)
    (told,) = await world.replies()
    assert case.number in told


async def test_a_message_whose_handlers_die_is_not_begun_for_ever(world: World) -> None:
    dead, services = await world.replica("dead"), await world.replica()
    stored = await dead.intake.store(world.says("怎么办社保"))
    for _ in range(8):
        world.clock.advance(seconds=31)
        assert await services.inbox.claim_left(fresh_s=0.0) is not None
    await run_left(world, services, turn.handle)
    assert (await message(services, stored.message.id)).state is MessageState.FAILED


async def test_a_stop_puts_back_what_was_only_claimed(world: World) -> None:
    services, other = await world.replica(), await world.replica("other")
    async with handling(services, sweep=False) as handler:
        await handler.idle()
    await services.intake.store(world.says("怎么办社保"))
    await Handling(services).stop()
    taken = await other.inbox.claim_left(fresh_s=0.0)
    assert taken is not None
    assert taken.message.last_error == "stopped"


async def test_the_worker_takes_over_what_a_dead_replica_left(world: World) -> None:
    dead, worker = await world.replica("dead"), await world.replica("worker")
    stored = await dead.intake.store(world.says("怎么办社保"))
    world.clock.advance(seconds=31)
    async with handling(worker, sweep=True):
        assert await worker.outbox.wait_for(stored.message.id, 10.0)
    assert await world.replies() == ["带身份证到社保窗口办理。"]


async def test_giving_up_inside_a_conversation_ends_it_with_every_word(world: World) -> None:
    services = await world.replica()
    await services.intake.store(world.says("投诉路灯坏了"))
    await run_claimed(services)
    await services.intake.store(world.says("剑光街道"))
    trouble = Trouble(99)
    await run_claimed(services, trouble)
    for _ in range(4):
        await run_left(world, services, trouble)
    (case,) = (await services.cases.cases(CaseFilter())).cases
    assert case.text == "投诉路灯坏了\n剑光街道"
    async with world.storage.read() as unit:
        kept = await unit.conversations.get("strict:c")
    assert kept is not None
    assert (kept.context.dialogue_open, kept.context.case_number) == (False, case.number)


async def test_turns_that_failed_together_do_not_come_back_together(world: World) -> None:
    services = await world.replica()
    until = []
    for number, jitter in enumerate((0.0, 0.5, 1.0)):
        stored = await services.intake.store(world.says("怎么办", f"strict:{number}"))
        handler = Handling(services, Trouble(1), jitter=lambda jitter=jitter: jitter)
        handler.begin(services.intake.claimed.get_nowait())
        await handler.idle()
        until.append((await message(services, stored.message.id)).lease_until)
    began = world.clock.now()
    assert [(each - began).total_seconds() for each in until if each] == [0.5, 0.75, 1.0]

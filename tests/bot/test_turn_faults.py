"""A handler that dies anywhere in a turn: afterwards there is one set of replies and one case."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot import turn
from bot.cases.filters import CaseFilter
from bot.cases.service import CaseService
from bot.inbox import Work
from bot.records import LeaseLost, MessageState
from bot.services import Services
from tests.bot.conftest import SECRET, World
from tests.fakes.faults import Dying, DyingStorage, Faults, Killed
from tests.fakes.town import TownRouter, town

TALKS = "投诉路灯坏了"
"""Goes to the conversation."""
AWAY = "投诉剑光街道的事"
"""With Rasa away: a case in triage."""
FIRE = "东门的房子着火了"
"""Told at once, and a case."""
ASKED = "怎么找不到"
"""Counted as unanswered."""

_NUMBERS = re.compile(r"\d{6,}")
"""Case numbers and query codes: different in each case."""


async def mortal(world: World, faults: Faults, name: str) -> Services:
    """A replica that dies where its faults say."""
    storage = DyingStorage(world.storage, faults)
    services = await world.replica(name, storage=storage)
    cases = CaseService(storage, world.clock, world.ids, TownRouter(), town(), SECRET)
    return await world.replica(
        name,
        storage=storage,
        nlu=Dying(world.nlu, faults, "understand"),
        dialogue=Dying(world.dialogue, faults, "talk"),
        cases=Dying(cases, faults, "open_case"),
        cache=services.cache,
    )


async def finish_what_is_left(world: World, name: str) -> None:
    """What the worker does once the dead handler's lease has run out."""
    world.clock.advance(seconds=31)
    services = await world.replica(name)
    while (work := await services.inbox.claim_left(fresh_s=0.0)) is not None:
        await turn.handle(work, services)


async def outcome(world: World, conversation: str) -> dict[str, object]:
    """All that a turn leaves behind, without what is different each time."""
    services = await world.replica("reader")
    rows = await services.outbox.history(conversation)
    cases = (await services.cases.cases(CaseFilter(limit=200))).cases
    mine = [case for case in cases if case.conversation_id == conversation]
    (message,) = await services.inbox.history(conversation)
    async with world.storage.read() as unit:
        counted = [(kept.question, kept.times) for kept in await unit.unanswered.most_asked()]
        kept = await unit.conversations.get(conversation)
    assert kept is not None
    return {
        "kinds": [row.reply.kind for row in rows],
        "texts": [_NUMBERS.sub("#", row.reply.text) for row in rows],
        "numbers": {row.case_number for row in rows if row.case_number} == {c.number for c in mine},
        "cases": [(case.text, case.state, case.demand_type) for case in mine],
        "state": message.state,
        "open": kept.context.dialogue_open,
        "unanswered": counted,
    }


@pytest.mark.parametrize("text", [TALKS, AWAY, FIRE, ASKED])
async def test_death_at_any_step_leaves_what_a_whole_turn_leaves(world: World, text: str) -> None:
    world.dialogue.away = text == AWAY
    counting = Faults()
    services = await mortal(world, counting, "counting")
    await services.intake.store(world.says(text, "strict:whole"))
    await turn.handle(services.intake.claimed.get_nowait(), services)
    whole = await outcome(world, "strict:whole")
    assert whole["state"] is MessageState.HANDLED
    assert counting.passed > 6
    for at in range(1, counting.passed + 1):
        conversation = f"strict:{at}"
        await die_at(world, at, text, conversation)
        # The platform did not hear that the message is safe, or cannot know: it sends it again.
        resent = world.says(text, conversation, external_id=f"at {at}")
        await (await world.replica(f"resent to {at}")).intake.store(resent)
        await finish_what_is_left(world, f"after {at}")
        asked = [(text, at + 1)] * (text == ASKED)
        left = await outcome(world, conversation)
        assert left == {**whole, "unanswered": asked}, f"died at step {at}"
    assert len(world.dialogue.heard) == (counting.passed + 1) * (text == TALKS)


async def die_at(world: World, at: int, text: str, conversation: str) -> None:
    services = await mortal(world, Faults(at), f"dies at {at}")

    async def whole_turn() -> None:
        await services.intake.store(world.says(text, conversation, external_id=f"at {at}"))
        await turn.handle(services.intake.claimed.get_nowait(), services)

    with pytest.raises(Killed):
        await whole_turn()


@pytest.fixture
async def both(world: World) -> tuple[Services, Services]:
    return await world.replica("replica-1"), await world.replica("replica-2")


async def test_two_replicas_told_the_same_message_handle_it_once(
    world: World, both: tuple[Services, Services]
) -> None:
    inbound = world.says(TALKS)
    stored = await asyncio.gather(*(services.intake.store(inbound) for services in both))
    assert sorted(one.new for one in stored) == [False, True]
    assert stored[0].message.id == stored[1].message.id
    work = [s.intake.claimed.get_nowait() for s in both if not s.intake.claimed.empty()]
    assert len(work) == 1


async def test_a_handler_thought_dead_that_comes_back_keeps_nothing(
    world: World, both: tuple[Services, Services]
) -> None:
    slow, quick = both
    await slow.intake.store(world.says(ASKED))
    work = slow.intake.claimed.get_nowait()
    late = await turn.decide(work, slow)
    world.clock.advance(seconds=31)
    taken = await quick.inbox.claim_left(fresh_s=0.0)
    assert taken is not None
    await turn.handle(taken, quick)
    with pytest.raises(LeaseLost):
        await slow.inbox.finish(work, late)
    assert len(await world.replies()) == 1
    async with world.storage.read() as unit:
        assert [kept.times for kept in await unit.unanswered.most_asked()] == [1]


async def test_two_replicas_keep_a_conversations_order(
    world: World, both: tuple[Services, Services]
) -> None:
    handled: list[str] = []

    async def handle_all(services: Services) -> None:
        while not services.intake.claimed.empty():
            work: Work | None = services.intake.claimed.get_nowait()
            while work is not None:
                handled.append(work.message.text)
                work = await turn.handle(work, services)

    texts = [f"怎么办{number}" for number in range(8)]
    for number, text in enumerate(texts):
        await both[number % 2].intake.store(world.says(text))
    await asyncio.gather(*(handle_all(services) for services in both))
    assert handled == texts
    assert len(await world.replies()) == len(texts)

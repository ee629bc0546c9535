"""A click on a choice, told by its id or by its label, becomes the words it stands for."""

from __future__ import annotations

import pytest

from bot import turn
from bot.cases.model import Actor, Move, NewCase, Role
from bot.records import NewOutbound
from bot.services import Services
from connectors.base import Reply, ReplyOption
from knowledge.model import Answer, AnswerKind, Choice
from tests.bot.conftest import World
from tests.fakes.town import LIGHTS

CLERK = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
CONVERSATION = "strict:c"


async def closed_case(services: Services, key: str, conversation: str = CONVERSATION) -> str:
    opened = await services.cases.open_case(
        NewCase(
            origin_key=key,
            channel="strict",
            conversation_id=conversation,
            sender_id="citizen",
            title="路灯坏了",
            text="路灯坏了",
        )
    )
    number = opened.case.number
    await services.cases.move(number, Move.ACCEPT, CLERK)
    await services.cases.move(number, Move.REPLY, CLERK, text="已修好")
    await services.cases.move(number, Move.CLOSE, Actor(id="office", role=Role.TRIAGE))
    return number


async def menu_of(services: Services, number: str) -> str:
    """The id of the outbox row that asks for the grade."""
    rows = await services.outbox.history(CONVERSATION)
    return next(row.id for row in rows if row.case_number == number and row.reply.options)


async def click(services: Services, world: World, label: str, menu_id: str | None) -> Reply:
    details = {} if menu_id is None else {"bizmsgmenuid": menu_id}
    stored = await services.intake.store(world.says(label, CONVERSATION, **details))
    await turn.handle(services.intake.claimed.get_nowait(), services)
    return (await services.outbox.replies_to(stored.message.id))[0].reply


async def grades(services: Services, *numbers: str) -> list[int | None]:
    return [(await services.cases.get(number)).rating for number in numbers]


@pytest.mark.parametrize("menu_id", ["0", None, "", "x:y", "99999999999999999999999999:1"])
async def test_a_grade_is_known_by_its_label_alone(world: World, menu_id: str | None) -> None:
    services = await world.replica()
    number = await closed_case(services, "a")
    await click(services, world, "满意", menu_id)
    assert await grades(services, number) == [4]


async def test_the_id_says_which_of_two_cases(world: World) -> None:
    services = await world.replica()
    first, second = await closed_case(services, "a"), await closed_case(services, "b")
    await click(services, world, "不满意", f"{await menu_of(services, first)}:3")
    assert await grades(services, first, second) == [2, None]


async def test_without_an_id_the_citizen_is_asked_which_of_two(world: World) -> None:
    services = await world.replica()
    first, second = await closed_case(services, "a"), await closed_case(services, "b")
    asked = await click(services, world, "满意", "0")
    assert await grades(services, first, second) == [None, None]
    labels = [option.label for option in asked.options]
    assert labels == [f"评价 {second} 满意", f"评价 {first} 满意"]
    await click(services, world, labels[1], "0")
    assert await grades(services, first, second) == [4, None]
    await click(services, world, "非常满意", "0")  # only one is left to be graded
    assert await grades(services, first, second) == [4, 5]


async def test_an_id_from_another_conversation_is_not_believed(world: World) -> None:
    services = await world.replica()
    other = await closed_case(services, "a", "strict:other")
    rows = await services.outbox.history("strict:other")
    foreign = next(row.id for row in rows if row.reply.options)
    await click(services, world, "满意", f"{foreign}:1")
    assert await grades(services, other) == [None]


async def test_a_document_that_is_chosen_is_asked_about(world: World) -> None:
    services = await world.replica()
    choice = Choice(document_id="d", label="新生儿参保", question="怎么给新生儿办社保")
    world.library.answers["怎么参保"] = Answer(
        kind=AnswerKind.CHOICES, question="", choices=(choice,)
    )
    await click(services, world, "怎么参保", None)
    await click(services, world, "新生儿参保", "0")
    assert world.library.asked[-1][0] == "怎么给新生儿办社保"


async def test_the_newest_offer_of_a_label_counts(world: World) -> None:
    services = await world.replica()
    for number, words in enumerate(("怎么办社保", "怎么办低保", "怎么办社保")):
        new = NewOutbound(
            key=f"offer:{number}",
            channel="strict",
            conversation_id=CONVERSATION,
            recipient="citizen",
            reply=Reply(text="？", options=(ReplyOption(label="第一项", text=words),)),
        )
        async with world.storage.begin() as unit:
            await unit.outbox.add(new, id=world.ids.new_id(), now=world.clock.now())
    await click(services, world, "第一项", "0")
    assert world.library.asked[-1][0] == "怎么办社保"


async def pushed(world: World) -> None:
    """The delivery worker sends all there is, one row of the conversation after another."""
    now = world.clock.now()
    async with world.storage.begin() as unit:
        while rows := await unit.outbox.claim_due(owner="w", lease_s=30, limit=20, now=now):
            for row in rows:
                await unit.outbox.mark_sent(row.id, owner="w", now=now)


async def test_a_click_without_any_id_later_is_known_where_a_menu_was_pushed(world: World) -> None:
    services = await world.replica()
    number = await closed_case(services, "a")
    await pushed(world)
    await click(services, world, "怎么办社保", None)
    await click(services, world, "满意", None)
    assert await grades(services, number) == [4]


async def test_what_is_typed_later_changes_no_grade(world: World) -> None:
    services = await world.replica()
    number = await closed_case(services, "a")
    await pushed(world)
    await click(services, world, "满意", "0")
    await click(services, world, "怎么办社保", None)
    await click(services, world, "非常满意", None)
    assert await grades(services, number) == [4]
    await click(services, world, "非常满意", f"{await menu_of(services, number)}:0")
    assert await grades(services, number) == [5]

"""A grade in answer to the notice that a case is closed, without any dialogue."""

from __future__ import annotations

import pytest

from bot.cases.model import Actor, Move, NewCase, Role
from bot.services import Services
from tests.bot.conftest import World
from tests.bot.test_turn import hear, replies
from tests.fakes.town import LIGHTS

CLERK = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
DESK = Actor(id="desk", role=Role.OPERATOR)


async def closed(services: Services, conversation: str = "strict:c") -> str:
    """A case of this conversation, closed, its closing told."""
    opened = await services.cases.open_case(
        NewCase(
            origin_key=f"k:{conversation}",
            channel="strict",
            conversation_id=conversation,
            sender_id="c",
            title="",
            text="路灯坏了",
        )
    )
    number = opened.case.number
    await services.cases.move(number, Move.ACCEPT, CLERK)
    await services.cases.move(number, Move.REPLY, CLERK, text="您好，已换灯泡。")
    await services.cases.move(number, Move.CLOSE, DESK)
    return number


async def said(services: Services, world: World, text: str) -> str:
    (reply,) = await replies(services, await hear(services, world, text))
    return reply.text


async def test_the_closing_asks_for_a_grade_that_one_touch_gives(world: World) -> None:
    services = await world.replica()
    number = await closed(services)
    async with world.storage.read() as unit:
        notice = (await unit.outbox.history("strict:c"))[-1].reply
    assert notice.options[0].label == "非常满意"
    assert "已经记下" in await said(services, world, notice.options[1].text)
    assert (await services.cases.get(number)).rating == 4
    assert world.dialogue.heard == []


@pytest.mark.parametrize(("word", "grade"), [("非常不满意。", 1), ("3", 3), ("满意", 4)])
async def test_a_bare_grade_right_after_the_notice_counts(
    world: World, word: str, grade: int
) -> None:
    services = await world.replica()
    number = await closed(services)
    await hear(services, world, word)
    assert (await services.cases.get(number)).rating == grade


async def test_a_bare_grade_later_is_no_grade(world: World) -> None:
    services = await world.replica()
    number = await closed(services)
    await hear(services, world, "怎么办社保")
    await hear(services, world, "满意")
    assert (await services.cases.get(number)).rating is None


async def test_nobody_grades_anothers_case(world: World) -> None:
    services = await world.replica()
    number = await closed(services, conversation="strict:other")
    assert "没有找到" in await said(services, world, f"评价 {number} 满意")
    assert (await services.cases.get(number)).rating is None


async def test_a_grade_under_appeal_stands(world: World) -> None:
    services = await world.replica()
    number = await closed(services)
    await hear(services, world, "不满意")
    await services.cases.move(number, Move.APPEAL, CLERK, reason="当天已修好，有照片")
    assert "核实" in await said(services, world, f"评价 {number} 满意")
    assert (await services.cases.get(number)).rating == 2


async def test_heard_twice_it_is_kept_once(world: World) -> None:
    services = await world.replica()
    number = await closed(services)
    for _ in range(2):
        await hear(services, world, f"评价 {number} 满意")
    events = await services.cases.events(number)
    assert sum(event.move is Move.RATE for event in events) == 1

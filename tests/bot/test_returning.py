"""A form that was left, or that Rasa has forgotten, at turn level: nothing said is lost."""

from __future__ import annotations

from bot import turn
from bot.cases.filters import CaseFilter
from bot.cases.model import Case, State
from bot.services import Services
from connectors.base import InboundKind
from tests.bot.conftest import World
from tests.bot.test_turn import context, hear, only_case, replies

BEGIN, PLACE, PHONE = "投诉路灯坏了", "剑光街道", "13812345678"
WHERE, NUMBER, CHECK = "请问在什么地方？", "请留一个联系电话。", "请核对。"


def scripted(world: World) -> None:
    world.dialogue.script |= {
        BEGIN: ((WHERE,), True),
        PLACE: ((NUMBER,), True),
        PHONE: ((CHECK,), True),
    }


async def cases(services: Services) -> tuple[Case, ...]:
    return (await services.cases.cases(CaseFilter())).cases


async def said(services: Services, message_id: str) -> list[str]:
    return [reply.text for reply in await replies(services, message_id)]


async def test_a_form_rasa_has_forgotten_is_told_again_and_goes_on(world: World) -> None:
    services = await world.replica()
    scripted(world)
    await hear(services, world, BEGIN)
    await hear(services, world, PLACE)
    world.clock.advance(hours=5)
    world.dialogue.forget()
    assert await said(services, await hear(services, world, PHONE)) == [CHECK]
    assert world.dialogue.heard == [BEGIN, PLACE, BEGIN, PLACE, PHONE]
    assert world.dialogue.anew == [True, False, True, False, False]
    assert world.dialogue.again == [False, False, True, True, False]
    assert (await context(world)).dialogue_open
    assert await cases(services) == ()


async def test_what_was_a_place_or_an_emergency_is_told_again_as_it_was(world: World) -> None:
    services = await world.replica()
    scripted(world)
    await hear(services, world, BEGIN)
    await hear(services, world, "", kind=InboundKind.LOCATION, Label=PLACE)  # type: ignore[arg-type]
    await hear(services, world, "我家着火了")
    world.dialogue.forget()
    await hear(services, world, PHONE)
    assert world.dialogue.heard == [BEGIN, PLACE, BEGIN, PLACE, PHONE]
    assert world.dialogue.places == ["", PLACE, "", PLACE, ""]
    assert len(await cases(services)) == 1  # the fire's


async def test_a_form_that_does_not_come_back_becomes_a_case_with_every_word(
    world: World,
) -> None:
    services = await world.replica()
    scripted(world)
    await hear(services, world, BEGIN)
    await hear(services, world, PLACE)
    world.dialogue.forget()
    world.dialogue.script[PLACE] = (("已经取消。",), False)
    await hear(services, world, "投诉没有人管")
    case = await only_case(services)
    assert case.text == f"{BEGIN}\n{PLACE}\n投诉没有人管"
    assert case.state is State.TRIAGE
    assert not (await context(world)).dialogue_open


async def test_a_story_too_long_to_tell_again_becomes_a_case(world: World) -> None:
    services = await world.replica()
    scripted(world)
    await hear(services, world, BEGIN)
    for number in range(13):
        await hear(services, world, f"投诉第{number}件")
    world.dialogue.forget()
    await hear(services, world, "投诉没有人管")
    assert len((await only_case(services)).text.splitlines()) == 15


async def test_a_message_begun_again_in_the_middle_of_telling_again_is_told_once(
    world: World,
) -> None:
    services = await world.replica()
    scripted(world)
    await hear(services, world, BEGIN)
    world.dialogue.forget()
    await services.intake.store(world.says(PLACE))
    work = services.intake.claimed.get_nowait()
    first = await turn.decide(work, services)
    again = await turn.decide(work, services)
    assert first == again
    assert world.dialogue.heard == [BEGIN, BEGIN, PLACE]


async def test_after_a_day_the_matter_is_registered_and_the_new_one_is_heard(
    world: World,
) -> None:
    services = await world.replica()
    scripted(world)
    await hear(services, world, BEGIN)
    await hear(services, world, PLACE)
    world.clock.advance(hours=25)
    told = await replies(services, await hear(services, world, "怎么办社保"))
    case = await only_case(services)
    assert (case.text, case.place, case.state) == (f"{BEGIN}\n{PLACE}", PLACE, State.TRIAGE)
    assert told[0].case is not None
    assert told[0].case.number == case.number
    assert told[0].text.startswith("您上次说的事情没有登记完")
    assert told[1].text == "带身份证到社保窗口办理。"
    assert not (await context(world)).dialogue_open
    assert (await context(world)).case_number == case.number
    await hear(services, world, "怎么办社保")
    assert len(await cases(services)) == 1


async def test_a_new_matter_after_a_day_is_a_form_of_its_own(world: World) -> None:
    services = await world.replica()
    scripted(world)
    await hear(services, world, BEGIN)
    world.clock.advance(days=3)
    new = await hear(services, world, "投诉油烟")
    assert world.dialogue.anew == [True, True]
    assert (await context(world)).dialogue_since == new
    assert (await only_case(services)).text == BEGIN


async def test_what_was_only_announced_or_asked_ends_without_a_case(world: World) -> None:
    services = await world.replica()
    for begin in ("投诉", "查进度"):
        world.dialogue.script[begin] = (("请说一说是什么事。",), True)
        await hear(services, world, begin)
        world.clock.advance(hours=25)
        assert await said(services, await hear(services, world, "怎么办社保")) == [
            "带身份证到社保窗口办理。"
        ]
    assert await cases(services) == ()


async def test_leaving_the_account_ends_nothing(world: World) -> None:
    services = await world.replica()
    scripted(world)
    await hear(services, world, BEGIN)
    world.clock.advance(hours=25)
    event = world.says("", kind=InboundKind.EVENT, Event="unsubscribe")
    await services.intake.store(event)
    await turn.handle(services.intake.claimed.get_nowait(), services)
    assert await cases(services) == ()
    assert (await context(world)).dialogue_open

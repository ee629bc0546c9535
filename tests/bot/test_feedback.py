"""Whether an answer helped: on pages, in words, and what it does to the editors' list."""

from __future__ import annotations

import asyncio

import pytest

from bot import turn
from bot.errors import NotFound
from bot.records import NewOutbound, Reason, Unanswered
from bot.services import Services
from connectors.base import Reply, ReplyKind
from knowledge.model import Answer, AnswerKind, Choice
from tests.bot.conftest import World

HERE = "strict:c"
QUESTION = "怎么办社保"


async def hear(services: Services, world: World, text: str) -> list[Reply]:
    stored = await services.intake.store(world.says(text))
    await turn.handle(services.intake.claimed.get_nowait(), services)
    return [row.reply for row in await services.outbox.replies_to(stored.message.id)]


async def answered(services: Services, world: World) -> str:
    """Ask what is answered; gives the answer's id."""
    await hear(services, world, QUESTION)
    return await services.feedback.last_answer(HERE)


async def listed(world: World) -> list[Unanswered]:
    async with world.storage.read() as unit:
        return list(await unit.unanswered.most_asked())


async def test_what_did_not_help_is_listed_once_and_masked(world: World) -> None:
    services = await world.replica()
    world.library.answers["怎么找13812345678"] = world.library.DIRECT
    await hear(services, world, "怎么找13812345678")
    answer_id = await services.feedback.last_answer(HERE)
    for _ in range(3):
        await services.feedback.rate(answer_id, conversation_id=HERE, helpful=False)
    (question,) = await listed(world)
    assert (question.question, question.times) == ("怎么找138****5678", 1)
    assert question.reason is Reason.UNHELPFUL


async def test_the_comment_is_masked_and_stays(world: World) -> None:
    services = await world.replica()
    answer_id = await answered(services, world)
    first = await services.feedback.rate(
        answer_id, conversation_id=HERE, helpful=False, comment="没写电话，我是13812345678"
    )
    again = await services.feedback.rate(answer_id, conversation_id=HERE, helpful=False)
    assert first.comment == again.comment == "没写电话，我是138****5678"
    changed = await services.feedback.rate(answer_id, conversation_id=HERE, helpful=True)
    assert changed.comment == ""


async def test_whoever_changes_their_mind_takes_it_off_the_list(world: World) -> None:
    services = await world.replica()
    answer_id = await answered(services, world)
    await services.feedback.rate(answer_id, conversation_id=HERE, helpful=False)
    await services.feedback.rate(answer_id, conversation_id=HERE, helpful=True)
    assert await listed(world) == []
    await services.feedback.rate(answer_id, conversation_id=HERE, helpful=False)
    assert [each.times for each in await listed(world)] == [1]


async def test_taking_it_back_leaves_what_others_said(world: World) -> None:
    services = await world.replica()
    first = await answered(services, world)
    await services.feedback.rate(first, conversation_id=HERE, helpful=False)
    second = await answered(services, world)
    await services.feedback.rate(second, conversation_id=HERE, helpful=False)
    await services.feedback.rate(second, conversation_id=HERE, helpful=True)
    assert [each.times for each in await listed(world)] == [1]


async def test_pressed_twice_at_once_counts_once(world: World) -> None:
    services = await world.replica()
    answer_id = await answered(services, world)
    await asyncio.gather(
        *(services.feedback.rate(answer_id, conversation_id=HERE, helpful=False) for _ in range(5))
    )
    assert [each.times for each in await listed(world)] == [1]


async def test_only_who_got_an_answer_may_rate_it(world: World) -> None:
    services = await world.replica()
    answer_id = await answered(services, world)
    await hear(services, world, "谢谢")
    async with world.storage.read() as unit:
        thanks = (await unit.outbox.history(HERE))[-1]
    for row_id, conversation in ((answer_id, "strict:other"), ("none", HERE), (thanks.id, HERE)):
        with pytest.raises(NotFound):
            await services.feedback.rate(row_id, conversation_id=conversation, helpful=True)


async def test_said_right_after_an_answer_it_is_feedback(world: World) -> None:
    services = await world.replica()
    say = services.city.wording.say
    (answer,) = await hear(services, world, QUESTION)
    assert [option.text for option in answer.options] == ["有帮助", "没帮助"]
    answer_id = await services.feedback.last_answer(HERE)
    (sorry,) = await hear(services, world, "没帮助")
    assert sorry.text == say("feedback_sorry")
    assert sorry.options[0].text == say("open_case_offer")
    async with world.storage.read() as unit:
        kept = await unit.feedback.of(answer_id)
    assert kept is not None
    assert not kept.helpful
    assert world.nlu.asked == [QUESTION]
    assert [each.question for each in await listed(world)] == [QUESTION]


async def test_said_of_nothing_it_is_no_feedback(world: World) -> None:
    services = await world.replica()
    await hear(services, world, QUESTION)
    await hear(services, world, "您好")
    (reply,) = await hear(services, world, "有帮助")
    assert reply.kind is ReplyKind.TEXT
    assert reply.text != services.city.wording.say("feedback_thanks")
    assert world.nlu.asked[-1] == "有帮助"


async def test_a_notice_in_between_does_not_hide_the_answer(world: World) -> None:
    services = await world.replica()
    await hear(services, world, QUESTION)
    async with world.storage.begin() as unit:
        await unit.outbox.add(
            NewOutbound(
                key="notice",
                channel="strict",
                conversation_id=HERE,
                recipient="c",
                reply=Reply(kind=ReplyKind.NOTICE, text="工单有答复"),
            ),
            id="notice",
            now=world.clock.now(),
        )
    (thanks,) = await hear(services, world, "有帮助")
    assert thanks.text == services.city.wording.say("feedback_thanks")


async def test_choices_alone_are_listed_too(world: World) -> None:
    services = await world.replica()
    choice = Choice(document_id="d", label="新生儿参保", question="怎么给新生儿办社保")
    world.library.answers["怎么参保"] = Answer(
        kind=AnswerKind.CHOICES, question="", choices=(choice,)
    )
    (reply,) = await hear(services, world, "怎么参保")
    assert reply.kind is ReplyKind.CHOICES
    assert [each.reason for each in await listed(world)] == [Reason.CHOICES]

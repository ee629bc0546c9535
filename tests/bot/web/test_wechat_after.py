"""What is done once the platform has read the answer in place: choices under an article, typing."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.web import callbacks
from connectors.channels.wechat.api import TYPING
from knowledge.model import Citation, Document, Form, Kind
from tests.bot.conftest import World
from tests.bot.web.test_wechat_complaints import ANSWER, LATE_S, hold
from tests.bot.web.wechat import Desk, desk_of
from tests.fakes.minds import ScriptedLibrary
from tests.fakes.wechat_platform import CUSTOM_SEND

CITED = Citation(document_id="示例-1", title="社保办理指南", url="https://city.example/d/1")


def chart(world: World) -> None:
    """The answer is told by a chart's interpretation."""
    direct = replace(ScriptedLibrary.DIRECT, citations=(CITED,))
    world.library.answers["怎么办社保"] = direct
    world.library.documents[CITED.document_id] = Document(
        id=CITED.document_id,
        title=CITED.title,
        text="图。",
        kind=Kind.INTERPRETATION,
        form=Form.CHART,
    )


async def follows(desk: Desk, count: int) -> list[str]:
    """The kinds of all a citizen saw, once there are so many."""
    await asyncio.to_thread(desk.platform.wait_for_seen, "c", count - 1, 5.0)
    return [seen.kind for seen in desk.platform.seen_by("c")]


async def test_the_choices_follow_an_article_in_place_and_a_click_is_understood(
    world: World,
) -> None:
    chart(world)
    async with desk_of(world) as desk:
        assert ANSWER in await desk.told(desk.platform.text_message("c", "怎么办社保"))
        assert await follows(desk, 2) == ["news", "msgmenu"]
        menu = desk.platform.seen_by("c")[1].message["msgmenu"]
        chosen = menu["list"][0]
        told = await desk.told(desk.platform.menu_choice("c", chosen["content"], chosen["id"]))
        rows = await desk.services.outbox.history(await world.conversation("wechat"))
        [rated] = [row for row in rows if row.reply.citations]
        said = await desk.services.feedback.of([rated])
    assert told.startswith(desk.services.city.wording.say("feedback_thanks"))
    assert said[rated.id].helpful


async def test_an_article_asked_for_again_is_given_again_and_its_choices_are_not(
    world: World,
) -> None:
    chart(world)
    async with desk_of(world) as desk:
        xml = desk.platform.text_message("c", "怎么办社保")
        told = [await desk.told(xml)]
        await follows(desk, 2)
        told += [await desk.told(xml) for _ in range(2)]
        await desk.delivers()
    assert len(set(told)) == 1
    assert [seen.kind for seen in desk.platform.seen_by("c", "custom")] == ["msgmenu"]


async def test_the_article_is_in_the_platforms_hands_before_the_choices_are_sent(
    world: World,
) -> None:
    chart(world)
    async with desk_of(world) as desk:
        faults = desk.platform.faults
        faults.hold(CUSTOM_SEND)
        assert ANSWER in await desk.told(desk.platform.text_message("c", "怎么办社保"))
        await faults.until_waiting(CUSTOM_SEND)
        faults.release(CUSTOM_SEND)
        assert await follows(desk, 2) == ["news", "msgmenu"]


@pytest.mark.parametrize("code", [45047, 48001, -1])
async def test_choices_that_are_not_taken_cost_nobody_the_article(code: int, world: World) -> None:
    chart(world)
    async with desk_of(world) as desk:
        faults = desk.platform.faults
        faults.hold(CUSTOM_SEND)
        faults.refuse(CUSTOM_SEND, code)
        assert ANSWER in await desk.told(desk.platform.text_message("c", "怎么办社保"))
        await faults.until_waiting(CUSTOM_SEND)
        faults.release(CUSTOM_SEND)
        await asyncio.gather(*callbacks._going_on)
        await desk.delivers()
    assert faults.left("refuse", CUSTOM_SEND) == 0
    assert [seen.kind for seen in desk.platform.seen_by("c")] == ["news"]


async def test_who_waits_for_a_slow_answer_sees_that_it_is_being_written(world: World) -> None:
    found = hold(world, "怎么办社保")
    async with desk_of(world) as desk:
        desk.channel.reply_within_s = LATE_S
        faults = desk.platform.faults
        faults.hold(TYPING)
        assert await desk.told(desk.platform.text_message("c", "怎么办社保")) == ""
        await faults.until_waiting(TYPING)
        faults.release(TYPING)
        found.set()
        await desk.goes_on()
    assert desk.platform.quotas.used(TYPING) == 1


@pytest.mark.parametrize("code", [45080, 45081, 48001, -1, 45009])
async def test_typing_that_may_not_be_shown_harms_nothing(code: int, world: World) -> None:
    found = hold(world, "怎么办社保")
    async with desk_of(world) as desk:
        desk.channel.reply_within_s = LATE_S
        desk.platform.faults.refuse(TYPING, code)
        delivery = await desk.gets(desk.platform.text_message("c", "怎么办社保"))
        assert (delivery.body, delivery.fault) == (b"success", "")
        found.set()
        await desk.goes_on()
        await desk.delivers()
        [answer] = desk.platform.sent_to("c")
    assert answer.startswith(ANSWER)
    assert desk.platform.faults.left("refuse", TYPING) == 0


async def test_typing_can_be_turned_off(world: World) -> None:
    found = hold(world, "怎么办社保")
    async with desk_of(world) as desk:
        desk.channel.reply_within_s = LATE_S
        desk.channel._settings = desk.channel._settings.model_copy(update={"typing": False})
        await desk.gets(desk.platform.text_message("c", "怎么办社保"))
        found.set()
        await desk.goes_on()
    assert desk.platform.quotas.used(TYPING) == 0

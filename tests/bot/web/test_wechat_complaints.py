"""What users of other bridges complain about, over HTTP: none of it happens here."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from knowledge.model import Answer, Citation, Quote
from tests.bot.conftest import World
from tests.bot.web.wechat import Desk, desk_of
from tests.fakes.minds import ScriptedLibrary

DIRECT = ScriptedLibrary.DIRECT
ANSWER = "带身份证到社保窗口办理。"
LATE_S = 0.05


def hold(world: World, question: str) -> asyncio.Event:
    """The answer to this question is not found before the event is set."""
    found, answered = asyncio.Event(), world.library.answered

    async def waits(asked: str, context: tuple[str, ...] = ()) -> Answer:
        if asked == question:
            await found.wait()
        return await answered(asked, context)

    world.library.answered = waits  # type: ignore[method-assign]
    return found


def texts(desk: Desk, *ways: str) -> list[str]:
    return [seen.text for seen in desk.platform.seen_by("c", *ways)]  # type: ignore[arg-type]


async def test_an_answer_that_takes_longer_than_five_seconds_is_not_lost(world: World) -> None:
    found = hold(world, "怎么办社保")
    async with desk_of(world) as desk:
        desk.channel.reply_within_s = LATE_S
        delivery = await desk.gets(desk.platform.text_message("c", "怎么办社保"))
        assert (delivery.body, delivery.sends, delivery.fault) == (b"success", 1, "")
        found.set()
        await desk.goes_on()
        await desk.delivers()
        assert [text[: len(ANSWER)] for text in texts(desk)] == [ANSWER]
        assert desk.platform.out_of_service == []


async def test_a_message_the_platform_sends_again_is_not_answered_twice(world: World) -> None:
    async with desk_of(world) as desk:
        xml = desk.platform.text_message("c", "怎么办社保")
        told = [await desk.told(xml) for _ in range(3)]
        await desk.delivers()
        assert len(set(told)) == 1
        assert len(world.library.asked) == 1
        assert texts(desk, "custom") == []


async def test_sent_again_while_its_slow_answer_is_on_its_way_it_is_answered_once(
    world: World,
) -> None:
    found = hold(world, "怎么办社保")
    async with desk_of(world) as desk:
        desk.channel.reply_within_s = LATE_S
        xml = desk.platform.text_message("c", "怎么办社保")
        assert [await desk.told(xml) for _ in range(3)] == ["", "", ""]
        found.set()
        await desk.goes_on()
        await desk.delivers()
        assert len(texts(desk)) == 1
        assert await desk.told(xml) == ""
        await desk.delivers()
        assert len(texts(desk)) == 1


async def test_the_previous_questions_answer_never_arrives_for_the_next(world: World) -> None:
    second = replace(DIRECT, quotes=(Quote(text="每年四百元。", citation=0),))
    world.library.answers["怎么交医保"] = second
    found = hold(world, "怎么办社保")
    async with desk_of(world) as desk:
        desk.channel.reply_within_s = LATE_S
        assert await desk.told(desk.platform.text_message("c", "怎么办社保")) == ""
        assert await desk.told(desk.platform.text_message("c", "怎么交医保")) == ""
        found.set()
        await desk.goes_on()
        await desk.delivers()
        first, after = texts(desk)
        assert first.startswith(ANSWER)
        assert after.startswith("每年四百元。")


async def test_an_answer_kept_because_it_may_not_be_sent_comes_after_the_next_ones(
    world: World,
) -> None:
    found = hold(world, "怎么办社保")
    async with desk_of(world, as_served=True) as desk:
        desk.channel.reply_within_s = LATE_S
        await desk.gets(desk.platform.text_message("c", "怎么办社保"))
        world.clock.advance(hours=49)
        found.set()
        await desk.goes_on()
        await desk.delivers()
        assert texts(desk) == []
        desk.channel.reply_within_s = 4.0
        told = await desk.told(desk.platform.text_message("c", "您好"))
        assert told.index("您好") < told.index(ANSWER)
        await desk.delivers()
        assert "\n".join(texts(desk)).count(ANSWER) == 1


MARKED = (
    "## 怎么办\n**社保**须本人办理，见[办事指南](https://city.example/guide)。\n"
    "- 带`身份证`\n> 另有规定的除外"
)
PLAIN = (
    "怎么办\n社保须本人办理，见办事指南（https://city.example/guide）。\n· 带身份证\n另有规定的除外"
)


async def test_markdown_is_never_shown_raw(world: World) -> None:
    marked = replace(DIRECT, quotes=(Quote(text=MARKED, citation=0),))
    world.library.answers["怎么办社保"] = marked
    async with desk_of(world) as desk:
        in_place = await desk.told(desk.platform.text_message("c", "怎么办社保"))
    assert in_place.startswith(PLAIN)


async def test_a_link_is_never_cut_in_two(world: World) -> None:
    """Thirty sources after a long quote, cut at every length a text may begin with."""
    cited = tuple(
        Citation(
            document_id=f"d{number}",
            title=f"第{number}号办法",
            place="二",
            url=f"https://city.example/documents/{number:040}",
        )
        for number in range(30)
    )
    async with desk_of(world) as desk:
        desk.channel.reply_within_s = LATE_S
        for filling in range(0, 60, 7):
            quote = Quote(text="社" * (500 + filling) + "。", citation=0)
            question = f"怎么办社保{filling}"
            world.library.answers[question] = replace(DIRECT, quotes=(quote,), citations=cited)
            before = len(desk.platform.sent_to("c"))
            desk.platform.citizen_wrote("c")
            await desk.gets(desk.platform.text_message("c", question))
            await desk.goes_on()
            await desk.delivers()
            parts = desk.platform.sent_to("c")[before:]
            assert len(parts) > 1
            assert all(len(part.encode()) <= 1800 for part in parts)
            whole = [re.findall(r'<a href="https://[^"]+">[^<]+</a>', part) for part in parts]
            assert sum(map(len, whole)) == 30
            assert all(part.count("<a ") == part.count("</a>") for part in parts)

"""Voice messages through the account's callback, to a strict recogniser and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp.test_utils import TestServer

from bot.cases.filters import CaseFilter
from bot.records import MessageState
from connectors.base import RawRequest
from connectors.speech.funasr import FunAsr
from connectors.speech.settings import SpeechSettings
from tests.bot.conftest import World
from tests.bot.web.wechat import Desk, desk_of
from tests.fakes.recogniser import FakeRecogniser, amr


@asynccontextmanager
async def heard_by(world: World, fake: FakeRecogniser) -> AsyncIterator[Desk]:
    async with TestServer(fake.application()) as server:
        url = str(server.make_url("/")).replace("http", "ws")
        recogniser = FunAsr(SpeechSettings(url=url))
        async with desk_of(world, recogniser=recogniser) as desk:
            yield desk


def say(desk: Desk, key: str) -> str:
    return desk.services.city.wording.say(key)


async def test_what_is_said_is_answered_as_if_it_were_written(world: World) -> None:
    fake = FakeRecogniser(says="怎么办社保")
    async with heard_by(world, fake) as desk:
        answer = await desk.told(
            desk.platform.voice_message("c", amr(3), body_16k=amr(3, wide=True))
        )
        [message] = await desk.kept()
    assert answer.startswith("带身份证到社保窗口办理。")
    assert message.text == "怎么办社保"
    assert fake.recordings == [amr(3, wide=True)]
    assert fake.violations == []


async def test_the_platforms_own_transcript_is_not_believed(world: World) -> None:
    async with heard_by(world, FakeRecogniser(says="怎么办社保")) as desk:
        await desk.told(desk.platform.voice_message("c", amr(3), recognition="怎么办离婚"))
        assert (await desk.kept())[0].text == "怎么办社保"


async def test_a_slow_recogniser_answers_by_a_customer_service_message(world: World) -> None:
    fake = FakeRecogniser(says="怎么办社保", hold=asyncio.Event())
    async with heard_by(world, fake) as desk:
        desk.channel.reply_within_s = 0.05
        assert await desk.told(desk.platform.voice_message("c", amr(3))) == ""
        assert desk.platform.sent_to("c") == []
        fake.hold.set()
        await desk.goes_on()
        await desk.delivers()
        [answer] = desk.platform.sent_to("c")
    assert answer.startswith("带身份证到社保窗口办理。")


async def test_what_was_written_after_it_waits_for_it(world: World) -> None:
    fake = FakeRecogniser(says="怎么办社保", hold=asyncio.Event())
    async with heard_by(world, fake) as desk:
        desk.channel.reply_within_s = 0.05
        await desk.gets(desk.platform.voice_message("c", amr(3)))
        await desk.gets(desk.platform.text_message("c", "您好"))
        assert world.library.asked == []
        fake.hold.set()
        await desk.goes_on()
        replies = await world.replies(await world.conversation("wechat"))
    assert replies[0].startswith("带身份证到社保窗口办理。")
    assert replies[1].startswith("您好")


async def test_a_broken_connection_is_tried_again(world: World) -> None:
    fake = FakeRecogniser(says="怎么办社保", breaks_off=1)
    async with heard_by(world, fake) as desk:
        desk.channel.reply_within_s = 0.05
        await desk.gets(desk.platform.voice_message("c", amr(3)))
        await desk.goes_on()
        [waiting] = await desk.kept()
        assert (waiting.state, waiting.text) == (MessageState.STORED, "")
        await desk.goes_on(seconds=2)
        [done] = await desk.kept()
    assert (done.state, done.text) == (MessageState.HANDLED, "怎么办社保")
    assert len(fake.recordings) == 2


async def test_a_recogniser_that_stays_away_ends_in_a_request_for_text(world: World) -> None:
    fake = FakeRecogniser(breaks_off=99)
    async with heard_by(world, fake) as desk:
        desk.channel.reply_within_s = 0.05
        await desk.gets(desk.platform.voice_message("c", amr(3)))
        for _ in range(3):
            await desk.goes_on(seconds=40)
        assert (await desk.kept())[0].state is MessageState.HANDLED
        assert await world.replies(await world.conversation("wechat")) == [say(desk, "voice_later")]
    assert len(fake.recordings) == 3


async def test_a_handler_that_was_killed_is_taken_over(world: World) -> None:
    fake = FakeRecogniser(says="怎么办社保")
    async with heard_by(world, fake) as desk:
        query, body = desk.platform.callback(desk.platform.voice_message("c", amr(3)))
        request = RawRequest(method="POST", path="/", query=query, body=body)
        [inbound] = desk.channel.parse(request)
        killed = await world.replica("killed")
        stored, work = await killed.inbox.store(inbound)  # claimed, and never heard of again
        assert stored.new
        assert work is not None
        await desk.goes_on(seconds=29)
        assert fake.recordings == []
        await desk.goes_on(seconds=2)
        [done] = await desk.kept()
    assert (done.state, done.text, done.attempts) == (MessageState.HANDLED, "怎么办社保", 2)
    assert fake.recordings == [amr(3)]


async def test_a_handler_that_is_stopped_leaves_the_recording_to_another(
    world: World,
) -> None:
    fake = FakeRecogniser(says="怎么办社保", hold=asyncio.Event())
    async with heard_by(world, fake) as desk:
        desk.channel.reply_within_s = 0.05
        await desk.gets(desk.platform.voice_message("c", amr(3)))
        await desk.handler.stop()  # what it had begun is given up
        fake.hold.set()
        await desk.goes_on(seconds=31)
        [done] = await desk.kept()
    assert (done.state, done.text, done.attempts) == (MessageState.HANDLED, "怎么办社保", 2)


async def test_what_was_heard_once_is_not_heard_again(world: World) -> None:
    fake = FakeRecogniser(says="怎么办社保")
    async with heard_by(world, fake) as desk:
        desk.channel.reply_within_s = 0.05
        failing = [RuntimeError("once")]
        answered = world.library.answered

        async def fails_once(question: str, context: tuple[str, ...] = ()) -> object:
            if failing:
                raise failing.pop()
            return await answered(question, context)

        world.library.answered = fails_once  # type: ignore[method-assign,assignment]
        await desk.gets(desk.platform.voice_message("c", amr(3)))
        await desk.goes_on()
        await desk.goes_on(seconds=2)
        assert (await desk.kept())[0].state is MessageState.HANDLED
    assert len(fake.recordings) == 1


async def test_silence_too_much_and_nonsense_are_said_plainly(world: World) -> None:
    async with heard_by(world, FakeRecogniser(says="")) as desk:
        platform = desk.platform
        assert await desk.told(platform.voice_message("c", amr(3))) == say(desk, "voice_unclear")
        assert await desk.told(platform.voice_message("c", amr(61))) == say(desk, "voice_too_long")
        assert await desk.told(platform.voice_message("c", b"#!SILK")) == say(desk, "voice_unclear")
        too_large = b"#!AMR\n" + bytes(3 * 1024 * 1024)
        assert await desk.told(platform.voice_message("c", too_large)) == say(
            desk, "voice_too_long"
        )


async def test_an_error_of_the_recogniser_is_said_plainly(world: World) -> None:
    async with heard_by(world, FakeRecogniser(error="decode")) as desk:
        assert await desk.told(desk.platform.voice_message("c", amr(3))) == say(
            desk, "voice_unclear"
        )


async def test_after_three_days_the_recording_is_gone(world: World) -> None:
    async with heard_by(world, FakeRecogniser(says="怎么办社保")) as desk:
        desk.channel.reply_within_s = 0.05
        xml = desk.platform.voice_message("c", amr(3))
        desk.platform.faults.busy("/cgi-bin/media/get")
        await desk.gets(xml)
        await desk.handler.idle()  # the first try ends before the days pass
        await desk.goes_on(seconds=3 * 24 * 3600)
        assert await world.replies(await world.conversation("wechat")) == [say(desk, "voice_gone")]


async def test_without_a_recogniser_text_is_asked_for(world: World) -> None:
    async with desk_of(world) as desk:
        assert await desk.told(desk.platform.voice_message("c", amr(3))) == say(
            desk, "wechat_voice"
        )


async def test_without_a_recogniser_the_platforms_transcript_is_better_than_none(
    world: World,
) -> None:
    async with desk_of(world) as desk:
        answer = await desk.told(desk.platform.voice_message("c", amr(3), recognition="怎么办社保"))
    assert answer.startswith("带身份证到社保窗口办理。")


async def test_a_form_is_filled_by_voice_and_the_words_stand_in_the_case(world: World) -> None:
    fake = FakeRecogniser(says="在剑光街道")
    async with heard_by(world, fake) as desk:
        await desk.gets(desk.platform.text_message("c", "投诉路灯坏了"))
        await desk.gets(desk.platform.voice_message("c", amr(2)))
        assert world.dialogue.heard == ["投诉路灯坏了", "在剑光街道"]
        world.dialogue.away = True
        await desk.gets(desk.platform.text_message("c", "晚上看不见"))
        [case] = (await desk.services.cases.cases(CaseFilter())).cases
    assert case.text == "投诉路灯坏了\n在剑光街道\n晚上看不见"

"""In the middle of the case form: pictures, places, voices, stickers, leaving and coming back."""

from __future__ import annotations

import pytest

from bot.records import OutboxState
from tests.bot.conftest import World
from tests.bot.web.test_wechat_voice import heard_by
from tests.bot.web.wechat import FILM, Desk, desk_of, jpeg
from tests.fakes.recogniser import FakeRecogniser, amr

WHERE = "请问在什么地方？"
PHONE = "请留一个联系电话。"
PLACE = "丰城市剑光街道人民路12号"
BEGIN = "投诉路灯坏了"


def say(desk: Desk, key: str, **values: str) -> str:
    return desk.services.city.wording.say(key, **values)


async def begun(desk: Desk) -> None:
    """The form asks where."""
    desk.world.dialogue.script[PLACE] = ((PHONE,), True)
    assert await desk.told(desk.platform.text_message("c", BEGIN)) == WHERE


async def test_a_picture_first_then_the_matter(world: World) -> None:
    async with desk_of(world) as desk:
        assert await desk.told(desk.platform.image_message("c", jpeg())) == say(desk, "image_about")
        assert await desk.told(desk.platform.text_message("c", BEGIN)) == WHERE


async def test_a_picture_in_the_middle_is_followed_by_the_question_once(world: World) -> None:
    async with desk_of(world) as desk:
        await begun(desk)
        told = [await desk.told(desk.platform.image_message("c", jpeg(n))) for n in range(3)]
        film = await desk.told(desk.platform.video_message("c", FILM))
        place = await desk.told(desk.platform.text_message("c", PLACE))
        again = await desk.told(desk.platform.image_message("c", jpeg(9)))
        more = say(desk, "image_more")
        assert told == [f"{say(desk, 'image_in_form')}\n{WHERE}", more, more]
        assert film == say(desk, "video_more")
        assert place == PHONE
        assert again == f"{say(desk, 'image_in_form')}\n{PHONE}"


async def test_the_question_keeps_its_quick_replies_and_nothing_that_stood_before_it(
    world: World,
) -> None:
    async with desk_of(world) as desk:
        await begun(desk)
        async with world.storage.begin() as unit:
            found = await unit.conversations.get(await world.conversation("wechat"))
        assert found is not None
        assert (found.context.asked, found.context.asked_options) == (WHERE, ())


async def test_a_picture_that_could_not_be_kept_is_followed_by_the_question(world: World) -> None:
    async with desk_of(world) as desk:
        await begun(desk)
        told = await desk.told(desk.platform.image_message("c", jpeg() + bytes(10_000)))
        assert told == f"{say(desk, 'image_too_large')}\n{WHERE}"


async def test_a_named_place_in_the_middle_answers(world: World) -> None:
    async with desk_of(world) as desk:
        await begun(desk)
        assert await desk.told(desk.platform.location_message("c", 28.1, 115.7, PLACE)) == PHONE


async def test_a_place_without_a_name_asks_for_words_only_where_the_place_is_asked(
    world: World,
) -> None:
    async with desk_of(world) as desk:
        where = say(desk, "form_ask_place")
        world.dialogue.script[BEGIN] = ((where,), True)
        world.dialogue.script[PLACE] = ((PHONE,), True)
        await desk.told(desk.platform.text_message("c", BEGIN))
        bare = desk.platform.location_message("c", 28.1, 115.7, "")
        assert await desk.told(bare) == say(desk, "location_unnamed")
        await desk.told(desk.platform.text_message("c", PLACE))
        bare = desk.platform.location_message("c", 28.1, 115.7, "")
        assert await desk.told(bare) == f"{say(desk, 'location_kept')}\n{PHONE}"


async def test_a_voice_in_the_middle_answers_or_is_followed_by_the_question(world: World) -> None:
    fake = FakeRecogniser(says=PLACE)
    async with heard_by(world, fake) as desk:
        await begun(desk)
        assert await desk.told(desk.platform.voice_message("c", amr(3))) == PHONE
        fake.says = ""
        told = await desk.told(desk.platform.voice_message("c", amr(2)))
        assert told == f"{say(desk, 'voice_unclear')}\n{PHONE}"
    assert world.dialogue.heard == [BEGIN, PLACE]


@pytest.mark.parametrize(
    ("kind", "key"), [("miniprogrampage", "wechat_unsupported"), ("link", "wechat_link")]
)
async def test_what_cannot_be_read_is_followed_by_the_question(
    kind: str, key: str, world: World
) -> None:
    async with desk_of(world) as desk:
        await begun(desk)
        facts = {"Title": "题", "Description": "述", "Url": "https://example.com"}
        told = await desk.told(desk.platform.message("c", kind, facts))
        assert told == f"{say(desk, key)}\n{WHERE}"


async def test_who_leaves_and_follows_again_is_asked_on(world: World) -> None:
    async with desk_of(world) as desk:
        await begun(desk)
        assert await desk.told(desk.platform.unfollow("c")) == ""
        world.clock.advance(hours=3)
        assert await desk.told(desk.platform.follow("c")) == f"{say(desk, 'form_back')}\n{WHERE}"
        assert await desk.told(desk.platform.text_message("c", PLACE)) == PHONE
    assert world.dialogue.heard == [BEGIN, PLACE]


async def test_a_question_that_could_not_reach_who_had_left_is_given_when_they_are_back(
    world: World,
) -> None:
    async with desk_of(world) as desk:
        desk.channel.reply_within_s = 0.0
        await desk.gets(desk.platform.text_message("c", BEGIN))
        await desk.goes_on()
        await desk.gets(desk.platform.unfollow("c"))
        await desk.delivers()
        async with world.storage.read() as unit:
            [row] = await unit.outbox.history(await world.conversation("wechat"))
        assert (row.reply.text, row.state) == (WHERE, OutboxState.KEPT)
        desk.channel.reply_within_s = 4.0
        world.clock.advance(minutes=5)
        told = await desk.told(desk.platform.follow("c"))
        await desk.delivers()
        everything = [told, *desk.platform.sent_to("c")]
    assert say(desk, "form_back") in "".join(everything)
    assert WHERE in "".join(everything)

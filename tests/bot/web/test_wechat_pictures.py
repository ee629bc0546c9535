"""Pictures, videos and places through the account's callback, to the case and its page."""

from __future__ import annotations

import re
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.attachment_model import AttachmentState
from bot.cases.filters import CaseFilter
from bot.cases.model import Actor, Case, Move, Role
from bot.errors import NotFound
from bot.stripping import stripped
from bot.web import build
from tests.bot.conftest import World
from tests.bot.web.conftest import House
from tests.bot.web.wechat import FILM, JPEG, Desk, desk_of
from tests.fakes.town import LIGHTS

PLACE = "丰城市剑光街道人民路12号"


def say(desk: Desk, key: str, **values: str) -> str:
    return desk.services.city.wording.say(key, **values)


async def only_case(desk: Desk) -> Case:
    [case] = (await desk.services.cases.cases(CaseFilter())).cases
    return case


async def case_after(desk: Desk, text: str = "投诉路灯坏了") -> Case:
    """With Rasa away, every word becomes a case at once."""
    desk.world.dialogue.away = True
    await desk.gets(desk.platform.text_message("c", text))
    return await only_case(desk)


def files_under(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def test_a_picture_without_a_word_waits_for_the_matter_and_goes_with_it(world: World) -> None:
    async with desk_of(world) as desk:
        assert await desk.told(desk.platform.image_message("c", JPEG)) == say(desk, "image_about")
        case = await case_after(desk)
        [kept] = await desk.services.attachments.of_case(case.number)
        assert (kept.content_type, kept.bytes, kept.state) == (
            "image/jpeg",
            len(JPEG),
            AttachmentState.KEPT,
        )
        assert await desk.services.attachments.file(case.number, kept.id) == (kept, JPEG)


async def test_a_picture_in_the_form_is_acknowledged_and_attached(world: World) -> None:
    async with desk_of(world) as desk:
        await desk.gets(desk.platform.text_message("c", "投诉路灯坏了"))
        told = await desk.told(desk.platform.image_message("c", JPEG))
        assert told == f"{say(desk, 'image_in_form')}\n请问在什么地方？"
        assert world.dialogue.heard == ["投诉路灯坏了"]
        case = await case_after(desk, "在人民路")
        assert len(await desk.services.attachments.of_case(case.number)) == 1


async def test_the_file_is_its_owners_alone_and_named_by_a_hash(world: World) -> None:
    async with desk_of(world) as desk:
        await desk.gets(desk.platform.image_message("c", JPEG))
    [file] = files_under(world.home / "attachments")
    assert re.fullmatch(r"[0-9a-f]{64}", file.name)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for folder in (file.parent, file.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert file.read_bytes() == JPEG


@pytest.mark.parametrize(
    ("body", "state", "key"),
    [
        (b"<html><script>alert(1)</script>", AttachmentState.UNREADABLE, "image_unreadable"),
        (FILM, AttachmentState.UNREADABLE, "image_unreadable"),
        (JPEG + bytes(10_000), AttachmentState.TOO_LARGE, "image_too_large"),
    ],
)
async def test_what_is_no_picture_or_too_large_is_noted_not_kept(
    body: bytes, state: AttachmentState, key: str, world: World
) -> None:
    async with desk_of(world) as desk:
        assert await desk.told(desk.platform.image_message("c", body)) == say(desk, key)
        case = await case_after(desk)
        [noted] = await desk.services.attachments.of_case(case.number)
    assert (noted.state, noted.bytes, noted.has_file) == (state, 0, False)
    assert files_under(world.home / "attachments") == []


async def test_after_three_days_a_picture_is_gone(world: World) -> None:
    async with desk_of(world) as desk:
        desk.channel.reply_within_s = 0.05
        desk.platform.faults.busy("/cgi-bin/media/get")
        await desk.gets(desk.platform.image_message("c", JPEG))
        await desk.goes_on(seconds=timedelta(days=3).total_seconds())
        assert await world.replies(await world.conversation("wechat")) == [say(desk, "image_gone")]


async def test_a_platform_that_is_busy_is_asked_again_and_nothing_is_kept_twice(
    world: World,
) -> None:
    async with desk_of(world) as desk:
        desk.channel.reply_within_s = 0.05
        desk.platform.faults.busy("/cgi-bin/media/get")
        xml = desk.platform.image_message("c", JPEG)
        await desk.gets(xml)
        await desk.goes_on(seconds=2)
        await desk.gets(xml)  # the platform sends it again
        assert await world.replies(await world.conversation("wechat")) == [say(desk, "image_about")]
    assert len(files_under(world.home / "attachments")) == 1


async def test_a_video_is_kept_and_a_large_one_noted(world: World) -> None:
    async with desk_of(world) as desk:
        platform = desk.platform
        assert await desk.told(platform.video_message("c", FILM)) == say(desk, "video_about")
        large = platform.video_message("c", FILM + bytes(20_000), short=True)
        assert await desk.told(large) == say(desk, "video_too_large")
        case = await case_after(desk)
        kept, noted = await desk.services.attachments.of_case(case.number)
    assert (kept.content_type, noted.state) == ("video/mp4", AttachmentState.TOO_LARGE)


async def test_anothers_picture_and_an_old_one_do_not_come_along(world: World) -> None:
    async with desk_of(world) as desk:
        await desk.gets(desk.platform.image_message("c", JPEG))
        await desk.gets(desk.platform.image_message("another", JPEG + b"2"))
        world.clock.advance(hours=25)
        case = await case_after(desk)
        assert await desk.services.attachments.of_case(case.number) == ()


async def test_what_never_came_to_a_case_is_forgotten_with_its_file(world: World) -> None:
    async with desk_of(world) as desk:
        await desk.gets(desk.platform.image_message("another", JPEG + b"2"))
        await desk.gets(desk.platform.image_message("c", JPEG))
        case = await case_after(desk)
        world.clock.advance(days=6)
        assert await desk.services.attachments.sweep() == 0
        world.clock.advance(days=2)
        assert await desk.services.attachments.sweep() == 1
        assert len(await desk.services.attachments.of_case(case.number)) == 1
    assert [file.read_bytes() for file in files_under(world.home / "attachments")] == [JPEG]


async def test_a_file_that_was_changed_or_lost_is_not_shown(world: World) -> None:
    async with desk_of(world) as desk:
        await desk.gets(desk.platform.image_message("c", JPEG))
        case = await case_after(desk)
        [kept] = await desk.services.attachments.of_case(case.number)
        [file] = files_under(world.home / "attachments")
        file.write_bytes(JPEG + b"changed")
        with pytest.raises(NotFound):
            await desk.services.attachments.file(case.number, kept.id)
        file.unlink()
        with pytest.raises(NotFound):
            await desk.services.attachments.file(case.number, kept.id)
        with pytest.raises(NotFound):
            await desk.services.attachments.file("20260302999999", kept.id)


async def seen(desk: Desk, case: Case, role: Role, department: str = "") -> tuple[str, int, str]:
    """The case page, and the status and type of its first picture, to this reader."""
    async with TestServer(build(desk.services)) as server:
        house = House(world=desk.world, services=desk.services, server=server, clients=[])
        client: TestClient = await house.staff(role, department, name="reader")
        page = await (await client.get(f"/cases/{case.number}")).text()
        kept = (await desk.services.attachments.of_case(case.number))[0]
        answer = await client.get(f"/cases/{case.number}/attachments/{kept.id}")
        content_type = answer.headers["Content-Type"]
        body = await answer.read()
        assert (body == stripped(JPEG, "image/jpeg")) is (answer.status == 200)
        await client.close()
        return page, answer.status, content_type


@pytest.mark.parametrize(
    ("role", "department", "status"),
    [
        (Role.TRIAGE, "", 200),
        (Role.OPERATOR, "", 200),
        (Role.DEPARTMENT_CLERK, LIGHTS, 200),
        (Role.AUDITOR, "", 403),
        (Role.ADMINISTRATOR, "", 403),
    ],
)
async def test_who_may_see_the_person_sees_the_picture(
    role: Role, department: str, status: int, world: World
) -> None:
    async with desk_of(world) as desk:
        await desk.gets(desk.platform.image_message("c", JPEG))
        await desk.gets(desk.platform.location_message("c", 28.19, 115.78, PLACE))
        case = await case_after(desk)
        await desk.services.cases.move(
            case.number, Move.DISPATCH, Actor(id="t", role=Role.TRIAGE), department=LIGHTS
        )
        page, answered, content_type = await seen(desk, case, role, department)
        entries = await desk.services.staff.audit_entries(subject=case.number)
    assert answered == status
    assert "附件（2）" in page
    shown = f"/cases/{case.number}/attachments/" in page and "28.19" in page
    assert shown is (status == 200)
    assert (content_type == "image/jpeg") is (status == 200)
    actions = [entry.action for entry in entries]
    assert ("case.see_attachment" in actions) is (status == 200)


async def test_a_place_without_a_word_is_where_the_next_matter_is(world: World) -> None:
    async with desk_of(world) as desk:
        told = await desk.told(desk.platform.location_message("c", 28.19, 115.78, PLACE))
        assert told == say(desk, "wechat_location", place=PLACE)
        await desk.gets(desk.platform.text_message("c", "投诉路灯坏了"))
        await desk.gets(desk.platform.text_message("c", "昨天晚上"))
    assert world.dialogue.places == [PLACE, ""]


async def test_an_old_place_is_not_the_next_matters(world: World) -> None:
    async with desk_of(world) as desk:
        await desk.gets(desk.platform.location_message("c", 28.19, 115.78, PLACE))
        world.clock.advance(hours=3)
        await desk.gets(desk.platform.text_message("c", "投诉路灯坏了"))
    assert world.dialogue.places == [""]


async def test_a_place_in_the_form_answers_it(world: World) -> None:
    async with desk_of(world) as desk:
        await desk.gets(desk.platform.text_message("c", "投诉路灯坏了"))
        await desk.gets(desk.platform.location_message("c", 28.19, 115.78, PLACE))
    assert world.dialogue.heard == ["投诉路灯坏了", PLACE]
    assert world.dialogue.places == ["", PLACE]


async def test_a_picture_right_after_the_case_goes_to_it_and_is_noted_once(world: World) -> None:
    async with desk_of(world) as desk:
        case = await case_after(desk)
        xml = desk.platform.image_message("c", JPEG)
        told = await desk.told(xml)
        assert told == say(desk, "image_added", number=case.number)
        assert await desk.told(xml) == told
        world.clock.advance(minutes=31)
        later = await desk.told(desk.platform.image_message("c", JPEG))
        assert later == say(desk, "image_about")
        assert len(await desk.services.attachments.of_case(case.number)) == 1
        events = await desk.services.cases.events(case.number)
    notes = [event.details["text"] for event in events if event.move is Move.NOTE]
    assert notes == [say(desk, "image_note")]


async def test_a_closed_case_gets_no_more_pictures(world: World) -> None:
    async with desk_of(world) as desk:
        case = await case_after(desk)
        triage = Actor(id="t", role=Role.TRIAGE)
        await desk.services.cases.move(case.number, Move.REFUSE, triage, reason="请向法院提出")
        await desk.delivers()
        told = await desk.told(desk.platform.image_message("c", JPEG))
    assert told.startswith(say(desk, "image_about"))


@pytest.mark.parametrize("in_form", [False, True])
async def test_with_rasa_away_a_place_is_not_lost(in_form: bool, world: World) -> None:
    async with desk_of(world) as desk:
        complaint = desk.platform.text_message("c", "投诉路灯坏了")
        place = desk.platform.location_message("c", 28.19, 115.78, PLACE)
        first, second = (complaint, place) if in_form else (place, complaint)
        await desk.gets(first)
        world.dialogue.away = True
        await desk.gets(second)
        case = await only_case(desk)
        [kept] = await desk.services.attachments.of_case(case.number)
    assert case.place == PLACE
    assert "投诉路灯坏了" in case.text
    assert kept.details == {"label": PLACE, "latitude": "28.19", "longitude": "115.78"}


async def test_a_place_without_a_name_is_asked_for_in_words(world: World) -> None:
    async with desk_of(world) as desk:
        bare = desk.platform.location_message("c", 28.19, 115.78, "")
        assert await desk.told(bare) == say(desk, "wechat_location_bare")
        await desk.gets(desk.platform.text_message("c", "投诉路灯坏了"))
        again = desk.platform.location_message("c", 28.19, 115.78, "")
        assert await desk.told(again) == f"{say(desk, 'location_kept')}\n请问在什么地方？"

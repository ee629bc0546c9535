"""What a reader gets of a picture: no metadata, and of a split case what was sent for it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp.test_utils import TestClient, TestServer
from PIL import Image

from bot.cases.filters import CaseFilter
from bot.cases.model import Actor, Case, Move, NewCase, Role
from bot.web import build
from tests.bot.conftest import World
from tests.bot.web.conftest import House
from tests.bot.web.wechat import Desk, desk_of, jpeg
from tests.fakes.town import LIGHTS

TRIAGE = Actor(id="t", role=Role.TRIAGE)
TEXT = "投诉下水道堵了，另外路灯坏了"


def located() -> bytes:
    """A picture that says where and with what it was taken, and that it lies on its side."""
    exif = Image.Exif()
    exif[0x0110], exif[0x0112] = "PhoneMaker X", 6
    exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 19.0, 1.0)})
    return jpeg(exif=exif)


async def told_with(desk: Desk, body: bytes, text: str = TEXT) -> Case:
    """The citizen sends a picture and tells the matter; with Rasa away it is a case at once."""
    desk.world.dialogue.away = True
    await desk.gets(desk.platform.image_message("c", body))
    await desk.gets(desk.platform.text_message("c", text))
    [case] = (await desk.services.cases.cases(CaseFilter())).cases
    return case


@asynccontextmanager
async def reading(desk: Desk, role: Role, department: str = "") -> AsyncIterator[TestClient]:
    async with TestServer(build(desk.services)) as server:
        house = House(world=desk.world, services=desk.services, server=server, clients=[])
        client = await house.staff(role, department, name=f"reader-{role.value}")
        yield client
        await client.close()


async def test_what_is_served_says_neither_place_nor_device_and_the_file_still_does(
    world: World,
) -> None:
    async with desk_of(world) as desk:
        sent = located()
        case = await told_with(desk, sent, "投诉路灯坏了")
        [kept] = await desk.services.attachments.of_case(case.number)
        await desk.services.cases.move(case.number, Move.DISPATCH, TRIAGE, department=LIGHTS)
        async with reading(desk, Role.DEPARTMENT_CLERK, LIGHTS) as clerk:
            answer = await clerk.get(f"/cases/{case.number}/attachments/{kept.id}")
            served = await answer.read()
        evidence = (await desk.services.attachments.file(case.number, kept.id))[1]
    assert evidence == sent
    assert b"PhoneMaker" in sent
    found = Image.open(io.BytesIO(served))
    assert dict(found.getexif()) == {0x0112: 6}
    assert found.tobytes() == Image.open(io.BytesIO(sent)).tobytes()


async def test_a_picture_whose_metadata_cannot_be_told_is_not_served(world: World) -> None:
    async with desk_of(world) as desk:
        case = await told_with(desk, b"\xff\xd8\xff\xe1\xff\xff" + located(), "投诉路灯坏了")
        [kept] = await desk.services.attachments.of_case(case.number)
        async with reading(desk, Role.TRIAGE) as triage:
            answer = await triage.get(f"/cases/{case.number}/attachments/{kept.id}")
            assert answer.status == 404
            assert b"PhoneMaker" not in await answer.read()


async def test_a_case_split_from_another_shows_what_was_sent_for_both(world: World) -> None:
    async with desk_of(world) as desk:
        first = await told_with(desk, jpeg())
        _, (made,) = await desk.services.cases.split(first.number, TRIAGE)
        linked = made.case
        world.clock.advance(minutes=1)
        await desk.gets(desk.platform.image_message("c", jpeg(10)))
        before, later = await desk.services.attachments.of_case(first.number)
        assert linked.lead_department == LIGHTS
        async with reading(desk, Role.DEPARTMENT_CLERK, LIGHTS) as clerk:
            page = await (await clerk.get(f"/cases/{linked.number}")).text()

            async def status(number: str, attachment: str) -> int:
                return (await clerk.get(f"/cases/{number}/attachments/{attachment}")).status

            assert "附件（1）" in page
            assert f"随 {first.number} 一起发来" in page
            assert await status(linked.number, before.id) == 200
            # Neither the other department's case, nor what was sent for that one alone.
            assert await status(first.number, before.id) in {403, 404}
            assert await status(linked.number, later.id) == 404
        entries = await desk.services.staff.audit_entries(subject=linked.number)
    assert "case.see_attachment" in [entry.action for entry in entries]


async def test_secrecy_goes_along_with_the_split(world: World) -> None:
    async with desk_of(world) as desk:
        await desk.gets(desk.platform.image_message("c", jpeg()))
        opened = await desk.services.cases.open_case(
            NewCase(
                origin_key="k",
                channel="wechat",
                conversation_id=await world.conversation("wechat"),
                sender_id="c",
                title="",
                text=TEXT,
                confidential=True,
                for_triage=True,
            )
        )
        first = opened.case
        async with world.storage.begin() as unit:
            await unit.attachments.attach(
                await world.conversation("wechat"), first.number, since=first.opened_at
            )
        [kept] = await desk.services.attachments.of_case(first.number)
        _, (made,) = await desk.services.cases.split(first.number, TRIAGE)
        assert made.case.lead_department == LIGHTS
        async with reading(desk, Role.DEPARTMENT_CLERK, LIGHTS) as clerk:
            answer = await clerk.get(f"/cases/{made.case.number}/attachments/{kept.id}")
            page = await (await clerk.get(f"/cases/{made.case.number}")).text()
    assert answer.status == 403
    assert "附件（1）" in page
    assert "/attachments/" not in page

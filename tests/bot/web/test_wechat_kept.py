"""Notices of citizens who left, block messages or cannot be reached: kept, given once, not lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.cases.model import Actor, Case, Move, NewCase, Role
from bot.records import OutboxRow, OutboxState
from connectors.channels.wechat.channel import WeChatChannel
from connectors.channels.wechat.settings import Template
from tests.bot.conftest import World
from tests.bot.web.wechat import Desk, desk_of
from tests.fakes.town import LIGHTS
from tests.fakes.wechat_platform import CUSTOM_SEND, WeChatPlatform

CLERK = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
TEMPLATE_SEND = "/cgi-bin/message/template/send"


async def replied(desk: Desk) -> Case:
    """A case of the citizen's, replied to: one notice in the outbox."""
    opened = await desk.services.cases.open_case(
        NewCase(
            origin_key="k",
            channel="wechat",
            conversation_id=await desk.world.conversation("wechat"),
            sender_id="c",
            title="路灯坏了",
            text="路灯坏了",
        )
    )
    number = opened.case.number
    await desk.services.cases.move(number, Move.ACCEPT, CLERK)
    await desk.services.cases.move(number, Move.REPLY, CLERK, text="已修好")
    return opened.case


async def notices(desk: Desk, case: Case) -> list[OutboxRow]:
    rows = await desk.services.outbox.history(await desk.world.conversation("wechat"))
    return [row for row in rows if row.case_number == case.number]


def read(desk: Desk, case: Case) -> int:
    """How often the citizen read of the case."""
    return sum(case.number in seen.text for seen in desk.platform.seen_by("c"))


GONE: dict[str, tuple[Callable[[WeChatPlatform], object], Callable[[WeChatPlatform], str]]] = {
    "left and follows again": (lambda p: p.unfollow("c"), lambda p: p.follow("c")),
    "blocks messages and writes": (
        lambda p: p.blocked.add("c"),
        lambda p: p.text_message("c", "您好"),
    ),
    "wrote long ago and clicks in the menu": (lambda p: None, lambda p: p.click("c", "k")),
    "wrote long ago and scans a code": (lambda p: None, lambda p: p.scan("c", "hall")),
}


@pytest.mark.parametrize("what", GONE)
async def test_a_notice_that_may_not_be_sent_is_given_at_the_next_contact(
    what: str, world: World
) -> None:
    goes, comes_back = GONE[what]
    async with desk_of(world, as_served=True) as desk:
        await desk.gets(desk.platform.text_message("c", "您好"))
        world.clock.advance(hours=49)
        goes(desk.platform)
        case = await replied(desk)
        await desk.delivers()
        assert read(desk, case) == 0
        assert {row.state for row in await notices(desk, case)} == {OutboxState.KEPT}
        await desk.gets(comes_back(desk.platform))
        await desk.delivers()
        rows = await notices(desk, case)
        assert {row.state for row in rows} == {OutboxState.SENT}
        assert read(desk, case) >= 1
        seen = desk.platform.seen_by("c")
        await desk.gets(desk.platform.text_message("c", "谢谢"))
        await desk.delivers()
        assert not any(case.number in one.text for one in desk.platform.seen_by("c")[len(seen) :])


@pytest.mark.parametrize("what", ["unsubscribed", "blocked"])
async def test_who_never_comes_back_is_not_tried_for_ever_and_nothing_is_lost(
    what: str, world: World
) -> None:
    async with desk_of(world, as_served=True) as desk:
        await desk.gets(desk.platform.text_message("c", "您好"))
        getattr(desk.platform, what).add("c")
        case = await replied(desk)
        for _ in range(30):
            await desk.delivers()
            world.clock.advance(hours=24)
        rows = await notices(desk, case)
        assert desk.platform.quotas.used(CUSTOM_SEND) == 0  # today
        assert {(row.state, row.attempts) for row in rows} == {(OutboxState.KEPT, 1)}
        code = {"unsubscribed": "wechat_45015", "blocked": "wechat_48002"}[what]
        assert {row.last_error for row in rows} == {code}
        counts = await desk.services.outbox.counts()
        assert counts.by_state == {"kept": len(rows)}


async def test_going_to_a_page_or_opening_the_account_takes_nothing_that_was_kept(
    world: World,
) -> None:
    async with desk_of(world, as_served=True) as desk:
        await desk.gets(desk.platform.text_message("c", "您好"))
        world.clock.advance(hours=49)
        case = await replied(desk)
        await desk.delivers()
        platform = desk.platform
        for xml in (platform.view("c", "https://a/"), platform.report_location("c", 28.1, 115.7)):
            delivery = await desk.gets(xml)
            assert delivery.body == b"success"
        assert read(desk, case) == 0
        assert case.number in await desk.told(platform.text_message("c", "您好"))


def with_template(desk: Desk) -> None:
    """The account has a template message for every notice."""
    desk.platform.account.templates["T"] = ("character_string1",)
    template = Template(id="T", fields={"character_string1": "{number}"})
    channel = desk.channel
    assert isinstance(channel, WeChatChannel)
    sending = channel._sending
    assert sending is not None
    sending._settings = channel._settings.model_copy(update={"templates": {"other": template}})


@pytest.mark.parametrize("status", ["failed:user block", "failed: system failed"])
async def test_a_template_message_that_reached_nobody_is_kept_for_the_next_contact(
    status: str, world: World
) -> None:
    async with desk_of(world, as_served=True) as desk:
        await desk.gets(desk.platform.text_message("c", "您好"))
        world.clock.advance(hours=49)
        with_template(desk)
        case = await replied(desk)
        await desk.delivers()
        sent = await notices(desk, case)
        assert [row.state for row in sent] == [OutboxState.SENT] * len(sent)
        for row in (*sent, *sent):  # told twice
            xml = desk.platform.template_finished("c", int(row.receipt), status)
            assert (await desk.gets(xml)).body == b"success"
        await desk.handler.idle()
        back = [row for row in await notices(desk, case) if row not in sent]
        assert [(row.state, row.last_error) for row in back] == [
            (OutboxState.KEPT, "template_not_delivered")
        ] * len(sent)
        calls = desk.platform.quotas.used(TEMPLATE_SEND)
        await desk.delivers()
        assert desk.platform.quotas.used(TEMPLATE_SEND) == calls
        assert case.number in await desk.told(desk.platform.text_message("c", "您好"))


@pytest.mark.parametrize("status", ["success", "failed:user block"])
async def test_reports_of_what_was_delivered_or_is_not_ours_change_nothing(
    status: str, world: World
) -> None:
    async with desk_of(world, as_served=True) as desk:
        await desk.gets(desk.platform.text_message("c", "您好"))
        before = await desk.services.outbox.history(await desk.world.conversation("wechat"))
        await desk.gets(desk.platform.template_finished("c", 99, status))
        await desk.handler.idle()
        assert await desk.services.outbox.history(await desk.world.conversation("wechat")) == before
        kept = await desk.kept()
    assert {one.last_error for one in kept} == {""}


async def test_a_report_that_overtakes_our_own_note_is_looked_at_again(world: World) -> None:
    async with desk_of(world, as_served=True) as desk:
        await desk.gets(desk.platform.text_message("c", "您好"))
        world.clock.advance(hours=49)
        case = await replied(desk)
        async with world.storage.begin() as unit:
            [row, *_] = await unit.outbox.claim_due(
                owner="worker", lease_s=30.0, limit=9, now=world.clock.now()
            )
        await desk.gets(desk.platform.template_finished("c", 7, "failed:user block"))
        await desk.handler.idle()
        async with world.storage.begin() as unit:
            await unit.outbox.mark_sent(row.id, owner="worker", now=world.clock.now(), receipt="7")
        await desk.goes_on(seconds=2)
        kept = [one for one in await notices(desk, case) if one.state is OutboxState.KEPT]
        assert [one.reply for one in kept] == [row.reply]

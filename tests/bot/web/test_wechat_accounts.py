"""Two accounts at one city over HTTP: each answered by itself, told of by itself, kept apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.app import in_place_s
from bot.cache import Cache
from bot.cases.model import Actor, Case, Move, NewCase, Role
from bot.delivery.backoff import Backoff
from bot.delivery.worker import Deliveries
from bot.handling import handling
from bot.inbox import Inbox
from bot.intake import Intake
from bot.library import Library
from bot.services import Services
from bot.standing import quotas
from bot.web import build
from connectors.base import Channel, Outbound, Reply
from connectors.channels.wechat.channel import WeChatChannel
from knowledge.model import Kind
from tests.bot.conftest import World
from tests.bot.web.conftest import PAGE, House, token
from tests.connectors.wechat.conftest import settings_for
from tests.fakes.town import LIGHTS
from tests.fakes.wechat_platform import Account, AccountSide, WeChatPlatform

CLERK = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
YIBAO = "wechat-yibao"


@dataclass
class Office:
    """A replica with two accounts, and the platform's sides of them."""

    world: World
    services: Services
    sides: dict[str, AccountSide]
    urls: dict[str, str]
    deliveries: Deliveries
    server: TestServer

    async def says(self, account: str, text: str, open_id: str = "same-id") -> str:
        side = self.sides[account]
        side.citizen_wrote(open_id)
        xml = side.text_message(open_id, text)
        return side.read_reply(await side.deliver(self.urls[account], xml))

    async def case(self, account: str, key: str) -> Case:
        opened = await self.services.cases.open_case(
            NewCase(
                origin_key=key,
                channel=account,
                conversation_id=await self.world.conversation(account, "same-id"),
                sender_id="same-id",
                title="路灯坏了",
                text="路灯坏了",
            )
        )
        number = opened.case.number
        await self.services.cases.move(number, Move.ACCEPT, CLERK)
        await self.services.cases.move(number, Move.REPLY, CLERK, text=f"{number} 已修好")
        return opened.case

    async def close(self, case: Case) -> None:
        await self.services.cases.move(
            case.number, Move.CLOSE, Actor(id="office", role=Role.TRIAGE)
        )


@pytest.fixture
async def office(world: World, library: Library) -> AsyncIterator[Office]:
    main, yibao = Account(), Account(app_id="wx00000000000yibao", original_id="gh_yibao")
    platform = WeChatPlatform(main, world.clock.now)
    sides = {"wechat": platform, YIBAO: platform.add(yibao)}
    async with AsyncExitStack() as closing:
        server = await closing.enter_async_context(TestServer(platform.application()))
        at = str(server.make_url("")).rstrip("/")
        first = await world.replica(library=library)
        channels: dict[str, Channel] = {}
        for name, side in sides.items():
            side.media.put("image", b"\xff\xd8\xff")
            cover = side.upload("image", b"\xff\xd8\xff", permanent=True)["media_id"]
            channels[name] = WeChatChannel(
                settings_for(side.account, api_url=at, draft_cover=cover),
                first.cache,
                name=name,
                rates=first.cache,
                count=first.metrics.platform_called,
                now=world.clock.now,
            )
            closing.push_async_callback(channels[name].close)
        inbox = Inbox(
            world.storage,
            world.clock,
            world.ids,
            first.cache,
            owner="replica-1",
            lease_s=30.0,
            in_place_s=in_place_s(channels, first.settings),
        )
        services = replace(
            first, channels=channels, inbox=inbox, intake=Intake(inbox, first.metrics)
        )
        deliveries = Deliveries(
            world.storage,
            channels,
            world.clock,
            services.cache,
            services.metrics,
            owner="worker-1",
            lease_s=30.0,
            backoff=Backoff(),
            jitter=lambda: 0.0,
        )
        await closing.enter_async_context(handling(services, sweep=False))
        ours = await closing.enter_async_context(TestServer(build(services)))
        urls = {name: str(ours.make_url(f"/channels/{name}")) for name in sides}
        yield Office(
            world=world,
            services=services,
            sides=sides,
            urls=urls,
            deliveries=deliveries,
            server=ours,
        )


async def test_each_address_answers_its_own_platform_only(office: Office) -> None:
    for name, side in office.sides.items():
        for other, url in office.urls.items():
            assert await side.check_url(url) is (name == other)


async def test_a_message_is_answered_by_the_account_it_came_to(office: Office) -> None:
    for name in office.sides:
        assert "高龄津贴" in await office.says(name, "怎么申请高龄津贴")
    for name in office.sides:
        (message,) = await office.services.inbox.history(
            await office.world.conversation(name, "same-id")
        )
        assert (message.channel, message.sender_id) == (name, "same-id")


async def test_a_case_is_told_of_by_the_account_it_was_opened_at(office: Office) -> None:
    await office.says(YIBAO, "您好")
    await office.close(await office.case(YIBAO, "k"))
    await office.deliveries.deliver()
    seen = office.sides[YIBAO].seen_by("same-id", "custom")
    assert [one.kind for one in seen] == ["text", "msgmenu"]
    assert office.sides["wechat"].seen_by("same-id") == []


async def test_the_grade_clicked_there_reaches_the_case(office: Office) -> None:
    await office.says(YIBAO, "您好")
    case = await office.case(YIBAO, "k")
    await office.close(case)
    await office.deliveries.deliver()
    side = office.sides[YIBAO]
    label = side.seen_by("same-id")[-1].message["msgmenu"]["list"][1]["content"]
    await side.deliver(office.urls[YIBAO], side.menu_choice("same-id", label, "0"))
    assert (await office.services.cases.get(case.number)).rating == 4


async def test_a_notice_outside_the_window_is_kept_for_the_next_message_there(
    office: Office,
) -> None:
    await office.says(YIBAO, "您好")
    office.world.clock.advance(hours=50)
    case = await office.case(YIBAO, "k")
    await office.deliveries.deliver()
    assert office.sides[YIBAO].seen_by("same-id", "custom") == []
    assert case.number not in await office.says("wechat", "您好")
    assert case.number in await office.says(YIBAO, "您好")


async def test_the_platforms_own_reports_carry_nothing_that_was_kept(office: Office) -> None:
    side = office.sides[YIBAO]
    await office.says(YIBAO, "您好")
    office.world.clock.advance(hours=50)
    case = await office.case(YIBAO, "k")
    await office.deliveries.deliver()
    for xml in (side.template_finished("same-id", 1, "success"), side.unfollow("same-id")):
        assert await side.deliver(office.urls[YIBAO], xml) == b"success"
    side.citizens.followed("same-id")
    assert case.number in await office.says(YIBAO, "您好")


async def test_nothing_is_lost_while_a_quota_is_used_up(office: Office) -> None:
    side = office.sides["wechat"]
    await office.says("wechat", "您好")
    path = "/cgi-bin/message/custom/send"
    side.quotas.per_minute[path] = 0
    case = await office.case("wechat", "k")
    for _ in range(40):  # more often than a row is tried
        assert await office.deliveries.deliver() == 1
        office.world.clock.advance(seconds=62)
    side.quotas.per_minute.pop(path)
    assert await office.deliveries.deliver() == 1
    assert case.number in side.seen_by("same-id", "custom")[0].text


async def test_calls_and_quotas_are_in_the_metrics(office: Office) -> None:
    await office.says(YIBAO, "您好")
    await office.case(YIBAO, "k")
    await office.deliveries.deliver()
    await quotas(office.services)
    lines = office.services.metrics.text().decode().splitlines()
    label = f'channel="{YIBAO}",interface="/cgi-bin/message/custom/send"'
    assert f'policyline_platform_calls_total{{{label},outcome="ok"}} 1.0' in lines
    for window in ("day", "minute"):
        assert f'policyline_platform_quota_used{{{label},window="{window}"}} 1.0' in lines
    assert f'policyline_platform_quota_limit{{{label},window="day"}} 500000.0' in lines
    other = 'channel="wechat",interface="/cgi-bin/message/custom/send"'
    assert f'policyline_platform_quota_used{{{other},window="day"}} 0.0' in lines


async def test_a_draft_is_offered_and_left_with_the_account(office: Office) -> None:
    (guide,) = await office.services.library.documents(kind=Kind.GUIDE)
    house = House(world=office.world, services=office.services, server=office.server, clients=[])
    editor, checker = await house.staff(Role.EDITOR), await house.staff(Role.CHECKER)
    here = f"/knowledge/documents/{guide.id}"
    assert "生成公众号草稿" not in await (await checker.get(here, headers=PAGE)).text()
    particulars = {"kind": "interpretation", "form": "text", "department": "", "number": ""}
    await _post(editor, f"{here}/particulars", version="1", **particulars)
    await _post(checker, f"{here}/moves", move="check")
    text = await _post(checker, f"{here}/moves", move="publish")
    assert "生成公众号草稿：微信公众号（yibao）" in text
    said = await _post(checker, f"{here}/moves", move="draft", account=YIBAO)
    assert "已生成公众号草稿" in said
    ((article,),) = office.sides[YIBAO].drafts.values()
    assert office.sides["wechat"].drafts == {}
    assert article["title"] == "小城高龄津贴办事指南"
    assert "<h2>二、怎么申请高龄津贴</h2><p>带身份证和户口簿" in article["content"]
    assert f'/documents/{guide.id}">《小城高龄津贴办事指南》</a>' in article["content"]
    office.sides[YIBAO].account.unauthorised.add("/cgi-bin/draft/add")
    said = await _post(checker, f"{here}/moves", move="draft", account=YIBAO)
    assert "没有草稿箱接口的权限" in said
    assert "没有这个公众号" in await _post(checker, f"{here}/moves", move="draft", account="x")
    for client in house.clients:
        await client.close()


async def _post(client: TestClient, path: str, **fields: str) -> str:
    data = {"csrf_token": await token(client), **fields}
    answer = await client.post(path, data=data, headers=PAGE)
    return await answer.text()


async def test_two_replicas_share_token_and_quota_through_redis(office: Office) -> None:
    side = office.sides["wechat"]
    settings = office.services.channels["wechat"]._settings  # type: ignore[attr-defined]  # the account's
    caches = [Cache(office.world.redis_url) for _ in range(2)]
    replicas = [
        WeChatChannel(settings, cache, rates=cache, now=office.world.clock.now) for cache in caches
    ]
    for name in "abcdef":
        side.citizen_wrote(name)

    async def send(names: str, key: str) -> None:
        await asyncio.gather(
            *(
                replicas[number % 2].send(
                    Outbound(
                        idempotency_key=f"{key}{name}",
                        channel="wechat",
                        conversation_id=f"wechat:{name}",
                        recipient=name,
                        reply=Reply(text="您好。"),
                    )
                )
                for number, name in enumerate(names)
            )
        )

    await send("abcdef", "1")
    assert side.tokens_issued == 1
    side.expire_tokens(42001)
    await send("abcdef", "2")
    assert (side.tokens_issued, len(side.sent)) == (2, 12)
    used = {(use.interface, use.window): use.used for use in await replicas[0].quota_use()}
    assert used["/cgi-bin/message/custom/send", "day"] == 12
    assert used["/cgi-bin/stable_token", "day"] == side.quotas.used("/cgi-bin/stable_token") == 2
    for one in (*replicas, *caches):
        await one.close()

"""`/deliveries`, and the door departments' systems come in by."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot import turn
from bot.cases.model import Role, State
from bot.city.contacts import Contact
from bot.handling import handling
from bot.library import Library
from bot.records import OutboxRow, OutboxState
from bot.web import build
from connectors.departments.base import UpdateKind
from connectors.errors import Refused
from tests.bot.conftest import World
from tests.bot.test_outbox import deliveries
from tests.bot.web.conftest import PAGE, House, token
from tests.fakes.channel import StrictChannel
from tests.fakes.department_system import FakeSystem, Telling
from tests.fakes.town import LIGHTS

DOOR = "/channels/departments/lights"


@pytest.fixture
def system(world: World) -> FakeSystem:
    made = FakeSystem(name="lights", numbers=True)
    world.senders["lights"] = world.called["lights"] = made
    world.contacts = (Contact(unit=LIGHTS, work_order="lights"),)
    return made


@pytest.fixture
def tell(world: World) -> Telling:
    return Telling("lights", world.clock)


@pytest.fixture
async def house(world: World, library: Library, system: FakeSystem) -> AsyncIterator[House]:
    services = await world.replica(library=library)
    async with handling(services, sweep=False):
        server = TestServer(build(services))
        await server.start_server()
        opened = House(world=world, services=services, server=server, clients=[])
        yield opened
        for client in opened.clients:
            await client.close()
        await server.close()


async def text(client: TestClient, path: str = "/deliveries") -> str:
    answer = await client.get(path, headers=PAGE)
    assert answer.status == 200
    return await answer.text()


async def press(client: TestClient, path: str) -> int:
    data = {"csrf_token": await token(client)}
    return (await client.post(path, data=data, allow_redirects=False)).status


async def test_a_failed_notice_is_shown_tried_again_and_gone(
    house: House, system: FakeSystem
) -> None:
    system.outcomes = [Refused("address_refused")]
    number = (await house.case("人民路的路灯坏了")).case.number
    await house.services.telling.deliver()
    office = await house.staff(Role.TRIAGE)
    shown = await text(office)
    assert "1 条待处理" in shown
    assert number in shown
    assert "对方没有这个地址，或不收这封邮件" in shown
    [row] = (await house.services.deliveries.standing()).failed
    assert await press(office, f"/deliveries/{row.id}/retry") == 303
    await house.services.telling.deliver()
    assert system.kinds == ["dispatched"]
    assert "没有要处理的" in await text(office)
    assert await press(office, f"/deliveries/{row.id}/told") == 409


async def test_told_otherwise_it_is_done_and_on_record(house: House, system: FakeSystem) -> None:
    system.outcomes = [Refused("refused")]
    await house.case("人民路的路灯坏了")
    await house.services.telling.deliver()
    office = await house.staff(Role.SUPERVISOR)
    [row] = (await house.services.deliveries.standing()).failed
    assert await press(office, f"/deliveries/{row.id}/told") == 303
    assert await house.services.telling.deliver() == 0
    actions = [one.action for one in await house.services.staff.audit_entries(subject=row.id)]
    assert actions == ["delivery.told"]


async def test_a_system_calls_is_stored_and_then_answered(
    house: House, system: FakeSystem, tell: Telling
) -> None:
    number = (await house.case("人民路的路灯坏了")).case.number
    body, headers = system.call(tell(UpdateKind.ACCEPTED, case_number=number))
    platform = await house.visitor()
    for _ in range(2):
        answer = await platform.post(DOOR, data=body, headers=headers)
        assert answer.status == 200
        assert await answer.json() == {"taken": ["e1"]}
    assert await house.services.updates.apply() == 1
    assert (await house.services.cases.get(number)).state is State.ACCEPTED


async def test_nobody_else_tells(house: House, system: FakeSystem, tell: Telling) -> None:
    body, headers = system.call(tell(UpdateKind.ACCEPTED, case_number="1"))
    stranger = await house.visitor()
    assert (await stranger.post(DOOR, data=body)).status == 403
    assert (await stranger.post(DOOR, data=body + b" ", headers=headers)).status == 403
    assert (await stranger.post("/channels/departments/other", data=body)).status == 404
    nonsense = {"X-Signature": system.sign(b"[{}]")}
    assert (await stranger.post(DOOR, data=b"[{}]", headers=nonsense)).status == 400
    assert await house.services.updates.apply() == 0


async def test_what_could_not_be_applied_is_shown_with_the_reason(
    house: House, system: FakeSystem, tell: Telling
) -> None:
    number = (await house.case("人民路的路灯坏了")).case.number
    await house.services.updates.store(
        [tell(UpdateKind.RETURNED, case_number=number), tell(UpdateKind.WITHDRAWN)]
    )
    await house.services.updates.apply()
    office = await house.staff(Role.ADMINISTRATOR)
    shown = await text(office)
    assert "退单没有写明理由和依据" in shown
    [row] = (await house.services.deliveries.standing()).held
    assert await press(office, f"/deliveries/updates/{row.id}/retry") == 303
    await house.services.updates.apply()
    assert await press(office, f"/deliveries/updates/{row.id}/settled") == 303
    assert (await house.services.deliveries.standing()).held == ()
    assert await press(office, f"/deliveries/updates/{row.id}/settled") == 409


async def a_reply_nobody_got(house: House) -> OutboxRow:
    """A citizen's answer that the platform refuses for good."""
    services, world = house.services, house.world
    await services.intake.store(world.says("怎么办社保"))
    await turn.handle(services.intake.claimed.get_nowait(), services)
    world.channel = StrictChannel(outcomes=(Refused("wechat_48001"),))
    await deliveries(world, services).deliver()
    [row] = await services.outbox.dead()
    return row


async def test_what_did_not_reach_a_citizen_is_shown_and_tried_again(house: House) -> None:
    row = await a_reply_nobody_got(house)
    office = await house.staff(Role.TRIAGE)
    shown = await text(office)
    assert "没有送到市民" in shown
    assert "公众号没有这项权限" in shown
    assert "1 条待处理" in shown
    assert row.recipient not in shown
    assert await press(office, f"/deliveries/citizens/{row.id}/retry") == 303
    assert await deliveries(house.world, house.services).deliver() == 1
    assert house.world.channel.texts == [row.reply.text]
    assert "没有要处理的" in await text(office)


async def test_a_citizen_told_otherwise_is_told_once_and_it_stands_in_the_audit(
    house: House,
) -> None:
    row = await a_reply_nobody_got(house)
    office = await house.staff(Role.SUPERVISOR)
    assert await press(office, f"/deliveries/citizens/{row.id}/told") == 303
    assert await press(office, f"/deliveries/citizens/{row.id}/told") == 409
    after = await house.services.outbox.get(row.id)
    assert after is not None
    assert (after.state, after.sent_via) == (OutboxState.SENT, "person")
    assert await deliveries(house.world, house.services).deliver() == 0

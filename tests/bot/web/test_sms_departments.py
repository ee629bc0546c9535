"""Duty phones whole: TD stops no official notice and is seen; what did not arrive is seen too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.cases.model import Role
from bot.city.contacts import Contact
from bot.handling import Handling, handling
from bot.web import build
from connectors.channels.hotline.sms import templates
from connectors.channels.hotline.sms.channel import SmsChannel
from connectors.departments.sms.sender import SmsToDepartments
from tests.bot.conftest import World
from tests.bot.web.conftest import PAGE, House
from tests.connectors.hotline.sms.bench import FILE, PHONE, settings_for
from tests.fakes.sms_gateway import DEPARTMENT_LINK, LINK, SmsGateway, approved_in
from tests.fakes.town import LIGHTS


@dataclass(kw_only=True)
class Duty(House):
    """A replica whose handling of messages can be waited for."""

    handler: Handling


@pytest.fixture
def gateway(world: World) -> SmsGateway:
    return SmsGateway(approved_in(FILE), world.clock.now, limits=(9, 9, 10))


@pytest.fixture
async def house(world: World, gateway: SmsGateway) -> AsyncIterator[Duty]:
    world.contacts = (Contact(unit=LIGHTS, sms=(PHONE,)),)
    async with TestServer(gateway.application()) as interface:
        settings = settings_for(
            str(interface.make_url("/api")), department_link=DEPARTMENT_LINK, a_minute=0
        )
        texts = templates.read(FILE, link=LINK, department_link=DEPARTMENT_LINK)
        first = await world.replica()
        sender = SmsToDepartments(settings, texts, first.cache, now=world.clock.now)
        world.senders["sms"] = sender
        channel = SmsChannel(
            settings, texts, first.cache, stopped=first.optouts.stopped, now=world.clock.now
        )
        city = replace(first.city, contacts=world.contacts)
        services = await world.replica(channels={"hotline": channel}, city=city)
        async with handling(services, sweep=False) as handler:
            server = TestServer(build(services))
            await server.start_server()
            opened = Duty(
                world=world, services=services, server=server, clients=[], handler=handler
            )
            yield opened
            for client in opened.clients:
                await client.close()
            await server.close()
        await channel.close()
        await sender.close()


async def hears(house: Duty, gateway: SmsGateway, *items: dict[str, str]) -> None:
    await gateway.tells(str(house.server.make_url("/channels/hotline")), *items)
    await house.handler.idle()


async def shown(office: TestClient) -> str:
    answer = await office.get("/deliveries", headers=PAGE)
    assert answer.status == 200
    return await answer.text()


async def test_td_from_a_duty_phone_is_seen_and_stops_no_order(
    house: Duty, gateway: SmsGateway
) -> None:
    await hears(house, gateway, gateway.reply(PHONE, "TD"))
    number = (await house.case("人民路的路灯坏了")).case.number
    await house.services.telling.deliver()
    assert [sent.phone for sent in gateway.sent] == [PHONE]
    assert number in gateway.texts[0]
    office = await house.staff(Role.TRIAGE)
    page = await shown(office)
    assert "值班手机回复了退订" in page
    assert PHONE in page
    await hears(house, gateway, gateway.reply(PHONE, "HF"))
    assert "值班手机回复了退订" not in await shown(office)


async def test_a_message_that_did_not_arrive_is_for_a_person_once_and_can_be_sent_again(
    house: Duty, gateway: SmsGateway
) -> None:
    number = (await house.case("人民路的路灯坏了")).case.number
    await house.services.telling.deliver()
    failed = gateway.report(gateway.sent[0], "ABSENT")
    for _ in range(2):
        await hears(house, gateway, failed)
    office = await house.staff(Role.TRIAGE)
    page = await shown(office)
    assert number in page
    assert "对方关机或不在服务区" in page
    [row] = (await house.services.deliveries.standing()).failed
    await house.services.deliveries.retry(row.id, by="office")
    await house.services.telling.deliver()
    assert [sent.reference for sent in gateway.sent][1:] == [row.id]
    assert await house.services.deliveries.not_reached("unknown", error="sms_absent") is None


async def test_a_message_that_arrived_is_nothing_to_do(house: Duty, gateway: SmsGateway) -> None:
    await house.case("人民路的路灯坏了")
    await house.services.telling.deliver()
    await hears(house, gateway, gateway.report(gateway.sent[0]))
    assert (await house.services.deliveries.standing()).to_do == 0

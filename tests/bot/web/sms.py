"""One replica behind the gateway's callback, the strict gateway on the other side, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp.test_utils import TestServer

from bot import texting
from bot.cases.model import Actor, Move, NewCase, Role
from bot.cases.service import OpenedCase
from bot.delivery.backoff import Backoff
from bot.delivery.worker import Deliveries
from bot.handling import Handling, handling
from bot.services import Services
from bot.web import build
from connectors.channels.hotline.sms import templates
from connectors.channels.hotline.sms.channel import SmsChannel
from tests.bot.conftest import World
from tests.connectors.hotline.sms.bench import FILE, PHONE, settings_for
from tests.fakes.sms_gateway import LINK, SmsGateway, approved_in
from tests.fakes.town import LIGHTS

CLERK = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
DESK = Actor(id="desk", role=Role.OPERATOR)


@dataclass(frozen=True, kw_only=True)
class SmsDesk:
    """The service and the gateway."""

    world: World
    services: Services
    gateway: SmsGateway
    handler: Handling
    url: str

    async def hears(self, text: str, phone: str = PHONE) -> None:
        """A citizen writes back; the turn is run to its end and its answers go out."""
        await self.tells(self.gateway.reply(phone, text))

    async def tells(self, *items: Mapping[str, str]) -> None:
        """The gateway calls back; what comes of it is done."""
        await self.gateway.tells(self.url, *items)
        await self.handler.idle()
        await self.delivers()

    async def delivers(self, **span: float) -> None:
        """Time passes; the worker sends what is due."""
        self.world.clock.advance(**span)
        await Deliveries(
            self.world.storage,
            self.services.channels,
            self.world.clock,
            self.services.cache,
            self.services.metrics,
            owner="worker",
            lease_s=30.0,
            backoff=Backoff(),
            jitter=lambda: 0.5,
            on_dead=partial(texting.not_sent, services=self.services),
        ).deliver()

    async def called(self, caller: str = PHONE, text: str = "路灯坏了") -> OpenedCase:
        """An operator opens a case from a call."""
        opened = await self.services.cases.open_case(
            NewCase(
                origin_key=f"call:{self.world.ids.new_id()}",
                channel="hotline",
                conversation_id=await self.world.conversation("hotline", caller),
                sender_id=caller,
                title="",
                text=text,
                tell=True,
            ),
            actor=DESK,
        )
        await self.delivers()
        return opened

    async def closed(self, caller: str = PHONE) -> str:
        """A case from a call, answered and closed; its number."""
        number = (await self.called(caller)).case.number
        await self.services.cases.move(number, Move.ACCEPT, CLERK)
        await self.services.cases.move(number, Move.REPLY, CLERK, text="您好，已换灯泡。")
        await self.services.cases.move(number, Move.CLOSE, DESK)
        await self.delivers()
        return number

    async def notes(self, number: str) -> list[str]:
        """What was noted on a case."""
        events = await self.services.cases.events(number)
        return [each.details["text"] for each in events if each.move is Move.NOTE]


@asynccontextmanager
async def sms_desk_of(world: World) -> AsyncIterator[SmsDesk]:
    """A replica whose hotline sends text messages."""
    gateway = SmsGateway(approved_in(FILE), world.clock.now)
    async with TestServer(gateway.application()) as interface:
        services = await world.replica()
        channel = SmsChannel(
            settings_for(str(interface.make_url("/api"))),
            templates.read(FILE, link=LINK),
            services.cache,
            stopped=services.optouts.stopped,
            count=services.metrics.platform_called,
            count_parts=services.metrics.sms_sent,
            now=world.clock.now,
        )
        services = await world.replica(
            channels={"hotline": channel}, metrics=services.metrics, intake=services.intake
        )
        async with (
            handling(services, sweep=False) as handler,
            TestServer(build(services)) as server,
        ):
            try:
                yield SmsDesk(
                    world=world,
                    services=services,
                    gateway=gateway,
                    handler=handler,
                    url=str(server.make_url("/channels/hotline")),
                )
            finally:
                await channel.close()

"""One replica behind the WeChat callback, the strict platform on the other side, over HTTP."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from aiohttp.test_utils import TestServer
from PIL import Image

from bot.app import in_place_s
from bot.delivery.backoff import Backoff
from bot.delivery.worker import Deliveries
from bot.handling import Handling, handling
from bot.inbox import Inbox
from bot.intake import Intake
from bot.records import StoredMessage
from bot.services import Services
from bot.web import build
from connectors.channels.wechat.channel import WeChatChannel
from connectors.speech.base import Recogniser
from tests.bot.conftest import World
from tests.connectors.wechat.conftest import DictTokens, settings_for
from tests.fakes.wechat.callbacks import Delivery
from tests.fakes.wechat_platform import Account, WeChatPlatform


def jpeg(shade: int = 90, **more: object) -> bytes:
    """A small picture as a phone sends it; `more` is for Pillow's writer."""
    file = io.BytesIO()
    Image.new("L", (32, 24), shade).save(file, "JPEG", **more)
    return file.getvalue()


JPEG = jpeg()
FILM = b"\0\0\0\x18ftypmp42" + b"v" * 400


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The service and the platform."""

    world: World
    services: Services
    platform: WeChatPlatform
    channel: WeChatChannel
    handler: Handling
    url: str

    async def gets(self, xml: str) -> Delivery:
        """The platform delivers a callback."""
        return await self.platform.send_callback(self.url, xml)

    async def told(self, xml: str) -> str:
        """What the citizen reads in place; empty for nothing."""
        delivery = await self.gets(xml)
        assert delivery.fault == ""
        return "" if delivery.seen is None else delivery.seen.text

    async def kept(self, open_id: str = "c") -> tuple[StoredMessage, ...]:
        """The citizen's messages, oldest first."""
        return await self.services.inbox.history(await self.world.conversation("wechat", open_id))

    async def goes_on(self, *, seconds: float = 0.0) -> None:
        """What was begun ends; time passes; what was put off and is due is taken over and run."""
        await self.handler.idle()
        self.world.clock.advance(seconds=seconds)
        while (work := await self.services.inbox.claim_left(fresh_s=0.0)) is not None:
            self.handler.begin(work)
            await self.handler.idle()

    async def delivers(self) -> None:
        """The worker sends what is due."""
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
        ).deliver()


@asynccontextmanager
async def desk_of(
    world: World,
    *,
    mode: str = "encrypted",
    recogniser: Recogniser | None = None,
    as_served: bool = False,
    **parts: object,
) -> AsyncIterator[Desk]:
    """A replica with one account; `as_served`: its replies wait as long as they may be carried in
    place, as in a real process, and are due at once otherwise."""
    platform = WeChatPlatform(Account(mode=mode), world.clock.now)
    async with TestServer(platform.application()) as interface:
        settings = settings_for(
            platform.account, mode=mode, api_url=str(interface.make_url("")).rstrip("/")
        )
        channel = WeChatChannel(settings, DictTokens(), now=world.clock.now)
        services = await world.replica(channels={"wechat": channel}, recogniser=recogniser, **parts)
        if as_served:
            inbox = Inbox(
                world.storage,
                world.clock,
                world.ids,
                services.cache,
                owner="replica-1",
                lease_s=30.0,
                in_place_s=in_place_s(services.channels, services.settings),
            )
            services = replace(services, inbox=inbox, intake=Intake(inbox, services.metrics))
        async with (
            handling(services, sweep=False) as handler,
            TestServer(build(services)) as server,
        ):
            yield Desk(
                world=world,
                services=services,
                platform=platform,
                channel=channel,
                handler=handler,
                url=str(server.make_url("/channels/wechat")),
            )
        await channel.close()

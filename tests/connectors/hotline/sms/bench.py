"""The channel of text messages, and the strict gateway on the other side, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp.test_utils import BaseTestServer, TestServer
from pydantic import SecretStr

from bot.city.load import DEFAULT
from connectors.base import Outbound, RawRequest, Reply, ReplyCase, ReplyKind
from connectors.channels.hotline.sms import templates
from connectors.channels.hotline.sms.channel import SmsChannel
from connectors.channels.hotline.sms.settings import SmsSettings
from tests.connectors.wechat.conftest import DictTokens
from tests.fakes.edges import FakeClock
from tests.fakes.sms_gateway import KEY, LINK, SmsGateway, approved_in

FILE = DEFAULT / "sms.toml"
PHONE = "13900000001"
NUMBER = "20260302000001"


@dataclass
class Bench:
    """The channel at work."""

    server: BaseTestServer
    channel: SmsChannel
    gateway: SmsGateway
    clock: FakeClock
    memory: DictTokens
    stopped: set[str] = field(default_factory=set)
    counted: list[tuple[str, str, str]] = field(default_factory=list)
    parts: list[tuple[str, int]] = field(default_factory=list)


def settings_for(url: str, **given: object) -> SmsSettings:
    """As a city sets them."""
    return SmsSettings(
        **{"url": url, "app": "fengcheng", "key": SecretStr(KEY), "link": LINK, **given}  # type: ignore[arg-type]  # named by tests
    )


@asynccontextmanager
async def bench(
    clock: FakeClock | None = None,
    *,
    now: Callable[[], datetime] | None = None,
    **given: object,
) -> AsyncIterator[Bench]:
    """A channel and its gateway; `given` are settings, `now` another time than the clock's."""
    clock = clock or FakeClock()
    now = now or clock.now
    gateway = SmsGateway(approved_in(FILE), now)
    async with TestServer(gateway.application()) as server:
        memory, stopped = DictTokens(), set[str]()
        counted: list[tuple[str, str, str]] = []
        parts: list[tuple[str, int]] = []

        async def has_stopped(number: str) -> bool:
            return number in stopped

        channel = SmsChannel(
            settings_for(str(server.make_url("/api")), **given),
            templates.read(FILE, link=LINK),
            memory,
            stopped=has_stopped,
            count=lambda *what: counted.append(what),
            count_parts=lambda *what: parts.append(what),
            now=now,
        )
        try:
            yield Bench(
                server=server,
                channel=channel,
                gateway=gateway,
                clock=clock,
                memory=memory,
                stopped=stopped,
                counted=counted,
                parts=parts,
            )
        finally:
            await channel.close()


def told(told: str, words: str = "", *, emergency: bool = False, number: str = NUMBER) -> Reply:
    """A notice of a case."""
    case = ReplyCase(
        number=number,
        state="in_progress",
        department="市城市管理局",
        due_at="2026-03-09T18:00:00+08:00",
        told=told,
        words=words,
    )
    return Reply(kind=ReplyKind.NOTICE, text="全文", case=case, emergency=emergency)


def outbound(reply: Reply, key: str = "01J", recipient: str = PHONE) -> Outbound:
    """A row of the outbox."""
    return Outbound(
        idempotency_key=key,
        channel="hotline",
        conversation_id=f"hotline:{recipient}",
        recipient=recipient,
        reply=reply,
    )


def posted(body: bytes) -> RawRequest:
    """A callback."""
    return RawRequest(method="POST", path="/channels/hotline", body=body)

"""What every channel in the registry must keep to, whatever it is connected to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from aiohttp.test_utils import TestServer

from bot.storage.units import Storage
from connectors import registry
from connectors.base import Channel, Outbound, RawRequest, Reply
from connectors.channels.mailbox.channel import MailboxChannel
from connectors.channels.mailbox.settings import MailboxSettings
from connectors.channels.mailbox.tags import Tags
from connectors.channels.webchat.channel import WebChatChannel
from connectors.channels.wechat.channel import WeChatChannel
from connectors.errors import Unverified
from tests.connectors.hotline.sms.bench import bench as sms_bench
from tests.connectors.wechat.conftest import DictTokens, settings_for
from tests.fakes.edges import CountingIds, FakeClock
from tests.fakes.mail_server import MailServer, certificate
from tests.fakes.wechat_platform import Account, WeChatPlatform

MARKS = b"a secret of the tests"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A channel at work, and what the other side has seen of it."""

    channel: Channel
    seen: Callable[[], list[str]]
    secrets: tuple[str, ...] = ()
    recipient: str = "citizen"
    told_twice: tuple[RawRequest, ...] = ()


@asynccontextmanager
async def webchat() -> AsyncIterator[Bench]:
    woken: list[str] = []

    async def wake(topic: str) -> None:
        woken.append(topic)

    # The page shows what stands in the outbox, so waking it twice shows nothing twice.
    yield Bench(channel=WebChatChannel(wake), seen=lambda: sorted(set(woken)))


@asynccontextmanager
async def wechat() -> AsyncIterator[Bench]:
    account = Account()
    platform = WeChatPlatform(account, lambda: datetime.now(UTC))
    platform.citizen_wrote("citizen")
    async with TestServer(platform.application()) as server:
        settings = settings_for(account, api_url=str(server.make_url("")).rstrip("/"))
        channel = WeChatChannel(settings, DictTokens())
        yield Bench(
            channel=channel,
            seen=lambda: [text for _, text in platform.sent],
            secrets=(account.secret, account.token, account.aes_key),
        )
        await channel.close()


@asynccontextmanager
async def hotline() -> AsyncIterator[Bench]:
    async with sms_bench(now=lambda: datetime.now(UTC)) as at:
        yield Bench(
            channel=at.channel,
            seen=lambda: at.gateway.texts,
            secrets=(at.gateway.key,),
            recipient="13900000001",
            told_twice=tuple(
                RawRequest(method="POST", path="/", body=at.gateway.callback(item))
                for item in (at.gateway.reply("13900000001", "5", id="r1"),) * 2
            ),
        )


@asynccontextmanager
async def mailbox() -> AsyncIterator[Bench]:
    server = MailServer()
    with TemporaryDirectory() as folder:
        pem = certificate(Path(folder))
        async with server.running(pem):
            settings = MailboxSettings(
                host="127.0.0.1", port=server.port, ca_file=pem, sender="szxx@fengcheng.example",
                username=server.user, password=server.password,
            )  # fmt: skip
            yield Bench(
                channel=MailboxChannel(settings, DictTokens(), Tags(MARKS)),
                seen=lambda: [mail.get_content() for mail in server.mails],
                secrets=(MARKS.decode(), server.password),
                recipient="zhang@example.com",
            )


BENCHES = {"webchat": webchat, "wechat": wechat, "hotline": hotline, "mailbox": mailbox}
UNSIGNED = RawRequest(method="POST", path="/", body=b"<xml></xml>")


def outbound(name: str, recipient: str) -> Outbound:
    return Outbound(
        idempotency_key="01J",
        channel=name,
        conversation_id=f"{name}:{recipient}",
        recipient=recipient,
        reply=Reply(text="您的诉求已受理。"),
    )


def test_every_channel_has_a_bench() -> None:
    assert BENCHES.keys() == registry.CHANNELS.keys()


@pytest.mark.parametrize("name", registry.CHANNELS)
async def test_sends_once_per_idempotency_key(name: str) -> None:
    async with BENCHES[name]() as bench:
        await bench.channel.send(outbound(name, bench.recipient))
        await bench.channel.send(outbound(name, bench.recipient))
        assert len(bench.seen()) == 1


@pytest.mark.parametrize("name", registry.CHANNELS)
async def test_shows_no_secret_in_its_repr(name: str) -> None:
    async with BENCHES[name]() as bench:
        shown = repr(bench.channel)
        assert type(bench.channel).__name__ in shown
        assert [secret for secret in bench.secrets if secret in shown] == []


@pytest.mark.parametrize("name", registry.CHANNELS)
async def test_is_called_what_the_registry_calls_it(name: str) -> None:
    async with BENCHES[name]() as bench:
        assert bench.channel.name == name


@pytest.mark.parametrize("name", ["wechat", "hotline"])
async def test_refuses_unsigned_input(name: str) -> None:
    async with BENCHES[name]() as bench:
        with pytest.raises(Unverified):
            bench.channel.parse(UNSIGNED)  # type: ignore[attr-defined]  # a callback channel


@pytest.mark.parametrize("name", ["hotline"])
async def test_stores_a_resend_once(
    name: str, storage: Storage, clock: FakeClock, ids: CountingIds
) -> None:
    async with BENCHES[name]() as bench, storage.begin() as unit:
        stored = [
            await unit.messages.store_once(inbound, id=ids.new_id(), now=clock.now())
            for request in bench.told_twice
            for inbound in bench.channel.parse(request)  # type: ignore[attr-defined]  # a callback channel
        ]
    assert [each.new for each in stored] == [True, False]
    assert stored[0].message == stored[1].message

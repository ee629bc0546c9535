"""The leader mailbox on Dovecot and Postfix: every letter once, whatever is killed meanwhile."""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import dkim
import imapclient
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr
from redis import Redis

from bot.calls.feeding import Feeding
from bot.cases.filters import CaseFilter
from bot.delivery.backoff import Backoff
from bot.delivery.worker import Deliveries
from bot.handling import handling
from bot.letters.boxes import MailBoxes
from bot.services import Services
from connectors.base import Outbound, Reply
from connectors.channels.mailbox.channel import MailboxChannel
from connectors.channels.mailbox.composing import composed
from connectors.channels.mailbox.imap import MailFeed
from connectors.channels.mailbox.settings import Box, MailboxSettings
from connectors.channels.mailbox.tags import Tags
from connectors.errors import Refused, Retryable
from connectors.mail.smtp import hand_over
from tests.bot.conftest import SECRET, World
from tests.mail_servers import DOMAIN, PASSWORD, MailServers, mail_servers, missing
from tests.servers import free_port, running_redis

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "-")
OURS = f"szxx@{DOMAIN}"


@pytest.fixture
def servers() -> Iterator[MailServers]:
    with mail_servers() as running:
        yield running


def kill_redis(url: str) -> None:
    """With its last words unsaid."""
    with Redis.from_url(url) as client:
        os.kill(int(client.info("server")["process_id"]), signal.SIGKILL)


def settings_for(servers: MailServers, **box: object) -> MailboxSettings:
    one = Box(
        to="市长信箱", host="127.0.0.1", port=servers.imap_port, security="plain",
        username=OURS, password=PASSWORD, timeout_s=5, **{"poll_s": 600, **box},
    )  # fmt: skip
    return MailboxSettings(
        host="127.0.0.1", port=servers.smtp_port, security="plain", sender=OURS,
        boxes={"szxx": one}, delimiter="+",
    )  # fmt: skip


@asynccontextmanager
async def at_work(
    world: World, settings: MailboxSettings, name: str = "replica-1"
) -> AsyncIterator[Services]:
    """A worker that reads the box, handles letters and sends what is due."""
    services = await world.replica(name)
    channel = MailboxChannel(settings, services.cache, services.tags)
    services.channels["mailbox"] = channel
    boxes = MailBoxes(world.storage, world.clock)
    feed = MailFeed("szxx", settings, services.tags, boxes, now=lambda: datetime.now(UTC))
    posting = Feeding(
        world.storage, world.clock, {feed.name: feed}, services.intake.store,
        owner=name, lease_s=1.5, refused_pause_s=0.2,
    )  # fmt: skip
    deliveries = Deliveries(
        world.storage, services.channels, world.clock, services.cache, services.metrics,
        owner=name, lease_s=30.0, backoff=Backoff(), jitter=lambda: 1.0,
    )  # fmt: skip
    stop = asyncio.Event()

    async def deliver() -> None:
        while not stop.is_set():
            await deliveries.deliver(stop)
            world.clock.advance(seconds=1)
            await asyncio.sleep(0.05)

    async with handling(services, sweep=True):
        tasks = [asyncio.create_task(posting.run(stop)), asyncio.create_task(deliver())]
        try:
            yield services
        finally:
            stop.set()
            await asyncio.gather(*tasks)


async def until(holds: Callable[[], object], within_s: float = 240.0) -> None:
    """Returns once it holds."""
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - other programs' files tell nobody
            await asyncio.sleep(0.05)


async def cases(services: Services) -> list[str]:
    """The texts of all cases, sorted."""
    page = await services.cases.cases(CaseFilter(limit=200))
    return sorted(case.text for case in page.cases)


async def until_cases(services: Services, count: int, within_s: float = 240.0) -> list[str]:
    async with asyncio.timeout(within_s):
        while len(found := await cases(services)) < count:  # noqa: ASYNC110 - polled
            await asyncio.sleep(0.1)
    return found


def got(servers: MailServers, user: str = "zhang") -> list[email.message.EmailMessage]:
    """What stands in a citizen's box."""
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)  # type: ignore[misc]
        for path in servers.files(user)
    ]


async def send(servers: MailServers, *more: str, to: str = OURS) -> None:
    await asyncio.to_thread(servers.swaks, to, *more)


async def test_a_letter_comes_in_and_its_answer_goes_back_into_the_thread(
    world: World,
    servers: MailServers,
) -> None:
    gbk = servers.folder / "gbk.txt"
    gbk.write_bytes("剑光街道的路灯坏了，请修一修。".encode("gbk"))
    async with at_work(world, settings_for(servers)) as services:
        await send(
            servers, "--header", "Subject: =?utf-8?B?6Lev54Gv?=", "--body", f"@{gbk}",
            "--header", "Message-Id: <first@example.com>",
        )  # fmt: skip
        await until(lambda: got(servers))
        [receipt] = got(servers)
        assert receipt["In-Reply-To"] == "<first@example.com>"
        assert receipt["Subject"] == "Re: 路灯"
        assert receipt["Auto-Submitted"] == "auto-replied"
        assert "查询码" in receipt.get_content()
        reply_to = receipt["Reply-To"].addresses[0].addr_spec
        assert reply_to.startswith("szxx+")
        await send(
            servers, "--body", "三楼也没有灯。", "--add-header",
            f"In-Reply-To: {receipt['Message-ID']}", to=reply_to,
        )  # fmt: skip
        await until(lambda: len(got(servers)) == 2)
        assert await cases(services) == ["剑光街道的路灯坏了，请修一修。"]
        await until(lambda: not servers.files("szxx"))
    assert len(servers.files("szxx", "Policyline")) == 2


async def test_a_mail_of_many_megabytes_is_stored_whole(
    world: World,
    servers: MailServers,
) -> None:
    big = servers.folder / "big.bin"
    big.write_bytes(bytes(range(256)) * 70_000)
    async with at_work(world, settings_for(servers)) as services:
        await send(servers, "--body", "见附件", "--attach", f"@{big}")
        await until_cases(services, 1)
        [case] = (await services.cases.cases(CaseFilter())).cases
        async with asyncio.timeout(20):
            while not (  # noqa: ASYNC110 - polled
                files := await services.attachments.of_case(case.number)
            ):
                await asyncio.sleep(0.05)
    assert big.stat().st_size in [one.bytes for one in files]


async def test_killing_every_server_and_the_worker_loses_and_doubles_nothing(
    world: World,
    servers: MailServers,
    tmp_path: Path,
) -> None:
    sent = [f"第 {n:02} 封来信，路灯坏了。" for n in range(60)]

    async def write() -> None:
        for text in sent:
            while True:
                try:
                    await send(servers, "--body", text, "--add-header", f"X-N: {text[2:4]}")
                    break
                except Exception:  # noqa: BLE001 - the server is down: a citizen's program tries again
                    await asyncio.sleep(0.2)

    settings, port = settings_for(servers), free_port()
    redis = ExitStack()
    world.redis_url = redis.enter_context(running_redis(tmp_path, port))
    writing = asyncio.create_task(write())
    async with at_work(world, settings, "worker-1") as services:
        await until_cases(services, 4)
        kill_redis(world.redis_url)
        await until_cases(services, 8)
        await asyncio.to_thread(servers.kill, "dovecot")
        await asyncio.sleep(0.5)
        await asyncio.to_thread(servers.start, "dovecot")
        await until_cases(services, 16)
        redis.enter_context(running_redis(tmp_path, port))  # empty, as after a power cut
        await asyncio.to_thread(servers.kill, "postfix")
        await asyncio.to_thread(servers.start, "postfix")
        await until_cases(services, 24)
    world.clock.advance(minutes=2)
    async with at_work(world, settings, "worker-2") as services:
        await writing
        found = await until_cases(services, 60)
        await until(lambda: not servers.files("szxx"))
        await until(lambda: len(got(servers)) >= 60)
    redis.close()
    # swaks may have been cut off after Postfix took the mail: it is then two mails, two letters.
    assert set(found) == set(sent)
    # A Dovecot killed in the middle of a MOVE may leave the mail in both folders: one letter.
    moved = {path.read_bytes().partition(b"Message-Id: ")[2].splitlines()[0]
             for path in servers.files("szxx", "Policyline")}  # fmt: skip
    assert len(found) == len(moved)
    ids = [one["Message-ID"] for one in got(servers)]
    # A Postfix killed after it took a mail and before it said so gets it again, under the same id:
    # SMTP has no way to know (RFC 1047).
    assert len(set(ids)) == len(found)
    assert len(ids) - len(set(ids)) <= 2


async def test_new_numbers_for_old_mails_store_nothing_twice(
    world: World,
    servers: MailServers,
) -> None:
    settings = settings_for(servers, moved_to="")
    for n in range(3):
        await send(servers, "--body", f"来信 {n}")
    await until(lambda: len(servers.files("szxx")) == 3)
    async with at_work(world, settings) as services:
        await until_cases(services, 3)
    kept = servers.folder / "mail" / "szxx"
    for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
        (kept / name).unlink(missing_ok=True)
    world.clock.advance(minutes=2)
    async with at_work(world, settings, "again") as services:
        await send(servers, "--body", "来信 3")
        assert await until_cases(services, 4) == [f"来信 {n}" for n in range(4)]
        boxes = MailBoxes(world.storage, world.clock)
        assert (await boxes.cursor("szxx")).uid >= 1


async def test_two_workers_read_a_box_once(
    world: World,
    servers: MailServers,
) -> None:
    settings = settings_for(servers)
    async with at_work(world, settings, "one") as services, at_work(world, settings, "two"):
        for n in range(6):
            await send(servers, "--body", f"来信 {n}")
        assert await until_cases(services, 6) == [f"来信 {n}" for n in range(6)]
        await until(lambda: len(got(servers)) == 6)


async def test_a_server_that_tells_nothing_is_asked(world: World) -> None:
    with mail_servers(idle=False) as servers:
        client = imapclient.IMAPClient("127.0.0.1", port=servers.imap_port, ssl=False)
        client.login(OURS, PASSWORD)
        assert not client.has_capability("IDLE")
        assert not client.has_capability("MOVE")
        client.logout()
        async with at_work(world, settings_for(servers, poll_s=1)) as services:
            await send(servers, "--body", "来信")
            await until_cases(services, 1)
            await until(lambda: not servers.files("szxx"))
        assert len(servers.files("szxx", "Policyline")) == 1


async def test_what_is_too_large_is_stored_by_its_beginning(
    world: World,
    servers: MailServers,
) -> None:
    settings = settings_for(servers).model_copy(update={"max_bytes": 50_000})
    big = servers.folder / "big.bin"
    big.write_bytes(b"a" * 400_000)
    async with at_work(world, settings) as services:
        await send(servers, "--body", "见附件", "--attach", f"@{big}")
        assert await until_cases(services, 1) == ["见附件"]


async def test_a_wrong_password_is_a_person_s_matter(servers: MailServers) -> None:
    settings = settings_for(servers)
    wrong = settings.boxes["szxx"].model_copy(update={"port": 1})
    away = settings.model_copy(update={"boxes": {"szxx": wrong}})
    with pytest.raises(Retryable, match="imap_unreachable"):
        await MailFeed("szxx", away, Tags(SECRET), None).probe()  # type: ignore[arg-type]
    bad = settings.boxes["szxx"].model_copy(update={"password": SecretStr("wrong")})
    refused = settings.model_copy(update={"boxes": {"szxx": bad}})
    feed = MailFeed("szxx", refused, Tags(SECRET), None)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="imap_password"):
        await feed.probe()
    assert "wrong" not in repr(feed) + repr(refused)
    await feed.close()


async def test_a_signature_over_our_mail_outlives_the_way(servers: MailServers) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    settings = settings_for(servers)
    outbound = Outbound(
        idempotency_key="k1", channel="mailbox", conversation_id="mailbox:zhang@example.com",
        recipient="zhang@example.com", reply=Reply(text="您好，" + "答复内容。" * 300),
    )  # fmt: skip
    made = composed(
        outbound, sender=OURS, sender_name="市长信箱", delimiter="", tags=Tags(SECRET),
        now=datetime.now(UTC),
    )  # fmt: skip
    raw = made.as_bytes()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    names = [name.lower() for name in made]
    assert len(names) == len(set(names))
    signature = dkim.sign(raw, b"s", DOMAIN.encode(), private)
    name, _, value = signature.decode().partition(": ")
    made[name] = " ".join(value.split())
    await asyncio.to_thread(hand_over, settings, made, "zhang@example.com")
    await until(lambda: servers.files("zhang"))
    came = servers.files("zhang")[0].read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    assert dkim.verify(came, dnsfunc=lambda *_, **__: record)

"""Mail to departments, against a strict server; the server is proven by smtplib itself."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.departments.email.mail import mail, subject
from connectors.departments.email.sender import EmailSender
from connectors.departments.email.settings import EmailSettings, Security
from connectors.errors import Refused, Retryable
from tests.connectors.departments.notices import NOW, Memory, notice
from tests.fakes.mail_server import MailServer, certificate

TO = "duty@cg.example.com"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("mail"))


def settings_of(server: MailServer, pem: Path, **changes: Any) -> EmailSettings:
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": Security.TLS if server.implicit_tls else Security.STARTTLS,
        "username": server.user,
        "password": server.password,
        "sender": "hotline@12345.example.com",
        "ca_file": pem,
        "timeout_s": 2.0,
    }
    return EmailSettings(**(given | changes))


@asynccontextmanager
async def sending(server: MailServer, pem: Path, **changes: Any) -> AsyncIterator[EmailSender]:
    async with server.running(pem):
        yield EmailSender(settings_of(server, pem, **changes), Memory(), now=lambda: NOW)


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "tls"])
async def test_a_mail_arrives_whole(pem: Path, implicit: bool) -> None:
    server = MailServer(implicit_tls=implicit)
    async with sending(server, pem) as sender:
        receipt = await sender.send(notice(address=TO))
    [(envelope_from, envelope_to, _)] = server.taken
    assert (envelope_from, envelope_to) == ("hotline@12345.example.com", [TO])
    [mail] = server.mails
    assert mail["To"] == TO
    assert mail["Subject"] == "【12345】新工单 20260302000001 新城大道路灯不亮"
    assert mail["Message-ID"] == receipt.external_id == "<01JNOTICE@12345.example.com>"
    body = mail.get_content()
    assert "https://12345.example.com/cases/20260302000001" in body
    assert "办理期限：3月9日" in body
    assert server.faults == []


async def test_sent_once_per_key_also_from_another_replica(pem: Path) -> None:
    server, memory = MailServer(), Memory()
    async with server.running(pem):
        settings = settings_of(server, pem)
        first, second = EmailSender(settings, memory), EmailSender(settings, memory)
        receipts = [await each.send(notice(address=TO)) for each in (first, first, second)]
        await first.send(notice("01JOTHER", address=TO))
    assert len(server.taken) == 2
    assert len({receipt.external_id for receipt in receipts}) == 1


@pytest.mark.parametrize(
    ("trouble", "code", "again"),
    [
        (("RCPT", "450 4.2.1 later"), "mail_server_busy", True),
        (("RCPT", "550 5.1.1 nobody"), "address_refused", False),
        (("MAIL", "451 4.3.0 later"), "mail_server_busy", True),
        (("MAIL", "550 5.7.1 not you"), "sender_refused", False),
        (("END", "452 4.3.1 full"), "mail_server_busy", True),
        (("END", "554 5.7.1 spam"), "mail_refused", False),
        (("AUTH", "454 4.7.0 later"), "sign_in_refused", True),
        (("EHLO", "DROP"), "unreachable", True),
        (("END", "DROP"), "unreachable", True),
    ],
)
async def test_the_servers_answer_says_whether_to_try_again(
    pem: Path, trouble: tuple[str, str], code: str, again: bool
) -> None:
    server = MailServer(trouble=[trouble])
    async with sending(server, pem) as sender:
        with pytest.raises(Retryable if again else Refused) as raised:
            await sender.send(notice(address=TO))
        assert raised.value.code == code
        assert server.taken == []
        await sender.send(notice(address=TO))
    assert len(server.taken) == 1


async def test_a_silent_server_is_given_up(pem: Path) -> None:
    server = MailServer(trouble=[("RCPT", "SILENT")])
    async with sending(server, pem, timeout_s=0.2) as sender:
        with pytest.raises(Retryable, match="timeout"):
            await sender.send(notice(address=TO))


async def test_a_taken_mail_is_sent_however_the_server_parts(pem: Path) -> None:
    server = MailServer(trouble=[("QUIT", "DROP")])
    async with sending(server, pem) as sender:
        await sender.send(notice(address=TO))
    assert len(server.taken) == 1


async def test_a_wrong_password_is_said_and_not_shown(pem: Path) -> None:
    server = MailServer()
    async with sending(server, pem, password="a-wrong-one") as sender:
        with pytest.raises(Retryable, match="sign_in_refused") as raised:
            await sender.send(notice(address=TO))
    assert "a-wrong-one" not in f"{raised.value!r}{sender!r}{sender._settings!r}"
    assert TO not in repr(raised.value)


async def test_no_password_goes_over_a_bare_line(pem: Path) -> None:
    server = MailServer(offers_tls=False)
    async with sending(server, pem) as sender:
        with pytest.raises(Retryable, match="no_tls"):
            await sender.send(notice(address=TO))
    assert "AUTH" not in server.commands
    assert "MAIL" not in server.commands


async def test_a_strangers_certificate_is_not_trusted(pem: Path, tmp_path: Path) -> None:
    server = MailServer(implicit_tls=True)
    async with sending(server, pem, ca_file=certificate(tmp_path)) as sender:
        with pytest.raises(Retryable, match="certificate"):
            await sender.send(notice(address=TO))
    assert server.commands == []


async def test_nobody_there(pem: Path) -> None:
    server = MailServer()
    async with server.running(pem):
        settings = settings_of(server, pem)
    with pytest.raises(Retryable, match="unreachable"):
        await EmailSender(settings, Memory()).send(notice(address=TO))


def test_words_cannot_add_a_header() -> None:
    evil = notice(
        address=TO,
        title="路灯\r\nBcc: victim@example.com\r\n\r\n正文",
        words="。\r\n.\r\nMAIL FROM:<x@example.com>",
    )
    made = mail(evil, sender="a@example.com", sender_name="热线", now=NOW)
    head = made.as_bytes().split(b"\r\n\r\n")[0].decode("ascii")
    assert made["Bcc"] is None
    assert "\nBcc" not in head
    assert subject(evil).isprintable()


def test_the_same_notice_has_the_same_id_and_a_strange_key_a_plain_one() -> None:
    made = [
        mail(notice(key), sender="a@example.com", sender_name="", now=NOW)["Message-ID"]
        for key in ("k", "k", "a b>\r\nX: y", "a b>\r\nX: z")
    ]
    assert made[0] == made[1] == "<k@example.com>"
    assert made[2] != made[3]
    assert made[2].isprintable()


async def test_a_dot_alone_on_its_line_ends_nothing(pem: Path) -> None:
    server = MailServer()
    words = "第一行\n.\n..\n最后一行" + "长" * 3000
    async with sending(server, pem) as sender:
        await sender.send(notice(address=TO, words=words))
    assert words in server.mails[0].get_content().replace("\r\n", "\n")
    assert server.faults == []


def test_contact_stands_in_it_only_where_the_notice_carries_it() -> None:
    full = notice(address=TO, contact_name="王五", contact_phone="13900000001")
    bare = replace(full, contact_name="", contact_phone="")
    bodies = [
        mail(each, sender="a@example.com", sender_name="热线", now=NOW).get_content()
        for each in (full, bare)
    ]
    assert "联系电话：13900000001" in bodies[0]
    assert "联系" not in bodies[1]


@pytest.mark.parametrize("allowed", [False, True])
def test_the_setting_says_whether_mails_may_show_the_citizen(allowed: bool) -> None:
    settings = EmailSettings(host="mail.example.com", sender="a@example.com", with_contact=allowed)
    assert EmailSender(settings, Memory()).sees_citizens is allowed


@pytest.mark.parametrize(
    "changes",
    [
        {"sender": ""},
        {"sender": "a@example.com\nBcc: b@example.com"},
        {"sender_name": "热线\nBcc: b@example.com"},
        {"username": "u"},
        {"security": "plain"},
        {"security": "plain", "host": "127.0.0.1", "username": "u", "password": "p"},
        {"host": "mail example com"},
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        EmailSettings(**({"host": "mail.example.com", "sender": "a@example.com"} | changes))  # type: ignore[arg-type] # as the environment gives them


def _by_smtplib(port: int, pem: Path) -> list[tuple[int, bytes]]:
    """What another client meets when it does things out of order."""
    with smtplib.SMTP("127.0.0.1", port, timeout=2) as client:
        client.ehlo("other.test")
        met = [client.mail("a@example.com"), client.docmd("AUTH", "PLAIN AAAA")]
        client.starttls(context=ssl.create_default_context(cafile=pem))
        client.login("hotline", "not-for-anyone")
        met += [client.docmd("DATA"), client.rcpt("b@example.com"), client.docmd("XYZZY")]
        client.sendmail("a@example.com", ["b@example.com"], b"Subject: x\r\n\r\n.y\r\n")
    return met


async def test_the_fake_holds_another_client_to_the_order(pem: Path) -> None:
    server = MailServer()
    async with server.running(pem):
        met = await asyncio.to_thread(_by_smtplib, server.port, pem)
    assert [code for code, _ in met] == [530, 538, 503, 503, 502]
    assert server.taken[0][2] == b"Subject: x\r\n\r\n.y\r\n"

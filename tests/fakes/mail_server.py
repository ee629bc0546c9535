"""A strict SMTP server (RFC 5321, 3207, 4954, 8314): order of commands, TLS before a password,
limits of lines, and whatever trouble a test asks for."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_MAX_COMMAND = 512
_MAX_TEXT_LINE = 1000
"""Octets with CR LF (RFC 5321, 4.5.3.1)."""


@dataclass
class MailServer:
    """What it demands, the trouble it makes, and what it took.

    Args:
        trouble: command → answer given in its stead, once each, such as `("RCPT", "450 later")`;
            `"DROP"` closes the connection, `"SILENT"` says nothing more.
        offers_tls: STARTTLS is among its extensions.
    """

    user: str = "hotline"
    password: str = "not-for-anyone"
    needs_sign_in: bool = True
    implicit_tls: bool = False
    offers_tls: bool = True
    trouble: list[tuple[str, str]] = field(default_factory=list)
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def mails(self) -> list[EmailMessage]:
        return [
            message_from_bytes(content, policy=policy.default)  # type: ignore[misc] # as the policy says
            for _, _, content in self.taken
        ]

    @asynccontextmanager
    async def running(self, certificate: Path) -> AsyncIterator[MailServer]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server = await asyncio.start_server(
            lambda reader, writer: _Talk(self, reader, writer, context).run(),
            "127.0.0.1",
            0,
            ssl=context if self.implicit_tls else None,
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()


class _Talk:
    """One connection."""

    def __init__(
        self,
        server: MailServer,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        context: ssl.SSLContext,
    ) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._context, self._secure = context, server.implicit_tls
        self._greeted = self._signed_in = False
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def run(self) -> None:
        try:
            await self._say("220 mail.test ESMTP")
            while await self._one():
                pass
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self._writer.close()

    async def _one(self) -> bool:
        raw = await self._reader.readuntil(b"\n")
        if len(raw) > _MAX_COMMAND or not raw.endswith(b"\r\n"):
            return await self._fault("500 line too long, or not ended by CR LF")
        line = raw[:-2].decode("ascii")
        verb = line.split(" ")[0].upper()
        self._server.commands.append(verb)
        for place, (command, answer) in enumerate(self._server.trouble):
            if command == verb:
                del self._server.trouble[place]
                return await self._trouble(answer)
        handler = getattr(self, f"_{verb.lower()}", None)
        if handler is None:
            return await self._fault(f"502 {verb}")
        return bool(await handler(line))

    async def _trouble(self, answer: str) -> bool:
        if answer == "DROP":
            return False
        if answer == "SILENT":
            await self._reader.read()
            return False
        await self._say(answer)
        return True

    async def _ehlo(self, line: str) -> bool:
        self._greeted = len(line.split()) == 2
        known = ["mail.test", "8BITMIME", "SIZE 1000000"]
        if not self._secure and self._server.offers_tls:
            known.append("STARTTLS")
        if self._secure:
            known.append("AUTH PLAIN LOGIN")
        for each in known[:-1]:
            await self._say(f"250-{each}")
        return await self._say(f"250 {known[-1]}")

    async def _starttls(self, line: str) -> bool:
        del line
        if self._secure or not self._greeted:
            return await self._fault("503 not now")
        await self._say("220 go on")
        await self._writer.start_tls(self._context)
        self._secure, self._greeted = True, False
        return True

    async def _auth(self, line: str) -> bool:
        if not self._secure or not self._greeted:
            return await self._fault("538 encryption first")
        kind, _, given = line.partition(" ")[2].partition(" ")
        if kind.upper() != "PLAIN" or not given:
            return await self._fault("504 plain only")
        _, user, password = base64.b64decode(given).decode().split("\0")
        if (user, password) != (self._server.user, self._server.password):
            return await self._say("535 5.7.8 authentication failed")
        self._signed_in = True
        return await self._say("235 welcome")

    async def _mail(self, line: str) -> bool:
        if self._server.needs_sign_in and not self._signed_in:
            return await self._fault("530 5.7.0 sign in first")
        if not self._greeted or self._sender is not None:
            return await self._fault("503 not now")
        self._sender = line[line.index("<") + 1 : line.index(">")]
        return await self._say("250 ok")

    async def _rcpt(self, line: str) -> bool:
        if self._sender is None:
            return await self._fault("503 MAIL first")
        self._recipients.append(line[line.index("<") + 1 : line.index(">")])
        return await self._say("250 ok")

    async def _data(self, line: str) -> bool:
        del line
        if not self._recipients or self._sender is None:
            return await self._fault("503 RCPT first")
        await self._say("354 go on")
        lines = []
        while (raw := await self._reader.readuntil(b"\n")) != b".\r\n":
            if len(raw) > _MAX_TEXT_LINE or not raw.endswith(b"\r\n"):
                self._server.faults.append("a line of text too long, or not ended by CR LF")
            lines.append(raw[1:] if raw.startswith(b"..") else raw)
        if self._server.trouble and self._server.trouble[0][0] == "END":
            return await self._trouble(self._server.trouble.pop(0)[1])
        self._server.taken.append((self._sender, self._recipients, b"".join(lines)))
        self._sender, self._recipients = None, []
        return await self._say("250 2.0.0 queued")

    async def _rset(self, line: str) -> bool:
        del line
        self._sender, self._recipients = None, []
        return await self._say("250 ok")

    async def _quit(self, line: str) -> bool:
        del line
        await self._say("221 bye")
        return False

    async def _fault(self, answer: str) -> bool:
        self._server.faults.append(answer)
        return await self._say(answer)

    async def _say(self, answer: str) -> bool:
        self._writer.write(f"{answer}\r\n".encode("ascii"))
        await self._writer.drain()
        return True


def certificate(folder: Path, address: str = "127.0.0.1") -> Path:
    """A certificate signed by itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "mail.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path

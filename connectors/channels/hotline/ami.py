"""Asterisk's manager interface (AMI) as a feed of calls.

PyPI `panoramisk` speaks the protocol: it writes actions, reads messages and puts together the
answers that come in parts. Three things around it are ours. Its manager connects again at one
fixed beat and does not tell of a password that was refused; here that is `keep_on`'s work. It
decodes whatever a read gives, which loses a Chinese name that is cut in two; here it is given
whole messages. And it logs what it reads, callers' numbers and passwords with it; here its log
is silent.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from panoramisk.actions import Action  # type: ignore[import-untyped]  # has no types
from panoramisk.ami_protocol import AMIProtocol  # type: ignore[import-untyped]  # has no types

from connectors.calls import TakeEvent
from connectors.errors import Misconfigured, Refused, Retryable

from .ami_events import AmiCalls, Fields
from .reconnecting import Inlet
from .server_feed import ServerFeed
from .settings import AmiServer, Auth

log = logging.getLogger(__name__)

BANNER = b"Asterisk Call Manager/"
LONGEST_MESSAGE = 256 * 1024
"""Bytes; a longer one is left out. Asterisk's own are some hundred to some thousand."""
_EOL, _END = b"\r\n", b"\r\n\r\n"
_SILENT = logging.Logger("silent", logging.CRITICAL + 1)  # noqa: LOG001 - it must have no parents


class _Protocol(AMIProtocol):  # type: ignore[misc]  # has no types
    """Gives panoramisk whole messages of a bearable length, and what comes of them to the inlet."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.log, self.encoding = _SILENT, "utf-8"
        self.factory = self  # panoramisk hands events and the end of the connection to it
        self.forgetable_actions: tuple[str, ...] = ()
        self.awaiting_actions: list[Action] = []
        self.inlet: Inlet[Fields] = Inlet(transport.pause_reading, transport.resume_reading)
        self.greeted = asyncio.get_running_loop().create_future()
        self.lost = asyncio.get_running_loop().create_future()
        self._buffer, self._skipping, self._seen = bytearray(), False, 0

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self.version is None and not self._greet():
            return
        while (end := self._buffer.find(_END, self._seen)) >= 0:
            message, self._buffer = bytes(self._buffer[:end]), self._buffer[end + len(_END) :]
            self._seen = 0
            if self._skipping or len(message) > LONGEST_MESSAGE:
                self._skipping = False
                log.warning("ami: a message of more than %d bytes left out", LONGEST_MESSAGE)
                continue
            super().data_received(message + _END)
        if len(self._buffer) > LONGEST_MESSAGE:
            self._skipping = True
            del self._buffer[: -len(_END)]
        self._seen = max(0, len(self._buffer) - len(_END))

    def dispatch(self, message: Any) -> None:
        self.inlet.put(_fields(message))

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self._end()

    def _greet(self) -> bool:
        line, found, rest = bytes(self._buffer).partition(_EOL)
        if not line.startswith(BANNER[: len(line)]) or (not found and len(line) > 200):
            self.transport.abort()
            return False
        if found:
            self.version = line[len(BANNER) :].decode("ascii", "replace")
            self._buffer = bytearray(rest)
            self.greeted.set_result(None)
        return bool(found)

    def _end(self) -> None:
        if not self.lost.done():
            self.lost.set_result(None)
            self.inlet.end(Retryable("ami_lost"))


class Connection:
    """A connection that is up: asks actions, gives events."""

    def __init__(self, protocol: _Protocol, server: AmiServer) -> None:
        self._protocol, self._server = protocol, server
        self.events = protocol.inlet

    async def greeted(self) -> None:
        """Wait for the banner."""
        await self._before_lost(self._protocol.greeted, "ami_no_banner")

    async def ask(self, action: str, **fields: str) -> list[Fields]:
        """Every message of the answer.

        Raises:
            Retryable: none came in time, or the connection was lost meanwhile.
        """
        # as_list None: panoramisk sees from the answer whether a list follows.
        sent = self._protocol.send(Action({"Action": action, **fields}), as_list=None)
        answer = await self._before_lost(sent, f"ami_silent_{action.lower()}")
        return [_fields(each) for each in (answer if isinstance(answer, list) else [answer])]

    async def sign_in(self, events: str) -> None:
        """Raises `Refused` where the name or the password is not taken.

        Args:
            events: the classes that are wanted, or `off`.
        """
        secret = self._server.secret.get_secret_value()
        given = {"Username": self._server.username, "Events": events}
        if self._server.auth is Auth.MD5:
            challenge = (await self.ask("Challenge", AuthType="MD5"))[0]
            if "challenge" not in challenge:
                raise Refused("ami_no_md5")
            # The protocol's own digest; whoever needs more sets `tls`.
            key = hashlib.md5((challenge["challenge"] + secret).encode(), usedforsecurity=False)
            given |= {"AuthType": "MD5", "Key": key.hexdigest()}
        else:
            given["Secret"] = secret
        answer = (await self.ask("Login", **given))[0]
        if answer.get("response", "").lower() != "success":
            raise Refused("ami_password")

    async def state(self) -> tuple[list[Fields], list[Fields]] | None:
        """Channels and queues' entries, or None where the account may not ask."""
        channels, queues = await self.ask("CoreShowChannels"), await self.ask("QueueStatus")
        if "error" in (
            channels[0].get("response", "").lower(),
            queues[0].get("response", "").lower(),
        ):
            return None
        for answer in (channels, queues):
            if not answer[-1].get("event", "").lower().endswith("complete"):
                raise Retryable("ami_half_a_list")  # to believe it would end calls that are on
        return (
            [each for each in channels if each.get("event", "").lower() == "coreshowchannel"],
            [each for each in queues if each.get("event", "").lower() == "queueentry"],
        )

    async def keep_awake(self) -> None:
        """Ping for ever; raises `Retryable` once one is not answered."""
        while True:
            await asyncio.sleep(self._server.ping_every_s)
            if not self.events.held:  # while nothing is read no answer can be
                await self.ask("Ping")

    async def _before_lost(self, awaited: asyncio.Future[Any], code: str) -> Any:
        await asyncio.wait(
            (awaited, self._protocol.lost),
            timeout=self._server.timeout_s,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if awaited.done():
            return awaited.result()
        raise Retryable("ami_lost" if self._protocol.lost.done() else code)


class AmiFeed(ServerFeed[AmiServer]):
    """The calls of one Asterisk server."""

    async def run(self, take: TakeEvent) -> None:
        """Listen for ever; raises as `CallFeed.run`."""
        live = await self._live()
        calls = AmiCalls(live, self._operators, self._server.queues, self._now)

        async def session(came_in: Callable[[], None]) -> None:
            async with connected(self._server) as connection:
                came_in()
                await self._listen(connection, calls, take)

        await self._keep_on(session)

    async def probe(self) -> None:
        """Sign in, ask, leave; raises as `Probed.probe`, `ami_may_not_ask` where that is all."""
        async with connected(self._server) as connection:
            if await connection.state() is None:
                raise Retryable("ami_may_not_ask")

    async def _listen(self, connection: Connection, calls: AmiCalls, take: TakeEvent) -> None:
        state = await connection.state()
        if state is None:
            log.warning(
                "%s: the account may not ask for channels (write: system,reporting)", self.name
            )
        else:
            for event in calls.found(*state):
                await take(event)
        awake = asyncio.create_task(connection.keep_awake())
        awake.add_done_callback(lambda task: _ended(task, connection))
        try:
            while True:
                for event in calls.events(await connection.events.get()):
                    await take(event)
        finally:
            awake.cancel()


@asynccontextmanager
async def connected(server: AmiServer, *, events: str = "call,agent") -> AsyncIterator[Connection]:
    """Inside, somebody is signed in.

    Args:
        server: where.
        events: the classes that are wanted, or `off`.

    Raises:
        Refused: it does not let us in.
        Retryable: it cannot be reached, or does not answer.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(server.timeout_s):
            transport, protocol = await loop.create_connection(
                _Protocol, server.host, server.port, ssl=_tls(server)
            )
    except ssl.SSLCertVerificationError as error:
        raise Refused("ami_certificate") from error
    except (OSError, TimeoutError) as error:
        raise Retryable("ami_unreachable") from error
    try:
        connection = Connection(protocol, server)
        await connection.greeted()
        await connection.sign_in(events)
        yield connection
    finally:
        transport.abort()


def _ended(task: asyncio.Task[None], connection: Connection) -> None:
    error = None if task.cancelled() else task.exception()
    if isinstance(error, Retryable):
        connection.events.end(error)


def _tls(server: AmiServer) -> ssl.SSLContext | None:
    if not server.tls:
        return None
    try:
        return ssl.create_default_context(cafile=server.ca_file)
    except OSError as error:
        raise Misconfigured(f"ca_file: {server.ca_file} cannot be read") from error


def _fields(message: Any) -> dict[str, str]:
    """A message's headers; of one that is there several times, the first."""
    return {
        name.lower(): str(value[0] if isinstance(value, list) else value)
        for name, value in message.items()
        if name != "content"
    }

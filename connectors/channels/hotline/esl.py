"""FreeSWITCH's event socket (ESL, inbound mode) as a feed of calls.

The client is our own: those on PyPI bring gevent or threads with them, or wrap a C library, and
what is needed of the protocol in asyncio is one frame reader and five commands.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from connectors.calls import CallEvent, TakeEvent
from connectors.errors import ConnectorError, Refused, Retryable

from .esl_events import EslCalls, on_in, table
from .esl_wire import LONGEST_HEADERS, Frame, headers_of, read_frame
from .live import LiveCalls
from .reconnecting import Inlet
from .server_feed import ServerFeed
from .settings import EslServer

log = logging.getLogger(__name__)

EVENTS = "CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_HANGUP_COMPLETE CUSTOM callcenter::info"
_QUEUES = "callcenter_config queue list"
UUID = re.compile(r"[0-9A-Za-z-]{1,64}")
_REPLIES = frozenset({"command/reply", "api/response"})
_LEAVES, _REJECTS = "text/disconnect-notice", "text/rude-rejection"


class Connection:
    """A connection that is up: sends commands, gives events."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: EslServer
    ) -> None:
        self._reader, self._writer, self._server = reader, writer, server
        self._asked: deque[asyncio.Future[Frame]] = deque()
        self._ended: ConnectorError | None = None
        self._may_read = asyncio.Event()
        self._may_read.set()
        self.events: Inlet[Frame] = Inlet(self._may_read.clear, self._may_read.set)

    async def greeted(self) -> None:
        """Wait until the server asks who we are."""
        try:
            async with asyncio.timeout(self._server.timeout_s):
                frame = await read_frame(self._reader)
        except TimeoutError as error:
            raise Retryable("esl_no_greeting") from error
        if frame.kind == _REJECTS:
            raise Refused("esl_acl")
        if frame.kind != "auth/request":
            raise Retryable("esl_no_frame")

    async def read(self) -> None:
        """Read for ever; when there is no more, whoever waits is told."""
        try:
            while True:
                await self._may_read.wait()
                self._sort(await read_frame(self._reader))
        except ConnectorError as error:
            self.end(error)

    def end(self, error: ConnectorError) -> None:
        """The connection is of no use any more."""
        self._ended = error
        self.events.end(error)
        for asked in self._asked:
            if not asked.done():
                asked.set_exception(error)

    async def ask(self, command: str) -> Frame:
        """The reply to a command.

        Raises:
            Retryable: none came in time, or the connection was lost meanwhile.
        """
        if self._ended is not None:
            raise self._ended
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        self._writer.write(f"{command}\n\n".encode())
        try:
            async with asyncio.timeout(self._server.timeout_s):
                await self._writer.drain()
                return await answer
        except TimeoutError as error:
            raise Retryable("esl_silent") from error
        except OSError as error:
            raise Retryable("esl_lost") from error

    async def sign_in(self, events: str) -> None:
        """Raises `Refused` where the password is not taken or events may not be had.

        Args:
            events: those that are wanted; empty: none.
        """
        server, password = self._server, self._server.password.get_secret_value()
        said = f"userauth {server.user}:{password}" if server.user else f"auth {password}"
        if not _is_ok(await self.ask(said)):
            raise Refused("esl_password")
        if events and not _is_ok(await self.ask(f"event plain {events}")):
            raise Refused("esl_events")

    async def api(self, command: str) -> str:
        """What an API command answers."""
        return (await self.ask(f"api {command}")).body

    async def keep_awake(self) -> None:
        """Ask something small for ever; raises `Retryable` once it is not answered."""
        while True:
            await asyncio.sleep(self._server.ping_every_s)
            if not self.events.held:  # while nothing is read no answer can be
                await self.api("uptime")

    def _sort(self, frame: Frame) -> None:
        if frame.kind in _REPLIES:
            # A reply to a command nobody waits for any more has its place in the row, too.
            asked = self._asked.popleft() if self._asked else None
            if asked is not None and not asked.done():
                asked.set_result(frame)
        elif frame.kind == "text/event-plain":
            self.events.put(frame)
        elif frame.kind == _LEAVES:
            raise Retryable("esl_disconnected")
        elif frame.kind == _REJECTS:
            raise Refused("esl_acl")


class EslFeed(ServerFeed[EslServer]):
    """The calls of one FreeSWITCH server."""

    async def run(self, take: TakeEvent) -> None:
        """Listen for ever; raises as `CallFeed.run`."""
        live = await self._live()
        calls = EslCalls(live, self._operators, self._server.queues, self._now)

        async def session(came_in: Callable[[], None]) -> None:
            async with connected(self._server) as connection:
                came_in()
                for event in await _state(connection, calls, live):
                    await take(event)
                while True:
                    frame = await connection.events.get()
                    for event in calls.events(headers_of(frame.body, encoded=True)):
                        await take(event)

        await self._keep_on(session)

    async def probe(self) -> None:
        """Sign in, ask, leave; raises as `Probed.probe`, `esl_may_not_ask` where that is all."""
        async with connected(self._server) as connection:
            if (await connection.api(_QUEUES)).startswith("-ERR"):
                raise Retryable("esl_may_not_ask")
            await connection.ask("exit")


@asynccontextmanager
async def connected(server: EslServer, *, events: str = EVENTS) -> AsyncIterator[Connection]:
    """Inside, somebody is signed in.

    Args:
        server: where.
        events: those that are wanted; empty: none.

    Raises:
        Refused: it does not let us in.
        Retryable: it cannot be reached, or does not answer.
    """
    try:
        async with asyncio.timeout(server.timeout_s):
            reader, writer = await asyncio.open_connection(
                server.host, server.port, limit=LONGEST_HEADERS
            )
    except (OSError, TimeoutError) as error:
        raise Retryable("esl_unreachable") from error
    tasks: list[asyncio.Task[None]] = []
    try:
        connection = Connection(reader, writer, server)
        await connection.greeted()
        tasks.append(asyncio.create_task(connection.read()))
        await connection.sign_in(events)
        tasks.append(asyncio.create_task(_awake(connection)))
        yield connection
    finally:
        for task in tasks:
            task.cancel()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _awake(connection: Connection) -> None:
    try:
        await connection.keep_awake()
    except ConnectorError as error:
        connection.end(error)


async def _state(connection: Connection, calls: EslCalls, live: LiveCalls) -> list[CallEvent]:
    """What happened while nobody listened: who waits and talks now, and whose call is gone."""
    queues = await connection.api(_QUEUES)
    if queues.startswith("-ERR"):
        log.warning("esl: the account may not ask for queues")
        return []
    events: list[CallEvent] = []
    present: set[str] = set()
    for name in filter(calls.ours, (row.get("name", "") for row in table(queues))):
        members = table(await connection.api(f"callcenter_config queue list members {name}"))
        events += calls.found(name, members)
        present |= on_in(members)
    for call_id in live.open_calls().keys() - present:
        # A call that was sent on is in no queue any more, and still a call. An id that could end
        # the command is none of FreeSWITCH's.
        if (
            UUID.fullmatch(call_id)
            and (await connection.api(f"uuid_exists {call_id}")).strip() == "false"
        ):
            events += calls.gone(call_id)
    return events


def _is_ok(reply: Frame) -> bool:
    return reply.headers.get("reply-text", "").startswith("+OK")

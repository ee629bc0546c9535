"""A TCP server on loopback for fakes of line protocols."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from ssl import SSLContext
from typing import Self


class Lines:
    """One client's connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.closing = self.silent = False

    async def read(self, until: bytes) -> bytes | None:
        """Up to and with this; None where the client has gone."""
        try:
            return await self._reader.readuntil(until)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            return None

    def write(self, data: bytes) -> None:
        """Send, unless it is closing."""
        if not self.closing and not self.silent:
            self._writer.write(data)

    def close(self) -> None:
        """Send what is written, then close."""
        self.closing = True
        self._writer.close()

    def abort(self) -> None:
        """Cut the connection."""
        self.closing = True
        self._writer.transport.abort()


class Sockets:
    """Listens on a port of its own while it is entered.

    Attributes:
        mute: connections are taken, and nothing is ever said.
        connections: how many were made.
        violations: what clients did wrong.
    """

    def __init__(self, tls: SSLContext | None = None) -> None:
        self.mute = False
        self.connections = 0
        self.violations: list[str] = []
        self.port = 0
        self._tls, self._open = tls, set[Lines]()
        self._server: asyncio.Server | None = None
        self._happened = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, on the port it had before if it had one."""
        self._server = await asyncio.start_server(
            self._taken, "127.0.0.1", self.port, ssl=self._tls, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut every connection and listen no more."""
        if self._server is not None:
            self._server.close()
            self.drop()
            await self._server.wait_closed()
            await self.until(lambda: not self._open)
            self._server = None

    def drop(self) -> None:
        """Cut every connection."""
        for lines in tuple(self._open):
            lines.abort()

    def go_silent(self) -> None:
        """Say nothing more on the connections there are."""
        for lines in self._open:
            lines.silent = True

    async def serve(self, lines: Lines) -> None:
        """Talk with one client until it has gone."""
        raise NotImplementedError

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something a client did makes this true; at most 20 s."""
        async with asyncio.timeout(20):
            while not true():
                self._happened.clear()
                await self._happened.wait()

    def happened(self) -> None:
        """A client did something: whoever waits looks again."""
        self._happened.set()

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = Lines(reader, writer)
        self._open.add(lines)
        self.connections += 1
        self.happened()
        try:
            if self.mute:
                await reader.read()
            else:
                await self.serve(lines)
        except ConnectionError:
            pass
        finally:
            self._open.discard(lines)
            writer.close()
            self.happened()

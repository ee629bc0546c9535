"""The way between two processes, which can be cut: a TCP proxy of the tests.

While it is cut nothing is forwarded and nobody is told; a connection of before stays dead for ever,
as after a firewall forgot it, or is reset when the cut ends.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_End = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_BYTES = 65_536
_NOTICED_AFTER_S = 30.0
"""A server notices by its keep-alives that a client is gone; the client may never."""


class Wire:
    """Listens on a port of its own and forwards to another.

    Args:
        to: the port on 127.0.0.1, or the socket, it leads to.
    """

    def __init__(self, to: int | Path) -> None:
        self._to = to
        self._whole = asyncio.Event()
        self._whole.set()
        self._cuts = 0
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Wire]:
        """Forwards while it is entered."""
        server = await asyncio.start_server(self._taken, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks)

    def cut(self) -> None:
        """Forward nothing from now on, and never again what is connected now."""
        self._cuts += 1
        self._whole.clear()

    def mend(self, *, reset: bool) -> None:
        """New connections are forwarded again.

        Args:
            reset: connections of before are told that they are dead.
        """
        if reset:
            self._reset()
        else:
            for _, to_them in self._pairs:
                asyncio.get_running_loop().call_later(_NOTICED_AFTER_S, to_them.transport.abort)
        self._whole.set()

    def _reset(self) -> None:
        for pair in list(self._pairs):
            for writer in pair:
                writer.transport.abort()

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._passed(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            await self._whole.wait()
            theirs, to_them = await self._connected()
            ends.append(to_them)
            await self._both_ways((reader, writer), (theirs, to_them))
        except (OSError, asyncio.CancelledError):
            pass  # nobody is there, or the run ends
        finally:
            for end in ends:
                end.transport.abort()

    async def _both_ways(self, ours: _End, theirs: _End) -> None:
        pair, born = (ours[1], theirs[1]), self._cuts
        self._pairs.add(pair)
        try:
            await asyncio.gather(
                self._pump(ours[0], theirs[1], born), self._pump(theirs[0], ours[1], born)
            )
        finally:
            self._pairs.discard(pair)

    async def _connected(self) -> _End:
        if isinstance(self._to, Path):
            return await asyncio.open_unix_connection(self._to)
        return await asyncio.open_connection("127.0.0.1", self._to)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, born: int
    ) -> None:
        with contextlib.suppress(ConnectionError, OSError):
            while chunk := await reader.read(_BYTES):
                if self._cuts == born:
                    writer.write(chunk)
                    await writer.drain()
            if self._cuts != born:
                return
        with contextlib.suppress(OSError):
            writer.close()

"""What stands before the replicas: every new connection goes to the first that answers."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_BYTES = 65_536


@dataclass(kw_only=True)
class Balancer:
    """Passes bytes on, and knows nothing of them.

    Args:
        ports: of the replicas, the first choice first.
        taken: connections each was given.
    """

    ports: Sequence[int]
    taken: Counter[int] = field(default_factory=Counter)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Balancer]:
        """Listens while it is entered."""
        server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in self.ports:
            with contextlib.suppress(ConnectionError):
                theirs, to_them = await asyncio.open_connection("127.0.0.1", port)
                break
        else:
            writer.transport.abort()
            return
        self.taken[port] += 1
        await asyncio.gather(_pump(reader, to_them), _pump(theirs, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.close()

"""What a feed that listens to a call centre's own server is made of, whichever server it is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from connectors.calls import RunningCalls, none_running

from .live import LiveCalls
from .names import Operators
from .reconnecting import Pause, keep_on


class Server(Protocol):
    """Where it is."""

    @property
    def host(self) -> str:
        """Its address."""

    @property
    def port(self) -> int:
        """Its port."""


ServerT = TypeVar("ServerT", bound=Server)


class ServerFeed(Generic[ServerT]):
    """The calls of one server.

    Args:
        name: `ami-NAME`, `esl-NAME`.
        server: where it is.
        operators: staff names.
        running: which of its calls are stored as running, so that those that ended while nobody
            listened are ended.
    """

    def __init__(
        self,
        name: str,
        server: ServerT,
        operators: Operators,
        *,
        running: RunningCalls = none_running,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Pause = asyncio.sleep,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.name = name
        self._server, self._operators, self._running = server, operators, running
        self._now, self._pause, self._draw = now, pause, draw

    def __repr__(self) -> str:
        where = f"host={self._server.host!r}, port={self._server.port}"
        return f"{type(self).__name__}(name={self.name!r}, {where})"

    async def close(self) -> None:
        """A connection is closed by whoever cancels `run`."""

    async def _live(self) -> LiveCalls:
        """The feed's calls, those told in an earlier life among them."""
        live = LiveCalls(self.name, self._now())
        live.remember(await self._running(self.name))
        return live

    async def _keep_on(self, session: Callable[[Callable[[], None]], Awaitable[None]]) -> None:
        await keep_on(self.name, session, pause=self._pause, draw=self._draw)

"""How feeds stay connected: again and again, further and further apart, never all at once."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar, runtime_checkable

from connectors.errors import ConnectorError, Retryable

log = logging.getLogger(__name__)

FIRST_S = 1.0
LONGEST_S = 60.0
_BUFFERED = 10_000

Pause = Callable[[float], Awaitable[None]]
Message = TypeVar("Message")


@runtime_checkable
class Probed(Protocol):
    """A feed that can say whether its server lets us in."""

    async def probe(self) -> None:
        """Connect, sign in, ask what is asked after a connection was lost, leave.

        Raises:
            connectors.errors.Refused: it does not let us in.
            connectors.errors.Retryable: it does not answer as it should.
        """


def pause_s(failures: int, share: float) -> float:
    """Seconds before the next try: doubled each time up to a minute, then 50 to 100% of it.

    Args:
        failures: tries in a row that came to nothing, from 1.
        share: 0 to 1, drawn anew each time so that replicas do not come back all at once.
    """
    longest = min(LONGEST_S, FIRST_S * 2.0 ** min(failures - 1, 16))
    return longest * (0.5 + share / 2)


async def keep_on(
    name: str,
    session: Callable[[Callable[[], None]], Awaitable[None]],
    *,
    pause: Pause = asyncio.sleep,
    draw: Callable[[], float] = random.random,
) -> None:
    """Run sessions one after the other, for ever.

    Args:
        name: of the feed, for the log.
        session: raises `Retryable` when its connection is lost; is given what it calls once it is
            in, so that the next pause is short.
        pause: waits so many seconds.
        draw: 0 to 1, at random.

    Raises:
        connectors.errors.Refused: of a session.
    """
    failures = 0

    def came_in() -> None:
        nonlocal failures
        failures = 0

    while True:
        try:
            await session(came_in)
        except Retryable as error:
            failures += 1
            wait_s = pause_s(failures, draw())
            log.warning("%s: %s; again in %.1f s", name, error.code, wait_s)
            await pause(wait_s)


class Inlet(Generic[Message]):
    """Messages between the one who reads the connection and the one who handles them.

    Args:
        hold, go_on: called when too many wait, and when few do again.

    Attributes:
        held: too many wait, and nothing is read.
    """

    def __init__(
        self, hold: Callable[[], None] = lambda: None, go_on: Callable[[], None] = lambda: None
    ) -> None:
        self._queue: asyncio.Queue[Message | ConnectorError] = asyncio.Queue()
        self._hold, self._go_on = hold, go_on
        self.held = False

    def put(self, message: Message) -> None:
        """One more."""
        self._queue.put_nowait(message)
        if not self.held and self._queue.qsize() > _BUFFERED:
            self.held = True
            self._hold()

    def end(self, error: ConnectorError) -> None:
        """There will be no more: whoever has taken all is told why."""
        self._queue.put_nowait(error)

    async def get(self) -> Message:
        """The next. Raises what the connection ended with, once all before it are taken."""
        message = await self._queue.get()
        if self.held and self._queue.qsize() < _BUFFERED // 2:
            self.held = False
            self._go_on()
        if isinstance(message, ConnectorError):
            raise message
        return message

"""Runs turns: one conversation's in order, many conversations' side by side."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from bot import pacing, registering, remarks, turn
from bot.inbox import TURN_SHARE_OF_LEASE, Outcome, Work
from bot.letters import opening
from bot.metrics import TurnOutcome
from bot.records import LeaseLost
from bot.services import Services
from bot.spans import span
from bot.trail import on_trail
from connectors.base import InboundKind, Reply
from nlu.model import Intent, Understanding

log = logging.getLogger(__name__)

_AT_ONCE = 8
"""Turns side by side in one process; more only wait for each other: at 50 messages a second with 32
a tenth were answered within 5 s, with 8 all were (`make bench`, part wechat)."""
_RETRY_AFTER_S = (1.0, 5.0, 30.0, 120.0)
"""A failed turn is begun again after these, or up to half as soon: many that failed together do not
come back together. Then a person gets the message."""
_RANDOM = random.SystemRandom()
_BEGUN_AT_MOST = 8
_STOP_WITHIN_S = 4.0
"""How long running turns may go on at the end; with all else that ends, no more than 10 s."""
_PUT_BACK_WITHIN_S = 1.5
"""Where the database does not answer, their leases run out instead."""
_FRESH_S = 2.0
_SWEEP_S = 1.0

Handle = Callable[[Work, Services], Awaitable[Work | None]]


class Handling:
    """Takes claimed messages and runs their turns.

    Args:
        handle: gives the next work of the conversation, or None.
        jitter: a random number, 0 to 1.
    """

    def __init__(
        self,
        services: Services,
        handle: Handle = turn.handle,
        *,
        jitter: Callable[[], float] = _RANDOM.random,
    ) -> None:
        self._services, self._handle, self._jitter = services, handle, jitter
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()

    async def take_claimed(self) -> None:
        """Run what the intake claims, for ever."""
        while True:
            self.begin(await self._services.intake.claimed.get())
            await self._have_room()

    async def take_left(self) -> None:
        """Run what other handlers left, for ever."""
        while True:
            await self._have_room()
            work = await self._left()
            if work is None:
                await asyncio.sleep(_SWEEP_S)
            else:
                self.begin(work)

    async def stop(self) -> None:
        """Let running turns end; those that do not are put back for another replica."""
        if self._running:
            await asyncio.wait(self._running, timeout=_STOP_WITHIN_S)
        left = set(self._running)
        for task in left:
            task.cancel()
        queue = self._services.intake.claimed
        while not queue.empty():
            left.add(asyncio.create_task(self._put_back(queue.get_nowait())))
        if left:
            await asyncio.wait(left, timeout=_PUT_BACK_WITHIN_S)

    async def idle(self) -> None:
        """Returns when nothing claimed is left undone here."""
        while self._running:
            await asyncio.gather(*self._running)

    def begin(self, work: Work) -> None:
        """Run the conversation's turns from this one on, in the background."""
        with on_trail(trail=work.message.id, message_id=work.message.id):
            task = asyncio.create_task(self._conversation(work), name=f"turn {work.message.id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _have_room(self) -> None:
        async with self._room:
            return

    async def _conversation(self, work: Work) -> None:
        following: Work | None = work
        async with self._room:
            while following is not None:
                message = following.message
                with (
                    on_trail(trail=message.id, message_id=message.id),
                    span("turn", channel=message.channel, attempt=message.attempts),
                ):
                    following = await self._one(following)

    async def _one(self, work: Work) -> Work | None:
        loop, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
        ended, following = await self._turn(work)
        took_s = loop.time() - began
        self._services.metrics.turn(work.message.channel, ended, took_s)
        log.info(
            "turn ended",
            extra={
                "channel": work.message.channel,
                "outcome": ended,
                "took_ms": round(took_s * 1000),
                "attempt": work.message.attempts,
            },
        )
        return following

    async def _turn(self, work: Work) -> tuple[TurnOutcome, Work | None]:
        """What became of it, and the conversation's next work."""
        services, message = self._services, work.message
        try:
            if message.attempts > _BEGUN_AT_MOST:  # it ends its handlers before they can say so
                return TurnOutcome.GIVEN_UP, await self._give_up(work, "HandlersDied")
            await services.inbox.hold(work)
            if await pacing.held_back(work, services):
                return TurnOutcome.WAITS, None
            # Ended before the lease does, so that no second handler can be at it meanwhile.
            async with asyncio.timeout(services.settings.lease_s * TURN_SHARE_OF_LEASE):
                return TurnOutcome.DONE, await self._handle(work, services)
        except LeaseLost:
            log.warning("taken over by another", extra={"message_id": message.id})
            return TurnOutcome.TAKEN_OVER, None
        except asyncio.CancelledError:
            await asyncio.shield(self._put_back(work))
            raise
        except Exception as error:  # noqa: BLE001 - recorded; the message is tried again
            return await self._failed(work, error)

    async def _failed(self, work: Work, error: Exception) -> tuple[TurnOutcome, Work | None]:
        services, message, name = self._services, work.message, type(error).__name__
        log.error(
            "turn failed",
            extra={"message_id": message.id, "error": name, "attempt": message.attempts},
            exc_info=error,
        )
        services.metrics.turn_failed(name)
        try:
            if message.attempts <= len(_RETRY_AFTER_S):
                after_s = _RETRY_AFTER_S[message.attempts - 1] * (0.5 + 0.5 * self._jitter())
                await services.inbox.put_off(work, after_s=after_s, error=name)
                return TurnOutcome.AGAIN, None
            return TurnOutcome.GIVEN_UP, await self._give_up(work, name)
        except LeaseLost:
            return TurnOutcome.TAKEN_OVER, None
        except Exception as second:  # noqa: BLE001 - the lease runs out, the worker takes it
            log.error(  # noqa: TRY400 - the trace of the first error stands above
                "turn could not be put off",
                extra={"message_id": message.id, "error": type(second).__name__},
            )
            return TurnOutcome.AGAIN, None

    async def _give_up(self, work: Work, error: str) -> Work | None:
        """The message itself stays in the inbox as failed; where it can, it also becomes a case."""
        services = self._services
        sorry = Reply(text=services.city.wording.say("unavailable"))
        outcome = Outcome(replies=(sorry,), context=work.context)
        text = remarks.words(work.message, services.city)
        letter = work.message.kind is InboundKind.LETTER
        if text or letter:
            try:
                if letter:
                    outcome = await opening.for_person(work, services)
                else:
                    unread = Understanding(text=text, intent=Intent.INFORM, confidence=0.0)
                    outcome = await registering.register_for_person(work, text, unread, services)
            except Exception as second:  # noqa: BLE001 - the citizen is told all the same
                log.error(  # noqa: TRY400 - the trace of the turn's error stands above
                    "no case for a failed turn",
                    extra={"message_id": work.message.id, "error": type(second).__name__},
                )
        return await services.inbox.give_up(work, outcome, error=error)

    async def _put_back(self, work: Work) -> None:
        with suppress(LeaseLost):
            await self._services.inbox.put_off(work, after_s=0.0, error="stopped")

    async def _left(self) -> Work | None:
        try:
            return await self._services.inbox.claim_left(fresh_s=_FRESH_S)
        except Exception as error:  # noqa: BLE001 - the database may be away; it comes back
            log.error(  # noqa: TRY400 - the driver's error text may hold a row's words
                "inbox not readable", extra={"error": type(error).__name__}
            )
            return None


@asynccontextmanager
async def handling(services: Services, *, sweep: bool) -> AsyncIterator[Handling]:
    """Inside, messages stored here are handled.

    Args:
        services: everything.
        sweep: also take over what other handlers left (the worker does).
    """
    handler = Handling(services)
    loops = [asyncio.create_task(handler.take_claimed(), name="claimed messages")]
    if sweep:
        loops.append(asyncio.create_task(handler.take_left(), name="left messages"))
    try:
        yield handler
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await handler.stop()

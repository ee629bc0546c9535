"""The outbox as channels, pages and staff see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import chain, repeat
from typing import Protocol

from bot.ports import Clock
from bot.records import MessageState, OutboxRow, OutboxState, QueueCounts
from bot.transactions import Transactions
from bot.waking import Waiter
from connectors.base import Outbound, Reply

_POLL_S = (1.0, 2.0, 4.0)
"""When a waiting request looks by itself, in case its wake-up was lost: seldom, since the turn
mostly runs in the same process, and hundreds of waiting requests must not keep it from running."""

_DONE = frozenset({MessageState.HANDLED, MessageState.FAILED})


class Waking(Protocol):
    """Wake-ups, both ways (`bot.cache.Cache`)."""

    async def wake(self, *topics: str) -> None:
        """Wake whoever waits."""

    def waiting(self, *topics: str) -> AbstractContextManager[Waiter]:
        """Inside, wake-ups of these topics reach the waiter."""


class Outbox:
    """Replies to a message: waiting for them, carrying them in place, reading them."""

    def __init__(self, storage: Transactions, clock: Clock, waking: Waking) -> None:
        self._storage, self._clock, self._waking = storage, clock, waking

    async def wait_for(self, message_id: str, timeout_s: float) -> bool:
        """True once the message's turn is done, on whatever replica; False after `timeout_s`."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + timeout_s
        pauses_s = chain(_POLL_S, repeat(_POLL_S[-1]))
        with self._waking.waiting(f"turn:{message_id}") as waiter:
            while True:
                async with self._storage.read() as unit:
                    message = await unit.messages.get(message_id)
                if message is not None and message.state in _DONE:
                    return True
                left_s = give_up_at - loop.time()
                if left_s <= 0:
                    return False
                await waiter.wait(min(next(pauses_s), left_s))

    async def claim_for_reply(
        self, message_id: str, limit: int, via: str = "reply"
    ) -> tuple[Outbound, ...]:
        """Take the first replies to a message to carry them in place; they count as sent.

        What is left goes out through the delivery worker at once.
        """
        return await self.carry(message_id, lambda replies: min(limit, len(replies)), via)

    async def carry(
        self,
        message_id: str,
        carries: Callable[[tuple[Reply, ...]], int],
        via: str = "reply",
        *,
        resend: bool = False,
    ) -> tuple[Outbound, ...]:
        """Take as many replies to a message as one answer in place can carry.

        What was kept for this citizen's next contact comes after them where there is room. The
        rest goes out through the delivery worker at once.

        Args:
            message_id: whose replies.
            carries: how many of the first of these replies fit (`CallbackChannel.carries`).
            via: kept in the outbox, `reply` or `page`.
            resend: the platform asks again because it got no answer, so what an earlier answer
                in place carried is carried again.
        """
        now = self._clock.now()
        async with self._storage.begin() as unit:
            message = await unit.messages.get(message_id)
            if message is None:
                return ()
            rows = await unit.outbox.of_message(message_id)
            again = [row for row in rows if resend and row.sent_via == via]
            own = [row for row in rows if row.state is OutboxState.PENDING]
            kept = await unit.outbox.kept_for(message.conversation_id)
            room = carries(tuple(row.reply for row in (*again, *own, *kept))) - len(again)
            mine: tuple[OutboxRow, ...] = ()
            earlier: tuple[OutboxRow, ...] = ()
            if room > 0:
                mine = await unit.outbox.claim_for_reply(
                    message_id, limit=min(room, len(own)), via=via, now=now
                )
            if room > len(own):
                earlier = await unit.outbox.take_kept(
                    message.conversation_id, limit=room - len(own), via=via, now=now
                )
            left = await unit.outbox.make_due(message_id, now=now)
            left += await unit.outbox.release_kept(message.conversation_id, now=now)
        if left:
            await self._waking.wake("outbox")
        return tuple(row.outbound for row in (*again, *mine, *earlier))

    async def release(self, message_id: str) -> None:
        """The channel can carry nothing in place any more: all of it goes to the worker now."""
        await self.carry(message_id, lambda _: 0)

    async def replies_to(self, message_id: str) -> tuple[OutboxRow, ...]:
        """The replies to a message, in order, whatever their state."""
        async with self._storage.read() as unit:
            return await unit.outbox.of_message(message_id)

    async def get(self, outbox_id: str) -> OutboxRow | None:
        """One row, or None."""
        async with self._storage.read() as unit:
            return await unit.outbox.get(outbox_id)

    async def history(
        self, conversation_id: str, after: str = "", *, limit: int = 100
    ) -> tuple[OutboxRow, ...]:
        """Replies of a conversation, oldest first.

        Args:
            conversation_id: whose.
            after: id of the last row the reader has; empty: the last `limit` rows.
            limit: at most so many.
        """
        async with self._storage.read() as unit:
            return await unit.outbox.history(conversation_id, after=after, limit=limit)

    async def wait_for_more(
        self, conversation_id: str, after: str, timeout_s: float
    ) -> tuple[OutboxRow, ...]:
        """Replies after a row, as soon as there are any; empty after `timeout_s` without."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + timeout_s
        pauses_s = chain(_POLL_S, repeat(_POLL_S[-1]))
        with self._waking.waiting(f"chat:{conversation_id}") as waiter:
            while True:
                rows = await self.history(conversation_id, after)
                left_s = give_up_at - loop.time()
                if rows or left_s <= 0:
                    return rows
                await waiter.wait(min(next(pauses_s), left_s))

    async def dead(self) -> tuple[OutboxRow, ...]:
        """What will never go out by itself, for a person to look at, oldest first."""
        async with self._storage.read() as unit:
            return await unit.outbox.dead_rows()

    async def revive(self, outbox_id: str) -> bool:
        """Try a dead row again; False where it is not dead."""
        async with self._storage.begin() as unit:
            revived = await unit.outbox.revive(outbox_id, now=self._clock.now())
        await self._waking.wake("outbox")
        return revived

    async def counts(self) -> QueueCounts:
        """Unsent rows by state, and the age of the oldest due one."""
        async with self._storage.read() as unit:
            return await unit.outbox.counts(self._clock.now())

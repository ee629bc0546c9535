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

_EARLIER_POLL_S = (0.1, 0.2, 0.5)
"""The same where an earlier reply is on its way: mostly a matter of milliseconds."""

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
    ) -> tuple[Outbound, ...]:
        """Take as many replies to a message as one answer in place can carry.

        What was kept for this citizen's next contact comes after them where there is room. The
        rest goes out through the delivery worker at once.

        Args:
            message_id: whose replies.
            carries: how many of the first of these replies fit (`CallbackChannel.carries`).
            via: kept in the outbox, `reply` or `page`.
        """
        return await self._carry(message_id, carries, via, again=False, in_order=False) or ()

    async def carry_in_turn(
        self,
        message_id: str,
        carries: Callable[[tuple[Reply, ...]], int],
        timeout_s: float,
        via: str = "reply",
    ) -> tuple[Outbound, ...]:
        """As `carry`, for a platform that asks again, and after every earlier reply.

        What an earlier answer in place carried, kept replies with it, is carried again: the
        platform asks again because it never got that answer. While an earlier reply of the
        conversation is on its way, this waits: the citizen would read the answer to this message
        first and then take the other for it. After `timeout_s` it is as with `let_go`.
        """
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + timeout_s
        pauses_s = chain(_EARLIER_POLL_S, repeat(_EARLIER_POLL_S[-1]))
        while True:
            carried = await self._carry(message_id, carries, via, again=True, in_order=True)
            left_s = give_up_at - loop.time()
            if carried is not None:
                return carried
            if left_s <= 0:
                return await self.let_go(message_id, carries, via)
            await asyncio.sleep(min(next(pauses_s), left_s))

    async def let_go(
        self,
        message_id: str,
        carries: Callable[[tuple[Reply, ...]], int],
        via: str = "reply",
        *,
        heard: bool = True,
    ) -> tuple[Outbound, ...]:
        """The time for an answer in place is over: all of it goes to the worker now.

        Where a copy of the message was answered in place meanwhile, its answer is given here too,
        whichever the platform reads. Else the bare acknowledgement is the last the platform hears
        of this message: from now on no copy of it may carry a reply, for nobody would read it.

        Args:
            message_id: whose replies.
            carries: as in `carry`.
            via: as in `carry`.
            heard: False where the platform has hung up; it asks again, and may be answered then.
        """
        now = self._clock.now()
        async with self._storage.begin() as unit:
            message = await unit.messages.get(message_id)
            if message is None:
                return ()
            await unit.outbox.hold(message.conversation_id)
            rows = await unit.outbox.of_message(message_id)
            before = [row for row in rows if row.sent_via == via]
            if before:
                before += await unit.outbox.carried_with(
                    message.conversation_id, f"with:{message_id}"
                )
            elif heard:
                await unit.messages.acknowledge(message_id, now=now)
            left = await unit.outbox.make_due(message_id, now=now)
            left += await unit.outbox.release_kept(message.conversation_id, now=now)
        if left:
            await self._waking.wake("outbox")
        room = carries(tuple(row.reply for row in before))
        return tuple(row.outbound for row in before[:room])

    async def _carry(
        self,
        message_id: str,
        carries: Callable[[tuple[Reply, ...]], int],
        via: str,
        *,
        again: bool,
        in_order: bool,
    ) -> tuple[Outbound, ...] | None:
        """None where the replies have to wait for an earlier one."""
        now, together = self._clock.now(), f"with:{message_id}"
        async with self._storage.begin() as unit:
            message = await unit.messages.get(message_id)
            if message is None:
                return ()
            conversation_id = message.conversation_id
            await unit.outbox.hold(conversation_id)  # else who comes second would get nothing
            if await unit.messages.is_acknowledged(message_id):  # and nobody listens any more
                carries = _nothing
            rows = await unit.outbox.of_message(message_id)
            own = [row for row in rows if row.state is OutboxState.PENDING]
            if (
                in_order
                and carries is not _nothing
                and own
                and await unit.outbox.is_behind(own[0], now=now)
            ):
                return None
            before = [row for row in rows if again and row.sent_via == via]
            if again and (before or not own):
                before += await unit.outbox.carried_with(conversation_id, together)
            mine_too = {row.id for row in own}
            waiting = await unit.outbox.kept_for(conversation_id, now=now)
            kept = [row for row in waiting if row.id not in mine_too]
            room = carries(tuple(row.reply for row in (*before, *own, *kept))) - len(before)
            mine: tuple[OutboxRow, ...] = ()
            earlier: tuple[OutboxRow, ...] = ()
            if room > 0 and own:
                mine = await unit.outbox.claim_for_reply(
                    message_id, limit=min(room, len(own)), via=via, now=now
                )
            if room > len(own) and kept:
                earlier = await unit.outbox.take_kept(
                    conversation_id,
                    limit=room - len(own),
                    via=via,
                    receipt=together,
                    now=now,
                )
            left = 0
            if len(mine) < len(rows):
                left += await unit.outbox.make_due(message_id, now=now)
            if len(earlier) < len(waiting):
                left += await unit.outbox.release_kept(conversation_id, now=now)
        if left:
            await self._waking.wake("outbox")
        return tuple(row.outbound for row in (*before, *mine, *earlier))

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


def _nothing(_: tuple[Reply, ...]) -> int:
    return 0

"""The outbox as channels, pages and staff see it."""

from __future__ import annotations

import asyncio

from bot.delivery.carrying import DONE, POLL_S, Carrying, paces
from bot.records import NewOutbound, OutboxRow, OutboxState, QueueCounts


class Outbox(Carrying):
    """Replies to a message: waiting for them, carrying them in place, reading them."""

    async def wait_for(self, message_id: str, timeout_s: float) -> bool:
        """True once the message's turn is done, on whatever replica; False after `timeout_s`."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + timeout_s
        pauses_s = paces(POLL_S)
        with self._waking.waiting(f"turn:{message_id}") as waiter:
            while True:
                async with self._storage.read() as unit:
                    message = await unit.messages.get(message_id)
                if message is not None and message.state in DONE:
                    return True
                left_s = give_up_at - loop.time()
                if left_s <= 0:
                    return False
                await waiter.wait(min(next(pauses_s), left_s))

    async def came_back(
        self, conversation_id: str, receipt: str, *, error: str, new_id: str
    ) -> bool | None:
        """What went out under this receipt reached nobody: it is given at the next contact.

        A row of its own is kept, since a channel sends nothing twice under one key. However often
        this is told, it is kept once.

        Args:
            conversation_id: whose.
            receipt: the outside world's id of it.
            error: a stable code of what became of it.
            new_id: the id of the row that is kept.

        Returns:
            True where it is kept; False where nothing went out under the receipt; None where
            something is on its way that may be it.
        """
        async with self._storage.begin() as unit:
            await unit.outbox.hold(conversation_id)
            rows = [
                row
                for row in await unit.outbox.carried_with(conversation_id, receipt)
                if row.sent_via == "push"
            ]
            if not rows:
                latest = await unit.outbox.history(conversation_id)
                return None if any(r.state is OutboxState.SENDING for r in latest) else False
            row = rows[-1]
            await unit.outbox.add(
                NewOutbound(
                    key=f"back:{row.id}",
                    channel=row.channel,
                    conversation_id=conversation_id,
                    recipient=row.recipient,
                    reply=row.reply,
                    case_number=row.case_number,
                    kept_for=error,
                ),
                id=new_id,
                now=self._clock.now(),
            )
        return True

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
        pauses_s = paces(POLL_S)
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

    async def not_reached(self, outbox_id: str, *, error: str, new_id: str) -> OutboxRow | None:
        """What went out as this row reached nobody: a person sees it, as a dead row of its own.

        A channel sends nothing twice under one key, so the copy is what is sent again. However
        often this is told, there is one.

        Args:
            outbox_id: what went out.
            error: a stable code of what became of it.
            new_id: the id of the row a person sees.

        Returns:
            What went out; None where there is no such row.
        """
        async with self._storage.begin() as unit:
            row = await unit.outbox.get(outbox_id)
            if row is None:
                return None
            added = await unit.outbox.add(
                NewOutbound(
                    key=f"back:{row.id}",
                    channel=row.channel,
                    conversation_id=row.conversation_id,
                    recipient=row.recipient,
                    reply=row.reply,
                    case_number=row.case_number,
                ),
                id=new_id,
                now=self._clock.now(),
            )
            if added.id == new_id:  # else it was told before, and may be on its way again
                await unit.outbox.bury(new_id, error=error)
        return row

    async def counts(self) -> QueueCounts:
        """Unsent rows by state, and the age of the oldest due one."""
        async with self._storage.read() as unit:
            return await unit.outbox.counts(self._clock.now())

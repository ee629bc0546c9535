"""Replies carried in place: taken before they are given, each once, none before an earlier one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from itertools import chain, repeat
from typing import Protocol

from bot.ports import Clock
from bot.records import MessageState, OutboxRow, OutboxState, StoredMessage
from bot.transactions import Transactions, Unit
from bot.waking import Waiter
from connectors.base import Outbound, Reply

POLL_S = (1.0, 2.0, 4.0)
"""When a waiting request looks by itself, in case its wake-up was lost: seldom, since the turn
mostly runs in the same process, and hundreds of waiting requests must not keep it from running."""

_EARLIER_POLL_S = (0.1, 0.2, 0.5)
"""The same where an earlier reply is on its way: mostly a matter of milliseconds."""

_LATE_S = 0.5
"""Later than that after its time an answer in place might not be read any more."""

DONE = frozenset({MessageState.HANDLED, MessageState.FAILED})

Carries = Callable[[tuple[Reply, ...]], int]
"""How many of the first of these replies one answer can carry (`CallbackChannel.carries`)."""


class Waking(Protocol):
    """Wake-ups, both ways (`bot.cache.Cache`)."""

    async def wake(self, *topics: str) -> None:
        """Wake whoever waits."""

    def waiting(self, *topics: str) -> AbstractContextManager[Waiter]:
        """Inside, wake-ups of these topics reach the waiter."""


class _Wait(Enum):
    """What an answer in place waits for."""

    TURN = auto()
    EARLIER = auto()


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """Replies that are carried, and whether others are left for the worker."""

    rows: tuple[OutboxRow, ...]
    left: bool


class Carrying:
    """The part of the outbox that gives replies in the answer to a platform's own request."""

    def __init__(self, storage: Transactions, clock: Clock, waking: Waking) -> None:
        self._storage, self._clock, self._waking = storage, clock, waking

    async def claim_for_reply(
        self, message_id: str, limit: int, via: str = "reply"
    ) -> tuple[Outbound, ...]:
        """Take the first replies to a message to carry them in place; they count as sent.

        What is left goes out through the delivery worker at once.
        """
        return await self.carry(message_id, lambda replies: min(limit, len(replies)), via)

    async def carry(
        self, message_id: str, carries: Carries, via: str = "reply"
    ) -> tuple[Outbound, ...]:
        """Take as many replies to a message as one answer in place can carry.

        What was kept for this citizen's next contact comes after them where there is room. The
        rest goes out through the delivery worker at once.

        Args:
            message_id: whose replies.
            carries: how many fit.
            via: kept in the outbox, `reply` or `page`.
        """
        async with self._storage.begin() as unit:
            message = await unit.messages.get(message_id)
            if message is None:
                return ()
            await unit.outbox.hold(message.conversation_id)
            taken = await self._take(unit, message, carries, via)
        return await self._given(taken)

    async def carry_in_turn(
        self,
        message: StoredMessage,
        carries: Carries,
        timeout_s: float,
        via: str = "reply",
        *,
        just_stored: bool = False,
        listening: Callable[[], bool] = lambda: True,
    ) -> tuple[Outbound, ...] | None:
        """As `carry`, once the turn is done, for a platform that asks again; after every earlier
        reply.

        What an earlier answer in place carried, kept replies with it, is carried again: the
        platform asks again because it never got that answer. While an earlier reply of the
        conversation is on its way, this waits: the citizen would read the answer to this message
        first and then take the other for it. After `timeout_s` it is as with `let_go`.

        Args:
            message: whose replies.
            carries: as in `carry`.
            timeout_s: how long all of it may take.
            via: as in `carry`.
            just_stored: its turn cannot be done yet, so there is nothing to look at.
            listening: False once the platform has hung up: nothing is taken, for it asks again.

        Returns:
            What is carried; None where the time ran out and the answer comes later.
        """
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + timeout_s
        turn, chat = f"turn:{message.id}", f"chat:{message.conversation_id}"
        pauses_s = {_Wait.TURN: paces(POLL_S), _Wait.EARLIER: paces(_EARLIER_POLL_S)}
        with self._waking.waiting(turn, chat) as waiter:
            waits, looks = _Wait.TURN, not just_stored
            while True:
                if looks and loop.time() <= give_up_at + _LATE_S:
                    if not listening():
                        return ()
                    what = await self._carry(message, carries, via)
                    if not isinstance(what, _Wait):
                        await _hear_of_hanging_up()
                        return what if not what or listening() else await self._not_given(what, via)
                    waits = what
                left_s = give_up_at - loop.time()
                if left_s <= 0:
                    let_go = await self.let_go(message.id, carries, via, heard=listening())
                    return let_go or None
                woken = await waiter.wait(min(next(pauses_s[waits]), left_s))
                looks = waits is _Wait.EARLIER or turn in woken or not woken

    async def let_go(
        self,
        message_id: str,
        carries: Carries,
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
        self, message: StoredMessage, carries: Carries, via: str
    ) -> tuple[Outbound, ...] | _Wait:
        async with self._storage.begin() as unit:
            await unit.outbox.hold(message.conversation_id)  # else who is second would get nothing
            now = await unit.messages.get(message.id)
            if now is None or now.state not in DONE:
                return _Wait.TURN
            taken = await self._take(unit, now, carries, via, again=True)
        return _Wait.EARLIER if taken is None else await self._given(taken)

    async def _not_given(self, taken: tuple[Outbound, ...], via: str) -> tuple[Outbound, ...]:
        """The platform hung up while they were taken, perhaps for the last time: the worker's."""
        async with self._storage.begin() as unit:
            ids = tuple(outbound.idempotency_key for outbound in taken)
            await unit.outbox.give_back(ids, via=via, now=self._clock.now())
        await self._waking.wake("outbox")
        return ()

    async def _take(
        self, unit: Unit, message: StoredMessage, carries: Carries, via: str, *, again: bool = False
    ) -> _Taken | None:
        """None where they wait for an earlier reply, which only one that asks again can."""
        now, together = self._clock.now(), f"with:{message.id}"
        rows, waiting, moving = await unit.outbox.unread(
            message.conversation_id, message.id, now=now
        )
        own = [row for row in rows if row.state is OutboxState.PENDING]
        heard = message.acknowledged_at is None  # else nobody reads what is carried
        if again and heard and own and any(_place(row) < _place(own[0]) for row in moving):
            return None
        before = [row for row in rows if again and row.sent_via == via]
        if again and (before or not own):
            before += await unit.outbox.carried_with(message.conversation_id, together)
        mine_too = {row.id for row in own}
        kept = [row for row in waiting if row.id not in mine_too]
        fits = carries(tuple(row.reply for row in (*before, *own, *kept))) if heard else 0
        room = fits - len(before)
        mine: tuple[OutboxRow, ...] = ()
        earlier: tuple[OutboxRow, ...] = ()
        if room > 0 and own:
            mine = await unit.outbox.claim_for_reply(
                message.id, limit=min(room, len(own)), via=via, now=now
            )
        if room > len(own) and kept:
            earlier = await unit.outbox.take_kept(
                message.conversation_id,
                limit=room - len(own),
                via=via,
                receipt=together,
                now=now,
            )
        left = 0
        if len(mine) < len(own):
            left += await unit.outbox.make_due(message.id, now=now)
        if len(earlier) < len(waiting):
            left += await unit.outbox.release_kept(message.conversation_id, now=now)
        return _Taken(rows=(*before, *mine, *earlier), left=left > 0)

    async def _given(self, taken: _Taken | None) -> tuple[Outbound, ...]:
        if taken is None:
            return ()
        if taken.left:
            await self._waking.wake("outbox")
        return tuple(row.outbound for row in taken.rows)


async def _hear_of_hanging_up() -> None:
    """What the network has brought meanwhile is read in the loop's next round, told in the one
    after."""
    for _ in range(2):
        await asyncio.sleep(0)


def _place(row: OutboxRow) -> tuple[datetime, str]:
    return row.created_at, row.id


def paces(pauses_s: tuple[float, ...]) -> Iterator[float]:
    """These pauses, then the last of them for ever; in seconds."""
    return chain(pauses_s, repeat(pauses_s[-1]))

"""Stored messages handed out one at a time per conversation, and what a turn leaves behind."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from bot.attachment_model import WAITS_FOR_A_CASE, Attachment
from bot.ports import Clock, Ids, Wakeups
from bot.records import Context, NewOutbound, QueueCounts, Reason, Stored, StoredMessage
from bot.transactions import Transactions, Unit
from connectors.base import Inbound, InboundKind, Reply

TURN_SHARE_OF_LEASE = 0.8
"""A turn gets this much of its lease; the rest is for putting it off where it takes longer."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """A message this process holds the lease on, and what the turn before left."""

    message: StoredMessage
    context: Context = field(default_factory=Context)


@dataclass(frozen=True, kw_only=True)
class UnansweredQuestion:
    """A question the content held no good answer to.

    Args:
        key: hex SHA-256 of the normalised question.
        text: with private data masked.
        reason: why it goes to the editors' list.
    """

    key: str
    text: str
    reason: Reason = Reason.NO_ANSWER


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a turn comes to.

    Args:
        replies: in the order the citizen reads them.
        context: for the next turn.
    """

    replies: tuple[Reply, ...]
    context: Context
    unanswered: UnansweredQuestion | None = None

    @property
    def says_something(self) -> bool:
        """False where all that can be said is that nothing was found."""
        return self.unanswered is None or self.unanswered.reason is not Reason.NO_ANSWER


class Keeper(Protocol):
    """Where the files of messages are written (`bot.attachments.Attachments`)."""

    async def keep(self, inbound: Inbound, message_id: str) -> tuple[Attachment, ...]:
        """Write them; gives the rows to be stored with the message."""

    async def drop(self, written: tuple[Attachment, ...]) -> None:
        """Remove files written for a message that was stored meanwhile with others."""


class Inbox:
    """The messages table as a turn sees it.

    Args:
        owner: this process's name in leases.
        lease_s: a handler that has not finished by then is taken for dead.
        in_place_s: channel → seconds after storing in which it may carry replies in place; the
            delivery worker leaves them alone for so long. Channels not named push at once.
        keeper: writes the files that come with messages; None: none ever do.
    """

    def __init__(
        self,
        storage: Transactions,
        clock: Clock,
        ids: Ids,
        wakeups: Wakeups,
        *,
        owner: str,
        lease_s: float,
        in_place_s: Mapping[str, float],
        keeper: Keeper | None = None,
    ) -> None:
        self._storage, self._clock, self._ids, self._wakeups = storage, clock, ids, wakeups
        self._keeper = keeper
        self._owner, self._lease_s, self._in_place_s = owner, lease_s, in_place_s

    async def store(self, inbound: Inbound) -> tuple[Stored, Work | None]:
        """Keep a message once; also gives the work where it is this conversation's turn.

        Its files are written first, and their rows stand or fall with the message.
        """
        now = self._clock.now()
        if not inbound.conversation_id:
            named = await self._storage.conversation_id(
                inbound.channel, inbound.sender_id, inbound.strand
            )
            inbound = replace(inbound, conversation_id=named)
        message_id = _id_with_files(inbound) if inbound.files else self._ids.new_id()
        kept: tuple[Attachment, ...] = ()
        if inbound.files:
            async with self._storage.read() as unit:
                known = await unit.messages.get(message_id)
            if known is not None:
                return Stored(message=known, new=False), None
            if self._keeper is None:
                raise RuntimeError("files, and nobody to keep them")
            kept = await self._keeper.keep(inbound, message_id)
        async with self._storage.begin() as unit:
            stored = await unit.messages.store_once(inbound, id=message_id, now=now)
            if stored.new:
                for one in kept:
                    await unit.attachments.add(one)
                claimed = await unit.messages.claim_stored(
                    stored.message, owner=self._owner, lease_s=self._lease_s, now=now
                )
                return stored, await self._work(unit, claimed)
        if self._keeper is not None:
            await self._keeper.drop(kept)
        return stored, None

    async def claim_left(self, *, fresh_s: float) -> Work | None:
        """The oldest message nobody handles: its handler died, put it off, or never began.

        Args:
            fresh_s: messages younger than this belong to the replica that stored them.
        """
        now = self._clock.now()
        async with self._storage.begin() as unit:
            claimed = await unit.messages.claim_next(
                owner=self._owner,
                lease_s=self._lease_s,
                now=now,
                stored_before=now - timedelta(seconds=fresh_s),
            )
            return await self._work(unit, claimed)

    async def hold(self, work: Work) -> None:
        """Make sure that the lease is long enough for a turn that begins now.

        Raises:
            LeaseLost: someone else took the message over.
        """
        now, until = self._clock.now(), work.message.lease_until
        if until is not None and (until - now).total_seconds() > self._lease_s * 0.9:
            return
        async with self._storage.begin() as unit:
            await unit.messages.extend(
                work.message.id, owner=self._owner, lease_s=self._lease_s, now=now
            )

    async def finish(self, work: Work, outcome: Outcome) -> Work | None:
        """Replies, context and "handled" in one transaction; gives the conversation's next work.

        Raises:
            LeaseLost: someone else took the message over; nothing of the outcome is kept.
        """
        message, now = work.message, self._clock.now()
        async with self._storage.begin() as unit:
            await unit.messages.mark_handled(message, owner=self._owner, now=now)
            for ordinal, reply in enumerate(outcome.replies):
                await self._add(unit, message, reply, f"turn:{message.id}:{ordinal}")
            if outcome.unanswered is not None:
                question = outcome.unanswered
                await unit.unanswered.note(
                    id=self._ids.new_id(),
                    question_key=question.key,
                    question=question.text,
                    now=now,
                    reason=question.reason,
                )
            await unit.conversations.set_context(message.conversation_id, outcome.context)
            if not self._in_place_s.get(message.channel):
                await unit.outbox.release_kept(message.conversation_id, now=now)
            following = await self._following(unit, message)
        await self._tell(message)
        return following

    async def tell_now(self, work: Work, reply: Reply, name: str) -> None:
        """Put one reply out before the turn is done; said once however often the turn is begun.

        Args:
            work: the message it answers.
            reply: what is told.
            name: tells it from the turn's other early replies.
        """
        async with self._storage.begin() as unit:
            await self._add(unit, work.message, reply, f"turn:{work.message.id}:{name}")
        await self._wakeups.wake(f"chat:{work.message.conversation_id}", "outbox")

    async def write_down(self, work: Work, text: str) -> None:
        """Keep what a message without text turned out to say. Raises `LeaseLost`."""
        async with self._storage.begin() as unit:
            await unit.messages.write_down(work.message.id, text, owner=self._owner)

    async def put_off(self, work: Work, *, after_s: float, error: str) -> None:
        """Let it be tried again after so many seconds. Raises `LeaseLost`."""
        retry_at = self._clock.now() + timedelta(seconds=after_s)
        async with self._storage.begin() as unit:
            await unit.messages.release(
                work.message.id, owner=self._owner, retry_at=retry_at, error=error
            )

    async def give_up(self, work: Work, outcome: Outcome, *, error: str) -> Work | None:
        """A person must look; the citizen is told, and the conversation goes on.

        Args:
            work: the message that stays in the inbox as failed.
            outcome: what is told instead, and what the next turn needs to know.
            error: the error's type.

        Raises:
            LeaseLost: someone else took the message over.
        """
        message, now = work.message, self._clock.now()
        async with self._storage.begin() as unit:
            await unit.messages.mark_failed(message.id, owner=self._owner, now=now, error=error)
            for ordinal, reply in enumerate(outcome.replies):
                await self._add(unit, message, reply, f"turn:{message.id}:failed:{ordinal}")
            await unit.conversations.set_context(message.conversation_id, outcome.context)
            following = await self._following(unit, message)
        await self._tell(message)
        return following

    async def said_since(self, message: StoredMessage, first_id: str) -> tuple[str, ...]:
        """The citizen's words from one message of the conversation to another, oldest first.

        Args:
            message: the last one, always among them.
            first_id: the first one; where it is not among the last 50, the last alone is given.
        """
        async with self._storage.read() as unit:
            history = await unit.messages.history(message.conversation_id)
        ids = [kept.id for kept in history]
        if first_id not in ids or message.id not in ids:
            return (message.text,)
        between = history[ids.index(first_id) : ids.index(message.id) + 1]
        return tuple(kept.text for kept in between if kept.text.strip())

    async def message(self, message_id: str) -> StoredMessage | None:
        """One message as kept."""
        async with self._storage.read() as unit:
            return await unit.messages.get(message_id)

    async def sender_of(self, conversation_id: str) -> str:
        """Who a conversation is with, in the channel's terms; empty where nobody was heard yet."""
        async with self._storage.read() as unit:
            conversation = await unit.conversations.get(conversation_id)
        return "" if conversation is None else conversation.sender_id

    async def by_external_id(self, channel: str, external_id: str) -> StoredMessage | None:
        """The message a channel knows by this id, or None."""
        async with self._storage.read() as unit:
            return await unit.messages.by_external_id(channel, external_id)

    async def history(self, conversation_id: str, *, limit: int = 100) -> tuple[StoredMessage, ...]:
        """The last messages of a conversation, oldest first."""
        async with self._storage.read() as unit:
            return await unit.messages.history(conversation_id, limit=limit)

    async def counts(self) -> QueueCounts:
        """Undone and failed messages, and the age of the oldest undone one."""
        async with self._storage.read() as unit:
            return await unit.messages.counts(self._clock.now())

    async def _following(self, unit: Unit, message: StoredMessage) -> Work | None:
        following = await unit.messages.claim_following(
            message.conversation_id,
            owner=self._owner,
            lease_s=self._lease_s,
            now=self._clock.now(),
        )
        return await self._work(unit, following)

    async def _work(self, unit: Unit, claimed: StoredMessage | None) -> Work | None:
        if claimed is None:
            return None
        conversation = await unit.conversations.touch(
            claimed.conversation_id,
            channel=claimed.channel,
            sender_id=claimed.sender_id,
            now=self._clock.now(),
        )
        return Work(message=claimed, context=conversation.context)

    async def _add(self, unit: Unit, message: StoredMessage, reply: Reply, key: str) -> None:
        in_place_s = self._in_place_s.get(message.channel, 0.0)
        letter = message.kind is InboundKind.LETTER  # its own files are given to it by its turn
        if reply.case and reply.case.query_code and not letter:  # it was just opened
            since = message.received_at - WAITS_FOR_A_CASE
            await unit.attachments.attach(message.conversation_id, reply.case.number, since=since)
        await unit.outbox.add(
            NewOutbound(
                key=key,
                channel=message.channel,
                conversation_id=message.conversation_id,
                recipient=message.sender_id,
                reply=reply,
                message_id=message.id,
                case_number=reply.case.number if reply.case else "",
                not_before=message.received_at + timedelta(seconds=in_place_s)
                if in_place_s
                else None,
            ),
            id=self._ids.new_id(),
            now=self._clock.now(),
        )

    async def _tell(self, message: StoredMessage) -> None:
        await self._wakeups.wake(f"turn:{message.id}", f"chat:{message.conversation_id}", "outbox")


def _id_with_files(inbound: Inbound) -> str:
    """The same each time the message comes, so that a file written before a crash lies where the
    next try writes it."""
    return hashlib.sha256(f"{inbound.channel}:{inbound.external_id}".encode()).hexdigest()[:40]

"""Whether an answer helped, as whoever got it says; what did not help goes to the editors' list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot import remarks
from bot.cases.model import State
from bot.city.model import City
from bot.errors import NotFound
from bot.ports import Clock, Ids
from bot.privacy import mask_text
from bot.records import Feedback, OutboxRow, Reason, StoredMessage, Unanswered
from connectors.base import ReplyKind

MAX_COMMENT_CHARS = 200
_LOOKED_BACK = 10
"""Replies among which the last answer is looked for; one turn gives three at most."""


class OutboxStore(Protocol):
    """Replies; see `bot.storage.outbox`."""

    async def get(self, outbox_id: str) -> OutboxRow | None:
        """One reply."""

    async def history(
        self, conversation_id: str, *, after: str = "", limit: int = 100
    ) -> tuple[OutboxRow, ...]:
        """Replies of a conversation, oldest first."""


class MessageStore(Protocol):
    """What citizens said; see `bot.storage.messages`."""

    async def get(self, message_id: str) -> StoredMessage | None:
        """One message."""


class FeedbackStore(Protocol):
    """What they said of replies; see `bot.storage.unanswered`."""

    async def hold(self, outbox_id: str) -> None:
        """Let nobody else rate this reply until the transaction ends."""

    async def put(self, said: Feedback) -> None:
        """Keep what was said; the last one counts."""

    async def of(self, outbox_id: str) -> Feedback | None:
        """What was said of a reply."""

    async def of_replies(self, outbox_ids: Collection[str]) -> tuple[Feedback, ...]:
        """What was said of these replies."""


class QuestionStore(Protocol):
    """The editors' list; see `bot.storage.unanswered`."""

    async def note(
        self, *, id: str, question_key: str, question: str, now: datetime, reason: Reason
    ) -> Unanswered:
        """Count a question."""

    async def withdraw(self, question_id: str) -> None:
        """Count it once less."""


class FeedbackUnit(Protocol):
    """One transaction."""

    @property
    def outbox(self) -> OutboxStore:
        """Replies."""

    @property
    def messages(self) -> MessageStore:
        """What citizens said."""

    @property
    def feedback(self) -> FeedbackStore:
        """What they said of replies."""

    @property
    def unanswered(self) -> QuestionStore:
        """The editors' list."""


class FeedbackStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[FeedbackUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[FeedbackUnit]:
        """A transaction that only reads."""


class FeedbackService:
    """Ratings of answers.

    Args:
        city: what a click on its menu stands for.
    """

    def __init__(self, storage: FeedbackStorage, clock: Clock, ids: Ids, city: City) -> None:
        self._storage, self._clock, self._ids, self._city = storage, clock, ids, city

    async def rate(
        self, outbox_id: str, *, conversation_id: str, helpful: bool, comment: str = ""
    ) -> Feedback:
        """Keep whether an answer helped; said again, the last word counts.

        What did not help is counted on the editors' list once, and taken off again by whoever
        changes their mind.

        Args:
            outbox_id: the answer.
            conversation_id: whose; only the conversation that got the answer may rate it.
            helpful: whether it helped.
            comment: what was missing; empty leaves an earlier one as it is.

        Raises:
            NotFound: no answer of that id in that conversation.
        """
        async with self._storage.begin() as unit:
            row = await unit.outbox.get(outbox_id)
            if row is None or row.conversation_id != conversation_id or not may_be_rated(row):
                raise NotFound("没有找到这条回答。")
            await unit.feedback.hold(outbox_id)
            before = await unit.feedback.of(outbox_id)
            said = Feedback(
                id=before.id if before else self._ids.new_id(),
                outbox_id=outbox_id,
                helpful=helpful,
                comment=_comment(helpful, comment, before),
                at=self._clock.now(),
                question_id=await self._listed(unit, row, helpful, before),
            )
            await unit.feedback.put(said)
        return said

    async def of(self, rows: Collection[OutboxRow]) -> Mapping[str, Feedback]:
        """What was said of these replies: the reply's id → feedback."""
        answers = [row.id for row in rows if may_be_rated(row)]
        if not answers:
            return {}
        async with self._storage.read() as unit:
            return {said.outbox_id: said for said in await unit.feedback.of_replies(answers)}

    async def last_answer(self, conversation_id: str) -> str:
        """The id of the answer given last, where no other turn came after it; else empty."""
        async with self._storage.read() as unit:
            rows = await unit.outbox.history(conversation_id, limit=_LOOKED_BACK)
        turns = [row for row in rows if row.message_id is not None]
        last = [row for row in turns if row.message_id == turns[-1].message_id]
        return next((row.id for row in last if may_be_rated(row)), "")

    async def last_closed(self, conversation_id: str) -> str:
        """The number of the case whose closing was told last, nothing after it; else empty."""
        async with self._storage.read() as unit:
            rows = await unit.outbox.history(conversation_id, limit=1)
        told = rows[-1] if rows else None
        case = told.reply.case if told and told.reply.kind is ReplyKind.NOTICE else None
        return case.number if case and case.state == State.CLOSED.value else ""

    async def _listed(
        self, unit: FeedbackUnit, row: OutboxRow, helpful: bool, before: Feedback | None
    ) -> str:
        """The question on the editors' list, put there or taken off where it has to be."""
        listed = before.question_id if before else ""
        if helpful and listed:
            await unit.unanswered.withdraw(listed)
            return ""
        if helpful or listed or row.message_id is None:
            return listed
        message = await unit.messages.get(row.message_id)
        asked = remarks.words(message, self._city) if message else ""
        if not asked:
            return ""
        question = remarks.unanswered(asked)
        noted = await unit.unanswered.note(
            id=self._ids.new_id(),
            question_key=question.key,
            question=question.text,
            now=self._clock.now(),
            reason=Reason.UNHELPFUL,
        )
        return noted.id


def may_be_rated(row: OutboxRow) -> bool:
    """Whether a reply is an answer to something a citizen said."""
    return row.reply.kind is ReplyKind.ANSWER and row.message_id is not None


def _comment(helpful: bool, comment: str, before: Feedback | None) -> str:
    if helpful:
        return ""
    kept = before.comment if before else ""
    return mask_text(comment[:MAX_COMMENT_CHARS]) if comment else kept

"""The editors' list: questions the content does not answer well, and what becomes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.alike import Group, grouped
from bot.calls.records import CallAction
from bot.errors import NotFound
from bot.ports import Clock, Ids
from bot.records import AuditEntry, Feedback, Reason, Unanswered
from knowledge.model import Answer, AnswerKind

PER_PAGE = 20
LISTED = 1000
"""Most asked questions of a state that are grouped and paged; more nobody reads."""
CHECKED = 300
"""Open questions asked again in one check: a second or two of computing."""
_ANSWERED_BADLY = frozenset({Reason.UNHELPFUL, Reason.DESK_IGNORED, Reason.DESK_EDITED})


class Standing(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


class QuestionStore(Protocol):
    """The table; see `bot.storage.unanswered`."""

    async def most_asked(
        self,
        *,
        state: str = "open",
        words: str = "",
        reason: Reason | None = None,
        limit: int = 100,
    ) -> tuple[Unanswered, ...]:
        """Questions in a state, most asked first."""

    async def of(self, ids: Collection[str]) -> tuple[Unanswered, ...]:
        """The questions with these ids."""

    async def written_in(self, document_id: str) -> tuple[Unanswered, ...]:
        """The questions a pair was written for in this document."""

    async def set_state(self, unanswered_id: str, state: str) -> bool:
        """Move a question."""

    async def set_document(self, unanswered_id: str, document_id: str) -> bool:
        """Where a pair was written for it."""

    async def counts(self) -> Mapping[str, int]:
        """How many questions stand in each state."""


class CommentStore(Protocol):
    """What citizens found missing; see `bot.storage.unanswered`."""

    async def comments(self, question_ids: Collection[str]) -> tuple[Feedback, ...]:
        """Newest first."""


class SaidStore(Protocol):
    """What operators said instead of an answer; see `bot.storage.choices`."""

    async def listed(self, question_ids: Collection[str]) -> tuple[CallAction, ...]:
        """Newest first."""


class AuditStore(Protocol):
    """What staff did."""

    async def add(self, entry: AuditEntry) -> None:
        """Append an entry."""


class QuestionUnit(Protocol):
    """One transaction."""

    @property
    def unanswered(self) -> QuestionStore:
        """The questions."""

    @property
    def feedback(self) -> CommentStore:
        """Comments."""

    @property
    def choices(self) -> SaidStore:
        """What operators said."""

    @property
    def audit(self) -> AuditStore:
        """What staff did."""


class QuestionStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[QuestionUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[QuestionUnit]:
        """A transaction that only reads."""


class Answering(Protocol):
    """The content in force (`bot.library.Library`)."""

    def answer(self, question: str) -> Answer:
        """The answer a citizen would get now."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One page of the list.

    Args:
        page: from 1.
        pages: how many there are, at least 1.
        counts: state → questions.
    """

    groups: tuple[Group, ...]
    page: int
    pages: int
    counts: Mapping[Standing, int]


class Questions:
    """The list as editors work on it."""

    def __init__(
        self, storage: QuestionStorage, library: Answering, clock: Clock, ids: Ids
    ) -> None:
        self._storage, self._library, self._clock, self._ids = storage, library, clock, ids

    async def listed(
        self,
        *,
        state: Standing = Standing.OPEN,
        words: str = "",
        reason: Reason | None = None,
        page: int = 1,
    ) -> Listed:
        """One page of grouped questions, the most asked groups first.

        Args:
            state: where they stand.
            words: must occur in the question.
            reason: only those there for it.
            page: from 1; one past the end gives the last.
        """
        async with self._storage.read() as unit:
            found = await unit.unanswered.most_asked(
                state=state, words=words, reason=reason, limit=LISTED
            )
            counts = await unit.unanswered.counts()
        groups = await asyncio.to_thread(grouped, found)
        pages = max(1, -(-len(groups) // PER_PAGE))
        page = min(max(1, page), pages)
        return Listed(
            groups=groups[(page - 1) * PER_PAGE : page * PER_PAGE],
            page=page,
            pages=pages,
            counts={each: counts.get(each, 0) for each in Standing},
        )

    async def of(self, ids: Collection[str]) -> tuple[Unanswered, ...]:
        """The questions with these ids, most asked first.

        Raises:
            NotFound: none of them is there.
        """
        async with self._storage.read() as unit:
            questions = await unit.unanswered.of(ids)
        if not questions:
            raise NotFound("没有找到这个问题，可能已经处理了。")
        return questions

    async def open_count(self) -> int:
        """How many questions are open."""
        async with self._storage.read() as unit:
            return (await unit.unanswered.counts()).get(Standing.OPEN, 0)

    async def written_for(self, document_id: str) -> tuple[Unanswered, ...]:
        """The questions a document was written for, whatever became of them."""
        async with self._storage.read() as unit:
            return await unit.unanswered.written_in(document_id)

    async def comments(self, ids: Collection[str]) -> tuple[Feedback, ...]:
        """What citizens found missing in the answers to these questions, newest first."""
        async with self._storage.read() as unit:
            return await unit.feedback.comments(ids)

    async def said(self, ids: Collection[str]) -> tuple[str, ...]:
        """What operators told callers in other words, masked, newest first, each once."""
        async with self._storage.read() as unit:
            acts = await unit.choices.listed(ids)
        return tuple(dict.fromkeys(act.text for act in acts))

    async def move(self, ids: Collection[str], to: Standing, *, by: str) -> int:
        """Dismiss questions, open them again, or call them answered; gives how many there were."""
        async with self._storage.begin() as unit:
            return await self._move(unit, ids, to, by)

    async def written(self, ids: Collection[str], document_id: str, *, by: str) -> None:
        """Note that a pair was written for these questions; publishing it settles them."""
        async with self._storage.begin() as unit:
            for each in ids:
                await unit.unanswered.set_document(each, document_id)
                await unit.audit.add(self._entry("question.write", each, by, document=document_id))

    async def settle(self, document_id: str, *, by: str) -> tuple[Unanswered, ...]:
        """Close the open questions a just published document was written for, where it answers.

        Args:
            document_id: the document, in force in this process already.
            by: who published it.
        """
        async with self._storage.read() as unit:
            waiting = await unit.unanswered.written_in(document_id)
        return await self._settle([each for each in waiting if each.state == Standing.OPEN], by)

    async def check(self, *, by: str) -> tuple[Unanswered, ...]:
        """Ask the open questions again, and close those that are answered directly by now."""
        async with self._storage.read() as unit:
            waiting = await unit.unanswered.most_asked(state=Standing.OPEN, limit=CHECKED)
        return await self._settle(waiting, by)

    async def _settle(self, waiting: Sequence[Unanswered], by: str) -> tuple[Unanswered, ...]:
        answers = await asyncio.to_thread(
            lambda: [self._library.answer(each.question) for each in waiting]
        )
        settled = tuple(
            each for each, answer in zip(waiting, answers, strict=True) if answers_it(each, answer)
        )
        if settled:
            async with self._storage.begin() as unit:
                await self._move(unit, [each.id for each in settled], Standing.ANSWERED, by)
        return settled

    async def _move(self, unit: QuestionUnit, ids: Collection[str], to: Standing, by: str) -> int:
        moved = 0
        for each in ids:
            if await unit.unanswered.set_state(each, to):
                moved += 1
                await unit.audit.add(self._entry(f"question.{to}", each, by))
        return moved

    def _entry(self, action: str, subject: str, by: str, **details: str) -> AuditEntry:
        return AuditEntry(
            id=self._ids.new_id(),
            at=self._clock.now(),
            actor=by,
            action=action,
            subject=subject,
            details=details,
        )


def answers_it(question: Unanswered, answer: Answer) -> bool:
    """Whether an answer closes a question of the list.

    One that was answered directly when a citizen found it unhelpful, or an operator put it aside or
    in other words, needs an answer from what was written for it.
    """
    if answer.kind not in {AnswerKind.DIRECT, AnswerKind.REFUTATION}:
        return False
    cited = {each.document_id for each in answer.citations}
    return question.reason not in _ANSWERED_BADLY or question.document_id in cited

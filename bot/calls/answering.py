"""Answers to the question of a call, from up to three documents, with a guide's steps."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.calls.asking import Asked
from bot.calls.dialect import standard
from bot.calls.suggestions import Suggested
from knowledge.asking import Sought, headed, sought
from knowledge.model import Answer, AnswerKind, Document, Kind, Passage

MOST = 3
_QUOTED = frozenset({AnswerKind.DIRECT, AnswerKind.REFUTATION})
_NEAR = 0.35
"""Of the best document's worth: what is further off answers something else."""
_STEP_CHARS, _STEPS = 160, 8
_KEPT = 512
_EARLIER = 4
_READ_OUT = (
    Sought.MATERIALS, Sought.HOW, Sought.WHERE, Sought.DURATION, Sought.CONDITIONS, Sought.AMOUNT,
)  # fmt: skip


class Passages(Protocol):
    """What the content's index gives beside answers."""

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """A document's passages in order."""


class Content(Protocol):
    """The published content; see `bot.library.Library`."""

    @property
    def index(self) -> Passages:
        """The index in force."""

    @property
    def revision(self) -> int:
        """Grows with every change of the content."""

    def answer(self, question: str, context: tuple[str, ...] = ()) -> Answer:
        """Answer from published, valid content."""

    def document(self, document_id: str) -> Document | None:
        """A document citizens may read."""


class Answers:
    """Finds answers; what was asked before, in this call or another, is not looked up again."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._known: dict[tuple[int, str, tuple[str, ...]], Answer] = {}

    def find(self, asked: Asked, earlier: Sequence[Asked] = ()) -> tuple[Suggested, ...]:
        """At most three answers from different documents, best first; blocks for some ms.

        The question is looked up as it was put, with what was told before it, and as going on from
        the question before; the documents most of these lead to come first.

        Args:
            asked: the question.
            earlier: questions of the call before it, oldest first.
        """
        ways: list[tuple[Way, Answer]] = []
        for way in ways_to_ask(asked, earlier[-_EARLIER:]):
            ways.append((way, self._answer(way.words, way.context)))
            if _agreed(ways):
                break
        found: list[Suggested] = []
        for document_id in _likeliest(ways):
            new = self._from(document_id, ways)
            if new is not None:
                found.append(new)
            if len(found) == MOST:
                break
        return tuple(found)

    def department(self, document_id: str) -> str:
        """Whose document it is; empty for an unknown one."""
        document = self._content.document(document_id)
        return document.department if document else ""

    def _from(self, document_id: str, ways: Sequence[tuple[Way, Answer]]) -> Suggested | None:
        """What a document says: by the way that leads straight to it, else asked by its name."""
        straight = [
            (answer.confidence, way.words, answer)
            for way, answer in ways
            if answer.kind in _QUOTED and answer.citations[0].document_id == document_id
        ]
        if straight:
            _, words, answer = max(straight, key=lambda each: each[0])
            return self._suggested(answer, words)
        return self._of(document_id, ways[0][0].words)

    def _of(self, document_id: str, words: str) -> Suggested | None:
        """What one document says to it, where it says anything."""
        document = self._content.document(document_id)
        if document is None:
            return None
        answer = self._answer(f"《{document.title}》{words}", ())
        if answer.kind not in _QUOTED or not answer.citations:
            return None
        return self._suggested(answer, words)

    def _answer(self, words: str, context: tuple[str, ...]) -> Answer:
        key = self._content.revision, words, context
        answer = self._known.get(key)
        if answer is None:  # several threads may be here, and one may forget all meanwhile
            answer = self._content.answer(words, context)
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = answer
        return answer

    def _suggested(self, answer: Answer, words: str) -> Suggested:
        document_id = answer.citations[0].document_id
        seen = f"{document_id}\n{answer.text}\n{answer.note}"
        return Suggested(
            id=hashlib.sha256(seen.encode()).hexdigest()[:16],
            kind=answer.kind,
            text=answer.text,
            document_id=document_id,
            citations=answer.citations,
            steps=self._steps(document_id, words),
            note=answer.note,
            confidence=answer.confidence,
        )

    def _steps(self, document_id: str, words: str) -> tuple[str, ...]:
        """Of a guide: its parts on materials, ways, time and cost, those asked for first."""
        document = self._content.document(document_id)
        if document is None or document.kind is not Kind.GUIDE:
            return ()
        wanted = sought(words)
        parts: dict[str, list[str]] = {}
        for passage in self._content.index.passages(document_id):
            heading = passage.heading_path[-1] if passage.heading_path else ""
            if headed(_READ_OUT, heading):
                parts.setdefault(heading, []).append(passage.text.strip())
        order = sorted(parts, key=lambda heading: not headed(wanted, heading) if wanted else False)
        return tuple(_step(heading, parts[heading]) for heading in order[:_STEPS])


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to put a question.

    Args:
        weight: what it counts beside the others.
    """

    words: str
    context: tuple[str, ...] = ()
    weight: float = 1.0


def ways_to_ask(asked: Asked, earlier: Sequence[Asked]) -> tuple[Way, ...]:
    """How a question is looked up, the plainest way first."""
    before = () if asked.fresh else tuple(standard(each.whole) for each in earlier)
    question = standard(asked.question)
    ways: list[Way] = []
    if asked.names_its_matter or not (asked.topic or asked.context or before):
        ways.append(Way(words=question, context=before))
    if asked.topic:
        ways.append(Way(words=f"{standard(asked.topic)}，{question}"))
    if asked.beside and not asked.names_its_matter:
        ways.append(Way(words=standard(f"{asked.topic}，{asked.beside}，{question}"), weight=0.7))
    if asked.read_back:
        ways.append(Way(words=standard(asked.read_back), weight=1.0))
    if asked.context:
        last = standard(asked.context.split("，")[-1])
        ways.append(Way(words=f"{last}，{question}", weight=0.7))
        if last != standard(asked.context):
            ways.append(Way(words=standard(asked.whole), weight=0.7))
    *first, newest = asked.asks
    if first:
        told = standard("，".join(filter(None, (asked.topic, asked.context, *first))))
        ways.append(Way(words=standard(newest), context=(*before, told), weight=0.8))
    elif not asked.names_its_matter and before:
        ways.append(Way(words=question, context=before, weight=0.6))
    if before and not asked.names_its_matter:
        ways.append(Way(words=f"{before[-1].rstrip('？')}，{standard(newest)}", weight=0.8))
    return tuple({(way.words, way.context): way for way in reversed(ways)}.values())[::-1]


def _agreed(ways: Sequence[tuple[Way, Answer]]) -> bool:
    """Two ways quote the same document and are sure of it: the others would change nothing."""
    quoted = [
        answer.citations[0].document_id
        for _, answer in ways
        if answer.kind in _QUOTED and answer.citations and answer.confidence >= _SURE
    ]
    return len(quoted) > len(set(quoted))


def _likeliest(ways: Sequence[tuple[Way, Answer]]) -> list[str]:
    """Documents by what all ways say of them; a refutation goes first, a far one is left out."""
    worth: dict[str, float] = {}
    quoted: dict[str, float] = {}
    firsts: list[str] = []
    for way, answer in ways:
        strength = _STRENGTH[answer.kind] * way.weight
        most = max((each.score for each in answer.documents), default=0.0)
        for each in answer.documents[:_LOOKED_AT] if most > 0 else ():
            worth[each.id] = worth.get(each.id, 0.0) + strength * each.score / most
        if answer.kind is AnswerKind.DIRECT:
            cited = answer.citations[0].document_id
            quoted[cited] = quoted.get(cited, 0.0) + _CITED * way.weight * answer.confidence
        if answer.kind is AnswerKind.REFUTATION:
            worth[answer.citations[0].document_id] = _FIRST
        firsts += [each.id for each in answer.documents[:1]]
    least = _NEAR * max((each for each in worth.values() if each < _FIRST), default=0.0)
    order = sorted(worth, key=lambda each: (-worth[each] - quoted.get(each, 0.0), each))
    near = [document_id for document_id in order if worth[document_id] >= least]
    if any(answer.kind is not AnswerKind.NONE for _, answer in ways):
        return near
    if max(answer.confidence for _, answer in ways) < _LEAST_CONFIDENCE:
        return []
    return [document_id for document_id in near[:1] if firsts.count(document_id) >= _AGREE]


_SURE = 0.5
_CITED = 0.8
"""What a document counts beside its worth in the search for being quoted by an answer."""
_AGREE = 2
"""Ways that must lead to a document no way is sure of."""
_STRENGTH = {
    AnswerKind.REFUTATION: 1.0,
    AnswerKind.DIRECT: 1.0,
    AnswerKind.CHOICES: 0.6,
    AnswerKind.NONE: 0.2,
}
_LOOKED_AT, _FIRST = 5, 100.0
_LEAST_CONFIDENCE = 0.08
"""Of any way. Citizens are told nothing below 0.21; an operator reads before they speak."""


def _step(heading: str, texts: Sequence[str]) -> str:
    said = " ".join(" ".join(text.split()) for text in texts)
    said = said.removeprefix(heading).lstrip("：: ")
    step = f"{heading}：{said}"
    return step if len(step) <= _STEP_CHARS else step[: _STEP_CHARS - 1] + "…"

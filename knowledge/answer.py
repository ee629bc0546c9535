"""From a question to a quoted answer, several choices, a refutation, or an honest none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from knowledge import confidence, query, refutations, retired
from knowledge.citing import cite
from knowledge.index import Index
from knowledge.model import Answer, AnswerKind, Choice, Document, Passage, ScoredDocument, WayOn
from knowledge.reader import Reader
from knowledge.search import Found, Hit, find
from nlu.encoder import CONTENT, StaticEncoder

WAYS_ON = (WayOn.REPHRASE, WayOn.ASK_PERSON, WayOn.OPEN_CASE)
DOCUMENTS_TOLD = 10
MAX_LABEL_CHARS = 40


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Confidence (0 to 1) from which an answer is given, and how long a quote may be.

    Args:
        direct: from this chance on that the first document answers, it is quoted: 73% of 405
            questions, 97% of them from a right document; no mailbox message.
        choices: from this chance on that one of three answers, they are offered; below, none:
            4% of the questions, 97% of 250 mailbox messages.
        refutation: share of the question that a refutation must hold to go first.
    """

    direct: float = 0.65
    choices: float = 0.2
    refutation: float = 0.5
    quote_chars: int = 250


class Answerer:
    """Answers questions from one index. For a changed index build a new one; it costs nothing."""

    def __init__(self, index: Index, thresholds: Thresholds | None = None) -> None:
        self._index = index
        self._thresholds = thresholds or Thresholds()
        self._reader = Reader(quote_chars=self._thresholds.quote_chars)

    def answer(self, question: str, *, today: date, context: tuple[str, ...] = ()) -> Answer:
        """Answer one question, in some ms; a long one by its first `query.MAX_CHARS` characters.

        Args:
            question: as the citizen put it.
            today: the calendar day in Asia/Shanghai; only what is valid then is quoted.
            context: earlier questions of the conversation, newest last.
        """
        found = find(self._index, question, today, context)
        gone = retired.meant(found)
        if gone is not None:
            return self._instead(question, gone, found, today)
        refutation = refutations.nearest(found.valid, self._thresholds.refutation)
        if refutation is not None:
            return self._quoted(AnswerKind.REFUTATION, question, refutation, found)
        return self._found(question, found)

    def _evidence(self, hits: Sequence[Hit], found: Found) -> confidence.Evidence:
        encoder = self._index.encoder
        measured = isinstance(encoder, StaticEncoder) and encoder.origin == CONTENT
        return confidence.evidence(hits, found.wanted, vectors=measured)

    def _found(self, question: str, found: Found) -> Answer:
        seen = self._evidence(found.valid, found)
        sure = confidence.of_first(seen)
        if found.valid and (
            sure >= self._thresholds.direct or found.valid[0].document.id in found.named
        ):
            first = found.valid[0]
            sure = max(sure, self._thresholds.direct)
            return self._quoted(AnswerKind.DIRECT, question, first, found, sure=sure)
        likely = confidence.of_first_three(seen)
        if likely >= self._thresholds.choices:
            return Answer(
                kind=AnswerKind.CHOICES,
                question=question,
                choices=tuple(_choice(question, hit) for hit in found.valid[: confidence.CHOICES]),
                ways_on=WAYS_ON[1:],
                documents=_told(found),
                confidence=likely,
            )
        return _none(question, found, likely)

    def _instead(self, question: str, gone: Hit, found: Found, today: date) -> Answer:
        """What took the place of the document asked about, or that nothing did."""
        seen = self._evidence((gone,), found)
        sure = confidence.of_first_three(seen)
        if sure < self._thresholds.choices and gone.document.id not in found.named:
            return self._found(question, found)
        replacement = retired.successor(self._index, gone.document, today)
        note = retired.note(gone.document, replacement, today)
        if replacement is None:
            return _none(question, found, sure, note)
        sure = max(sure, self._thresholds.direct)
        hit = next((each for each in found.valid if each.document.id == replacement.id), None)
        best = [each.passage for each in hit.passages] if hit else []
        return self._read(AnswerKind.DIRECT, question, replacement, best, found, sure, note)

    def _quoted(
        self, kind: AnswerKind, question: str, hit: Hit, found: Found, *, sure: float | None = None
    ) -> Answer:
        best = [each.passage for each in hit.passages]
        sure = max(hit.match, hit.title_match) if sure is None else sure
        return self._read(kind, question, hit.document, best, found, sure, "")

    def _read(
        self,
        kind: AnswerKind,
        question: str,
        document: Document,
        best: Sequence[Passage],
        found: Found,
        sure: float,
        note: str,
    ) -> Answer:
        passages = self._index.passages(document.id)
        asked = query.cut(question)
        spans = self._reader.read(asked, found.wanted, document, passages, best)
        if not spans:
            return _none(question, found, sure, note)
        quotes, citations = cite(document, spans)
        return Answer(
            kind=kind,
            question=question,
            quotes=quotes,
            citations=citations,
            documents=_told(found),
            confidence=sure,
            note=note,
        )


def _none(question: str, found: Found, sure: float, note: str = "") -> Answer:
    return Answer(
        kind=AnswerKind.NONE,
        question=question,
        ways_on=WAYS_ON,
        documents=_told(found),
        confidence=sure,
        note=note,
    )


def _told(found: Found) -> tuple[ScoredDocument, ...]:
    return tuple(
        ScoredDocument(id=hit.document.id, score=round(hit.score, 4))
        for hit in found.valid[:DOCUMENTS_TOLD]
    )


def _choice(question: str, hit: Hit) -> Choice:
    """A document to choose; the words sent when it is chosen name it, so that it is quoted."""
    pair = next((each.passage.question for each in hit.passages[:1] if each.passage.question), "")
    label = pair or hit.document.title
    if len(label) > MAX_LABEL_CHARS:
        label = label[: MAX_LABEL_CHARS - 1] + "…"
    asked = query.without_titles(query.cut(question))
    return Choice(
        document_id=hit.document.id,
        label=label,
        question=pair or f"《{hit.document.title}》{asked}",
    )

"""From a question to a quoted answer, several choices, a refutation, or an honest none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from knowledge import (
    asking,
    belongs_elsewhere,
    choosing,
    confidence,
    elsewhere,
    query,
    refutations,
    retired,
)
from knowledge.belongs_elsewhere import placeless
from knowledge.citing import cite
from knowledge.index import Index
from knowledge.model import Answer, AnswerKind, Choice, Document, ScoredDocument, WayOn
from knowledge.reader import Reader
from knowledge.reading import picking
from knowledge.reading.picking import Picker
from knowledge.search import Found, Hit, find

WAYS_ON = (WayOn.REPHRASE, WayOn.ASK_PERSON, WayOn.OPEN_CASE)
DOCUMENTS_TOLD = 10
MAX_LABEL_CHARS = 40


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Confidence (0 to 1) from which an answer is given, and how long a quote may be.

    Args:
        direct: from this chance on that the chosen document is the right one, it is quoted.
        present: and from this chance on that any of the first three answers.
        choices: from this chance on that any does, they are offered; below, none.
        completeness: what a whole answer counts beside a short one.
        reader: the file of a learned reader; None: sentences are picked by their words.
    """

    direct: float = 0.70
    present: float = 0.30
    choices: float = 0.21
    quote_chars: int = 250
    completeness: float = picking.COMPLETENESS
    reader: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What an answer to a question rests on.

    Args:
        found: the documents the answer is chosen from, best first.
        kinds: the kinds of thing asked for.
        evidence: what speaks for the best of them.
        thresholds: from which chances on it is given.
    """

    found: Found
    kinds: tuple[asking.Sought, ...]
    evidence: confidence.Evidence
    thresholds: Thresholds


@dataclass(frozen=True, kw_only=True)
class _Turn:
    """A question being answered.

    Args:
        asked: the part of it that is looked at.
        kinds: the kinds of thing it asks for; an earlier question's where it says none itself.
        said: what the answer before it quoted, if it goes on from that.
        goes_on: it asks for something else about what was just answered.
    """

    question: str
    asked: str
    kinds: tuple[asking.Sought, ...]
    found: Found
    said: choosing.Said
    goes_on: bool


class Answerer:
    """Answers questions from one index. For a changed index build a new one; it costs nothing."""

    def __init__(
        self, index: Index, thresholds: Thresholds | None = None, picker: Picker | None = None
    ) -> None:
        self._index = index
        self._thresholds = thresholds or Thresholds()
        if picker is None and self._thresholds.reader is not None:
            picker = picking.opened(
                self._thresholds.reader, completeness=self._thresholds.completeness
            )
        self._reader = Reader(quote_chars=self._thresholds.quote_chars, picker=picker)

    def answer(self, question: str, *, today: date, context: tuple[str, ...] = ()) -> Answer:
        """Answer one question, in some ms; a long one by its first `query.MAX_CHARS` characters.

        Args:
            question: as the citizen put it.
            today: the calendar day in Asia/Shanghai; only what is valid then is quoted.
            context: earlier questions of the conversation, newest last.
        """
        found = find(self._index, question, today, context)
        turn = self._turn(question, found, today, context)
        gone = retired.meant(found, turn.asked)
        if gone is not None:
            return self._instead(question, gone, turn, today)
        wanted, valid = turn.found.wanted, turn.found.valid
        if belongs_elsewhere.asked(self._index, turn.asked, turn.kinds, wanted, valid):
            return _none(question, found, 0.0)
        refutation = refutations.meant(turn.asked, found.valid, found.wanted)
        if refutation is not None:
            sure = max(refutation.match, refutation.title_match)
            return self._read(AnswerKind.REFUTATION, turn, refutation.document, sure)
        return self._found(turn, today)

    def weigh(self, question: str, *, today: date, context: tuple[str, ...] = ()) -> Weighed:
        """What `answer` would rest on, for people who want to see why it answers as it does."""
        found = find(self._index, question, today, context)
        turn = self._turn(question, found, today, context)
        return Weighed(
            found=turn.found,
            kinds=turn.kinds,
            evidence=self._evidence(turn, turn.found.valid),
            thresholds=self._thresholds,
        )

    def _turn(self, question: str, found: Found, today: date, context: tuple[str, ...]) -> _Turn:
        """The question with what the one before it was answered."""
        asked = query.cut(question)
        kinds = asking.sought(query.without_titles(asked))
        follows = bool(context) and query.points_back(asked, query.essence(asked))
        before = self.answer(context[-1], today=today, context=context[:-1]) if follows else None
        quoted = before is not None and before.kind is AnswerKind.DIRECT
        return _Turn(
            question=question,
            asked=asked,
            kinds=kinds or (asking.sought(query.cut(context[-1])) if follows else ()),
            found=replace(found, valid=refutations.behind(found.valid)),
            said=self._said(before) if before is not None else {},
            goes_on=quoted and bool(kinds),
        )

    def _said(self, before: Answer) -> dict[str, set[int]]:
        """Ordinals of the passages an answer quoted, by document."""
        said: dict[str, set[int]] = {}
        for cited in before.citations:
            for passage in self._index.passages(cited.document_id):
                if passage.start < cited.end and cited.start < passage.end:
                    said.setdefault(cited.document_id, set()).add(passage.ordinal)
        return said

    def _evidence(self, turn: _Turn, hits: Sequence[Hit]) -> confidence.Evidence:
        if not hits:
            return confidence.Evidence()
        wanted = turn.found.wanted
        chosen = choosing.document(self._index, turn.kinds, wanted, hits, turn.said)
        return confidence.evidence(
            hits,
            wanted,
            chosen,
            asks=bool(turn.kinds),
            elsewhere=bool(elsewhere.about(turn.asked)) and placeless(hits[0].document),
        )

    def _sure(self, seen: confidence.Evidence) -> float:
        """The chance of a direct answer's being right; 0 where it is too low for one."""
        there, chosen = confidence.present(seen), confidence.of_chosen(seen)
        enough = there >= self._thresholds.present and chosen >= self._thresholds.direct
        excluded = seen.chosen is not None and seen.chosen.excluded
        return there * chosen if enough and not excluded else 0.0

    def _found(self, turn: _Turn, today: date) -> Answer:
        found = turn.found
        seen = self._evidence(turn, found.valid)
        sure, likely = self._sure(seen), confidence.present(seen)
        named = bool(found.valid) and found.valid[0].document.id in found.named
        if named or (turn.goes_on and seen.chosen is not None and seen.chosen.fit > 0):
            sure = max(sure, self._thresholds.present)
        if seen.chosen is not None and sure:
            document = found.valid[0].document if named else seen.chosen.hit.document
            return self._read(AnswerKind.DIRECT, turn, document, sure)
        clause = self._clause(turn, today)
        if clause is not None:
            return clause
        if likely >= self._thresholds.choices:
            return Answer(
                kind=AnswerKind.CHOICES,
                question=turn.question,
                choices=tuple(
                    _choice(turn.question, hit) for hit in found.valid[: confidence.CHOICES]
                ),
                ways_on=WAYS_ON[1:],
                documents=_told(found),
                confidence=likely,
            )
        return _none(turn.question, found, likely)

    def _clause(self, turn: _Turn, today: date) -> Answer | None:
        """The answer to the clause that is surest, where one is sure by itself."""
        best: tuple[float, Hit] | None = None
        for clause in choosing.clauses(turn.asked):
            found = find(self._index, clause, today)
            kinds = asking.sought(clause)
            part = replace(
                turn, kinds=kinds, found=replace(found, valid=refutations.behind(found.valid))
            )
            seen = self._evidence(part, part.found.valid)
            sure = self._sure(seen)
            if seen.chosen is None or not kinds or not sure:
                continue
            if best is None or sure > best[0]:
                best = sure, seen.chosen.hit
        near = [hit.document.id for hit in turn.found.valid[: confidence.CHOICES]]
        if best is None or best[1].document.id not in near:
            return None
        return self._read(AnswerKind.DIRECT, turn, best[1].document, best[0])

    def _instead(self, question: str, gone: Hit, turn: _Turn, today: date) -> Answer:
        """What took the place of the document asked about, or that nothing did."""
        found = turn.found
        seen = self._evidence(turn, (gone,))
        sure = confidence.present(seen)
        plain = asking.Sought.FORCE not in turn.kinds and gone.document.id not in found.named
        if plain and sure < self._thresholds.choices:
            return self._found(turn, today)
        replacement = retired.successor(self._index, gone.document, today)
        note = retired.note(gone.document, replacement, today)
        if replacement is None:
            return _none(question, found, sure, note)
        sure = max(sure, self._thresholds.present)
        return self._read(AnswerKind.DIRECT, turn, replacement, sure, note)

    def _read(
        self, kind: AnswerKind, turn: _Turn, document: Document, sure: float, note: str = ""
    ) -> Answer:
        found = turn.found
        hit = next((each for each in found.valid if each.document.id == document.id), None)
        best = hit.passages if hit else ()
        spans = self._reader.read(
            turn.kinds,
            found.wanted,
            document,
            self._index.passages(document.id),
            best,
            turn.said.get(document.id, ()),
            turn.asked,
        )
        if not spans:
            return _none(turn.question, found, sure, note)
        quotes, citations = cite(document, spans)
        return Answer(
            kind=kind,
            question=turn.question,
            quotes=quotes,
            citations=citations,
            documents=_told(found, document.id),
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


def _told(found: Found, quoted: str = "") -> tuple[ScoredDocument, ...]:
    hits = sorted(found.valid[:DOCUMENTS_TOLD], key=lambda hit: hit.document.id != quoted)
    return tuple(ScoredDocument(id=hit.document.id, score=round(hit.score, 4)) for hit in hits)


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

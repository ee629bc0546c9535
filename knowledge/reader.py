"""Reading a found document: which of its sentences answer the question."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge import asking, parts
from knowledge.index import PassageScore
from knowledge.model import Document, Kind, Passage
from knowledge.query import Wanted
from knowledge.reading import weighing
from knowledge.reading.clauses import Clause, clauses
from knowledge.reading.features import judge
from knowledge.reading.picking import Picker

MAX_PASSAGES = 60
"""A longer document is read around its best passages only, so that reading stays a matter of ms."""
NEIGHBOUR_SHARE = 0.3
"""What a sentence has from the one before it: answers stand after the words of their question."""
HEADING_SHARE = 0.3
"""What it has from the headings it stands under."""
QUESTION_SHARE = 0.6
"""What the words of a published question or a heading count once more."""
LEAST_CHANCE = 0.02
"""Added to the chance of each passage, so that none is out of the question."""
CUE_GAIN = 0.2
"""What a sentence gains that holds the kind of thing asked for, such as a sum or a day."""
SHORT_SENTENCE = 8
SHORT_TEXT = 600
"""Of a guide, notice or explanation of so many characters as much is quoted as may be."""

_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]+[”」』）)》]*|[^。！？；\n]+$")
_CLAUSE = re.compile(r"[^，,、：:]*[，,、：:]?")


@dataclass(frozen=True, kw_only=True)
class Span:
    """Characters of a document's text, and the passage they stand in."""

    passage: Passage
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class _Sentence:
    span: Span
    score: float


class Reader:
    """Picks the run of neighbouring clauses that is most likely to be the answer and to hold it.

    Measured with the right document given, on 405 questions unseen: a run of 250 characters
    holds the answer for 82%, with a likeness (ROUGE-L F1) of .39; the sentences with most of
    the question's words, 80% and .36; by shared bigrams alone, 68% and .33.

    Args:
        quote_chars: the longest quote, in characters.
        answer_chars: the longest answer of a question-answer pair, which is quoted whole.
        picker: a learned one that picks the run instead; None: by named signs.
    """

    def __init__(
        self, *, quote_chars: int = 250, answer_chars: int = 500, picker: Picker | None = None
    ) -> None:
        self._picker = picker
        self._quote_chars = quote_chars
        self._answer_chars = answer_chars

    def read(
        self,
        kinds: Sequence[asking.Sought],
        wanted: Wanted,
        document: Document,
        passages: Sequence[Passage],
        best: Sequence[PassageScore],
        said: Collection[int] = (),
        question: str = "",
    ) -> tuple[Span, ...]:
        """What to quote, in reading order; neighbours in one passage are one span.

        Args:
            kinds: the kinds of thing asked for.
            wanted: what the question wants a text to hold.
            document: what is read.
            passages: the document's, in reading order.
            best: those the search found, best first, with their scores.
            said: ordinals of passages an earlier answer quoted.
            question: the part of it that is looked at.
        """
        near = parts.fresh(kinds, _near(passages, [each.passage for each in best]), said)
        scores = {each.passage.ordinal: each.score for each in best}
        found = parts.ranked(kinds, wanted, document, near, scores)
        chosen = _chosen(kinds, found)
        if chosen is not None and chosen.question:
            return self._whole_answer(document, chosen, passages)
        if chosen is not None:
            near = [each for each in near if each.heading_path == chosen.heading_path]
            whole = near[0].start, near[-1].end
            if whole[1] - whole[0] <= self._quote_chars:
                return _joined([span for each in near for span in _sentences(document, each)])
        if self._picker is not None:
            return self._picked(self._picker, question, wanted, document, near)
        return self._weighed(kinds, question, wanted, document, near, found)

    def _weighed(
        self,
        kinds: Sequence[asking.Sought],
        question: str,
        wanted: Wanted,
        document: Document,
        passages: Sequence[Passage],
        found: Sequence[parts.Part],
    ) -> tuple[Span, ...]:
        """The run of clauses that named signs speak for."""
        run = clauses(document.text, [(each.start, each.end) for each in passages])
        if not run:
            return ()
        judged = judge(question, wanted, document.title, document.text, run)
        judged = judged.beside(_standing(kinds, wanted, document, passages, found, run))
        # A short text's parts are short too: those around the one asked for help a citizen.
        short = len(document.text) <= SHORT_TEXT and document.kind is not Kind.POLICY
        first, last = weighing.best_run(judged, self._quote_chars, full=short)
        return self._spans(document, passages, run[first].start, run[last].end)

    def _picked(
        self,
        picker: Picker,
        question: str,
        wanted: Wanted,
        document: Document,
        passages: Sequence[Passage],
    ) -> tuple[Span, ...]:
        """What a learned picker finds."""
        looked_at = [(each.start, each.end) for each in passages]
        found = picker.pick(question, wanted, document, looked_at, self._quote_chars)
        if found is None:
            return ()
        return self._spans(document, passages, found.start, found.end)

    def _spans(
        self, document: Document, passages: Sequence[Passage], start: int, end: int
    ) -> tuple[Span, ...]:
        """A run passage by passage; cut where it is a single clause longer than the limit."""
        spans = tuple(
            Span(passage=each, start=max(start, each.start), end=min(end, each.end))
            for each in passages
            if each.start < end and start < each.end
        )
        if end - start <= self._quote_chars:
            return spans
        first = spans[0]
        return (_cut(document, first.passage, first.start, first.end, self._quote_chars),)

    def _whole_answer(
        self, document: Document, pair: Passage, passages: Sequence[Passage]
    ) -> tuple[Span, ...]:
        """The pair's answer, which may be several passages, as far as it may be quoted."""
        parts = [each for each in passages if each.question == pair.question]
        start = parts[0].start
        spans = [
            span
            for part in parts
            for span in _sentences(document, part)
            if 0 <= span.end - start <= self._answer_chars
        ]
        if not spans:
            spans = [_cut(document, pair, pair.start, pair.end, self._answer_chars)]
        return _joined(spans)


def _chosen(kinds: Sequence[asking.Sought], found: Sequence[parts.Part]) -> Passage | None:
    """The passage to quote from; None where sentences alone decide."""
    if not found:
        return None
    first = found[0]
    if asking.Sought.FORCE in kinds:
        first = max(found, key=lambda part: part.fit)
        return first.passage if first.fit > 0 else None
    if first.passage.question or (first.announced and first.passage.heading_path):
        return first.passage
    return None


def _near(passages: Sequence[Passage], best: Sequence[Passage]) -> Sequence[Passage]:
    if len(passages) <= MAX_PASSAGES:
        return passages
    wanted = {each.ordinal + step for each in best for step in (-1, 0, 1)}
    return [each for each in passages if each.ordinal in wanted]


def _sentences(document: Document, passage: Passage) -> list[Span]:
    """The passage's sentences without the blanks around them."""
    found = []
    for match in _SENTENCE.finditer(document.text, passage.start, passage.end):
        whole = match.group()
        start = match.start() + len(whole) - len(whole.lstrip())
        end = match.end() - (len(whole) - len(whole.rstrip()))
        if end > start:
            found.append(Span(passage=passage, start=start, end=end))
    return found


def _scored(
    kinds: Sequence[asking.Sought],
    wanted: Wanted,
    document: Document,
    passages: Sequence[Passage],
) -> list[_Sentence]:
    spans = [span for passage in passages for span in _sentences(document, passage)]
    plain = [document.text[span.start : span.end] for span in spans]
    worth = parts.worth(wanted, document, plain)
    whole = sum(worth.values()) or 1.0
    shares = [sum(worth[term] for term in wanted.held(each)) / whole for each in plain]
    above = {
        passage.ordinal: wanted.share("\n".join((*passage.heading_path, passage.question)))
        for passage in passages
    }
    scored = []
    for place, (span, sentence) in enumerate(zip(spans, plain, strict=True)):
        before = shares[place - 1] if place else 0.0
        score = shares[place] + NEIGHBOUR_SHARE * before
        score += HEADING_SHARE * above[span.passage.ordinal]
        if asking.holds(kinds, sentence):
            score += CUE_GAIN * min(1.0, 0.2 + 2 * shares[place])
        if span.end - span.start < SHORT_SENTENCE:
            score *= 0.5
        scored.append(_Sentence(span=span, score=score))
    return scored


def _standing(
    kinds: Sequence[asking.Sought],
    wanted: Wanted,
    document: Document,
    passages: Sequence[Passage],
    found: Sequence[parts.Part],
    run: Sequence[Clause],
) -> Mapping[str, NDArray[np.float64]]:
    """How each clause's passage and sentence stand beside the best ones."""
    words = {
        part.passage.ordinal: part.signs.share + QUESTION_SHARE * part.signs.heading
        for part in found
    }
    chances = {part.passage.ordinal: math.log(part.chance + LEAST_CHANCE) for part in found}
    starts = [each.start for each in passages]
    at = [bisect_right(starts, each.start) - 1 for each in run]
    passage = np.array([words[passages[place].ordinal] for place in at])
    likely = np.array([chances[passages[place].ordinal] for place in at])
    sentences = _scored(kinds, wanted, document, passages)
    starts = [each.span.start for each in sentences]
    scores = np.array([each.score for each in sentences])
    at = [max(0, bisect_right(starts, each.start) - 1) for each in run]
    sentence = scores[at]
    rank = np.argsort(np.argsort(-sentence, kind="stable"), kind="stable")
    return {
        "passage_chance": likely,
        "passage_of_best": passage / (max(words.values()) or 1.0),
        "worth_of_best": sentence / (scores.max() + 1e-9),
        "worth_rank": np.log1p(rank),
    }


def _cut(document: Document, passage: Passage, start: int, end: int, limit: int) -> Span:
    """The first clauses that fit; where even the first is too long, its first characters."""
    stop = start
    for clause in _CLAUSE.finditer(document.text, start, end):
        if clause.end() - start > limit:
            break
        stop = clause.end()
    return Span(passage=passage, start=start, end=stop if stop > start else min(end, start + limit))


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Neighbouring sentences of one passage as one span."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].passage is span.passage:
            joined[-1] = Span(passage=span.passage, start=joined[-1].start, end=span.end)
        else:
            joined.append(span)
    return tuple(joined)

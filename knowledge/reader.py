"""Reading a found document: which of its sentences answer the question."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from knowledge import asking, parts
from knowledge.model import Document, Passage
from knowledge.query import Wanted
from knowledge.reading.picking import Picker

MAX_PASSAGES = 60
"""A longer document is read around its best passages only, so that reading stays a matter of ms."""
_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]+[”」』）)》]*|[^。！？；\n]+$")
_CLAUSE = re.compile(r"[^，,、：:]*[，,、：:]?")


@dataclass(frozen=True, kw_only=True)
class Span:
    """Characters of a document's text, and the passage they stand in."""

    passage: Passage
    start: int
    end: int


class Reader:
    """Quotes a published answer whole, a short part that its heading announces, else what a learned
    picker finds.

    Args:
        picker: finds the clauses that answer.
        quote_chars: the longest quote, in characters.
        answer_chars: the longest answer of a question-answer pair, which is quoted whole.
    """

    def __init__(self, picker: Picker, *, quote_chars: int = 250, answer_chars: int = 500) -> None:
        self._picker = picker
        self._quote_chars = quote_chars
        self._answer_chars = answer_chars

    def read(
        self,
        question: str,
        kinds: Sequence[asking.Sought],
        wanted: Wanted,
        document: Document,
        passages: Sequence[Passage],
        best: Sequence[Passage],
        said: Collection[int] = (),
    ) -> tuple[Span, ...]:
        """What to quote, in reading order; neighbours in one passage are one span.

        Args:
            question: the part of it that is looked at.
            kinds: the kinds of thing asked for.
            wanted: what the question wants a text to hold.
            document: what is read.
            passages: the document's, in reading order.
            best: those the search found, best first.
            said: ordinals of passages an earlier answer quoted.
        """
        near = parts.fresh(kinds, _near(passages, best), said)
        found = parts.ranked(kinds, wanted, document, near)
        chosen = _chosen(kinds, found, best)
        if chosen is not None and chosen.question:
            return self._whole_answer(document, chosen, passages)
        if chosen is not None:
            near = [each for each in near if each.heading_path == chosen.heading_path]
            whole = near[0].start, near[-1].end
            if whole[1] - whole[0] <= self._quote_chars:
                return _joined([span for each in near for span in _sentences(document, each)])
        parts_read = [(each.start, each.end) for each in near]
        picked = self._picker.pick(question, wanted, document, parts_read, self._quote_chars)
        if picked is None:
            return ()
        return _within(document, near, picked.start, picked.end, self._quote_chars)

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


def _chosen(
    kinds: Sequence[asking.Sought], found: Sequence[parts.Part], best: Sequence[Passage]
) -> Passage | None:
    """The passage to quote from; None where sentences alone decide."""
    if not found:
        return None
    first = found[0]
    if asking.Sought.FORCE in kinds:
        first = max(found, key=lambda part: part.fit)
        return first.passage if first.fit > 0 else None
    if first.passage.question or (first.announced and first.passage.heading_path):
        return first.passage
    pair = next((each for each in best[:1] if each.question), None)
    return pair if pair in {part.passage for part in found} else None


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


def _within(
    document: Document, passages: Sequence[Passage], start: int, end: int, limit: int
) -> tuple[Span, ...]:
    """What of start to end lies in each passage; one longer than the limit is cut."""
    spans = [
        Span(passage=each, start=max(start, each.start), end=min(end, each.end))
        for each in passages
        if each.start < end and start < each.end
    ]
    if end - start <= limit:
        return tuple(spans)
    first = spans[0]
    return (_cut(document, first.passage, first.start, first.end, limit),)


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

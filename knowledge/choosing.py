"""Which of the documents found is read: nearly equal ones by the kind of thing asked for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge import asking, parts
from knowledge.asking import Sought
from knowledge.index import Index
from knowledge.model import Passage
from knowledge.query import Wanted
from knowledge.search import Hit, context_of

NEAR = 0.65
"""Documents so near to the best one's score may answer instead."""
NEAR_ON = 0.4
"""In a question that goes on from an answer, documents on the same matter may be further apart."""
SAME_MATTER = 0.6
"""What the document quoted before gains there, where another part of it announces what is asked."""
LOOKED_AT = 5
TITLE_LOSS = 0.1
"""Its title must not hold less of the question than the first one's, by more than this."""
MAX_PASSAGES = 60
"""A longer document is judged by the passages the search found."""
HEADING_SHARE, KIND_SHARE = 0.6, 0.5
"""What a part's heading and the kind of thing asked for count beside its words."""
MAX_CLAUSES = 4
MAX_CLAUSED_CHARS = 80
"""A longer text tells a story: its clauses are not judged by themselves."""
BETTER = 0.15
"""A nearly equal document's best part must be so much better."""

_CLAUSE_END = re.compile(r"[，,。.？?！!；;：:\s]+")
_MIN_CLAUSE = 4

Said = Mapping[str, Collection[int]]
"""Document → ordinals of its passages that an earlier answer quoted."""


def clauses(question: str) -> tuple[str, ...]:
    """The clauses of a question of several; none for a single one or a long text."""
    found = tuple(each for each in _CLAUSE_END.split(question) if len(each) >= _MIN_CLAUSE)
    several = 1 < len(found) <= MAX_CLAUSES and len(question) <= MAX_CLAUSED_CHARS
    return found if several else ()


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The document to read.

    Args:
        words: share of the question its best part holds with title and headings, 0 to 1.
        heading: share that the part's own question or heading holds.
        fit: how well the part gives the kind of thing asked for, -0.35 to 1.
    """

    hit: Hit
    words: float
    heading: float
    fit: float

    @property
    def fitness(self) -> float:
        """All three together; comparable within one question."""
        return self.words + HEADING_SHARE * self.heading + KIND_SHARE * self.fit


def document(
    index: Index, kinds: Sequence[Sought], wanted: Wanted, hits: Sequence[Hit], said: Said
) -> Chosen:
    """The document to read: the first, unless one nearly as good has a part that fits better.

    Args:
        index: for the passages.
        kinds: the kinds of thing asked for.
        wanted: what the question wants a text to hold.
        hits: best first, at least one.
        said: what earlier answers quoted already.
    """
    first = hits[0]
    chosen = _best_part(index, first, kinds, wanted, said)
    best = chosen.fitness + BETTER
    near, loss = (NEAR_ON, 1.0) if said else (NEAR, TITLE_LOSS)
    for hit in hits[1:LOOKED_AT]:
        if hit.score < near * first.score:
            break
        if hit.title_match < first.title_match - loss:
            continue
        rival = _best_part(index, hit, kinds, wanted, said)
        fitness = rival.fitness if said else rival.fitness * hit.score / first.score
        if fitness > best:
            chosen, best = rival, fitness
    if said and chosen.fit <= 0:  # nothing new gives it: what was quoted may be said again
        return document(index, kinds, wanted, hits, {})
    return chosen


def _best_part(
    index: Index, hit: Hit, kinds: Sequence[Sought], wanted: Wanted, said: Said
) -> Chosen:
    spent = said.get(hit.document.id, ())
    passages = index.passages(hit.document.id)
    if len(passages) > MAX_PASSAGES:
        passages = tuple(each.passage for each in hit.passages)
    fresh = [each for each in passages if each.ordinal not in spent]
    found = (_part(hit, each, kinds, wanted) for each in fresh)
    empty = Chosen(hit=hit, words=0.0, heading=0.0, fit=asking.ELSE)
    best = max(found, key=lambda part: part.fitness, default=empty)
    if spent and best.fit >= asking.HEADED:
        return replace(best, heading=best.heading + SAME_MATTER)
    return best


def _part(hit: Hit, passage: Passage, kinds: Sequence[Sought], wanted: Wanted) -> Chosen:
    heading = parts.heading_of(passage)
    return Chosen(
        hit=hit,
        words=wanted.share(context_of(hit.document, passage)),
        heading=wanted.share(heading),
        fit=asking.fit(kinds, heading, passage.text),
    )

"""Which of the documents found is read: nearly equal ones by the kind of thing asked for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from knowledge import asking, parts, precedence
from knowledge.asking import Sought
from knowledge.index import Index
from knowledge.query import Wanted
from knowledge.search import Hit, context_of

LOOKED_AT = 8
"""Documents whose parts are looked at."""
KIND_WEIGHT = 1.94
"""What the kind of thing asked for counts beside what speaks for the document (`precedence`)."""
SAME_MATTER = 1.5
"""What the document quoted before gains in a question that goes on from an answer, where another
part of it announces what is asked."""
MOST_GAINED = KIND_WEIGHT * (asking.HEADED - asking.ELSE) + SAME_MATTER
"""Documents further behind cannot come first."""
EXCLUDED = 2.0
"""What a document loses whose best part tells of another kind than the one asked about."""
MAX_PASSAGES = 60
"""A longer document is judged by the passages the search found."""
MAX_CLAUSES = 4
MAX_CLAUSED_CHARS = 80
"""A longer text tells a story: its clauses are not judged by themselves."""
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
        said: share of the question's words that its best part holds with title and headings, in
            these words or in others alike, each by its worth at large; whole: that it holds itself.
        excluded: even its best part tells of another kind than the one asked about.
    """

    hit: Hit
    words: float
    heading: float
    fit: float
    said: float = 0.0
    whole: float = 0.0
    excluded: bool = False


def document(
    index: Index, kinds: Sequence[Sought], wanted: Wanted, hits: Sequence[Hit], said: Said
) -> Chosen:
    """The document to read: what speaks for it, and the kind of thing its best part gives.

    Args:
        index: for the passages.
        kinds: the kinds of thing asked for.
        wanted: what the question wants a text to hold.
        hits: best first, at least one.
        said: what earlier answers quoted already.
    """
    first = hits[0].score
    near = [hit for hit in hits[:LOOKED_AT] if precedence.behind(hit.score, first) > -MOST_GAINED]
    chosen = [_best_part(index, hit, kinds, wanted, said) for hit in near]
    worths = [
        precedence.behind(each.hit.score, first)
        + KIND_WEIGHT * each.fit
        + SAME_MATTER * (each.hit.document.id in said and each.fit >= asking.HEADED)
        - EXCLUDED * each.excluded
        for each in chosen
    ]
    best = chosen[max(range(len(chosen)), key=lambda place: worths[place])]
    if said and best.fit <= 0:  # nothing new gives it: what was quoted may be said again
        return document(index, kinds, wanted, hits, {})
    return best


def _best_part(
    index: Index, hit: Hit, kinds: Sequence[Sought], wanted: Wanted, said: Said
) -> Chosen:
    spent = said.get(hit.document.id, ())
    passages = index.passages(hit.document.id)
    found = {each.passage.ordinal: each.score for each in hit.passages}
    if len(passages) > MAX_PASSAGES:
        passages = tuple(each.passage for each in hit.passages)
    fresh = [each for each in passages if each.ordinal not in spent]
    ranked = parts.ranked(kinds, wanted, hit.document, fresh, found)
    if not ranked:
        return Chosen(hit=hit, words=0.0, heading=0.0, fit=asking.ELSE)
    best = ranked[0]
    context, whole = (
        context_of(hit.document, best.passage),
        f"{hit.document.title}\n{hit.document.text}",
    )
    return Chosen(
        hit=hit,
        words=wanted.share(context),
        heading=wanted.share(parts.heading_of(best.passage)),
        fit=best.fit,
        said=wanted.meaning_share(wanted.plain(context)),
        whole=wanted.meaning_share(wanted.plain(whole)),
        excluded=wanted.excluded(context),
    )

"""Which of the documents found comes first: where its words stand, and whose rules it tells."""

from __future__ import annotations

import bisect
import functools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from knowledge import regions
from knowledge.index import Candidate
from knowledge.model import Document
from knowledge.query import Wanted
from knowledge.wording import cut, essence
from nlu import text as nlu_text

LONGEST_RUN = 14
"""A longer run of the question's own characters says no more."""
SHORTEST_RUN = 3
REMEMBERED = 2000
"""So many documents found of late are kept as they are compared."""

_SENTENCE = re.compile(r"[^。！？；\n]+")


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What speaks for a document among those found for one question.

    Args:
        score: words and bigrams of document and best passage, as a share of the best one's.
        passage: its best passage's score, as a share of the best document's.
        near: share of the question (its places left out) that two neighbouring sentences hold.
        run: longest run of the question's characters it holds, as a share of `LONGEST_RUN`.
        length: logarithm of its characters.
        placeless: the question names a place and the document none: it holds everywhere.
        share: how much of the places it names lies in the province asked about.
        words: share of the question's words, by their worth at large, that it holds.
    """

    score: float
    passage: float
    near: float
    run: float
    length: float
    placeless: float
    share: float
    words: float


WEIGHTS = Signs(
    score=4.95,
    passage=4.38,
    near=1.94,
    run=2.89,
    length=-0.76,
    placeless=2.65,
    share=2.99,
    words=4.99,
)
"""Fitted on 405 citizens' questions over 369 documents together with everyday questions over the
samples and portal pages. A document that answers comes first for 0.931 of the 405, by the score
alone for 0.904; of other everyday questions, not fitted on, for as many or some more. The last two
tell a question about one city from another city's document."""
STEEPNESS = WEIGHTS.score + WEIGHTS.passage
"""Documents that differ in their score alone keep the ratio of their scores."""
LEAST = 0.01
"""The lowest score, as a share of the first one's."""


def scores(
    question: str, wanted: Wanted, valid: Sequence[Candidate], retired: Sequence[Candidate]
) -> tuple[list[float], list[float]]:
    """The scores of the documents found with all that speaks for them, in their order.

    The first of the valid ones keeps the score it was found with, and the others' ratios to it say
    how far they are behind. Where none is valid, the first of the retired takes its part.

    Args:
        question: as the citizen put it.
        wanted: what the question wants a text to hold.
        valid: what may be quoted.
        retired: what may not be any more.
    """
    candidates = (*valid, *retired)
    worths = [worth(each) for each in signs(question, wanted, candidates)]
    leaders = range(len(valid) or len(retired))
    if not leaders:
        return [], []
    first = max(leaders, key=lambda place: worths[place])
    best = candidates[first].score
    found = [best * max(1 + (each - worths[first]) / STEEPNESS, LEAST) for each in worths]
    return found[: len(valid)], found[len(valid) :]


def behind(score: float, first: float) -> float:
    """How far a document's worth is behind the first one's, 0 or less, from their scores."""
    return STEEPNESS * (score / first - 1) if first else 0.0


def worth(seen: Signs) -> float:
    """The signs as one figure; comparable only within one question."""
    return float(
        sum(getattr(WEIGHTS, each.name) * getattr(seen, each.name) for each in fields(Signs))
    )


def signs(question: str, wanted: Wanted, candidates: Sequence[Candidate]) -> tuple[Signs, ...]:
    """What speaks for each of the documents found, in their order."""
    asked = cut(question)
    places = regions.asked(asked)
    best = max((each.score for each in candidates), default=0.0) or 1.0
    terms = {
        term: rarity
        for term, rarity in wanted.rarity.items()
        if not any(term in place for place in places)
    } or wanted.rarity
    run = essence(asked).replace(" ", "").lower()
    return tuple(_signs(each, best, wanted, terms, run, places) for each in candidates)


def _signs(
    candidate: Candidate,
    best: float,
    wanted: Wanted,
    terms: dict[str, float],
    run: str,
    places: frozenset[str],
) -> Signs:
    document = candidate.document
    text = _read(document)
    passage = candidate.passages[0].score if candidate.passages else 0.0
    there = regions.of(document) if places else None
    return Signs(
        score=candidate.score / best,
        passage=passage / best,
        near=_near(text, terms),
        run=_longest_run(text.plain, run) / LONGEST_RUN,
        length=math.log(len(text.plain)),
        placeless=float(there is not None and not there.provinces),
        share=there.share(regions.provinces(places)) if there else 0.0,
        words=wanted.word_share(wanted.with_said(text.plain)),
    )


@dataclass(frozen=True, kw_only=True)
class _Text:
    """A document's title and text, folded and in lower case, and where its sentences begin."""

    plain: str
    starts: list[int]


@functools.lru_cache(maxsize=REMEMBERED)
def _read(document: Document) -> _Text:
    plain = nlu_text.fold(f"{document.title}\n{document.text}").lower()
    return _Text(plain=plain, starts=[found.start() for found in _SENTENCE.finditer(plain)])


def _near(text: _Text, terms: dict[str, float]) -> float:
    """The largest share of the terms' worth that two neighbouring sentences hold."""
    held: dict[int, set[str]] = {}
    for term in terms:
        for at in _places(term, text.plain):
            held.setdefault(bisect.bisect_right(text.starts, at), set()).add(term)
    pairs = (own | held.get(place + 1, set()) for place, own in held.items())
    most = max((sum(terms[term] for term in pair) for pair in pairs), default=0.0)
    return most / (sum(terms.values()) or 1.0)


def _places(term: str, text: str) -> Iterator[int]:
    """Where a term stands in a text; a number or a Latin word only by itself."""
    if term.isascii():
        yield from (found.start() for found in _alone(term).finditer(text))
        return
    at = text.find(term)
    while at >= 0:
        yield at
        at = text.find(term, at + 1)


@functools.lru_cache(maxsize=1000)
def _alone(term: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9a-z]){re.escape(term)}(?![0-9a-z])")


def _longest_run(text: str, run: str) -> int:
    """Characters of the longest run of the question that stands in the text, up to a limit."""
    longest = 0
    for start in range(len(run) - SHORTEST_RUN + 1):
        while longest < LONGEST_RUN and _holds(text, run, start, max(longest + 1, SHORTEST_RUN)):
            longest = max(longest + 1, SHORTEST_RUN)
    return longest


def _holds(text: str, run: str, start: int, size: int) -> bool:
    return start + size <= len(run) and run[start : start + size] in text

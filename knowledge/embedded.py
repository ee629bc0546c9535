"""The index inside our own process: flat arrays, a base part, small parts for what came since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from knowledge import ranking
from knowledge.index import (
    Candidate,
    Candidates,
    Entry,
    PassageScore,
    Query,
    Term,
    Weights,
    held,
    plain_number,
)
from knowledge.model import Document, Passage
from knowledge.postings import Postings, rarity
from knowledge.ranking import Asked, Looked
from knowledge.segment import FIELDS, Segment
from nlu.encoder import Encoder
from nlu.terms import term_key

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

MAX_SMALL_PARTS = 8
"""More parts than this are joined into one, so that a search stays one pass over few arrays."""
REBUILD_SHARE = 0.25
"""With so much of the base changed since, everything is joined into a new base."""
PASSAGES_SHOWN = 8
POOL = 4
"""Vectors order so many times the documents asked for, the best by words and bigrams."""
UNKNOWN_SHARE = 0.3
"""What a bigram is worth that no passage holds, as a share of the rarest known: most are two words
run together, few name a thing the content does not have."""


class EmbeddedIndex:
    """An `Index` in memory. Threads may search it while the next one is being made."""

    def __init__(
        self, *, parts: Sequence[tuple[Segment, Mask]], encoder: Encoder | None = None
    ) -> None:
        self._parts = tuple(parts)
        self._encoder = encoder
        self._number = sum(int(alive.sum()) for _, alive in self._parts)

    @classmethod
    def build(cls, entries: Iterable[Entry], encoder: Encoder | None = None) -> EmbeddedIndex:
        """Index these entries; what was never published is left out."""
        taken = list({entry.document.id: entry for entry in entries if held(entry)}.values())
        if not taken:
            return cls(parts=(), encoder=encoder)
        segment = Segment.build(taken, encoder)
        return cls(parts=[(segment, np.ones(len(taken), np.bool_))], encoder=encoder)

    @property
    def encoder(self) -> Encoder | None:
        """What queries' vectors are made with."""
        return self._encoder

    def __len__(self) -> int:
        return self._number

    def document(self, document_id: str) -> Document | None:
        """The document held under that id, whatever its life."""
        entry = self._entry(document_id)
        return entry.document if entry else None

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Its passages in reading order; empty where there is no such document."""
        entry = self._entry(document_id)
        return entry.passages if entry else ()

    def numbered(self, number: str) -> tuple[Document, ...]:
        """The documents of that document number, brackets of any shape."""
        plain = plain_number(number)
        return tuple(
            segment.entries[place].document
            for segment, alive in self._parts
            for place in segment.numbers.get(plain, ())
            if alive[place]
        )

    def _entry(self, document_id: str) -> Entry | None:
        for segment, alive in self._parts:
            place = segment.places.get(document_id, -1)
            if place >= 0 and alive[place]:
                return segment.entries[place]
        return None

    def changed(self, *, put: Iterable[Entry] = (), removed: Iterable[str] = ()) -> EmbeddedIndex:
        """The index after these entries came and those ids went; only what came is segmented."""
        coming = list({entry.document.id: entry for entry in put}.values())
        going = {entry.document.id for entry in coming} | set(removed)
        parts = [(segment, alive.copy()) for segment, alive in self._parts]
        for segment, alive in parts:
            alive[[segment.places[each] for each in going if each in segment.places]] = False
        taken = [entry for entry in coming if held(entry)]
        if taken:
            fresh = Segment.build(taken, self._encoder, like=parts[0][0] if parts else None)
            parts.append((fresh, np.ones(len(taken), np.bool_)))
        return EmbeddedIndex(parts=_tidied(parts) if parts else (), encoder=self._encoder)

    def rarity(self, bigrams: Iterable[str]) -> dict[str, float]:
        """What each bigram is worth here: more, the fewer passages hold it."""
        if not self._parts:
            return dict.fromkeys(bigrams, 1.0)
        terms = tuple(Term(text=each) for each in dict.fromkeys(bigrams))
        fields = [segment.fields["bigrams"].passages for segment, _ in self._parts]
        keys, worth = _keys(terms), _worth(terms, fields)
        known = np.any([field.frequencies(keys) > 0 for field in fields], axis=0)
        worth = np.where(known, worth, UNKNOWN_SHARE * worth)
        return {term.text: float(each) for term, each in zip(terms, worth, strict=True)}

    def search(
        self, query: Query, limit: int, today: date, weights: Weights | None = None
    ) -> Candidates:
        """The best documents, up to `limit` that may be quoted on `today`, and as many retired."""
        if not self._parts:
            return Candidates()
        weights = weights or Weights()
        asked = self._asked(query, weights)
        parts = [ranking.bounded(segment, asked) for segment, _ in self._parts]
        groups = [
            np.where(alive, np.where(segment.quotable(today), 0, 1), -1)
            for segment, alive in self._parts
        ]
        pools = ranking.best(parts, groups, POOL * limit)
        valid, retired = ([_near(looked, query) for looked in pool] for pool in pools)
        scale = _Scale.of([*valid, *retired], weights, asked)
        return Candidates(
            valid=_ordered(valid, scale, limit), retired=_ordered(retired, scale, limit)
        )

    def _asked(self, query: Query, weights: Weights) -> dict[str, Asked]:
        found = {}
        for name in FIELDS:
            terms: tuple[Term, ...] = getattr(query, name)
            fields = [segment.fields[name] for segment, _ in self._parts]
            found[name] = Asked(
                keys=_keys(terms),
                documents=_worth(terms, [field.documents for field in fields]),
                passages=_worth(terms, [field.passages for field in fields]),
                weight=getattr(weights, name),
            )
        return found


def _keys(terms: tuple[Term, ...]) -> NDArray[np.int64]:
    return np.array([term_key(term.text) for term in terms], np.int64)


def _worth(terms: tuple[Term, ...], postings: Sequence[Postings]) -> Floats:
    keys = _keys(terms)
    given = np.array([term.weight for term in terms], np.float32)
    held_by = sum((part.frequencies(keys) for part in postings), np.zeros(len(keys), np.int64))
    return given * rarity(held_by, sum(len(part) for part in postings))


def _tidied(parts: list[tuple[Segment, Mask]]) -> list[tuple[Segment, Mask]]:
    """The same documents in few parts."""
    base, small = parts[0], parts[1:]
    lost = int((~base[1]).sum()) + sum(len(segment.entries) for segment, _ in small)
    if lost > REBUILD_SHARE * max(len(base[0].entries), 1):
        return [_joined(parts)]
    if len(small) > MAX_SMALL_PARTS:
        return [base, _joined(small)]
    return parts


def _joined(parts: Sequence[tuple[Segment, Mask]]) -> tuple[Segment, Mask]:
    whole = Segment.join([segment for segment, _ in parts], [alive for _, alive in parts])
    return whole, np.ones(len(whole.entries), np.bool_)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Near:
    """Some documents of a part, with the cosines of their passages."""

    looked: Looked
    cosines: Floats
    nearest: Floats


@dataclass(frozen=True, kw_only=True)
class _Scale:
    """What vectors weigh: a share of the best scores by words and bigrams."""

    weights: dict[str, float]
    document: float
    passage: float

    @classmethod
    def of(
        cls, found: Sequence[_Near], weights: Weights, asked: dict[str, Asked]
    ) -> _Scale:
        shares = {name: terms.weight for name, terms in asked.items()}
        totals = [each.looked.total.max(initial=0.0) for each in found]
        passages = [_passages(each.looked, shares).max(initial=0.0) for each in found]
        return cls(
            weights=shares,
            document=weights.vectors * max(totals, default=0.0),
            passage=weights.vectors * max(passages, default=0.0),
        )


def _near(looked: Looked, query: Query) -> _Near:
    cosines = np.zeros(len(looked.rows), np.float32)
    vectors = looked.segment.vectors
    if vectors is not None and query.vector is not None:
        cosines = vectors[looked.rows].astype(np.float32) @ query.vector
    nearest = np.zeros(len(looked.places), np.float32)
    filled = np.flatnonzero(np.diff(looked.bounds))
    if len(filled):
        nearest[filled] = np.maximum.reduceat(cosines, looked.bounds[filled])
    return _Near(looked=looked, cosines=cosines, nearest=nearest)


def _passages(looked: Looked, weights: dict[str, float]) -> NDArray[np.float64]:
    scores = np.zeros(len(looked.rows))
    for name, own in looked.passages.items():
        scores += weights[name] * own
    return scores


def _ordered(found: Sequence[_Near], scale: _Scale, limit: int) -> tuple[Candidate, ...]:
    """The best of a pool, best first; of equal ones the one that stands first in the index."""
    scored = [
        (near, place, float(score))
        for near in found
        for place, score in enumerate(
            near.looked.total + scale.document * np.maximum(near.nearest, 0.0)
        )
    ]
    scored.sort(key=lambda each: (-each[2], each[0].looked.part, each[0].looked.places[each[1]]))
    return tuple(_candidate(near, place, score, scale) for near, place, score in scored[:limit])


def _candidate(near: _Near, place: int, score: float, scale: _Scale) -> Candidate:
    looked = near.looked
    entry = looked.segment.entries[looked.places[place]]
    own = slice(looked.bounds[place], looked.bounds[place + 1])
    scores = scale.passage * near.cosines[own].astype(np.float64)
    for name, each in looked.passages.items():
        scores += scale.weights[name] * each[own]
    best = np.argsort(-scores, kind="stable")[:PASSAGES_SHOWN]
    return Candidate(
        document=entry.document,
        score=score,
        words=float(looked.fields["words"][place]),
        bigrams=float(looked.fields["bigrams"][place]),
        vectors=float(near.nearest[place]),
        passages=tuple(
            PassageScore(passage=entry.passages[i], score=float(scores[i])) for i in best
        ),
    )

"""From the best by their terms to what a search shows: vectors weigh in, passages are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.index import Candidate, PassageScore, Vector
from knowledge.ranking import Looked

PASSAGES_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What a cosine of 1 adds: a share of the best score by terms, of documents and passages."""

    document: float
    passage: float

    @classmethod
    def of(cls, pool: Sequence[Looked], share: float) -> Scale:
        """That share of the best in the pool."""
        return cls(
            document=share * max((float(each.total.max()) for each in pool), default=0.0),
            passage=share
            * max((float(each.passages.max(initial=0)) for each in pool), default=0.0),
        )


def candidates(
    pool: Sequence[Looked], vector: Vector | None, scale: Scale, limit: int
) -> tuple[Candidate, ...]:
    """The best of a pool, best first; of equal ones the one that stands first in the index."""
    near = [_cosines(looked, vector) for looked in pool]
    nearest = [_nearest(looked, own) for looked, own in zip(pool, near, strict=True)]
    scored = []
    for which, looked in enumerate(pool):
        scores = looked.total + scale.document * np.maximum(nearest[which], 0.0)
        order = zip((-scores).tolist(), looked.places.tolist(), strict=True)
        scored += [(*by, looked.part, which, place) for place, by in enumerate(order)]
    scored.sort(key=lambda each: (each[0], each[2], each[1]))
    passages = [
        (looked.passages + scale.passage * own).tolist()
        for looked, own in zip(pool, near, strict=True)
    ]
    return tuple(
        _candidate(pool[which], place, -score, float(nearest[which][place]), passages[which])
        for score, _, _, which, place in scored[:limit]
    )


def _cosines(looked: Looked, vector: Vector | None) -> Vector:
    """Of each passage; zeros without vectors."""
    vectors = looked.segment.vectors
    if vectors is None or vector is None:
        return np.zeros(len(looked.rows), np.float32)
    return np.asarray(vectors[looked.rows].astype(np.float32) @ vector, np.float32)


def _nearest(looked: Looked, cosines: Vector) -> Vector:
    nearest = np.zeros(len(looked.places), np.float32)
    filled = np.flatnonzero(np.diff(looked.bounds))
    if len(filled):
        nearest[filled] = np.maximum.reduceat(cosines, looked.bounds[filled])
    return nearest


def _candidate(
    looked: Looked, place: int, score: float, nearest: float, passages: list[float]
) -> Candidate:
    entry = looked.segment.entries[looked.places[place]]
    first, last = int(looked.bounds[place]), int(looked.bounds[place + 1])
    own = passages[first:last]
    best = sorted(range(len(own)), key=own.__getitem__, reverse=True)[:PASSAGES_SHOWN]
    return Candidate(
        document=entry.document,
        score=score,
        words=float(looked.fields["words"][place]),
        bigrams=float(looked.fields["bigrams"][place]),
        vectors=nearest,
        passages=tuple(PassageScore(passage=entry.passages[i], score=own[i]) for i in best),
    )

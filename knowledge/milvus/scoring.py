"""Scores of the candidates: the sums the embedded index makes, over these documents alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.index import Candidate, PassageScore, Weights
from knowledge.milvus.content import Content
from knowledge.milvus.terms import Asked, Floats
from nlu.encoder import Vectors

PASSAGES_SHOWN = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scores:
    content: Content
    passages: Floats
    words: float
    bigrams: float
    vectors: Vectors

    def document(self, weights: Weights) -> float:
        return weights.words * self.words + weights.bigrams * self.bigrams


@dataclass(frozen=True, kw_only=True, eq=False)
class Measure:
    """What candidates are scored by.

    Args:
        worth: of each term in a passage and in a document, (2, terms).
        means: mean lengths, words and bigrams × passages and documents, (2, 2).
        vector: the question's, (dimensions,), or None.
    """

    terms: Asked
    worth: Floats
    means: Floats
    vector: Floats | None
    weights: Weights


def scored(contents: Sequence[Content], by: Measure) -> list[Candidate]:
    """The candidates among these documents, best first."""
    scores = [_of(content, by) for content in contents]
    best = max((each.document(by.weights) for each in scores), default=0.0)
    best_passage = max((float(each.passages.max(initial=0.0)) for each in scores), default=0.0)
    found = (
        _candidate(each, by.weights, by.weights.vectors * best, by.weights.vectors * best_passage)
        for each in scores
    )
    return sorted(
        (candidate for candidate in found if candidate.score > 0),
        key=lambda each: (-each.score, each.document.id),
    )


def _of(content: Content, by: Measure) -> _Scores:
    words, bigrams = content.scores(by.terms, by.worth, by.means)
    near = np.zeros(len(words) - 1, np.float32)
    if content.vectors is not None and by.vector is not None:
        near = np.asarray(content.vectors @ by.vector, np.float32)
    shares = np.array([by.weights.words, by.weights.bigrams], np.float32)
    return _Scores(
        content=content,
        passages=shares[0] * words[:-1] + shares[1] * bigrams[:-1],
        words=float(words[:-1].max(initial=0.0) + words[-1]),
        bigrams=float(bigrams[:-1].max(initial=0.0) + bigrams[-1]),
        vectors=near,
    )


def _candidate(
    scores: _Scores, weights: Weights, of_document: float, of_passage: float
) -> Candidate:
    entry = scores.content.entry
    nearest = float(scores.vectors.max()) if len(scores.vectors) else 0.0
    own = scores.passages + np.float32(of_passage) * scores.vectors
    best = np.argsort(-own, kind="stable")[:PASSAGES_SHOWN]
    return Candidate(
        document=entry.document,
        score=scores.document(weights) + of_document * max(nearest, 0.0),
        words=scores.words,
        bigrams=scores.bigrams,
        vectors=nearest,
        passages=tuple(PassageScore(passage=entry.passages[i], score=float(own[i])) for i in best),
    )

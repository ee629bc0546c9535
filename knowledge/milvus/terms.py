"""Terms as dimensions of Milvus' sparse vectors, and a question as one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.index import Query, Term, Weights
from nlu.terms import term_key

Dims = NDArray[np.uint32]
Floats = NDArray[np.float32]

WORDS = np.uint32(1 << 31)
"""From this dimension on stand words, below it bigrams: one vector holds both."""
_OTHERS = np.uint64(1 << 30)
_LAST = np.uint32(2**32 - 2)
"""Milvus takes no higher dimension."""
_HAN_FIRST = np.uint64(0x3400)
_TWO_CHARACTERS = np.uint64(1 << 32)
_MIX = np.uint64(0x9E3779B97F4A7C15)


def bigram_dims(keys: NDArray[np.int64]) -> Dims:
    """Dimensions of bigrams: two Han characters have one of their own, others share 2^30.

    Args:
        keys: as `nlu.terms.term_key` gives them, (terms,).
    """
    given = keys.astype(np.uint64)
    first, second = given >> np.uint64(16), given & np.uint64(0xFFFF)
    han = (given < _TWO_CHARACTERS) & (first >= _HAN_FIRST) & (second >= _HAN_FIRST)
    pairs = (first - _HAN_FIRST) << np.uint64(15) | (second - _HAN_FIRST)
    mixed = _OTHERS | (given * _MIX) >> np.uint64(34)
    return np.where(han, pairs, mixed).astype(np.uint32)


def word_dims(keys: NDArray[np.int64]) -> Dims:
    """Dimensions of words: 2^31 shared by all, so that among 100,000 some two fall together."""
    mixed = (keys.astype(np.uint64) * _MIX) >> np.uint64(33)
    return np.asarray(np.minimum(mixed.astype(np.uint32) | WORDS, _LAST), np.uint32)


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """A question's terms.

    Args:
        dims: (terms,).
        given: what each weighs by itself, before rarity, (terms,).
    """

    dims: Dims
    given: Floats

    @property
    def words(self) -> NDArray[np.bool_]:
        """Which of the terms are words, (terms,)."""
        return np.greater_equal(self.dims, WORDS)

    def weighed(self, weights: Weights) -> Floats:
        """What words and bigrams add to a score, (terms,)."""
        shares = np.where(self.words, weights.words, weights.bigrams)
        return (self.given * shares).astype(np.float32)

    def sparse(self, worth: Floats) -> dict[int, float]:
        """The sparse vector whose product with a row's gains is the row's score."""
        taken = worth > 0
        return dict(zip(self.dims[taken].tolist(), worth[taken].tolist(), strict=True))


def asked(query: Query) -> Asked:
    """The terms of a question."""
    dims = np.concatenate((word_dims(_keys(query.words)), bigram_dims(_keys(query.bigrams))))
    given = np.array([term.weight for term in (*query.words, *query.bigrams)], np.float32)
    return Asked(dims=dims, given=given)


def _keys(terms: Sequence[Term]) -> NDArray[np.int64]:
    return np.array([term_key(term.text) for term in terms], np.int64)

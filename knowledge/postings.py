"""Which rows hold which terms: the sparse half of the index, as flat arrays."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from nlu import text as nlu_text

Keys = NDArray[np.int64]
Floats = NDArray[np.float32]

SATURATION = 0.9
"""BM25's k1: how soon a term said again counts no more (0.6 to 0.9 measured alike, 2.0 worse)."""
LENGTH = 0.6
"""BM25's b: how much longer rows are held back."""

_HAN_FIRST, _HAN_LAST = 0x3400, 0x9FFF
_LATIN_RUN = re.compile("[0-9a-z]+")


def term_key(term: str) -> int:
    """A term's key: two Han characters by their code points, anything else by a 63-bit hash."""
    if len(term) == 2 and all(_HAN_FIRST <= ord(char) <= _HAN_LAST for char in term):
        return ord(term[0]) << 21 | ord(term[1])
    digest = hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def word_keys(texts: Iterable[str]) -> list[Keys]:
    """The keys of each text's words, in order."""
    known: dict[str, int] = {}
    found = []
    for text in texts:
        words = nlu_text.words(text)
        for word in words:
            if word not in known:
                known[word] = term_key(word)
        found.append(np.fromiter((known[word] for word in words), np.int64, len(words)))
    return found


def bigram_keys(texts: Iterable[str]) -> list[Keys]:
    """The keys of each text's character bigrams: those of `nlu.text.bigrams`, many at a time."""
    plain = [nlu_text.normalise(text).lower() for text in texts]
    if not plain:
        return []
    joined = "\n".join(plain) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32).astype(np.int64)
    han = (codes >= _HAN_FIRST) & (codes <= _HAN_LAST)
    before = np.concatenate(([False], han[:-1]))
    after = np.concatenate((han[1:], [False]))
    keys = np.zeros(len(codes), np.int64)
    paired = np.flatnonzero(han & after)
    keys[paired] = codes[paired] << 21 | codes[paired + 1]
    known: dict[str, int] = {}
    alone = [(int(at), joined[at]) for at in np.flatnonzero(han & ~before & ~after)]
    latin = ((run.start(), run.group()) for run in _LATIN_RUN.finditer(joined))
    for at, term in itertools.chain(alone, latin):
        if term not in known:
            known[term] = term_key(term)
        keys[at] = known[term]
    ends = np.cumsum([len(text) + 1 for text in plain], dtype=np.int64)
    starts = np.concatenate(([0], ends[:-1])).astype(np.int64)
    return [
        part[part != 0]
        for part in (keys[first:last] for first, last in zip(starts, ends, strict=True))
    ]


class Postings:
    """For each term the rows that hold it and what BM25 gives a row for it, before rarity.

    Args:
        keys: the terms' keys, ascending, (terms,).
        bounds: term i's rows are rows[bounds[i]:bounds[i + 1]], (terms + 1,).
        counts: how often the row holds the term, at most 65,535.
        lengths: terms in each row, with repetitions, (rows,).
        mean_length: of all rows of the index; rows of a small part are held to the whole's.

    Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009).
    """

    def __init__(
        self,
        *,
        keys: Keys,
        bounds: Keys,
        rows: NDArray[np.int32],
        counts: NDArray[np.uint16],
        lengths: Floats,
        mean_length: float | None = None,
    ) -> None:
        self.keys, self.bounds, self.rows, self.counts = keys, bounds, rows, counts
        self.lengths = lengths
        own_mean = float(lengths.mean()) if len(lengths) else 0.0
        self.mean_length = mean_length or own_mean or 1.0
        held_back = SATURATION * (1 - LENGTH + LENGTH * lengths / np.float32(self.mean_length))
        repeats = counts.astype(np.float32)
        self.gains = repeats * np.float32(SATURATION + 1) / (repeats + held_back[rows])

    @classmethod
    def count(cls, rows: Sequence[Keys], mean_length: float | None = None) -> Postings:
        """Count the terms of each row."""
        lengths = np.array([len(row) for row in rows], np.int64)
        flat = np.concatenate(rows) if len(rows) else np.empty(0, np.int64)
        keys, term = np.unique(flat, return_inverse=True)
        owner = np.repeat(np.arange(len(rows), dtype=np.int64), lengths)
        pair, repeats = np.unique(term * max(len(rows), 1) + owner, return_counts=True)
        return cls._from_pairs(keys, pair, repeats, lengths.astype(np.float32), mean_length)

    @classmethod
    def _from_pairs(
        cls, keys: Keys, pair: Keys, repeats: Keys, lengths: Floats, mean_length: float | None
    ) -> Postings:
        term, row = np.divmod(pair, max(len(lengths), 1))
        return cls(
            keys=keys,
            bounds=np.searchsorted(term, np.arange(len(keys) + 1)).astype(np.int64),
            rows=row.astype(np.int32),
            counts=np.minimum(repeats, 65535).astype(np.uint16),
            lengths=lengths,
            mean_length=mean_length,
        )

    @classmethod
    def join(cls, parts: Sequence[Postings], kept: Sequence[NDArray[np.bool_]]) -> Postings:
        """One after the other, without the rows that are not kept."""
        keys = np.unique(np.concatenate([part.keys for part in parts]))
        offset, places, repeats = 0, [], []
        total = sum(int(mask.sum()) for mask in kept)
        for part, mask in zip(parts, kept, strict=True):
            term = np.repeat(np.searchsorted(keys, part.keys), np.diff(part.bounds))
            new_row = np.cumsum(mask) - 1 + offset
            alive = mask[part.rows]
            places.append(term[alive] * max(total, 1) + new_row[part.rows[alive]])
            repeats.append(part.counts[alive].astype(np.int64))
            offset += int(mask.sum())
        pair, count = np.concatenate(places), np.concatenate(repeats)
        order = np.argsort(pair, kind="stable")
        lengths = np.concatenate([p.lengths[m] for p, m in zip(parts, kept, strict=True)])
        return cls._from_pairs(keys, pair[order], count[order], lengths, None)

    def frequencies(self, keys: Keys) -> Keys:
        """In how many rows each of these terms stands."""
        places, here = self._places(keys)
        return np.where(here, self.bounds[places + 1] - self.bounds[places], 0)

    def add_scores(self, scores: Floats, keys: Keys, weights: Floats) -> None:
        """Add to `scores` (rows,) what each row gets for these terms, times the terms' weights."""
        places, here = self._places(keys)
        for place, weight in zip(places[here], weights[here], strict=True):
            first, last = self.bounds[place], self.bounds[place + 1]
            scores[self.rows[first:last]] += weight * self.gains[first:last]

    def _places(self, keys: Keys) -> tuple[Keys, NDArray[np.bool_]]:
        if not len(self.keys):
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return places, self.keys[places] == keys


def rarity(frequencies: Keys, rows: int) -> Floats:
    """What a term is worth that stands in so many of so many rows (BM25's idf, never negative)."""
    return np.log1p((rows - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)

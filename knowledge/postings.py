"""Which rows hold which terms: the sparse half of the index, as flat arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlu.terms import KEY_BITS

Keys = NDArray[np.int64]
Rows = NDArray[np.int32]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

SATURATION = 0.9
"""BM25's k1: how soon a term said again counts no more (0.6 to 0.9 measured alike, 2.0 worse)."""
LENGTH = 0.6
"""BM25's b: how much longer rows are held back."""
MOST = 65_535
"""A term counts no further in one row."""

_ROW_BITS = 63 - KEY_BITS
"""Rows are counted so many at a time that key and row fit into one number: one sort counts them."""


class Postings:
    """For each term the rows that hold it and how often: what BM25 is computed from.

    Args:
        keys: the terms' keys, ascending, (terms,).
        bounds: term i's rows are rows[bounds[i]:bounds[i + 1]], ascending, (terms + 1,).
        counts: how often the row holds the term, at most `MOST`; uint8 where that suffices.
        lengths: terms in each row, with repetitions, (rows,).
        mean_length: of all rows of the index; rows of a small part are held to the whole's.

    Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009).
    """

    def __init__(
        self,
        *,
        keys: Keys,
        bounds: Keys,
        rows: Rows,
        counts: NDArray[np.uint8] | NDArray[np.uint16],
        lengths: Floats,
        mean_length: float | None = None,
    ) -> None:
        self.keys, self.bounds, self.rows, self.counts = keys, bounds, rows, counts
        self.lengths = lengths
        own_mean = float(lengths.mean()) if len(lengths) else 0.0
        self.mean_length = mean_length or own_mean or 1.0
        share = LENGTH * lengths / np.float32(self.mean_length)
        self.held_back = np.float32(SATURATION) * (np.float32(1 - LENGTH) + share)

    def __len__(self) -> int:
        """How many rows."""
        return len(self.lengths)

    @classmethod
    def count(
        cls, keys: Keys, rows: Keys, number: int, mean_length: float | None = None
    ) -> Postings:
        """Count the terms of `number` rows.

        Args:
            keys: a term for each time it stands in a row, in any order.
            rows: the row it stands in.
            number: of rows; those without terms are among them.
            mean_length: as the class has it; None: of these rows.
        """
        few = 1 << _ROW_BITS
        if number <= few:
            return cls._counted(keys, rows, number, mean_length)
        parts = []
        for first in range(0, number, few):
            own = (rows >= first) & (rows < first + few)
            parts.append(cls._counted(keys[own], rows[own] - first, min(few, number - first), None))
        return cls.join(parts, mean_length=mean_length)

    @classmethod
    def _counted(cls, keys: Keys, rows: Keys, number: int, mean_length: float | None) -> Postings:
        pairs = np.sort(keys << _ROW_BITS | rows)
        firsts = _firsts(pairs)
        counts = np.diff(firsts, append=len(pairs))
        pairs = pairs[firsts]
        terms = pairs >> _ROW_BITS
        starts = _firsts(terms)
        return cls(
            keys=terms[starts],
            bounds=np.append(starts, len(pairs)),
            rows=(pairs & ((1 << _ROW_BITS) - 1)).astype(np.int32),
            counts=_small(np.minimum(counts, MOST)),
            lengths=np.bincount(rows, minlength=number).astype(np.float32),
            mean_length=mean_length,
        )

    @classmethod
    def join(
        cls,
        parts: Sequence[Postings],
        kept: Sequence[Mask] | None = None,
        mean_length: float | None = None,
    ) -> Postings:
        """One after the other, without the rows that are not kept; None: all are."""
        masks = [None if mask.all() else mask for mask in kept] if kept else [None] * len(parts)
        held = [_without(part, mask) for part, mask in zip(parts, masks, strict=True)]
        keys = np.unique(np.concatenate([part.keys for part in held]))
        places = [np.searchsorted(keys, part.keys) for part in held]
        spread = np.zeros(len(keys), np.int64)
        for part, at in zip(held, places, strict=True):
            spread[at] += np.diff(part.bounds)
        bounds = np.concatenate(([0], np.cumsum(spread)))
        rows = np.empty(bounds[-1], np.int32)
        counts = np.empty(bounds[-1], np.result_type(*(part.counts for part in held)))
        free, offset = bounds[:-1].copy(), 0
        for part, at in zip(held, places, strict=True):
            sizes = np.diff(part.bounds)
            into = np.repeat(free[at] - part.bounds[:-1], sizes)
            into += np.arange(len(part.rows))
            rows[into] = part.rows + np.int32(offset)
            counts[into] = part.counts
            free[at] += sizes
            offset += len(part)
        return cls(
            keys=keys,
            bounds=bounds,
            rows=rows,
            counts=counts,
            lengths=np.concatenate([part.lengths for part in held]),
            mean_length=mean_length,
        )

    def find(self, keys: Keys) -> tuple[Keys, Keys]:
        """Where each of these terms' rows begin and end; equal where no row holds it."""
        if not len(self.keys):
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        first = self.bounds[places]
        return first, np.where(self.keys[places] == keys, self.bounds[places + 1], first)

    def frequencies(self, keys: Keys) -> Keys:
        """In how many rows each of these terms stands."""
        first, last = self.find(keys)
        return last - first


def gains(counts: Floats, held_back: Floats) -> Floats:
    """What BM25 gives rows for a term they hold so often, before its rarity."""
    return counts * np.float32(SATURATION + 1) / (counts + held_back)


def rarity(frequencies: Keys, rows: int) -> Floats:
    """What a term is worth that stands in so many of so many rows (BM25's idf, never negative)."""
    return np.log1p((rows - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)


def within(starts: Keys, lengths: Keys) -> Keys:
    """starts[i], starts[i] + 1, …: `lengths[i]` places from each start on, one after the other."""
    before = np.cumsum(lengths) - lengths
    places: Keys = np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
    return places


def _firsts(ordered: Keys) -> Keys:
    """Where each new value begins."""
    new = np.empty(len(ordered), np.bool_)
    new[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return np.flatnonzero(new)


def _small(counts: Keys) -> NDArray[np.uint8] | NDArray[np.uint16]:
    if counts.max(initial=0) < 256:
        return counts.astype(np.uint8)
    return counts.astype(np.uint16)


def _without(part: Postings, mask: Mask | None) -> Postings:
    """The part without the rows that are not kept, and without terms that no row holds then."""
    if mask is None:
        return part
    alive = mask[part.rows]
    left = np.concatenate(([0], np.cumsum(alive)))[part.bounds]
    some = np.diff(left) > 0
    return Postings(
        keys=part.keys[some],
        bounds=np.append(left[:-1][some], left[-1]),
        rows=(np.cumsum(mask) - 1).astype(np.int32)[part.rows[alive]],
        counts=part.counts[alive],
        lengths=part.lengths[mask],
        mean_length=part.mean_length,
    )

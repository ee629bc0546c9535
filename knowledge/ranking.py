"""The best documents of a part of the index, exactly, without scoring every passage.

A document scores by itself and by its best passage. How often it holds a term says how much any of
its passages can gain from that term at most; so one pass over the documents' postings, a tenth of
the passages', bounds every document's score. Passages are scored from the highest bound down, until
no bound is left that reaches what was found.

Source: Turtle and Flood, Query Evaluation: Strategies and Optimizations (1995), for max-score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.postings import Floats, Keys, Mask, gains, within
from knowledge.segment import Segment

Scores = NDArray[np.float64]

SLACK = 1 + 1e-5
"""Bounds are raised by what sums of float32 may be off."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """A query's terms in one field, (terms,) each.

    Args:
        documents, passages: what a term is worth: its weight in the query times its rarity there.
        weight: of the field in the sum of all.
    """

    keys: Keys
    documents: Floats
    passages: Floats
    weight: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Bounded:
    """A part's documents with what they score by themselves and can score at most, (documents,).

    Args:
        own: by field, without the field's weight.
        most: by all fields, weighted, the best passage included.
    """

    segment: Segment
    asked: Mapping[str, Asked]
    own: Mapping[str, Scores]
    most: Scores


@dataclass(frozen=True, kw_only=True, eq=False)
class Looked:
    """Some documents of a part, all their passages scored.

    Args:
        places: of the documents, ascending, (documents,).
        rows: of their passages, (passages,).
        bounds: document i's passages are rows[bounds[i]:bounds[i + 1]].
        passages: by field, without its weight, (passages,).
        fields: document and best passage together, by field, without its weight, (documents,).
        total: all fields, weighted, (documents,).
    """

    places: Keys
    rows: Keys
    bounds: Keys
    passages: Mapping[str, Scores]
    fields: Mapping[str, Scores]
    total: Scores


def bounded(segment: Segment, asked: Mapping[str, Asked]) -> Bounded:
    """One pass over the documents' postings."""
    number = len(segment.entries)
    own, most = {}, np.zeros(number)
    for name, terms in asked.items():
        field = segment.fields[name]
        first, last = field.documents.find(terms.keys)
        spans = [slice(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True) if a < b]
        if not spans:
            own[name] = np.zeros(number)
            continue
        rows = np.concatenate([field.documents.rows[span] for span in spans])
        counts = np.concatenate([field.documents.counts[span] for span in spans])
        counts = counts.astype(np.float32)
        sizes = last - first
        gained = gains(counts, field.documents.held_back[rows])
        gained *= np.repeat(terms.documents, sizes)
        own[name] = np.bincount(rows, gained, number)
        possible = gains(counts, field.shortest[rows])
        possible *= np.repeat(terms.passages, sizes)
        most += terms.weight * (own[name] + np.bincount(rows, possible, number))
    return Bounded(segment=segment, asked=asked, own=own, most=most * SLACK)


def looked_at(part: Bounded, places: Keys) -> Looked:
    """Score these documents with all their passages; `places` ascend."""
    segment = part.segment
    first, last = segment.first[places], segment.first[places + 1]
    bounds = np.concatenate(([0], np.cumsum(last - first)))
    filled = np.flatnonzero(last > first)
    fields, passages, total = {}, {}, np.zeros(len(places))
    for name, terms in part.asked.items():
        scores = _passage_scores(segment, name, terms, first, last)
        best = np.zeros(len(places))
        if len(filled):
            best[filled] = np.maximum.reduceat(scores, bounds[filled])
        passages[name] = scores
        fields[name] = best + part.own[name][places]
        total += terms.weight * fields[name]
    return Looked(
        places=places,
        rows=within(first, last - first),
        bounds=bounds,
        passages=passages,
        fields=fields,
        total=total,
    )


def _passage_scores(
    segment: Segment, name: str, terms: Asked, first: Keys, last: Keys
) -> Scores:
    """Scores of the passages first[0] to last[0], first[1] to last[1], …, one after the other."""
    postings = segment.fields[name].passages
    sizes = last - first
    shift = np.cumsum(sizes) - sizes - first
    edges = np.stack((first, last), axis=1).ravel().astype(np.int32)
    spans = zip(*(each.tolist() for each in postings.find(terms.keys)), strict=True)
    held = [
        (np.searchsorted(postings.rows[a:b], edges) + a, worth)
        for (a, b), worth in zip(spans, terms.passages.tolist(), strict=True)
        if a < b
    ]
    if not held:
        return np.zeros(int(sizes.sum()))
    places = np.concatenate([place for place, _ in held]).reshape(-1, 2)
    counted = places[:, 1] - places[:, 0]
    at = within(places[:, 0], counted)
    rows = postings.rows[at]
    gained = gains(postings.counts[at].astype(np.float32), postings.held_back[rows])
    gained *= np.repeat(np.repeat([worth for _, worth in held], len(first)), counted)
    rows_here = rows + np.repeat(np.tile(shift, len(held)), counted)
    return np.bincount(rows_here, gained, int(sizes.sum()))


def best(parts: Sequence[Bounded], among: Sequence[Mask], limit: int) -> list[Keys]:
    """The places of the `limit` best documents among those marked, ascending, by part.

    Of equal ones the earlier; those that hold no term are not among them.
    """
    starts = np.cumsum([0, *(len(part.most) for part in parts)])
    most = np.concatenate([part.most for part in parts])
    left = np.flatnonzero(np.concatenate(among) & (most > 0))
    left = left[np.argsort(-most[left], kind="stable")]
    places, totals = np.empty(0, np.int64), np.empty(0)
    threshold, size = 0.0, 2 * limit
    while len(left) and most[left[0]] >= threshold:
        some = np.sort(left[:size][most[left[:size]] >= threshold])
        places = np.concatenate((places, some))
        totals = np.concatenate((totals, _totals(parts, starts, some)))
        left, size = left[size:], 2 * size
        if len(places) >= limit:
            threshold = np.partition(totals, len(totals) - limit)[len(totals) - limit]
    chosen = np.sort(places[np.lexsort((places, -totals))[:limit]])
    return _by_part(starts, chosen)


def _totals(parts: Sequence[Bounded], starts: Keys, places: Keys) -> Scores:
    split = _by_part(starts, places)
    return np.concatenate(
        [looked_at(part, own).total for part, own in zip(parts, split, strict=True)]
    )


def _by_part(starts: Keys, places: Keys) -> list[Keys]:
    cuts = np.searchsorted(places, starts)
    return [
        places[a:b] - start for a, b, start in zip(cuts[:-1], cuts[1:], starts[:-1], strict=True)
    ]

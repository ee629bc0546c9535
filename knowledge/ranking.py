"""The best documents of the index, exactly, without scoring every passage where these are many.

A document scores by itself and by its best passage. How often it holds a term says how much any of
its passages can gain from that term at most; so one pass over the documents' postings, half as many
as the passages', bounds every document's score. Passages are scored from the highest bound down,
until no bound is left that reaches what was found.

Source: Turtle and Flood, Query Evaluation: Strategies and Optimizations (1995), for max-score.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from knowledge.postings import Floats, Keys, Mask, Postings, Rows, gains, within
from knowledge.segment import Segment

Scores = NDArray[np.float64]
Groups = NDArray[np.int8]

FIRST_LOOK = 2
"""So many times the documents asked for are looked at first; each further look takes four times
as many, where bounds are left that reach what was found."""
SCORED_WHOLE = 400_000
"""Where the passages hold the terms no more often, all are scored instead of seeking some: over
100,000 passages quicker for four in five of 390 questions below it. Where it turns is not known;
the 15 questions above it would have gained too."""
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
        passages: each passage's score, by field; empty where they are left to `looked_at`.
        most: by all fields, weighted, the best passage included.
    """

    segment: Segment
    asked: Mapping[str, Asked]
    own: Mapping[str, Floats]
    passages: Mapping[str, Floats]
    most: Scores


@dataclass(frozen=True, kw_only=True, eq=False)
class Looked:
    """Some documents of a part, all their passages scored.

    Args:
        part: which part, as it stands among all; segment: that part.
        places: of the documents, ascending, (documents,).
        rows: of their passages, (passages,).
        bounds: document i's passages are rows[bounds[i]:bounds[i + 1]].
        passages: what each passage scores by itself, all fields, weighted, (passages,).
        fields: document and best passage together, by field, without its weight, (documents,).
        total: all fields, weighted, (documents,).
    """

    part: int
    segment: Segment
    places: Keys
    rows: Keys
    bounds: Keys
    passages: Scores
    fields: Mapping[str, Floats]
    total: Scores


def bounded(segment: Segment, asked: Mapping[str, Asked]) -> Bounded:
    """One pass over the documents' postings, and over the passages' where these are few."""
    number = len(segment.entries)
    own: dict[str, Floats] = {}
    passages: dict[str, Floats] = {}
    most = np.zeros(number)
    spread = sum(
        int(segment.fields[name].passages.frequencies(terms.keys).sum())
        for name, terms in asked.items()
    )
    for name, terms in asked.items():
        field = segment.fields[name]
        held = _Held.of(field.documents, terms.keys)
        own[name] = held.scores(field.documents.held_back, terms.documents)
        if spread <= SCORED_WHOLE:
            of_passages = _Held.of(field.passages, terms.keys)
            passages[name] = of_passages.scores(field.passages.held_back, terms.passages)
            possible = _best(passages[name], segment.first)
        else:
            possible = held.scores(field.shortest, terms.passages)
        most += terms.weight * (own[name] + possible)
    return Bounded(segment=segment, asked=asked, own=own, passages=passages, most=most * SLACK)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Held:
    """The rows that hold some terms, term by term."""

    rows: Rows
    counts: Floats
    bounds: Rows

    @classmethod
    def of(cls, postings: Postings, keys: Keys) -> _Held:
        first, last = postings.find(keys)
        spans = [slice(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True)]
        return cls(
            rows=np.concatenate([postings.rows[:0], *(postings.rows[span] for span in spans)]),
            counts=np.concatenate(
                [postings.counts[:0], *(postings.counts[span] for span in spans)]
            ).astype(np.float32),
            bounds=np.concatenate(([0], np.cumsum(last - first))).astype(np.int32),
        )

    def scores(self, held_back: Floats, worth: Floats) -> Floats:
        """What all rows get, as BM25 has it. SciPy's product adds up three times as fast."""
        values = gains(self.counts, held_back.take(self.rows))
        shape = (len(held_back), len(worth))
        matrix = sparse.csc_array((values, self.rows, self.bounds), shape=shape)
        return np.asarray(matrix @ worth, np.float32)


def _best(scores: Floats, first: Keys) -> Floats:
    """The highest of each document's passages, which begin there; 0 for one without any."""
    found = np.zeros(len(first) - 1, np.float32)
    filled = np.flatnonzero(np.diff(first))
    if len(filled):
        found[filled] = np.maximum.reduceat(scores, first[filled])
    return found


def looked_at(part: Bounded, places: Keys, number: int = 0) -> Looked:
    """Score these documents of part `number` with all their passages; `places` ascend."""
    segment = part.segment
    first, last = segment.first[places], segment.first[places + 1]
    bounds = np.concatenate(([0], np.cumsum(last - first)))
    rows = within(first, last - first)
    fields, total = {}, np.zeros(len(places))
    passages = np.zeros(len(rows))
    for name, terms in part.asked.items():
        scores = (
            part.passages[name][rows]
            if name in part.passages
            else _passage_scores(segment, name, terms, first, last)
        )
        passages += terms.weight * scores
        fields[name] = _best(scores, bounds) + part.own[name][places]
        total += terms.weight * fields[name]
    return Looked(
        part=number,
        segment=segment,
        places=places,
        rows=rows,
        bounds=bounds,
        passages=passages,
        fields=fields,
        total=total,
    )


def _passage_scores(segment: Segment, name: str, terms: Asked, first: Keys, last: Keys) -> Floats:
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
        return np.zeros(int(sizes.sum()), np.float32)
    places = np.concatenate([place for place, _ in held]).reshape(-1, 2)
    counted = places[:, 1] - places[:, 0]
    at = within(places[:, 0], counted)
    rows = postings.rows[at]
    gained = gains(postings.counts[at].astype(np.float32), postings.held_back[rows])
    gained *= np.repeat(np.repeat([worth for _, worth in held], len(first)), counted)
    rows_here = rows + np.repeat(np.tile(shift, len(held)), counted)
    return np.bincount(rows_here, gained, int(sizes.sum())).astype(np.float32)


def best(
    parts: Sequence[Bounded], groups: Sequence[Groups], limit: int
) -> tuple[list[Looked], list[Looked]]:
    """The `limit` best documents of group 0 and of group 1, by part, in any order.

    Of equal ones the earlier; documents that hold no term are in neither.

    Args:
        parts: of the index.
        groups: each part's documents' group; -1: in neither.
        limit: of each group.
    """
    starts = np.cumsum([0, *(len(part.most) for part in parts)])
    most, group = np.concatenate([part.most for part in parts]), np.concatenate(groups)
    left = np.flatnonzero((group >= 0) & (most > 0))
    thresholds, size = np.zeros(2), FIRST_LOOK * limit
    found: list[Looked] = []
    places, totals = np.empty(0, np.int64), np.empty(0)
    while len(left):
        now = np.zeros(len(left), np.bool_)
        for each in (0, 1):
            of_group = np.flatnonzero(group[left] == each)
            now[of_group[_highest(most[left[of_group]], size)]] = True
        cuts = np.searchsorted(left[now], starts)
        for number, (a, b) in enumerate(itertools.pairwise(cuts)):
            found.append(looked_at(parts[number], left[now][a:b] - starts[number], number))
            totals = np.concatenate((totals, found[-1].total))
        places = np.concatenate((places, left[now]))
        for each in (0, 1):
            thresholds[each] = _reached(totals[group[places] == each], limit)
        left = left[~now]
        left = left[most[left] >= thresholds[group[left]]]
        size *= 4
    chosen = np.zeros(len(places), np.bool_)
    for each in (0, 1):
        own = np.flatnonzero(group[places] == each)
        chosen[own[np.lexsort((places[own], -totals[own]))[:limit]]] = True
    return _split(found, chosen, group[places])


def _highest(values: Scores, size: int) -> Keys:
    if len(values) <= size:
        return np.arange(len(values))
    return np.argpartition(values, len(values) - size)[len(values) - size :]


def _reached(totals: Scores, limit: int) -> float:
    """What a document must score to be among the best so many; 0 while there are fewer."""
    if len(totals) < limit:
        return 0.0
    return float(np.partition(totals, len(totals) - limit)[len(totals) - limit])


def _split(
    found: Sequence[Looked], chosen: Mask, group: Groups
) -> tuple[list[Looked], list[Looked]]:
    split: tuple[list[Looked], list[Looked]] = ([], [])
    at = 0
    for looked in found:
        here = slice(at, at + len(looked.places))
        at = here.stop
        for each in (0, 1):
            own = np.flatnonzero(chosen[here] & (group[here] == each))
            if len(own):
                split[each].append(_only(looked, own))
    return split


def _only(looked: Looked, own: Keys) -> Looked:
    sizes = np.diff(looked.bounds)[own]
    rows = within(looked.bounds[own], sizes)
    return Looked(
        part=looked.part,
        segment=looked.segment,
        places=looked.places[own],
        rows=looked.rows[rows],
        bounds=np.concatenate(([0], np.cumsum(sizes))),
        passages=looked.passages[rows],
        fields={name: scores[own] for name, scores in looked.fields.items()},
        total=looked.total[own],
    )

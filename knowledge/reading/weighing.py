"""Which run of clauses is quoted where nothing was learned: named signs with fixed weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from knowledge.reading.features import Judged
from knowledge.reading.runs import within
from knowledge.reading.trees import chance
from knowledge.reading.weights import (
    BIAS,
    CLAUSE,
    RUN_FIRST,
    RUN_LAST,
    RUN_MEAN,
    RUN_SUM,
    SIZE,
    SIZE_ASKED,
)

Floats = NDArray[np.float64]

ANSWER_CHARS = 320
"""An answer may be longer than the longest quote; quotes are judged by how much of it they hold."""
LIKELIEST = 80
"""So many of the likeliest answers are taken for all."""
WHOLE_SHARE = 0.8
"""A quote with this share of an answer holds it."""
WHOLE_WORTH = 0.3
"""What the chance of holding the answer counts beside the expected likeness to it."""
LEAN, LEAN_WORTH = 2.5, 1.5
"""The F measure of the clauses' own chances that counts besides, and how much."""
LEAN_IF_FULL = 20.0
"""The quote then becomes as long as it may be."""


def best_run(judged: Judged, limit: int, *, full: bool = False) -> tuple[int, int]:
    """The first and the last clause to quote.

    Of all runs, the one is taken that is expected to be most like the answer and to hold it,
    over the runs that may be the answer, each as likely as its signs make it.

    Args:
        judged: clauses, at least one, with the columns of `features.judge` and those named in
            `weights`.
        limit: the longest quote, in characters; a longer clause is a run by itself.
        full: quote as much as may be, around the likeliest clauses.
    """
    starts = np.array([each.start for each in judged.clauses])
    ends = np.array([each.end for each in judged.clauses])
    first, last = within(starts, ends, max(limit, ANSWER_CHARS))
    size = (ends[last] - starts[first]).astype(np.float64)
    likely = _chances(judged, first, last, size)
    answers = np.argsort(-likely, kind="stable")[:LIKELIEST]
    weight = likely[answers] / likely[answers].sum()
    quotes = np.flatnonzero((size <= limit) | (first == last))
    shared = np.minimum(ends[last[quotes]][:, None], ends[last[answers]][None])
    shared = shared - np.maximum(starts[first[quotes]][:, None], starts[first[answers]][None])
    shared = np.maximum(shared, 0)
    quoted = np.minimum(size[quotes], limit)[:, None]
    likeness = (2 * shared / (quoted + size[answers][None])) @ weight
    whole = (shared >= WHOLE_SHARE * size[answers][None]) @ weight
    worth = 0.0 if full else likeness + WHOLE_WORTH * whole
    lean = LEAN_IF_FULL if full else LEAN
    held = _leaning(judged, ends - starts, first[quotes], last[quotes], size[quotes], lean)
    worth = worth + LEAN_WORTH * held
    best = quotes[int(np.argmax(worth))]
    return int(first[best]), int(last[best])


def _chances(
    judged: Judged, first: NDArray[np.int64], last: NDArray[np.int64], size: Floats
) -> Floats:
    """How likely each run is the answer, up to a common factor."""
    inside = np.concatenate(([0.0], np.cumsum(_weighed(judged, RUN_SUM))))
    mean = np.concatenate(([0.0], np.cumsum(_weighed(judged, RUN_MEAN))))
    score = (inside[last + 1] - inside[first]) / 10
    score += (mean[last + 1] - mean[first]) / (last - first + 1)
    score += _weighed(judged, RUN_FIRST)[first] + _weighed(judged, RUN_LAST)[last]
    score += SIZE * size / 100
    score += float(_weighed(judged, SIZE_ASKED)[0]) * np.log(size)
    found: Floats = np.exp(score - score.max())
    return found


def _leaning(
    judged: Judged,
    chars: NDArray[np.int64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    size: Floats,
    lean: float,
) -> Floats:
    """The expected F measure of each run by the chances of its clauses."""
    chances = chance((_weighed(judged, CLAUSE) + BIAS).astype(np.float32))
    expected = np.concatenate(([0.0], np.cumsum(chances * chars)))
    held = expected[last + 1] - expected[first]
    found: Floats = (1 + lean**2) * held / (size + lean**2 * expected[-1] + 1e-9)
    return found


def _weighed(judged: Judged, weights: Mapping[str, float]) -> Floats:
    """The weighted sum of some signs of each clause, (clauses,)."""
    found = np.zeros(len(judged.clauses))
    for name, weight in weights.items():
        found += weight * judged.column(name)
    return found

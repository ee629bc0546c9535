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
LEAN, LEAN_WORTH = 3.0, 2.0
"""The F measure of the clauses' own chances that counts besides, and how much."""


def best_run(judged: Judged, limit: int) -> tuple[int, int]:
    """The first and the last clause to quote.

    Of all runs, the one is taken that is expected to be most like the answer and to hold it,
    over the runs that may be the answer, each as likely as its signs make it.

    Args:
        judged: clauses, at least one, with the columns of `features.judge` and those named in
            `weights`.
        limit: the longest quote, in characters; a longer clause is a run by itself.
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
    worth = likeness + WHOLE_WORTH * whole
    worth += LEAN_WORTH * _leaning(judged, ends - starts, first[quotes], last[quotes], size[quotes])
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
) -> Floats:
    """The expected F measure of each run by the chances of its clauses."""
    chances = chance((_weighed(judged, CLAUSE) + BIAS).astype(np.float32))
    expected = np.concatenate(([0.0], np.cumsum(chances * chars)))
    held = expected[last + 1] - expected[first]
    found: Floats = (1 + LEAN**2) * held / (size + LEAN**2 * expected[-1] + 1e-9)
    return found


def _weighed(judged: Judged, weights: Mapping[str, float]) -> Floats:
    """The weighted sum of some signs of each clause, (clauses,)."""
    found = np.zeros(len(judged.clauses))
    for name, weight in weights.items():
        found += weight * judged.column(name)
    return found

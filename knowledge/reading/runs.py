"""Runs of neighbouring clauses that may be quoted, and what is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.reading.features import Judged
from knowledge.reading.signs import ASKED

Floats = NDArray[np.float32]

LEANINGS = (0.5, 1.0, 2.0, 4.0)
"""Runs are proposed by expected F measures, from such that favour short ones to such that favour
whole answers."""
PROPOSED = 40
"""So many by each."""

_AT_FIRST = (
    "own", "before_1", "sentence", "sentence_before", "two_before_and_own", "row", "after_colon",
    "after_comma", "begins_sentence", "place_in_sentence", "from_best", "from_best_sentence",
    "novelty", "gives", "position", "focus_before", "sentence_rank",
)  # fmt: skip
_AT_LAST = (
    "own", "after_1", "ends_comma", "ends_semicolon", "ends_stop", "ends_colon", "ends_sentence",
    "sentence_after",
)  # fmt: skip
_ANYWHERE = (
    "own", "gives", "focus", "listing", "holds_digit", "holds_percent", "holds_money", "holds_day",
    "holds_period", "holds_contact", "holds_title", "holds_grants", "holds_effort", "holds_must",
    "holds_comprises", "holds_by_means", "holds_numbered",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Runs:
    """Runs of clauses of one document.

    Args:
        first, last: the first and the last clause of each, both inclusive, (runs,).
        values: what is known of each, (runs, features).
        names: of the features.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    values: Floats
    names: tuple[str, ...]


def propose(judged: Judged, chances: Floats, limit: int) -> Runs:
    """The runs worth a closer look.

    Args:
        judged: a document's clauses.
        chances: of each clause, that it is part of the answer, (clauses,).
        limit: the longest run, in characters; a longer clause is a run by itself.
    """
    starts = np.array([each.start for each in judged.clauses])
    ends = np.array([each.end for each in judged.clauses])
    chars = (ends - starts).astype(np.float64)
    first, last = within(starts, ends, limit)
    expected = np.concatenate(([0.0], np.cumsum(chances * chars)))
    held, size = expected[last + 1] - expected[first], (ends[last] - starts[first]).astype(float)
    whole = float(expected[-1])
    kept: set[int] = set()
    for lean in LEANINGS:
        worth = (1 + lean**2) * held / (size + lean**2 * whole + 1e-9)
        kept |= set(np.argsort(-worth, kind="stable")[:PROPOSED].tolist())
    places = np.array(sorted(kept))
    first, last, held, size = first[places], last[places], held[places], size[places]
    columns = {
        **_sizes(size, held, whole, first, last),
        **_chances(np.asarray(chances, np.float64), first, last),
        **_clauses(judged, first, last),
    }
    values = np.stack([np.asarray(each, np.float32) for each in columns.values()], axis=1)
    return Runs(first=first, last=last, values=values, names=tuple(columns))


def within(
    starts: NDArray[np.int64], ends: NDArray[np.int64], limit: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last clause of every run up to the limit."""
    places = np.arange(len(starts))
    furthest = np.maximum(np.searchsorted(ends, starts + limit, side="right") - 1, places)
    counts = furthest - places + 1
    first = np.repeat(places, counts)
    before = np.repeat(np.cumsum(counts) - counts, counts)
    return first, first + np.arange(len(first)) - before


def _sizes(
    size: Floats, held: Floats, whole: float, first: NDArray[np.int64], last: NDArray[np.int64]
) -> dict[str, NDArray[np.floating]]:
    return {
        "chars": size,
        "log_chars": np.log1p(size),
        "expected": held,
        "expected_share": held / size,
        "expected_whole": np.full(len(size), whole),
        "share_of_expected": held / (whole + 1e-9),
        "of_expected_size": size / (whole + 1e-9),
        "clauses": last - first + 1,
    }


def _chances(
    chances: Floats, first: NDArray[np.int64], last: NDArray[np.int64]
) -> dict[str, NDArray[np.floating]]:
    """The clauses' chances inside a run and around it."""
    padded = np.concatenate(([0.0, 0.0], chances, [0.0, 0.0]))
    at = {
        "first": padded[first + 2],
        "last": padded[last + 2],
        "before_1": padded[first + 1],
        "before_2": padded[first],
        "after_1": padded[last + 3],
        "after_2": padded[last + 4],
    }
    inside = [chances[one : other + 1] for one, other in zip(first, last, strict=True)]
    most = np.array([each.max() for each in inside])
    best = float(chances.max())
    return {
        **{f"chance_{name}": each for name, each in at.items()},
        "chance_step_in": at["first"] - at["before_1"],
        "chance_step_out": at["last"] - at["after_1"],
        "chance_most": most,
        "chance_least": np.array([each.min() for each in inside]),
        "chance_mean": np.array([each.mean() for each in inside]),
        "chance_behind": most - best,
        "chance_best": np.full(len(first), best),
    }


def _clauses(
    judged: Judged, first: NDArray[np.int64], last: NDArray[np.int64]
) -> dict[str, NDArray[np.floating]]:
    """What is known of a run's first and last clause, the one behind it, and all inside."""
    begins = judged.column("begins_sentence")
    behind = np.append(begins, np.float32(1))[last + 1]
    found = {
        **{f"first_{name}": judged.column(name)[first] for name in _AT_FIRST},
        **{f"last_{name}": judged.column(name)[last] for name in _AT_LAST},
        "next_begins_sentence": behind,
        "mean_own": _mean(judged.column("own"), first, last),
        "question_chars": judged.column("question_chars")[first],
    }
    for name in _ANYWHERE:
        found[f"any_{name}"] = _most(judged.column(name), first, last)
    for name in ASKED:
        found[f"asked_{name}"] = judged.column(f"asked_{name}")[first]
    return found


def _mean(values: Floats, first: NDArray[np.int64], last: NDArray[np.int64]) -> Floats:
    summed = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    return np.asarray((summed[last + 1] - summed[first]) / (last - first + 1), np.float32)


def _most(
    values: Floats, first: Sequence[int] | NDArray[np.int64], last: NDArray[np.int64]
) -> Floats:
    return np.array(
        [values[one : other + 1].max() for one, other in zip(first, last, strict=True)], np.float32
    )

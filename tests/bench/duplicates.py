"""Fit and measure merging: `python -m tests.bench.duplicates`.

Prints the weights fitted on the half of the pairs kept for it (by the hash of the story a pair
belongs to, so that no case is on both sides), and precision at recall 0.8 on the other half, by
5-fold cross-validation, and with the weights in force.
"""

from __future__ import annotations

import hashlib
import sys

import numpy as np
from scipy.optimize import minimize

from bot import city as cities
from bot.cases.merging import WEIGHTS, CaseReader, features
from bot.cases.sameness import places_of_both
from bot.city.load import DEFAULT
from tests.bot.cases.pairs import Pair, pairs, precision_at

_NOT_ABOVE_0 = {"other_spot", "other_area", "other_number", "other_thing", "other_trouble", "far"}
_ANY_SIGN = {"nowhere"}
_REGULAR = 1.5


def fit(rows: np.ndarray, same: np.ndarray, names: list[str]) -> np.ndarray:
    """Weights and, last, the bias."""
    bounds: list[tuple[float | None, float | None]] = [
        (None, 0.0) if name in _NOT_ABOVE_0 else (None, None) if name in _ANY_SIGN else (0.0, None)
        for name in names
    ]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        odds = rows @ weights[:-1] + weights[-1]
        error = 1 / (1 + np.exp(-odds)) - same
        value = np.logaddexp(0, np.where(same > 0, -odds, odds)).sum()
        slope = np.append(rows.T @ error + weights[:-1] / _REGULAR, error.sum())
        return float(value + (weights[:-1] ** 2).sum() / (2 * _REGULAR)), slope

    start = np.zeros(len(names) + 1)
    found: np.ndarray = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]
    ).x
    return found


def _fold(pair: Pair, seed: int, folds: int) -> int:
    return hashlib.sha256(f"{seed} {pair.story}".encode()).digest()[0] % folds


def say(*words: object) -> None:
    """One line of the report."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def main() -> None:
    """Fit, measure, print."""
    reader = CaseReader(cities.load(DEFAULT))
    all_pairs = pairs()
    read = [(reader.read(pair.a), reader.read(pair.b)) for pair in all_pairs]
    named = [features(a, b, places_of_both(a.where, b.where)) for a, b in read]
    names = list(named[0])
    rows = np.array([[values[name] for name in names] for values in named])
    same = np.array([float(pair.same) for pair in all_pairs])
    held = np.array([pair.held for pair in all_pairs])
    weights = fit(rows[~held], same[~held], names)
    say({name: round(float(w), 3) for name, w in zip([*names, "bias"], weights, strict=True)})
    odds = rows @ weights[:-1] + weights[-1]
    for recall in (0.6, 0.8, 0.9):
        say(
            f"held {held.sum()} pairs, recall {recall}:",
            precision_at(odds[held], same[held], recall),
        )
    for seed in range(5):
        folds = np.array([_fold(pair, seed, 5) for pair in all_pairs])
        for fold in range(5):
            inside = folds != fold
            weights = fit(rows[inside], same[inside], names)
            odds[~inside] = rows[~inside] @ weights[:-1] + weights[-1]
        say(f"all {len(same)}, folds {seed}:", precision_at(odds, same, 0.8))
    if set(WEIGHTS) == {*names, "bias"}:
        odds = rows @ np.array([WEIGHTS[name] for name in names]) + WEIGHTS["bias"]
        for kind in ("first", "second", "third", "fourth"):
            of = np.array([pair.written == kind for pair in all_pairs])
            if of.any():
                say(f"in force, {kind} writing:", precision_at(odds[of], same[of], 0.8))


if __name__ == "__main__":
    main()

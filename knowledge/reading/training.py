"""Learning to read: trees for clauses, then trees for the runs these propose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.evaluate import HELD_SHARE, longest_common
from knowledge.reading.examples import Example
from knowledge.reading.features import Floats
from knowledge.reading.picking import RUN_CHARS, Model
from knowledge.reading.runs import Runs, propose
from knowledge.reading.trees import Trees

FOLDS = 5
SEED = 20_211
ENOUGH = 20
"""With fewer real examples nothing worth having is learned."""
_CLAUSE_TREES: dict[str, Any] = {
    "max_iter": 200, "learning_rate": 0.05, "max_leaf_nodes": 12, "min_samples_leaf": 40,
    "l2_regularization": 5.0, "max_features": 0.4, "random_state": SEED, "early_stopping": True,
}  # fmt: skip
_RUN_TREES = {
    **_CLAUSE_TREES,
    "max_iter": 150, "min_samples_leaf": 100, "l2_regularization": 10.0,
}  # fmt: skip
_SPACE = re.compile(r"\s+")


class TooFew(Exception):
    """There are too few examples to learn from."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Proposed:
    """The runs proposed for one example, with what they are worth.

    Args:
        likeness: ROUGE-L F1 by characters to the answer, (runs,).
        whole: 1 where a run holds the answer, (runs,).
    """

    runs: Runs
    likeness: Floats
    whole: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Learned:
    """A model of all examples, and one for each fold that has seen nothing of it.

    Args:
        folds: model i was taught without the documents of fold i.
        fold_of: document id → its fold.
    """

    model: Model
    folds: tuple[Model, ...]
    fold_of: dict[str, int]


def learn(real: Sequence[Example], made: Sequence[Example]) -> Learned:
    """Learn from examples; minutes for some thousand.

    Args:
        real: examples whose answer stands in a document.
        made: examples with a made sentence; they teach about clauses only.

    Raises:
        TooFew: less than `ENOUGH` real ones.
    """
    if len(real) < ENOUGH:
        raise TooFew(f"only {len(real)} of the answers stand in a document; {ENOUGH} are needed")
    ids = sorted({each.document_id for each in (*real, *made)})
    order = np.random.default_rng(SEED).permutation(len(ids))
    fold_of = {ids[place]: at % FOLDS for at, place in enumerate(order)}
    clause = [
        _clause_trees([each for each in (*real, *made) if fold_of[each.document_id] != fold])
        for fold in range(FOLDS)
    ]
    proposed = [_proposed(each, clause[fold_of[each.document_id]]) for each in real]
    folds = tuple(
        _model(
            real[0],
            clause[fold],
            [
                of
                for each, of in zip(real, proposed, strict=True)
                if fold_of[each.document_id] != fold
            ],
        )
        for fold in range(FOLDS)
    )
    whole = _model(real[0], _clause_trees([*real, *made]), proposed)
    return Learned(model=whole, folds=folds, fold_of=fold_of)


def _model(like: Example, clause: Any, proposed: Sequence[_Proposed]) -> Model:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    rows = np.concatenate([each.runs.values for each in proposed])
    likeness = HistGradientBoostingRegressor(**_RUN_TREES)
    likeness.fit(rows, np.concatenate([each.likeness for each in proposed]))
    whole = HistGradientBoostingClassifier(**_RUN_TREES)
    whole.fit(rows, np.concatenate([each.whole for each in proposed]).astype(int))
    return Model(
        clause_names=like.judged.names,
        run_names=proposed[0].runs.names,
        clause=trees_of(clause),
        likeness=trees_of(likeness),
        whole=trees_of(whole),
    )


def _clause_trees(examples: Sequence[Example]) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    rows = np.concatenate([each.judged.values for each in examples])
    held = np.concatenate([each.held for each in examples]) > 0.5
    weights = np.concatenate([np.full(len(each.held), each.weight) for each in examples])
    trees = HistGradientBoostingClassifier(**_CLAUSE_TREES)
    return trees.fit(rows, held.astype(int), sample_weight=weights)


def _proposed(example: Example, clause: Any) -> _Proposed:
    chances = clause.predict_proba(example.judged.values)[:, 1].astype(np.float32)
    runs = propose(example.judged, chances, RUN_CHARS)
    answer = _SPACE.sub("", example.answer)
    places = example.judged.clauses
    likeness, whole = [], []
    for first, last in zip(runs.first, runs.last, strict=True):
        start = places[first].start
        said = example.text[start : min(places[last].end, start + RUN_CHARS)]
        said = _SPACE.sub("", said)
        common = longest_common(answer, said)
        likeness.append(2 * common / (len(answer) + len(said)) if common else 0.0)
        whole.append(float(common >= HELD_SHARE * len(answer)))
    return _Proposed(
        runs=runs, likeness=np.array(likeness, np.float32), whole=np.array(whole, np.float32)
    )


def trees_of(fitted: Any) -> Trees:
    """A fitted scikit-learn ensemble as flat arrays.

    scikit-learn has no public way to a tree's nodes; a test compares both ways to judge.
    """
    nodes = [predictors[0].nodes for predictors in fitted._predictors]
    sizes = np.array([len(each) for each in nodes])
    roots = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int32)
    offset = np.repeat(roots, sizes)
    flat = np.concatenate(nodes)
    leaf = flat["is_leaf"].astype(bool)

    def below(name: str) -> NDArray[np.int32]:
        return np.where(leaf, 0, flat[name].astype(np.int64) + offset).astype(np.int32)

    return Trees(
        feature=np.where(leaf, -1, flat["feature_idx"].astype(np.int64)).astype(np.int16),
        threshold=_upper(flat["num_threshold"]),
        left=below("left"),
        right=below("right"),
        value=np.where(leaf, flat["value"], 0.0).astype(np.float32),
        roots=roots,
        base=float(np.ravel(fitted._baseline_prediction)[0]),
    )


def _upper(thresholds: NDArray[np.float64]) -> Floats:
    """As the largest 32-bit number not above: a 32-bit value goes the same way by either."""
    found = thresholds.astype(np.float32)
    return np.where(found > thresholds, np.nextafter(found, np.float32(-np.inf)), found)

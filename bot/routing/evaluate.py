"""Measure the learned router by 5-fold cross-validation on past orders. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from bot.routing.classifier import Classifier, mixed_inputs
from bot.routing.grams import Floats, Ints, Weighting
from bot.routing.kernel import softmax
from bot.routing.similar import votes
from bot.routing.training import (
    PRECISION,
    Examples,
    TooFewOrders,
    dense,
    learnable,
    sure_share,
    train,
    train_demand,
)

FOLDS = 5
LEAST_ORDERS = 15
"""Departments with fewer orders are not measured: a fold would hold two or less."""
TOO_ALIKE = 0.4
"""Cosine above which an order of another file may be one of those measured, in other words."""
NEAR_IDENTICAL = 0.9
"""Cosine above which an order counts as a repeat of one that was learned from."""
_LEAST_TYPE = 10


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What cross-validation found; shares from 0 to 1.

    Args:
        first, first_three: the right department first, among the first three.
        macro_f1: over departments.
        more: orders of another file that were learned from as well, in the fold with the most.
        fresh, first_fresh: orders without a near-identical one among those learned from, and the
            share of them with the right department first.
        sure: share that can be dispatched at `PRECISION`, the threshold chosen afterwards.
        auto, auto_precision: share above the threshold training chose, and its precision.
        demand_macro_f1: over types with at least ten orders; None where none are named.
    """

    orders: int
    departments: int
    first: float
    first_three: float
    macro_f1: float
    more: int
    fresh: int
    first_fresh: float
    sure: float
    auto: float
    auto_precision: float
    demand_orders: int
    demand_types: tuple[str, ...]
    demand_macro_f1: float | None
    left_out: Counter[str]


@dataclass(kw_only=True)
class _Judged:
    shares: Floats
    alike: Floats
    thresholds: Floats


def evaluate(
    given: Examples,
    least: int = LEAST_ORDERS,
    progress: Callable[[int], None] | None = None,
    *,
    measured: int | None = None,
) -> Figures:
    """Cross-validate on the departments with at least `least` orders.

    Args:
        given: all orders; those of smaller departments are counted in `left_out`.
        least: orders a department must have.
        progress: called with the number of folds done.
        measured: the orders from here on are only learned from, in each fold those that are not
            `TOO_ALIKE` to one of the orders measured in it; None: all are measured.

    Raises:
        TooFewOrders: fewer than two such departments.
    """
    measured = len(given.orders) if measured is None else measured
    which = learnable(given.orders[:measured], least)
    kept = given.rows(which)
    departments = tuple(sorted({order.department for order in kept.orders}))
    if len(departments) < 2:
        raise TooFewOrders(f"至少要有两个部门各有 {least} 件以上工单")
    place = {name: at for at, name in enumerate(departments)}
    targets = np.array([place[order.department] for order in kept.orders], dtype=np.int64)
    judged = _Judged(
        shares=np.zeros((len(targets), len(departments)), dtype=np.float32),
        alike=np.zeros(len(targets), dtype=np.float32),
        thresholds=np.ones(len(targets), dtype=np.float32),
    )
    more, used = _More.beside(given, measured, which, set(departments)), 0
    for done, (seen, unseen) in enumerate(_folds(targets), start=1):
        extra = more.fit_for(unseen)
        used = max(used, len(extra))
        model = train(given.rows(np.concatenate([which[seen], extra])), least=1).model
        judged.shares[unseen], judged.alike[unseen] = judge_all(model, kept.rows(unseen))
        judged.thresholds[unseen] = model.threshold
        if progress:
            progress(done)
    types, macro_f1, typed = _demand(given.rows(np.arange(measured)))
    sizes = Counter(order.department for order in given.orders[:measured] if order.department)
    return _figures(
        judged,
        targets,
        departments=len(departments),
        more=used,
        types=types,
        demand_macro_f1=macro_f1,
        typed=typed,
        left_out=Counter({name: size for name, size in sizes.items() if name not in place}),
    )


def _figures(
    judged: _Judged,
    targets: Ints,
    *,
    departments: int,
    more: int,
    types: tuple[str, ...],
    demand_macro_f1: float | None,
    typed: int,
    left_out: Counter[str],
) -> Figures:
    order = np.argsort(-judged.shares, axis=1)
    right = order[:, 0] == targets
    confidence = judged.shares.max(1)
    auto = confidence >= judged.thresholds
    fresh = judged.alike < NEAR_IDENTICAL
    return Figures(
        orders=len(targets),
        departments=departments,
        first=float(right.mean()),
        first_three=float((order[:, :3] == targets[:, None]).any(1).mean()),
        macro_f1=float(f1_score(targets, order[:, 0], average="macro")),
        more=more,
        fresh=int(fresh.sum()),
        first_fresh=float(right[fresh].mean()) if fresh.any() else 0.0,
        sure=sure_share(confidence, right)[1],
        auto=float(auto.mean()),
        auto_precision=float(right[auto].mean()) if auto.any() else 0.0,
        demand_orders=typed,
        demand_types=types,
        demand_macro_f1=demand_macro_f1,
        left_out=left_out,
    )


@dataclass(frozen=True, kw_only=True)
class _More:
    """Orders of another file, and how much each is like the orders measured."""

    places: Ints
    alike: csr_matrix

    @classmethod
    def beside(cls, given: Examples, measured: int, which: Ints, known: set[str]) -> _More:
        """Those from `measured` on whose department is among the known."""
        places = np.array(
            [
                at
                for at in range(measured, len(given.orders))
                if given.orders[at].department in known
            ],
            dtype=np.int64,
        )
        vectors = Weighting.learn(given.counts).weigh(given.counts) if len(places) else None
        if vectors is None:
            return cls(places=places, alike=csr_matrix((0, len(which))))
        return cls(places=places, alike=(vectors[places] @ vectors[which].T).tocsc())

    def fit_for(self, unseen: Ints) -> Ints:
        """Those that are none of the unseen orders in other words."""
        if not len(self.places):
            return self.places
        nearest = np.asarray(self.alike[:, unseen].max(axis=1).todense())[:, 0]
        found: Ints = self.places[nearest < TOO_ALIKE]
        return found


def _folds(targets: Ints) -> Iterator[tuple[Ints, Ints]]:
    yield from StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(targets, targets)


def judge_all(model: Classifier, given: Examples) -> tuple[Floats, Floats]:
    """Department shares of many texts, and each one's cosine to the most alike past order."""
    known = {name: at for at, name in enumerate(given.counts.names)}
    columns = np.array([known[name] for name in model.names], dtype=np.int64)
    weighting = Weighting(columns=columns, names=model.names, idf=model.idf)
    alike = dense(weighting.weigh(given.counts) @ model.past.T)
    margins = np.hstack([model.margins, model.functions, model.areas])
    gram = alike + given.signs @ model.signs.T
    inputs = mixed_inputs(
        gram @ margins + margins.sum(0),
        gram @ model.heads + model.means,
        votes(alike, model.targets, len(model.departments)),
    )
    return softmax(inputs @ model.mixing + model.bias), alike.max(1)


def _demand(given: Examples) -> tuple[tuple[str, ...], float | None, int]:
    sizes = Counter(order.demand_type for order in given.orders if order.demand_type)
    types = tuple(sorted(label for label, size in sizes.items() if size >= _LEAST_TYPE))
    if len(types) < 2:
        return types, None, 0
    rows = [at for at, order in enumerate(given.orders) if order.demand_type in types]
    kept = given.rows(np.array(rows, dtype=np.int64))
    targets = np.array([types.index(order.demand_type) for order in kept.orders], dtype=np.int64)
    said = np.zeros_like(targets)
    for seen, unseen in _folds(targets):
        head = train_demand([kept.orders[at] for at in seen])
        if head is None:
            return types, None, len(rows)
        for at in unseen:
            order = kept.orders[at]
            said[at] = types.index(head.predict(order.title, order.content).label)
    return types, float(f1_score(targets, said, average="macro")), len(rows)


__all__ = ["FOLDS", "LEAST_ORDERS", "PRECISION", "Figures", "evaluate", "judge_all"]

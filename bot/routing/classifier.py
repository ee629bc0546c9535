"""The learned router: what past orders say of a text. Pure.

A text's alikeness (cosine of n-gram vectors, and what the catalogue says of both) to every past
order, times dual weights, gives the
scores of all heads at once: support vector machines and ridge regression for the department, ridge
regression for the category, and the nearest orders' votes. A multinomial regression held near the
first of these, learned from left-out scores, makes calibrated probabilities of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, csr_matrix

from bot.routing.demand_head import DemandHead
from bot.routing.duty_signs import DutySigns
from bot.routing.grams import Floats, Ints, grams, reduced, weighed
from bot.routing.kernel import softmax
from bot.routing.learned import Prediction, Scored
from bot.routing.similar import told, votes

HEAD_SCALE = np.float32(3)
"""Ridge scores and votes run from 0 to 1, margins from -1 to 1 and beyond."""
_KEPT = 8


@dataclass(frozen=True, kw_only=True)
class Classifier:
    """Everything learned, as arrays.

    Args:
        departments: labels, as the orders name them.
        names: n-grams, in the order of the columns of `past`.
        past: the orders' vectors.
        duties: what the catalogue says of a text; `signs` of the orders.
        targets: the orders' labels.
        margins: dual weights of the support vector machines (orders × labels).
        heads: dual weights of the ridge regressions: departments, then categories.
        means: of the ridge regressions' targets.
        categories: paths of the category head.
        functions, areas: dual weights of the machines for what a unit does and where it is
            (orders × functions, orders × places), over the units of all places together.
        mixing: inputs × labels of the multinomial regression; `bias` of its labels.
        threshold: least confidence for dispatch without a person.
    """

    departments: tuple[str, ...]
    names: tuple[str, ...]
    idf: Floats
    past: csr_matrix
    duties: DutySigns
    signs: Floats
    targets: Ints
    margins: Floats
    heads: Floats
    means: Floats
    functions: Floats
    areas: Floats
    categories: tuple[tuple[str, ...], ...]
    mixing: Floats
    bias: Floats
    threshold: float
    demand: DemandHead | None = None

    @cached_property
    def _column_of(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.names)}

    @cached_property
    def _past_by_gram(self) -> csc_matrix:
        return self.past.tocsc()

    @cached_property
    def _weights(self) -> Floats:
        return np.hstack([self.margins, self.functions, self.areas, self.heads])

    @cached_property
    def _offsets(self) -> Floats:
        biases = [each.sum(0) for each in (self.margins, self.functions, self.areas)]
        return np.concatenate([*biases, self.means])

    def predict(self, text: str, title: str = "") -> Prediction:
        """Departments, demand type, category and similar orders of one text."""
        alike, count = self.alikeness(text, title), len(self.departments)
        gram = alike + self.signs @ self.duties.of(reduced(text, title))
        said = gram @ self._weights + self._offsets
        heads = said[len(said) - self.heads.shape[1] :]
        scores = mixed_inputs(
            said[None, : len(said) - len(heads)],
            heads[None],
            votes(alike[None], self.targets, count),
        )
        shares = softmax(scores @ self.mixing + self.bias)[0]
        best = np.argsort(-shares)[:_KEPT]
        category: tuple[str, ...] = ()
        if self.categories:
            category = self.categories[int(np.argmax(heads[count:]))]
        return Prediction(
            departments=tuple(
                Scored(label=self.departments[at], confidence=float(shares[at])) for at in best
            ),
            demand=self.demand.predict(title, text) if self.demand else None,
            category=category,
            similar=told(alike, self.targets, self.departments),
            auto=bool(shares[best[0]] >= self.threshold),
        )

    def alikeness(self, text: str, title: str = "") -> Floats:
        """Cosine to each past order."""
        vector = self.vector(text, title)
        known = np.flatnonzero(vector)
        found: npt.NDArray[Any] = self._past_by_gram[:, known] @ vector[known]
        return found.astype(np.float32)

    def vector(self, text: str, title: str = "") -> Floats:
        """A text's vector, of length 1, or 0 where nothing of it is known."""
        vector = np.zeros(len(self.names), dtype=np.float32)
        columns, values = weighed(grams(reduced(text, title)), self._column_of, self.idf)
        vector[columns] = values
        return vector


def mixed_inputs(margins: Floats, heads: Floats, votes_: Floats) -> Floats:
    """The multinomial regression's inputs, in the order it was learned with.

    Args:
        margins: of departments, then of functions and of places.
        heads: ridge scores of departments, then of categories.
        votes_: of the nearest past orders, by department.
    """
    return np.hstack([margins, HEAD_SCALE * heads, HEAD_SCALE * votes_]).astype(np.float32)

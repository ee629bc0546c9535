"""What citizens say when a duty is meant, learned from the catalogue's own sentences. Pure.

A city without past orders has its dispatch catalogue, and for each duty some sentences as people
bring them. One ridge regression over their character pairs tells the leads apart; the sentence most
alike tells which of the lead's duties it is. Measured on 200 items by somebody who had seen neither
catalogue nor sayings: `docs/measurements.md`, cold start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy.sparse import csr_matrix

from bot.city.model import City, Duty
from bot.routing.grams import Floats, Weighting, count, grams, reduced, weighed
from bot.routing.kernel import softmax

_LONGEST = 2
_PENALTY = 1.0
_SHARPNESS = 6.0
"""Makes shares of scores: the larger, the surer the first."""
_ITERATIONS, _CLOSE_ENOUGH = 30, 3e-3
_ALIKE = 0.25
"""Least cosine of a sentence for it to be named as a reason."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A sentence of the catalogue that is much like a text, and its duty."""

    duty: Duty
    text: str
    cosine: float


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What a text means by the catalogue.

    Args:
        shares: lead → share, all of them, summing to 1; `属地` stands for the place's government.
        said: lead → the most alike sentence of its duties.
    """

    shares: dict[str, float]
    said: dict[str, Said]


class Sayings:
    """All the sentences of a city's catalogue, ready to be held against texts."""

    def __init__(self, city: City) -> None:
        self._sentences = tuple(_sentences(city))
        self._leads = tuple(sorted({duty.lead for duty, _ in self._sentences}))
        place = {lead: at for at, lead in enumerate(self._leads)}
        self._lead_of = np.array([place[duty.lead] for duty, _ in self._sentences], dtype=np.int64)
        counts = count([reduced(text) for _, text in self._sentences], _LONGEST)
        self._weighting = Weighting.learn(counts, least_texts=1)
        self._row_of = {name: at for at, name in enumerate(self._weighting.names)}
        vectors = self._weighting.weigh(counts)
        self._by_gram = vectors.T.tocsr()
        truth = np.full((len(self._sentences), len(self._leads)), -1, dtype=np.float32)
        truth[np.arange(len(self._sentences)), self._lead_of] = 1
        self._means = truth.mean(0) if self._leads else np.zeros(0, dtype=np.float32)
        self._weights = ridge(vectors, truth - self._means)

    def meant(self, text: str, signs: Mapping[str, float] = MappingProxyType({})) -> Meant:
        """Who leads what a text means, by its words alone.

        Args:
            text: any text.
            signs: lead → what else speaks for it, on the scale of scores: 2 is all there is.
        """
        if not self._leads:
            return Meant(shares={}, said={})
        alike = self._alike(text)
        others = [signs.get(lead, 0.0) for lead in self._leads]
        scores = alike @ self._weights + self._means + np.array(others, dtype=np.float32)
        shares = softmax(scores[None] * np.float32(_SHARPNESS))[0]
        return Meant(
            shares={lead: float(shares[at]) for at, lead in enumerate(self._leads)},
            said=self._nearest(alike),
        )

    def linear(self) -> tuple[Weighting, Floats, Floats]:
        """The scores as one linear machine: the weighting, n-grams × leads, and the offsets."""
        weights: Floats = self._by_gram @ self._weights
        return self._weighting, weights.astype(np.float32), self._means

    def _alike(self, text: str) -> Floats:
        """Cosine to each sentence."""
        found_grams = grams(reduced(text), _LONGEST)
        rows, values = weighed(found_grams, self._row_of, self._weighting.idf)
        vector = csr_matrix((values, rows, [0, len(rows)]), (1, len(self._row_of)))
        found: Floats = np.asarray((vector @ self._by_gram).todense(), dtype=np.float32)[0]
        return found

    def _nearest(self, alike: Floats) -> dict[str, Said]:
        found: dict[str, Said] = {}
        near = np.flatnonzero(alike >= _ALIKE)
        for at in near[np.argsort(-alike[near], kind="stable")]:
            duty, text = self._sentences[at]
            found.setdefault(duty.lead, Said(duty=duty, text=text, cosine=float(alike[at])))
        return found


def _sentences(city: City) -> Iterator[tuple[Duty, str]]:
    """Every duty's name, keywords and sayings, in the order of the catalogue."""
    for duty in city.duties:
        yield duty, duty.name
        for keyword in duty.keywords:
            yield duty, keyword.replace("+", "")
        for saying in duty.sayings:
            yield duty, saying


def ridge(vectors: csr_matrix, truth: Floats) -> Floats:
    """Dual weights (sentences × leads) by conjugate gradients, all columns at once."""
    transposed = vectors.T.tocsr()

    def product(of: Floats) -> Floats:
        found: Floats = vectors @ (transposed @ of) + np.float32(_PENALTY) * of
        return found.astype(np.float32)

    weights = np.zeros_like(truth)
    rest = truth.copy()
    way = rest.copy()
    size = (rest * rest).sum(0)
    first = np.maximum(size, 1e-12)
    for _ in range(_ITERATIONS):
        along = product(way)
        step = size / np.maximum((way * along).sum(0), 1e-12)
        weights += way * step
        rest -= along * step
        smaller = (rest * rest).sum(0)
        if (smaller <= _CLOSE_ENOUGH**2 * first).all():
            break
        way = rest + way * (smaller / np.maximum(size, 1e-12))
        size = smaller
    found: Floats = weights
    return found


__all__ = ["Meant", "Said", "Sayings", "ridge"]

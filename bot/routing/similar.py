"""Past orders much like a text, as a reason and as a vote. Pure."""

from __future__ import annotations

from collections import Counter

import numpy as np

from bot.routing.grams import Floats, Ints
from bot.routing.learned import Similar

NEIGHBOURS = 8
_POWER = 3
_DOUBT = 0.05
LEAST_ALIKE = 0.45
"""Cosine of n-gram vectors below which two orders are told to nobody as alike."""


def votes(alikeness: Floats, labels: Ints, count: int) -> Floats:
    """Shares of labels among each row's nearest past orders, weighed by alikeness.

    Args:
        alikeness: new × past, cosines; an order's own must have been set to 0.
        labels: of the past orders.
        count: of labels.
    """
    reach = min(NEIGHBOURS, alikeness.shape[1])
    nearest = np.argpartition(-alikeness, reach - 1, axis=1)[:, :reach]
    weight = np.take_along_axis(alikeness, nearest, axis=1) ** _POWER
    found = np.zeros((len(alikeness), count), dtype=np.float32)
    rows = np.arange(len(alikeness))
    for place in range(reach):
        np.add.at(found, (rows, labels[nearest[:, place]]), weight[:, place])
    shares: Floats = found / (weight.sum(axis=1, keepdims=True) + np.float32(_DOUBT))
    return shares


def told(alikeness: Floats, labels: Ints, names: tuple[str, ...]) -> tuple[Similar, ...]:
    """Who handled the past orders most like one text, most first.

    Args:
        alikeness: cosine to each past order.
        labels: of the past orders.
        names: of the labels.
    """
    near = np.argsort(-alikeness)[:NEIGHBOURS]
    counts = Counter(names[labels[at]] for at in near if alikeness[at] >= LEAST_ALIKE)
    return tuple(Similar(label=label, count=times) for label, times in counts.most_common())

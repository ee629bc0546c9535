"""Gradient-boosted trees as flat arrays: learned elsewhere, judged here by numpy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_FIELDS = ("feature", "threshold", "left", "right", "value", "roots")


@dataclass(frozen=True, kw_only=True, eq=False)
class Trees:
    """An ensemble; a row's figure is `base` and the sum of the leaves it falls into.

    Args:
        feature: the column a node asks about, -1 for a leaf, (nodes,).
        threshold: rows with a value up to this go left, (nodes,).
        left, right: the nodes below, (nodes,).
        value: of a leaf, (nodes,).
        roots: each tree's first node, (trees,).

    Source: Friedman, Greedy Function Approximation: A Gradient Boosting Machine (2001).
    """

    feature: NDArray[np.int16]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: Floats
    roots: NDArray[np.int32]
    base: float

    def judge(self, rows: Floats) -> Floats:
        """The figure of each row, (rows,), from (rows, features)."""
        count = len(rows)
        node = np.repeat(self.roots[None, :], count, axis=0).ravel()
        row = np.repeat(np.arange(count), len(self.roots))
        going = np.flatnonzero(self.feature[node] >= 0)
        while len(going):
            at = node[going]
            low = rows[row[going], self.feature[at]] <= self.threshold[at]
            node[going] = np.where(low, self.left[at], self.right[at])
            going = going[self.feature[node[going]] >= 0]
        leaves = self.value[node].reshape(count, len(self.roots))
        return np.asarray(leaves.sum(axis=1) + self.base, np.float32)

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        """What is kept of it, under keys that begin with `name`."""
        kept = {f"{name}.{field}": np.asarray(getattr(self, field)) for field in _FIELDS}
        return {**kept, f"{name}.base": np.array(self.base, np.float32)}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]], name: str) -> Trees:
        """What `arrays` gave.

        Raises:
            KeyError: an array is missing.
            ValueError: they do not belong together.
        """
        found = {field: np.asarray(arrays[f"{name}.{field}"]) for field in _FIELDS}
        nodes = len(found["feature"])
        ends = np.concatenate([found["left"], found["right"], found["roots"]])
        sizes = {len(found[each]) for each in _FIELDS if each != "roots"}
        inner = np.flatnonzero(found["feature"] >= 0)
        down = np.minimum(found["left"], found["right"])[inner] > inner
        if sizes != {nodes} or ends.min() < 0 or ends.max() >= nodes or not down.all():
            raise ValueError("trees that do not belong together")
        return cls(base=float(np.asarray(arrays[f"{name}.base"], np.float32)), **found)


def chance(figures: Floats) -> Floats:
    """Log-odds as chances, 0 to 1."""
    return np.asarray(1 / (1 + np.exp(-figures)), np.float32)

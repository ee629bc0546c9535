"""A linear model over words, characters and cues: arrays in, confidences out, no Rasa.

TF-IDF after Salton & Buckley (1988), sublinear, each group of features of length one; logistic
regression one against the rest (liblinear). It is stored as JSON and NumPy arrays, so loading a
model runs no code.
"""

from __future__ import annotations

import collections
import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np
from scipy import sparse

from nlu import cues, text
from nlu.rasa.components.wrapping import wrapped

GROUP_WEIGHTS = {"word": 1.0, "char": 1.0, "cue": 1.0}
_LONGEST_NGRAM = 4


def grouped_features(raw: str) -> dict[str, list[str]]:
    """Names of the features of one text, by group; slots stand as the name of their kind."""
    masked = cues.masked(raw)
    words = [token for token, _ in text.tokens(masked)]
    pairs = [f"{a} {b}" for a, b in itertools.pairwise(words)]
    edges = [f"^{words[0]}", f"{words[-1]}$"] if words else []
    chars = [
        padded[i : i + n]
        for part in masked.split()
        for padded in [f" {part} "]
        for n in range(1, _LONGEST_NGRAM + 1)
        for i in range(len(padded) - n + 1)
    ]
    return {"word": words + pairs + edges, "char": chars, "cue": cues.features(raw)}


@dataclass(frozen=True)
class LinearModel:
    """A trained model.

    Args:
        classes: names of the classes, in the order of the columns.
        vocabulary: group:feature → row.
        idf: inverse document frequency, shape (rows,).
        weights: shape (rows, classes).
        bias: shape (classes,).
    """

    classes: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    @classmethod
    def train(cls, texts: Sequence[str], labels: Sequence[str], strength: float) -> LinearModel:
        """Fit to texts and their labels; `strength` is the inverse of the regularisation."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier

        further, their_labels = wrapped(texts, labels)
        documents = [_counts(raw) for raw in (*texts, *further)]
        frequency = collections.Counter(name for document in documents for name in document)
        vocabulary = {name: row for row, name in enumerate(sorted(frequency))}
        df = np.array([frequency[name] for name in vocabulary], dtype=np.float64)
        idf = np.log((1 + len(documents)) / (1 + df)) + 1
        matrix = _matrix(documents, vocabulary, idf)
        one = LogisticRegression(
            solver="liblinear", C=strength, class_weight="balanced", random_state=7, max_iter=300
        )
        fitted = OneVsRestClassifier(one).fit(matrix, np.array([*labels, *their_labels]))
        weights = np.ascontiguousarray(np.vstack([part.coef_[0] for part in fitted.estimators_]).T)
        bias = np.array([part.intercept_[0] for part in fitted.estimators_])
        return cls(
            classes=tuple(str(name) for name in fitted.classes_),
            vocabulary=vocabulary,
            idf=idf.astype(np.float32),
            weights=weights.astype(np.float32),
            bias=bias.astype(np.float32),
        )

    def confidences(self, texts: Sequence[str]) -> np.ndarray:
        """Confidence of each class, shape (texts, classes); each row sums to one."""
        matrix = _matrix([_counts(raw) for raw in texts], self.vocabulary, self.idf)
        # In the weights' own type, or NumPy would convert all of them for each text.
        scores = matrix.astype(self.weights.dtype) @ self.weights + self.bias
        each = 1 / (1 + np.exp(-scores.astype(np.float64)))
        return each / each.sum(axis=1, keepdims=True)

    def save(self, folder: Path) -> None:
        """Write the model's two files into a folder."""
        names = {"classes": self.classes, "vocabulary": list(self.vocabulary)}
        (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False), "utf-8")
        np.savez(folder / "arrays.npz", idf=self.idf, weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Read what `save` wrote."""
        names = json.loads((folder / "names.json").read_text("utf-8"))
        with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
            return cls(
                classes=tuple(names["classes"]),
                vocabulary={name: row for row, name in enumerate(names["vocabulary"])},
                idf=arrays["idf"],
                weights=arrays["weights"],
                bias=arrays["bias"],
            )


def _counts(raw: str) -> dict[str, int]:
    grouped = grouped_features(raw)
    return collections.Counter(
        f"{group}:{name}" for group, names in grouped.items() for name in names
    )


def _matrix(
    documents: Sequence[dict[str, int]], vocabulary: dict[str, int], idf: np.ndarray
) -> sparse.csr_matrix:
    """TF-IDF rows, each group scaled to its weight."""
    starts, columns, values = [0], [], []
    for document in documents:
        for group, weight in GROUP_WEIGHTS.items():
            rows = [vocabulary[n] for n in document if n in vocabulary and n.startswith(group)]
            known = [document[n] for n in document if n in vocabulary and n.startswith(group)]
            vector = (1 + np.log(np.array(known, dtype=np.float64))) * idf[rows] if rows else []
            length = float(np.linalg.norm(vector)) or 1.0
            columns += rows
            values += [weight * value / length for value in vector]
        starts.append(len(columns))
    shape = (len(documents), len(vocabulary))
    return sparse.csr_matrix((np.array(values, dtype=np.float64), columns, starts), shape=shape)

"""The responsible department, beside TF-IDF over words and characters with a linear SVM."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jieba
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from tests.bench.table import Row
from tests.running import ROOT

LEAST, FOLDS = 15, 5


def words(text: str) -> list[str]:
    """Words as jieba cuts them."""
    return list(jieba.cut(text))


def plain_svm(orders: Path) -> tuple[float, float]:
    """Share of orders whose department comes first / among the first three, 5-fold."""
    with orders.open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["department"]]
    enough = {d for d, n in Counter(r["department"] for r in rows).items() if n >= LEAST}
    kept = [row for row in rows if row["department"] in enough]
    texts = np.array([f"{row['title']} {row['content']}" for row in kept])
    labels = np.array([row["department"] for row in kept])
    first = three = 0
    for learn, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(texts, labels):
        model = make_pipeline(
            make_union(
                TfidfVectorizer(tokenizer=words, token_pattern=None, sublinear_tf=True),
                TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True),
            ),
            LinearSVC(),
        )
        model.fit(texts[learn], labels[learn])
        best = np.argsort(-model.decision_function(texts[test]), axis=1)[:, :3]
        named = model.classes_[best]
        first += int((named[:, 0] == labels[test]).sum())
        three += int((named == labels[test][:, None]).any(axis=1).sum())
    return first / len(kept), three / len(kept)


def ours(orders: Path) -> dict[str, Any]:
    """What `policyline routing eval` says of the same orders."""
    with tempfile.TemporaryDirectory() as home:
        result = subprocess.run(
            [sys.executable, "-m", "bot", "routing", "eval", str(orders), "--json"],
            env=os.environ | {"POLICYLINE_HOME": home, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
            text=True,
            cwd=home,
        )
        figures: dict[str, Any] = json.loads(result.stdout)
        return figures


def rows(data: Path) -> Sequence[Row]:
    """Shares of orders whose department was named."""
    orders = data / "work_orders" / "orders.csv"
    first, three = plain_svm(orders)
    figures = ours(orders)
    name = "TF-IDF over words and characters, linear SVM"
    beside = {"first": first, "first_three": three}
    return [
        Row(
            what=f"routing: {key}",
            ours=f"{value:.3f}",
            peer=f"{beside[key]:.3f}" if key in beside else "",
            peer_name=name if key in beside else "",
        )
        for key, value in figures.items()
        if isinstance(value, float)
    ]

"""Finding the right document, beside BM25 over jieba words as `bm25s` has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bm25s
import jieba
import numpy as np

from tests.bench import questions
from tests.bench.table import Row

ROOT = Path(__file__).resolve().parents[2]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def plain_bm25(folder: Path) -> tuple[float, float]:
    """Share of questions whose document comes first / in the first five, by bm25s over words."""
    documents = read_lines(folder / "documents.jsonl")
    questions = read_lines(folder / "questions.jsonl")
    retriever = bm25s.BM25()
    texts = [list(jieba.cut(d["title"] + "\n" + d["text"])) for d in documents]
    retriever.index(texts, show_progress=False)
    asked = [list(jieba.cut(q["question"])) for q in questions]
    found, _ = retriever.retrieve(asked, k=5, show_progress=False)
    ids = np.array([d["id"] for d in documents])[found]
    wanted = np.array([[q["docid"]] for q in questions])
    return float((ids[:, :1] == wanted).mean()), float((ids == wanted).any(axis=1).mean())


def ours(folder: Path) -> dict[str, Any]:
    """What `policyline knowledge eval` says of the same."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"POLICYLINE_HOME": home, "PYTHONPATH": str(ROOT)}

        def command(*arguments: str) -> str:
            return subprocess.run(
                [sys.executable, "-m", "bot", "knowledge", *arguments],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
                cwd=home,
            ).stdout

        command("import", str(folder / "documents.jsonl"), "--publish")
        report: dict[str, Any] = json.loads(
            command("eval", str(folder / "questions.jsonl"), "--json")
        )
        return report


def rows(data: Path) -> Sequence[Row]:
    """Shares of questions whose document was found, and the figures of the question sets."""
    first, five = plain_bm25(data / "policy_qa")
    report = ours(data / "policy_qa")
    name = "bm25s over jieba words"
    found = [
        Row(
            what="right document first",
            ours=f"{report['strict_first']:.3f}",
            peer=f"{first:.3f}",
            peer_name=name,
        ),
        Row(
            what="right document in the first five",
            ours=f"{report['strict_five']:.3f}",
            peer=f"{five:.3f}",
            peer_name=name,
        ),
    ]
    more = {k: v for k, v in report.items() if k not in {"strict_first", "strict_five"}}
    found += [
        Row(what=f"answers: {key}", ours=f"{value:.3f}")
        for key, value in more.items()
        if isinstance(value, float)
    ]
    return [*found, *questions.rows(data)]

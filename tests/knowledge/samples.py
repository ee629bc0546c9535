"""The sample content and the questions asked about it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from knowledge.index import Entry
from knowledge.ingest.reading import read
from knowledge.ingest.structure import passages
from knowledge.model import Life

ROOT = Path(__file__).resolve().parents[2]


def sample_entries() -> list[Entry]:
    """Every sample document, published."""
    documents = [
        replace(document, life=Life.PUBLISHED)
        for path in sorted((ROOT / "knowledge" / "samples").glob("*.md"))
        for document in read(path)
    ]
    return [Entry(document=each, passages=passages(each)) for each in documents]


def sample_questions() -> list[str]:
    """The questions, as citizens put them."""
    text = (ROOT / "tests" / "golden" / "sample_questions.jsonl").read_text(encoding="utf-8")
    return [json.loads(line)["question"] for line in text.splitlines()]

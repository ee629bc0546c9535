"""What vectors add to finding the right document, by where the encoder comes from.

Without vectors; learned from the content itself (the default); trained on pairs of our own (a
question in everyday words and the passage that answers it, and the samples' published pairs); and
trained on public pairs of sentences that say the same. The last two are opened as any local folder
is, by its path. Nothing is downloaded: a hub model is opened by the same call with its name.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from knowledge import evaluate
from knowledge.embedded import EmbeddedIndex
from knowledge.index import Entry
from knowledge.ingest.structure import passages
from knowledge.search import find
from knowledge.segment import contexts
from nlu.encoder import Encoder, open_encoder
from nlu.encoder_training import learn_from_texts, train
from tests.bench.questions import read_set, share
from tests.bench.shelves import Shelf, policy_shelf, sample_shelf
from tests.bench.table import Row

PUBLIC_PAIRS = 30_000
SAYS_THE_SAME = ("LCQMC", "BQ", "AFQMC", "SimCLUE", "OPPO-xiaobu")
"""Datasets of questions in two wordings; a label of 1 says that both ask the same."""
GRADED = "STS-B-zh"


@dataclass(frozen=True, kw_only=True)
class _Asked:
    question: str
    context: tuple[str, ...]
    right: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class _Set:
    """Questions over one shelf."""

    name: str
    entries: tuple[Entry, ...]
    asked: tuple[_Asked, ...]
    today: date


def rows(data: Path) -> list[Row]:
    """One row an encoder and set: right document first and in the first five, and what it costs."""
    policy, samples = policy_shelf(data), sample_shelf()
    sets = [_policies(policy, data), *_samples(samples)]
    graded = _graded(data)
    found = _rows("no vectors", None, 0.0, sets, graded)
    texts = [text for one in (sets[0], sets[1]) for text in contexts(one.entries)]
    started = time.perf_counter()
    content = learn_from_texts(texts)
    found += _rows("content", content, time.perf_counter() - started, sets, graded)
    for name, pairs in (("own pairs", _own_pairs(samples)), ("public pairs", _public(data))):
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            train(pairs, Path(folder))
            seconds = time.perf_counter() - started
            encoder = open_encoder(folder, folder=Path(folder), texts=list)
            found += _rows(f"{name} ({len(pairs)})", encoder, seconds, sets, graded)
    return found


def _rows(
    name: str,
    encoder: Encoder | None,
    seconds: float,
    sets: Sequence[_Set],
    graded: Sequence[tuple[str, str, float]],
) -> list[Row]:
    found = [_row(name, encoder, one) for one in sets]
    if encoder is not None:
        found.append(Row(what=f"{name}: learning, s", ours=f"{seconds:.1f}"))
        found.append(
            Row(what=f"{name}: rank correlation, {GRADED}", ours=f"{_alike(encoder, graded):.3f}")
        )
    return found


def _row(name: str, encoder: Encoder | None, one: _Set) -> Row:
    index = EmbeddedIndex.build(one.entries, encoder)
    places, times = [], []
    for each in one.asked:
        started = time.perf_counter()
        hits = find(index, each.question, one.today, each.context).valid
        times.append(time.perf_counter() - started)
        ids = [hit.document.id for hit in hits]
        places.append(next((at for at, found in enumerate(ids) if found in each.right), len(ids)))
    first, five = share(place == 0 for place in places), share(place < 5 for place in places)
    median = 1000 * float(np.median(times))
    return Row(what=f"{name}: {one.name}", ours=f"{first:.3f} / {five:.3f}, {median:.1f} ms")


def _alike(encoder: Encoder, graded: Sequence[tuple[str, str, float]]) -> float:
    """Spearman's rank correlation of cosines with people's grades."""
    one = encoder.encode([first for first, _, _ in graded])
    other = encoder.encode([second for _, second, _ in graded])
    cosines = np.einsum("ij,ij->i", one, other)
    return float(stats.spearmanr(cosines, [grade for _, _, grade in graded]).statistic)


def _entries(shelf: Shelf) -> tuple[Entry, ...]:
    documents = shelf.documents.values()
    return tuple(Entry(document=each, passages=passages(each)) for each in documents)


def _policies(shelf: Shelf, data: Path) -> _Set:
    questions = evaluate.read_questions(data / "policy_qa" / "questions.jsonl")
    asked = tuple(
        _Asked(question=each.question, context=(), right=frozenset({each.document_id}))
        for each in questions
    )
    return _Set(name="policy (405)", entries=_entries(shelf), asked=asked, today=shelf.today)


def _samples(shelf: Shelf) -> Iterator[_Set]:
    entries = _entries(shelf)
    for name in ("everyday_questions", "wording_dev", "wording_held"):
        items = [each for each in read_set(name) if each["document"]]
        for half in sorted({_half(each, name) for each in items}):
            asked = tuple(
                _Asked(
                    question=each["question"],
                    context=tuple(each["context"]),
                    right=frozenset(shelf.documents[one].id for one in each["document"]),
                )
                for each in items
                if _half(each, name) == half
            )
            what = f"{name.split('_')[0]} {half} ({len(asked)})"
            yield _Set(name=what, entries=entries, asked=asked, today=shelf.today)


def _half(item: dict[str, Any], name: str) -> str:
    return str(item.get("half") or name.split("_")[1])


def _own_pairs(shelf: Shelf) -> list[tuple[str, str]]:
    """Everyday questions of the halves worked on with their passages, and published pairs."""
    found = []
    for document in shelf.documents.values():
        found += [(each.question, each.text) for each in passages(document) if each.question]
    for name in ("everyday_questions", "wording_dev"):
        for item in read_set(name):
            if _half(item, name) == "dev" and item["document"]:
                found += _answered(shelf, item)
    return found


def _answered(shelf: Shelf, item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    anchors = item.get("anchors") or [item["must_contain"]]
    document = shelf.documents[item["document"][0]]
    held = (each for each in passages(document) if any(word in each.text for word in anchors))
    yield from ((item["question"], each.text) for each in itertools.islice(held, 1))


def _public(data: Path) -> list[tuple[str, str]]:
    alike = (row for row in _sentence_pairs(data) if row["dataset"] in SAYS_THE_SAME)
    same = [(row["sentence1"], row["sentence2"]) for row in alike if row["label"] == "1"]
    return same[:: -(-len(same) // PUBLIC_PAIRS)]


def _graded(data: Path) -> list[tuple[str, str, float]]:
    return [
        (row["sentence1"], row["sentence2"], float(row["label"]))
        for row in _sentence_pairs(data)
        if row["dataset"] == GRADED and row["split"] == "dev"
    ]


def _sentence_pairs(data: Path) -> Iterable[dict[str, str]]:
    path = data / "sentence_pairs" / "pairs.tsv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)

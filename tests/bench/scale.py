"""Search over many passages, beside `bm25s` over jieba's words and over character bigrams.

Each engine builds and searches in a process of its own, over the same passages: the real documents
whose questions are asked, and made-up ones, put together at run time from sentences of the
measurement data in an order that a seed decides. As those hold sentences of the real documents,
they compete with them in earnest.
"""

from __future__ import annotations

import csv
import gc
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import bm25s
import jieba
import numpy as np

from knowledge import query as queries
from knowledge.embedded import EmbeddedIndex
from knowledge.index import Entry, Weights
from knowledge.ingest import read
from knowledge.ingest.structure import passages
from knowledge.model import Document, Life, Passage
from knowledge.search import POOL, search
from knowledge.segment import contexts
from nlu.encoder_training import learn_from_texts
from nlu.text import bigrams
from tests.bench.answers import read_lines
from tests.bench.table import Row, percentile
from tests.running import ROOT

SIZES = (10_000, 100_000)
SEED = 20_260
TODAY = date(2026, 3, 2)
RETIRED_SHARE = 0.02
FIRST_FIVE = 5
PEER_PASSAGES = 50
"""What a peer finds are passages; so many give the first five documents."""
PEERS = {"bm25s over jieba words": "words", "bm25s over character bigrams": "bigrams"}

_SENTENCE = re.compile(r"[^。！？\n]{6,200}[。！？]?")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One engine at one size.

    Args:
        first, five: share of questions whose document comes first, or among the first five.
        memory_mb: resident after building, the passages' texts included.
        whole_p50_ms: with reading and ordering by the question's own terms; ours alone.
        plain: by character bigrams alone, to five documents, as the second peer does: p50 and p99
            in ms, share first and in the first five; ours alone.
    """

    build_s: float
    p50_ms: float
    p99_ms: float
    memory_mb: float
    first: float
    five: float
    whole_p50_ms: float = 0.0
    plain: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    change_ms: float = 0.0


Find = Callable[[str], list[str]]


def entries(data: Path, size: int) -> list[Entry]:
    """The real documents, and made-up ones until there are so many passages."""
    read_documents = read(data / "policy_qa" / "documents.jsonl")
    real = [replace(document, life=Life.PUBLISHED) for document in read_documents]
    found = [Entry(document=each, passages=passages(each)) for each in real]
    order = random.Random(SEED)  # noqa: S311 - the same corpus in every process
    sentences = _sentences(data, real)
    number = sum(len(entry.passages) for entry in found)
    while number < size:
        found.append(_made_up(len(found), sentences, order))
        number += len(found[-1].passages)
    return found


def _sentences(data: Path, real: Sequence[Document]) -> list[str]:
    texts = [document.text for document in real]
    texts += [row["answer"] for row in read_lines(data / "policy_qa/pairs_without_document.jsonl")]
    with (data / "mailbox" / "messages_with_replies.csv").open(encoding="utf-8-sig") as file:
        texts += [value for row in csv.DictReader(file) for value in row.values() if value]
    return [found.strip() for text in texts for found in _SENTENCE.findall(text)]


def _made_up(serial: int, sentences: Sequence[str], order: random.Random) -> Entry:
    name = f"made-up-{serial}"
    texts = [
        "".join(order.choices(sentences, k=order.randint(2, 6)))
        for _ in range(order.randint(3, 12))
    ]
    starts = np.cumsum([0, *(len(text) + 1 for text in texts)]).tolist()
    document = Document(
        id=name,
        title=order.choice(sentences)[:30],
        text="\n".join(texts),
        life=Life.REPEALED if order.random() < RETIRED_SHARE else Life.PUBLISHED,
    )
    pieces = tuple(
        Passage(document_id=name, ordinal=i, text=text, start=start, end=start + len(text))
        for i, (text, start) in enumerate(zip(texts, starts, strict=False))
    )
    return Entry(document=document, passages=pieces)


def _ours(taken: list[Entry]) -> tuple[Find, Find, Find, Callable[[], None]]:
    encoder = learn_from_texts(contexts(taken[:2000]))
    index = EmbeddedIndex.build(taken, encoder)
    replaced = taken[len(taken) // 2]

    def find(question: str) -> list[str]:
        found = index.search(queries.understood(question, (), index, TODAY)[0], POOL, TODAY)
        return [candidate.document.id for candidate in found.valid[:5]]

    def whole(question: str) -> list[str]:
        return [hit.document.id for hit in search(index, question, 5, TODAY)]

    def plain(question: str) -> list[str]:
        whole_query = queries.understood(question, (), index, TODAY)[0]
        query = replace(whole_query, words=(), vector=None)
        found = index.search(query, FIRST_FIVE, TODAY, Weights(words=0.0, vectors=0.0))
        return [candidate.document.id for candidate in found.valid]

    def change() -> None:
        index.changed(put=[replaced])

    return find, whole, plain, change


def _peer(terms_of: Callable[[str], list[str]], taken: list[Entry]) -> Find:
    known: dict[str, int] = {}

    def rows() -> Iterator[list[int]]:
        for entry in taken:
            for passage in entry.passages:
                terms = terms_of(f"{entry.document.title}\n{passage.text}")
                yield [known.setdefault(term, len(known)) for term in terms]

    retriever = bm25s.BM25()
    counted = list(rows())
    retriever.index((counted, known), show_progress=False)
    owners = [entry.document.id for entry in taken for _ in entry.passages]

    def find(question: str) -> list[str]:
        asked = [[term for term in terms_of(question) if term in known]]
        found, _ = retriever.retrieve(asked, k=PEER_PASSAGES, show_progress=False)
        return list(dict.fromkeys(owners[place] for place in found[0]))[:5]

    return find


def measure(engine: str, size: int, data: Path) -> Measured:
    """Build one engine in this process and ask it all questions."""
    taken = entries(data, size)
    asked = read_lines(data / "policy_qa" / "questions.jsonl")
    jieba.initialize()
    began = time.perf_counter()
    whole = plain = change = None
    if engine == "ours":
        find, whole, plain, change = _ours(taken)
    else:
        find = _peer(bigrams if engine == "bigrams" else jieba.lcut, taken)
    build_s = time.perf_counter() - began
    gc.collect()
    memory_mb = _resident_mb()
    for row in asked[:10]:
        find(row["question"])
    p50, p99, first, five = _figures(find, asked)
    return Measured(
        build_s=build_s,
        p50_ms=p50,
        p99_ms=p99,
        memory_mb=memory_mb,
        first=first,
        five=five,
        whole_p50_ms=percentile(_timed(whole, asked)[1], 0.5) if whole else 0.0,
        plain=_figures(plain, asked) if plain else (0.0, 0.0, 0.0, 0.0),
        change_ms=_milliseconds(change) if change else 0.0,
    )


def _figures(find: Find, asked: Sequence[dict[str, str]]) -> tuple[float, float, float, float]:
    """p50 and p99 in ms, share of questions whose document is first, and in the first five."""
    found, times = _timed(find, asked)
    wanted = [row["docid"] for row in asked]
    return (
        percentile(times, 0.5),
        percentile(times, 0.99),
        sum(ids[:1] == [w] for ids, w in zip(found, wanted, strict=True)) / len(asked),
        sum(w in ids for ids, w in zip(found, wanted, strict=True)) / len(asked),
    )


def _timed(find: Find, asked: Sequence[dict[str, str]]) -> tuple[list[list[str]], list[float]]:
    found, times = [], []
    for row in asked:
        began = time.perf_counter()
        found.append(find(row["question"]))
        times.append((time.perf_counter() - began) * 1000)
    return found, times


def _milliseconds(change: Callable[[], None]) -> float:
    times = []
    for _ in range(9):
        began = time.perf_counter()
        change()
        times.append((time.perf_counter() - began) * 1000)
    return percentile(times, 0.5)


def _resident_mb() -> float:
    """Resident memory of this process (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _apart(engine: str, size: int, data: Path) -> Measured:
    command = [sys.executable, "-m", "tests.bench.scale", engine, str(size), str(data)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True, cwd=ROOT
    )
    return Measured(**json.loads(ran.stdout))


def rows(
    data: Path, sizes: Sequence[int] = SIZES, peers: Sequence[str] = tuple(PEERS)
) -> list[Row]:
    """Ours and the peers at each size."""
    found = []
    for size in sizes:
        ours = _apart("ours", size, data)
        beside = {name: _apart(PEERS[name], size, data) for name in peers}
        found += _compared(f"{size:,} passages", ours, beside)
    return found


def _compared(of: str, ours: Measured, beside: dict[str, Measured]) -> Iterator[Row]:
    shown = {
        "build_s": "build, s",
        "p50_ms": "one query, p50 ms",
        "p99_ms": "one query, p99 ms",
        "memory_mb": "memory with texts, MB",
        "first": "right document first",
        "five": "right document in the first five",
    }
    for name, peer in beside.items():
        for key, what in shown.items():
            own, other = asdict(ours)[key], asdict(peer)[key]
            form = ".3f" if key in {"first", "five"} else ".1f"
            yield Row(
                what=f"{of}: {what}",
                ours=f"{own:{form}}",
                peer=f"{other:{form}}",
                peer_name=name,
                ratio="" if key in {"first", "five"} else f"{own / other:.2f}",
            )
    p50, p99, first, five = ours.plain
    yield Row(
        what=f"{of}: bigrams alone, p50 / p99 ms, first / five",
        ours=f"{p50:.1f} / {p99:.1f}, {first:.3f} / {five:.3f}",
    )
    yield Row(what=f"{of}: with matching and ordering, p50 ms", ours=f"{ours.whole_p50_ms:.1f}")
    yield Row(what=f"{of}: one document changed, ms", ours=f"{ours.change_ms:.1f}")


if __name__ == "__main__":
    name, number, folder = sys.argv[1:]
    print(json.dumps(asdict(measure(name, int(number), Path(folder)))))  # noqa: T201

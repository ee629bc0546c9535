"""Measuring answers on questions whose document and answer are known."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from knowledge.answer import Answerer
from knowledge.index import Index
from knowledge.model import Answer, AnswerKind
from knowledge.search import Hit, find

NEAR_COPY_CHARS = 8
"""An answer this long, word for word in another document, makes that one right as well."""
HELD_SHARE = 0.8
"""Share of the answer's characters, in order, that a quote must hold to count as holding it."""
FIRST = 5

_SPACE = re.compile(r"\s+")


class BadQuestions(Exception):
    """The file is not one of questions; the message says where, in Chinese."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question with the document that answers it and the answer's words."""

    id: str
    question: str
    document_id: str
    answer: str = ""


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A question whose right document did not come first, and why."""

    id: str
    question: str
    wanted: str
    first: str
    place: int | None
    why: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was measured; shares from 0 to 1.

    Args:
        strict_first, strict_five: the named document first, in the first five.
        first, five: the same, where a document holding the answer word for word is right too.
        answer_held: quotes that hold the answer, of all questions.
        rouge: ROUGE-L F1 by characters of quote against answer, mean over all questions; a
            question without a quote has 0.
        direct_right: of the direct answers, those from a right document.
        kinds: how many answers of each kind.
        median_ms, slowest_ms: per question; the second is the 99th percentile.
    """

    questions: int
    strict_first: float
    strict_five: float
    first: float
    five: float
    answer_held: float
    rouge: float
    direct_right: float
    kinds: dict[str, int]
    median_ms: float
    slowest_ms: float
    wrong: tuple[Wrong, ...]


@dataclass(frozen=True, kw_only=True)
class _Measured:
    strict_place: int | None
    place: int | None
    held: bool
    rouge: float
    kind: AnswerKind
    seconds: float


def read_questions(path: Path) -> tuple[Asked, ...]:
    """Read JSON lines of `{id, question, docid, answer}`; `document_id` stands for `docid` too.

    Raises:
        BadQuestions: a line is not such a question, or there is none.
    """
    asked = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            asked.append(
                Asked(
                    id=str(row.get("id", number)),
                    question=str(row["question"]),
                    document_id=str(row.get("docid") or row["document_id"]),
                    answer=str(row.get("answer") or ""),
                )
            )
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise BadQuestions(f"{path.name} 第 {number} 行不是带答案文件的问题") from error
    if not asked:
        raise BadQuestions(f"{path.name} 里没有问题")
    return tuple(asked)


def evaluate(
    asked: Sequence[Asked],
    index: Index,
    answerer: Answerer,
    document_ids: Iterable[str],
    today: date,
) -> Report:
    """Ask every question and compare.

    Args:
        asked: at least one question.
        index: the pool; all its documents compete.
        answerer: answers from that index.
        document_ids: of the pool, to look for near-copies in.
        today: the calendar day in Asia/Shanghai.
    """
    pool = {each: _plain(_text(index, each)) for each in document_ids}
    measured, wrong = [], []
    for each in asked:
        started = time.perf_counter()
        answer = answerer.answer(each.question, today=today)
        seconds = time.perf_counter() - started
        hits = find(index, each.question, today).valid
        right = _right(each, pool)
        found = _measure(each, answer, [hit.document.id for hit in hits], right, seconds)
        measured.append(found)
        if found.place != 0:
            wrong.append(_wrong(each, hits, right, found.place, index))
    return _report(measured, wrong)


def longest_common(first: str, second: str) -> int:
    """Characters of the longest common subsequence.

    Source: Hyyrö, Bit-Parallel LCS-length Computation Revisited (2004).
    """
    places: dict[str, int] = {}
    for at, char in enumerate(first):
        places[char] = places.get(char, 0) | 1 << at
    full = (1 << len(first)) - 1
    row = full
    for char in second:
        met = row & places.get(char, 0)
        row = (row + met | row - met) & full
    return len(first) - row.bit_count()


def _plain(text: str) -> str:
    return _SPACE.sub("", text)


def _text(index: Index, document_id: str) -> str:
    document = index.document(document_id)
    return document.text if document else ""


def _right(asked: Asked, pool: dict[str, str]) -> frozenset[str]:
    answer = _plain(asked.answer)
    copies: set[str] = set()
    if len(answer) >= NEAR_COPY_CHARS:
        copies = {document_id for document_id, text in pool.items() if answer in text}
    return frozenset(copies | {asked.document_id})


def _measure(
    asked: Asked, answer: Answer, ids: list[str], right: frozenset[str], seconds: float
) -> _Measured:
    wanted, quoted = _plain(asked.answer), _plain(answer.text)
    common = longest_common(wanted, quoted)
    return _Measured(
        strict_place=ids.index(asked.document_id) if asked.document_id in ids else None,
        place=next((at for at, each in enumerate(ids) if each in right), None),
        held=bool(wanted) and common >= HELD_SHARE * len(wanted),
        rouge=2 * common / (len(wanted) + len(quoted)) if common else 0.0,
        kind=answer.kind,
        seconds=seconds,
    )


def _wrong(
    asked: Asked, hits: Sequence[Hit], right: frozenset[str], place: int | None, index: Index
) -> Wrong:
    first = hits[0] if hits else None
    wanted = index.document(asked.document_id)
    return Wrong(
        id=asked.id,
        question=asked.question,
        wanted=wanted.title if wanted else asked.document_id,
        first=first.document.title if first else "",
        place=place,
        why=_why(hits, right, place, known=wanted is not None),
    )


def _why(hits: Sequence[Hit], right: frozenset[str], place: int | None, *, known: bool) -> str:
    if not known:
        return "答案文件不在库内或未发布"
    if not hits:
        return "没有找到任何文件"
    if place is None:
        return f"答案文件不在前 {len(hits)} 名，用词与问题相差大"
    first, wanted = hits[0], hits[place]
    parts = [
        name
        for name, ahead in (
            ("词", first.words > wanted.words),
            ("字对", first.bigrams > wanted.bigrams),
            ("向量", first.vectors > wanted.vectors),
            ("标题", first.title_match > wanted.title_match),
            ("问题覆盖", first.match > wanted.match),
        )
        if ahead
    ]
    gap = (first.score - wanted.score) / first.score if first.score else 0.0
    return f"排第 {place + 1}，落后 {gap:.0%}；首位在{'、'.join(parts) or '总分'}上更高"


def _report(measured: Sequence[_Measured], wrong: Sequence[Wrong]) -> Report:
    def share(values: Iterable[bool | float]) -> float:
        return float(np.mean([float(value) for value in values] or [0.0]))

    def within(place: int | None, limit: int) -> bool:
        return place is not None and place < limit

    direct = [each for each in measured if each.kind is AnswerKind.DIRECT]
    times_ms = [1000 * each.seconds for each in measured]
    return Report(
        questions=len(measured),
        strict_first=share(within(each.strict_place, 1) for each in measured),
        strict_five=share(within(each.strict_place, FIRST) for each in measured),
        first=share(within(each.place, 1) for each in measured),
        five=share(within(each.place, FIRST) for each in measured),
        answer_held=share(each.held for each in measured),
        rouge=share(each.rouge for each in measured),
        direct_right=share(within(each.place, 1) for each in direct),
        kinds=dict(Counter(each.kind.value for each in measured)),
        median_ms=float(np.percentile(times_ms, 50)),
        slowest_ms=float(np.percentile(times_ms, 99)),
        wrong=tuple(wrong),
    )

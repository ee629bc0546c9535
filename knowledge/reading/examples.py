"""Examples to learn reading from: questions, and where in a document the answer stands."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from knowledge.evaluate import Asked
from knowledge.index import Index
from knowledge.model import Document
from knowledge.query import understood
from knowledge.reading.clauses import clauses
from knowledge.reading.features import Floats, Judged, judge
from knowledge.search import find
from knowledge.wording import cut
from nlu import text as nlu_text

LOOKED_AT = 8
"""An answer of unknown document is looked for in so many documents found for its question."""
LONG_ENOUGH = 10
"""A shorter answer counts only in the first two of them: it may stand there by chance."""
SET_INTO = 4
"""An answer that stands in none is set into one of the first so many."""
SET_WEIGHT = 0.3
"""What a made example counts beside a real one."""
KEPT_WORDS, WITH_LEAD_IN = 0.7, 0.8
"""A made sentence says so many of the question's words before the answer, so often."""
SEED = 20_211

_SENTENCE_END = re.compile(r"[。！？\n]+")
_ASKING_END = re.compile(
    "(?:采取|做出|提出|有|给予|推出|出台)?了?(?:哪些|什么|何|多少|怎样|如何|怎么|几)[^，。？?]*[？?]?$"
    "|是?(?:什么|多少)[？?]?$|[？?]$"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Example:
    """A question beside a document.

    Args:
        held: how much of each clause lies in the answer, 0 to 1, (clauses,).
        weight: what it counts in learning.
    """

    question: str
    answer: str
    document_id: str
    text: str
    judged: Judged
    held: Floats
    weight: float = 1.0


def known(asked: Iterable[Asked], index: Index, today: date) -> list[Example]:
    """Questions whose document and answer are known; those that do not hold it are left out."""
    found = []
    for each in asked:
        document = index.document(each.document_id)
        if document is not None and each.answer and each.answer in document.text:
            found.append(_in_place(each.question, each.answer, document, index, today))
    return found


def supposed(
    pairs: Sequence[tuple[str, str]], index: Index, today: date, *, made: int
) -> tuple[list[Example], list[Example]]:
    """Examples from questions and answers whose document is not at hand.

    Args:
        pairs: question and answer.
        index: where a document that holds the answer is looked for.
        today: the calendar day in Asia/Shanghai.
        made: how many at most are made by setting an answer into a document on its matter.

    Returns:
        Those found word for word in a document, and the made ones.
    """
    chance = random.Random(SEED)  # noqa: S311 - examples must be the same at each training
    real: list[Example] = []
    rest: list[tuple[str, str, list[Document]]] = []
    for question, answer in pairs:
        documents = [hit.document for hit in find(index, question, today).valid[:LOOKED_AT]]
        holding = [
            document
            for place, document in enumerate(documents)
            if answer in document.text and (len(answer) >= LONG_ENOUGH or place < 2)
        ]
        if holding:
            real.append(_in_place(question, answer, holding[0], index, today))
        elif documents:
            rest.append((question, answer, documents[:SET_INTO]))
    chance.shuffle(rest)
    return real, [
        _set_into(question, answer, chance.choice(documents), index, today, chance)
        for question, answer, documents in rest[:made]
    ]


def _in_place(question: str, answer: str, document: Document, index: Index, today: date) -> Example:
    """The answer where it stands; of several places the one nearest to the question's words."""
    judged = _judged(question, document, index, today)
    near = judged.column("two_before_and_own") + judged.column("two_sentences")
    starts = [found.start() for found in re.finditer(re.escape(answer), document.text)]

    def nearness(start: int) -> float:
        inside = _shares(judged, start, start + len(answer)) > 0
        return float(near[inside].max(initial=0.0))

    start = max(starts, key=nearness)
    return Example(
        question=question,
        answer=answer,
        document_id=document.id,
        text=document.text,
        judged=judged,
        held=_shares(judged, start, start + len(answer)),
    )


def _set_into(
    question: str,
    answer: str,
    document: Document,
    index: Index,
    today: date,
    chance: random.Random,
) -> Example:
    """A document with one sentence more: words of the question, then the answer."""
    ends = [found.end() for found in _SENTENCE_END.finditer(document.text)] or [0]
    at = chance.choice(ends)
    lead_in = ""
    if chance.random() < WITH_LEAD_IN:
        said = nlu_text.tokens(_ASKING_END.sub("", question.strip()))
        lead_in = "".join(word for word, _ in said if chance.random() < KEPT_WORDS)
        lead_in += chance.choice("，，：") if lead_in else ""
    closing = "" if answer[-1] in "。！？" else "。"
    text = document.text[:at] + lead_in + answer + closing + document.text[at:]
    judged = _judged(question, replace(document, text=text), index, today)
    start = at + len(lead_in)
    return Example(
        question=question,
        answer=answer,
        document_id=document.id,
        text=text,
        judged=judged,
        held=_shares(judged, start, start + len(answer)),
        weight=SET_WEIGHT,
    )


def _judged(question: str, document: Document, index: Index, today: date) -> Judged:
    _, wanted = understood(question, (), index, today)
    found = clauses(document.text, [(0, len(document.text))])
    return judge(cut(question), wanted, document.title, document.text, found)


def _shares(judged: Judged, start: int, end: int) -> Floats:
    return np.array(
        [
            max(0, min(each.end, end) - max(each.start, start)) / max(1, each.end - each.start)
            for each in judged.clauses
        ],
        np.float32,
    )

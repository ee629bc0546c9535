"""A text as clauses: the pieces between commas, colons and sentence ends that quotes are cut at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

SENTENCE_END = re.compile(r"[。！？；;]\s*[”」』）)》]*\s*$")

_CLAUSE = re.compile(r"[^，,。！？；;：:\n\u3000]*(?:[，,。！？；;：:\n\u3000]+[”」』）)》]*|$)")


@dataclass(frozen=True, kw_only=True)
class Clause:
    """Characters start to end of a text, without the blanks around them.

    Args:
        sentence: which sentence it belongs to; ascending, without gaps.
    """

    start: int
    end: int
    sentence: int


def clauses(text: str, parts: Iterable[tuple[int, int]]) -> tuple[Clause, ...]:
    """The clauses of some parts of a text, in order.

    Args:
        text: a document's text.
        parts: (start, end) of each part, ascending; no clause crosses their bounds.
    """
    found: list[Clause] = []
    sentence = 0
    for start, end in parts:
        for match in _CLAUSE.finditer(text, start, end):
            whole = match.group()
            bare = whole.strip()
            if bare:
                first = match.start() + len(whole) - len(whole.lstrip())
                found.append(Clause(start=first, end=first + len(bare), sentence=sentence))
            if found and found[-1].sentence == sentence and _ends(whole):
                sentence += 1
        if found and found[-1].sentence == sentence:
            sentence += 1
    return tuple(found)


def _ends(clause: str) -> bool:
    return "\n" in clause or bool(SENTENCE_END.search(clause))

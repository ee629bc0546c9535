"""What in a citizen's wording shows what they want. Python 3.10, no model.

The classifier in `nlu.rasa.components` learns how much each cue weighs; `nlu.stand_in` uses the
same cues with a fixed order when Rasa is away.
"""

from __future__ import annotations

import functools
import re

from nlu import entities, lexicon, text

_SLOTS = {"place", "time", "phone", "case_number", "query_code"}
_entities = functools.lru_cache(maxsize=1024)(entities.extract)
_CLAUSE_END = re.compile(r"[。！？!?；;，,\n]+")
_CLOSING_CLAUSES = 2
"""In a long text the demand or the question stands at its end more often than at its head."""
_LENGTHS = (2, 4, 8, 14, 24, 40, 80, 10**9)
_FILLER = re.compile(
    r"[\s，。,.、；;：:!！?？~～]|地址|地点|位置|时间|电话|手机号?|号码|联系|座机|打这个|大概|大约"
    r"|我(?:家|的|们)?|就|在|是|的|住|了|从|那边|这边|里面|街上|这里"
)


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile("|".join(alternatives), re.IGNORECASE)
        for name, alternatives in lexicon.cues().items()
    }


@functools.lru_cache(maxsize=1024)
def masked(raw: str) -> str:
    """The normalised text with places, times and numbers replaced by the name of their kind."""
    folded = text.fold(raw)
    parts: list[str] = []
    position = 0
    for found in _entities(raw):
        if found.kind in _SLOTS:
            parts += [folded[position : found.start], f" {found.kind} "]
            position = found.end
    parts.append(folded[position:])
    return text.normalise("".join(parts)).lower()


def hits(raw: str) -> frozenset[str]:
    """Names of the cues found in a text."""
    return _hits(text.normalise(raw))


def _hits(plain: str) -> frozenset[str]:
    return frozenset(name for name, pattern in _patterns().items() if pattern.search(plain))


def _closing(plain: str) -> str:
    """The last clauses of a text of several; empty for a text of one."""
    clauses = [clause for clause in _CLAUSE_END.split(plain) if clause.strip()]
    return "，".join(clauses[-_CLOSING_CLAUSES:]) if len(clauses) > 1 else ""


def features(raw: str) -> list[str]:
    """Cues, kinds of entities, kinds of words and the text's shape, as names of features."""
    plain = text.normalise(raw)
    kinds = {found.kind for found in _entities(raw)}
    names = [f"cue={name}" for name in sorted(_hits(plain))]
    names += [f"end={name}" for name in sorted(_hits(_closing(plain)))]
    names += [f"has={kind}" for kind in sorted(kinds)]
    if kinds & _SLOTS and not _bare(raw):
        names.append("only=slots")
    found = set(text.words(raw))
    topics = [file for file in lexicon.WORD_FILES if not found.isdisjoint(lexicon.names(file))]
    names += [f"topic={file}" for file in topics] or ["topic=none"]
    length = len(plain)
    names.append(f"length={next(size for size in _LENGTHS if length <= size)}")
    return names


def _bare(raw: str) -> str:
    """What is left of a text without its slots and the words that only introduce them."""
    rest = masked(raw)
    for kind in _SLOTS:
        rest = rest.replace(kind, "")
    return _FILLER.sub("", rest)


def is_bare_slot(raw: str) -> bool:
    """True for a text that says a place, a time or a number and nothing besides."""
    return any(found.kind in _SLOTS for found in _entities(raw)) and not _bare(raw)

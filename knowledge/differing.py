"""What differs between two texts, sentence by sentence, changed sentences word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from knowledge.ingest.markers import sentences

ALIKE = 0.5
"""Shared part of two sentences from which one is the other, changed; below, one went, one came."""
_AROUND = 1
"""Equal sentences shown before and after a difference."""
_FOLDED = 2
"""Fewer equal sentences in between are shown, not folded."""
_WORD = re.compile(
    r"\d+(?:[.,]\d+)*%?|[A-Za-z]+|[〇零一二三四五六七八九十百千万亿两]+|\s+|.", re.DOTALL
)
_NEAR = 20
"""So many sentences ahead the like of a sentence is looked for: texts with nothing in common would
take minutes otherwise (2,000 sentences each: 161 s; so: 2 s)."""
_COMPARED_CHARS = 400
_MARKED_CHARS = 2000
"""In longer sentences (rows of tables) words are not told apart."""
_MANY = 1000
"""From so many sentences on those that recur everywhere anchor nothing."""
_SEAM = 1
"""An equal piece of so few signs between two differences belongs to them: 六 stays no island."""


class Sign(StrEnum):
    """What became of a sentence or of some words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, kw_only=True)
class Words:
    """Some words of a changed sentence."""

    sign: Sign
    text: str


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One sentence of the two texts together.

    Args:
        before: as it stood; empty where it was added.
        after: as it stands; empty where it was removed.
        words: of a changed one, in reading order: same, removed, added.
    """

    sign: Sign
    before: str = ""
    after: str = ""
    words: tuple[Words, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Sentences in a row; `folded` ones are all the same and need not be read."""

    sentences: tuple[Sentence, ...]
    folded: bool = False


@dataclass(frozen=True, kw_only=True)
class Difference:
    """All that differs, in reading order, with how many sentences of each sign."""

    stretches: tuple[Stretch, ...]
    added: int
    removed: int
    changed: int
    same: int


def difference(before: str, after: str) -> Difference:
    """What differs between two texts. Takes a while for long ones: call it in a thread."""
    found = tuple(_sentences(_split(before), _split(after)))
    counts = {sign: sum(each.sign is sign for each in found) for sign in Sign}
    return Difference(
        stretches=tuple(_stretches(found)),
        added=counts[Sign.ADDED],
        removed=counts[Sign.REMOVED],
        changed=counts[Sign.CHANGED],
        same=counts[Sign.SAME],
    )


def words(before: str, after: str) -> tuple[Words, ...]:
    """The words of a changed sentence; numbers are one word, Chinese goes by signs."""
    if max(len(before), len(after)) > _MARKED_CHARS:
        return (Words(sign=Sign.REMOVED, text=before), Words(sign=Sign.ADDED, text=after))
    a, b = _WORD.findall(before), _WORD.findall(after)
    found: list[tuple[str, str, str]] = []
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        found.append((tag, "".join(a[i:j]), "".join(b[k:m])))
    joined = _without_islands(found)
    return tuple(piece for tag, gone, come in joined for piece in _pieces(tag, gone, come))


def _pieces(tag: str, gone: str, come: str) -> Iterator[Words]:
    if tag == "equal":
        yield Words(sign=Sign.SAME, text=gone)
        return
    if gone:
        yield Words(sign=Sign.REMOVED, text=gone)
    if come:
        yield Words(sign=Sign.ADDED, text=come)


def _without_islands(found: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    joined: list[tuple[str, str, str]] = []
    for at, (tag, gone, come) in enumerate(found):
        inside = 0 < at < len(found) - 1
        differs = tag != "equal" or (inside and len(gone) <= _SEAM)
        if differs and joined and joined[-1][0] != "equal":
            before = joined.pop()
            joined.append(("replace", before[1] + gone, before[2] + come))
        else:
            joined.append(("replace" if differs else "equal", gone, come))
    return joined


def _split(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in sentences(text)]


def _sentences(before: Sequence[str], after: Sequence[str]) -> Iterator[Sentence]:
    matcher = SequenceMatcher(None, before, after, autojunk=len(after) > _MANY)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            for text in before[i:j]:
                yield Sentence(sign=Sign.SAME, before=text, after=text)
        else:
            yield from _changes(before[i:j], after[k:m])


def _changes(gone: Sequence[str], come: Sequence[str]) -> Iterator[Sentence]:
    """Pairs what is alike, in order; what has no like went or came."""
    at = 0
    for text in gone:
        ahead = range(at, min(at + _NEAR, len(come)))
        like = next((n for n in ahead if _alike(text, come[n])), None)
        if like is None:
            yield Sentence(sign=Sign.REMOVED, before=text)
            continue
        for new in come[at:like]:
            yield Sentence(sign=Sign.ADDED, after=new)
        now = come[like]
        yield Sentence(sign=Sign.CHANGED, before=text, after=now, words=words(text, now))
        at = like + 1
    for new in come[at:]:
        yield Sentence(sign=Sign.ADDED, after=new)


def _alike(one: str, other: str) -> bool:
    one, other = one[:_COMPARED_CHARS], other[:_COMPARED_CHARS]
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    quick = matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE
    return quick and matcher.ratio() >= ALIKE


def _stretches(found: Sequence[Sentence]) -> Iterator[Stretch]:
    differs = [at for at, each in enumerate(found) if each.sign is not Sign.SAME]
    near = {n for at in differs for n in range(at - _AROUND, at + _AROUND + 1)}
    row: list[Sentence] = []
    folded: list[Sentence] = []
    for at, each in enumerate(found):
        if at in near:
            if len(folded) < _FOLDED:
                row += folded
            else:
                yield from _row(row)
                yield Stretch(sentences=tuple(folded), folded=True)
                row = []
            folded = []
            row.append(each)
        else:
            folded.append(each)
    yield from _row(row)
    if folded:
        yield Stretch(sentences=tuple(folded), folded=True)


def _row(row: Sequence[Sentence]) -> Iterator[Stretch]:
    if row:
        yield Stretch(sentences=tuple(row))

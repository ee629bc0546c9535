"""The city's own places in a question: its name, its towns, its roads and squares."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from knowledge.naming import NameFinder
from nlu import lexicon
from nlu import text as nlu_text

Span = tuple[int, int]


def spans(text: str) -> list[Span]:
    """(start, end) of the city's name and its towns in a text; not inside other words."""
    return [span for span in _standing(text) if text[span[0] : span[1]] in lexicon.towns()]


def places(text: str) -> frozenset[str]:
    """Official names of the towns, roads, squares and stations a text names; not the city's own."""
    official = {**lexicon.landmarks(), **lexicon.towns()}
    found = {official[text[start:end]] for start, end in _standing(text)}
    return frozenset(found - set(lexicon.home().values()))


def cut_out(text: str, cut: Sequence[Span]) -> str:
    """The text with a space in place of each span."""
    kept, last = [], 0
    for start, end in cut:
        kept.append(text[last:start])
        last = end
    return " ".join((*kept, text[last:]))


def _standing(text: str) -> list[Span]:
    """Names that begin and end where words do: 白土 is none in 明白土地."""
    found = _finder().spans(text)
    if not found:
        return []
    tokens = nlu_text.tokens(text)
    starts = {start for _, start in tokens}
    ends = {start + len(token) for token, start in tokens}
    return [(start, end) for start, end in found if start in starts and end in ends]


@functools.lru_cache(maxsize=1)
def _finder() -> NameFinder:
    return NameFinder({**lexicon.landmarks(), **lexicon.towns()})

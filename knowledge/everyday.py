"""What people say for what official texts call otherwise.

A word said here widens a search by the names beside it; it never narrows one.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from knowledge.naming import NameFinder
from nlu import lexicon


@functools.lru_cache(maxsize=1)
def names() -> Mapping[str, tuple[str, ...]]:
    """Everyday word → names it may stand for, likeliest first; none for one that means itself."""
    found = dict(lexicon.synonyms())
    for said, official in lexicon.everyday().items():
        known = found.get(said, ())
        found[said] = known + tuple(name for name in official if name not in known)
    return MappingProxyType(found)


def said_in(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Everyday words in a text, the longest at each place → the names they may stand for."""
    found = ((word, names()[word]) for word in _finder().found(text))
    return tuple((word, official) for word, official in found if official)


@functools.lru_cache(maxsize=1)
def _finder() -> NameFinder:
    return NameFinder(names())

"""Names near to one that is not known. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher

_NEAR = 0.6
"""Of the names without what all units share; below it they share a character by chance."""
_ABBREVIATED = 0.7
_CORE_CHARS = 2
_SHARED = re.compile("^[市县区]|(?:人民政府|委员会|办公室|分局|局|委|办|中心)$")


def nearest(name: str, known: Mapping[str, str], most: int = 3) -> tuple[str, ...]:
    """The official names nearest to a name, best first; none where nothing is near.

    Args:
        name: as somebody wrote it.
        known: every name a unit goes by → its official name.
        most: how many at most.
    """
    best: dict[str, float] = {}
    for alias, official in known.items():
        best[official] = max(best.get(official, 0.0), _likeness(name, alias))
    near = [official for official, score in best.items() if score >= _NEAR]
    return tuple(sorted(near, key=lambda official: -best[official])[:most])


def _likeness(name: str, alias: str) -> float:
    """0 to 1, without what all units share; an abbreviation (城管 for 城市管理) is near."""
    shorter, longer = sorted((_core(name), _core(alias)), key=len)
    ratio = SequenceMatcher(None, shorter, longer, autojunk=False).ratio()
    if len(shorter) < _CORE_CHARS:
        return 1.0 if shorter == longer else 0.0
    letters = iter(longer)
    abbreviated = shorter[0] == longer[0] and all(char in letters for char in shorter)
    return max(ratio, _ABBREVIATED) if abbreviated or shorter in longer else ratio


def _core(name: str) -> str:
    return _SHARED.sub("", name) or name

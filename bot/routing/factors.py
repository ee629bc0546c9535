"""What a unit does, and where: 龙华区城管局 as 城管局 in 龙华区. Pure.

A city has the same office in each district and a government in each town. What an order is about is
learned from the orders of all of them together, and so is which words mean which place; each alone
has too few.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.routing.grams import Ints

_CITY = re.compile(r"^[\u4e00-\u9fff]{2,4}?市(?=[\u4e00-\u9fff]{2,3}(?:区|县|镇|乡|街道))")
_PLACE = re.compile(r"^(?!开发|高新|园)[\u4e00-\u9fff]{2,3}?(?:区|县|镇|乡|街道)")
_TOWN = re.compile(r"^[\u4e00-\u9fff]{1,3}?(?:镇|乡|街道)")
_TOWN_GOVERNMENT = "镇街"


@dataclass(frozen=True, kw_only=True)
class Factors:
    """Units by function and place.

    Args:
        functions, places: their names, sorted.
        function_of: of each unit.
        place_of: of each unit; -1 for one of the whole city.
    """

    functions: tuple[str, ...]
    places: tuple[str, ...]
    function_of: Ints
    place_of: Ints

    @property
    def pooled(self) -> bool:
        """Whether any function is found in two places; else there is nothing to learn together."""
        return len(self.functions) < len(self.function_of) and len(self.places) > 1


def factors(names: Sequence[str]) -> Factors:
    """Take the names of units apart."""
    apart = [_apart(name) for name in names]
    known = _merged(apart)
    functions = tuple(sorted(set(known)))
    places = tuple(sorted({place for place, _ in apart if place}))
    return Factors(
        functions=functions,
        places=places,
        function_of=np.array([functions.index(function) for function in known], dtype=np.int64),
        place_of=np.array(
            [places.index(place) if place else -1 for place, _ in apart], dtype=np.int64
        ),
    )


def _apart(name: str) -> tuple[str, str]:
    """Place and function; no place for a unit of the whole city."""
    rest = _CITY.sub("", name)
    found = _PLACE.match(rest)
    if not found or found.end() == len(rest):
        return "", name
    place, function = found.group(), rest[found.end() :]
    of_town = bool(_TOWN.match(function)) or place.endswith(("镇", "乡", "街道"))
    return place, _TOWN_GOVERNMENT if of_town else function


def _merged(apart: Sequence[tuple[str, str]]) -> list[str]:
    """Functions, where a short name and a long one in another place are one: 环保局, 环境保护局."""
    where: dict[str, set[str]] = {}
    for place, function in apart:
        if place:
            where.setdefault(function, set()).add(place)
    meant = {function: function for function in where}
    for short in sorted(where, key=len):
        for long in sorted(where, key=len, reverse=True):
            if len(long) > len(short) and _shortens(short, long) and not where[short] & where[long]:
                meant[short] = long
                break
    return [
        meant.get(meant.get(function, function), function) if place else f"市 {function}"
        for place, function in apart
    ]


def _shortens(short: str, long: str) -> bool:
    """Whether a name is another's with characters left out, first and last kept."""
    if len(short) < 3 or short[0] != long[0] or short[-1] != long[-1]:
        return False
    rest = iter(long)
    return all(char in rest for char in short)

"""Whose rules a text tells: the provinces, cities and counties it names, each with its province."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.model import Document
from nlu import lexicon

TITLE_WEIGHT, ORGAN_WEIGHT, BEGINNING_WEIGHT = 4, 3, 2
"""What a place counts in the title, in the issuing organ's name and at the text's beginning; 1
further on."""
BEGINNING_CHARS = 150
_DOUBTFUL = "?"


@dataclass(frozen=True, kw_only=True)
class Regions:
    """The places a text names.

    Args:
        names: each name's weight.
        provinces: each province's weight, with that of its cities.
    """

    names: Mapping[str, int]
    provinces: Mapping[str, int]

    def share(self, provinces: frozenset[str]) -> float:
        """How much of what is named lies in these provinces, 0 to 1; 0 where nothing is named."""
        whole = sum(self.provinces.values())
        return sum(self.provinces.get(each, 0) for each in provinces) / whole if whole else 0.0


def asked(question: str) -> frozenset[str]:
    """The names of places in a question."""
    return frozenset(_pattern().findall(question))


def provinces(names: frozenset[str]) -> frozenset[str]:
    """The provinces these names lie in."""
    return frozenset(_provinces()[name] for name in names)


@functools.lru_cache(maxsize=20_000)
def of(document: Document) -> Regions:
    """The places a document names. The newest some thousand documents are remembered."""
    names: Counter[str] = Counter()
    for weight, text in (
        (TITLE_WEIGHT, document.title),
        (ORGAN_WEIGHT, document.department),
        (BEGINNING_WEIGHT, document.text[:BEGINNING_CHARS]),
        (1, document.text),
    ):
        for name in _pattern().findall(text):
            names[name] += weight
    above: Counter[str] = Counter()
    for name, weight in names.items():
        above[_provinces()[name]] += weight
    return Regions(names=names, provinces=above)


@functools.lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    names = sorted(_provinces(), key=lambda name: (-len(name), name))
    return re.compile("|".join(map(re.escape, names)))


@functools.lru_cache(maxsize=1)
def _provinces() -> Mapping[str, str]:
    """Every name that is no common word → the province it lies in."""
    found = {}
    for block in lexicon.elsewhere_by_province():
        province = block[0][0]
        for names in block:
            for name in names:
                if not name.startswith(_DOUBTFUL):
                    found[name] = province
    home = tuple(lexicon.home().values())
    province = next((found[name] for name in home if name in found), home[-1] if home else "")
    for name in lexicon.home():
        found[name] = province
    return found

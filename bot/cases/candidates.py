"""Open cases that may be one matter with another, found without comparing all with all. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from bot.cases.merging import Likeness, Seen, compare
from bot.cases.sameness import sounds

CANDIDATES = 60
"""Cases compared in full. Among 7,788 orders of another city, 98% of the pairs of one matter
written for this one had the other among so many."""
_MOST_HOLDERS = 400
"""Of a term that more cases hold, only the latest are looked at."""
_RARE_WORD = 3.0


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A case that may be merged with another."""

    number: str
    likeness: Likeness


class Duplicates:
    """An index over the places, matters and rare words of open cases.

    Adding and finding look at a bounded number of cases, however many there are.
    """

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}
        self._holders: dict[str, dict[str, None]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._seen)

    def __contains__(self, number: object) -> bool:
        return number in self._seen

    @property
    def numbers(self) -> frozenset[str]:
        """Of the cases in it."""
        return frozenset(self._seen)

    def add(self, seen: Seen) -> None:
        """Take a case in; a number already known is taken in anew."""
        number = seen.told.number
        self.remove(number)
        self._seen[number] = seen
        for term in _terms(seen):
            self._holders[term][number] = None

    def remove(self, number: str) -> None:
        """Leave a case out from now on; an unknown number is no error."""
        seen = self._seen.pop(number, None)
        for term in set(_terms(seen)) if seen else ():
            holders = self._holders[term]
            holders.pop(number, None)
            if not holders:
                del self._holders[term]

    def near(self, seen: Seen, *, least: float, limit: int = 10) -> tuple[Suggestion, ...]:
        """Cases that are one matter with this one, likeliest first.

        Args:
            seen: itself in the index or not.
            least: probability below which none is named.
            limit: how many at most.
        """
        found = [
            Suggestion(number=number, likeness=compare(seen, self._seen[number]))
            for number in self._candidates(seen)
        ]
        likely = [each for each in found if each.likeness.probability >= least]
        likely.sort(key=lambda each: (-each.likeness.probability, each.number))
        return tuple(likely[:limit])

    def _candidates(self, seen: Seen) -> list[str]:
        shared: dict[str, float] = defaultdict(float)
        for term in set(_terms(seen)):
            holders = self._holders.get(term)
            if not holders:
                continue
            worth = math.log1p(len(self._seen) / len(holders))
            for taken, number in enumerate(reversed(holders)):
                if taken == _MOST_HOLDERS:
                    break
                shared[number] += worth
        shared.pop(seen.told.number, None)
        return sorted(shared, key=lambda number: (-shared[number], number))[:CANDIDATES]


def _terms(seen: Seen) -> Iterator[str]:
    """What a case is found by: spots as they sound, what happened in which town, rare words."""
    for name in seen.where.names:
        yield "spot " + " ".join(sounds(name[-4:]))
    about = [*seen.trouble.things, *seen.duties]
    places = [*seen.where.areas]
    places += [f"{one}{kind}" for kind, ones in seen.where.numbers.items() for one in ones]
    for place in places or ["nowhere"]:
        for thing in about:
            yield f"{place} {thing}"
    for word, weight in seen.words.items():
        if weight >= _RARE_WORD:
            yield word

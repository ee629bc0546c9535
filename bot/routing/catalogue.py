"""Match a text against the dispatch catalogue (派单目录). Pure.

A phrase weighs by its length, more where few units have it; each further phrase of one duty adds
less, and characters count once: of 路灯 and 路灯+不亮 only what the second adds is added.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from bot.city.model import City, Duty
from bot.routing.phrases import Phrase, phrase, places, spans

_NAMED_UNIT = 0.8
"""A unit named in the text: it may be praised, blamed or asked for, so a weak sign."""
_DUTY_WORD = 0.5
"""A word of a unit's general duties, against 1 for a word of the catalogue of the same length."""
_FADE = 0.45
"""What each further phrase of one duty is worth, against the one before."""
_EARLY_CHARS, _EARLY = 30, 0.15
"""What a citizen says first is what it is about."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """A duty that fits, how well, and the phrases that say so, or a sentence that is alike."""

    duty: Duty
    score: float
    phrases: tuple[str, ...] = ()
    alike: str = ""


@dataclass(frozen=True, kw_only=True)
class _Entry:
    phrase: Phrase
    weight: float
    owner: int


class Catalogue:
    """A city's duties, ready to be held against texts."""

    def __init__(self, city: City) -> None:
        self.duties = city.duties
        sharing: dict[str, set[str]] = defaultdict(set)
        for duty in city.duties:
            for word in duty.keywords:
                sharing[word.lower()].add(duty.lead)
        self._entries = [
            _Entry(phrase=phrase(word), weight=_weight(word, len(sharing[word.lower()])), owner=at)
            for at, duty in enumerate(city.duties)
            for word in duty.keywords
        ]
        self._parts = sorted({part for entry in self._entries for part in entry.phrase.parts})
        self._by_part: dict[str, list[_Entry]] = defaultdict(list)
        for entry in self._entries:
            self._by_part[max(entry.phrase.parts, key=len)].append(entry)
        self._units = tuple(
            (unit.name, tuple(name.lower() for name in (unit.name, *unit.aliases)), unit.duties)
            for unit in city.departments
        )

    def match(self, text: str) -> tuple[Match, ...]:
        """Duties that fit a normalised text in lower case, best first."""
        present = {part for part in self._parts if part in text}
        hits: dict[int, list[tuple[float, str, tuple[tuple[int, int], ...]]]] = defaultdict(list)
        for entry in self._standing(present):
            found = spans(text, entry.phrase)
            if found:
                early = 1 + _EARLY * (min(found)[0] < _EARLY_CHARS)
                hits[entry.owner].append((entry.weight * early, entry.phrase.text, found))
        matches = [_match(self.duties[at], found) for at, found in hits.items()]
        return tuple(sorted(matches, key=lambda match: (-match.score, match.duty.id)))

    def _standing(self, present: set[str]) -> Iterator[_Entry]:
        """The phrases all of whose parts are present, looked up by their longest."""
        for part in present:
            for entry in self._by_part.get(part, ()):
                if present.issuperset(entry.phrase.parts):
                    yield entry

    def units(self, text: str) -> dict[str, float]:
        """Weak signs for units: their name or a word of their general duties in the text."""
        found: dict[str, float] = {}
        for name, names, duties in self._units:
            score = max(
                (_DUTY_WORD * _length(word) for word in duties if word.lower() in text), default=0.0
            )
            if any(len(alias) > 2 and places(text, alias) for alias in names):
                score += _NAMED_UNIT
            if score:
                found[name] = score
        return found


def _length(word: str) -> float:
    return math.sqrt(len(word) / 2)


def _weight(word: str, sharing: int) -> float:
    parts = phrase(word).parts
    length = sum(_length(part) if len(part) > 1 else 0.4 for part in parts)
    return length / math.sqrt(sharing)


def _match(duty: Duty, found: list[tuple[float, str, tuple[tuple[int, int], ...]]]) -> Match:
    taken: set[int] = set()
    score, factor, used = 0.0, 1.0, []
    for weight, text, where in sorted(found, key=lambda hit: (-hit[0], hit[1])):
        chars = {at for start, end in where for at in range(start, end)}
        fresh = len(chars - taken) / len(chars)
        if fresh == 0:
            continue
        score += weight * fresh * factor
        factor *= _FADE
        taken |= chars
        used.append(text.replace("+", "…"))
    return Match(duty=duty, score=score, phrases=tuple(used))

"""The words two texts share, rare ones weighing more. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nlu import lexicon
from nlu.rarity import rarity
from nlu.text import words

_PLAIN = 8.0
"""Rarity of a word that says nothing of a matter; what is above it is what a word weighs."""
_ALIKE, _PARTLY, _ONE_CHARACTER = 0.7, 0.6, 0.4
"""What a word is worth of which the other text has one that means about the same, some of its pairs
of characters, or one rare character."""
_RARE_CHARACTER = 7.5
_WORD = re.compile("[\u4e00-\u9fffa-z]{2,}")


def weighed(text: str) -> dict[str, float]:
    """Words of a text in lower case → what they weigh; those that say nothing are left out."""
    found = {word: rarity(word) - _PLAIN for word in words(text) if _WORD.fullmatch(word)}
    return {word: weight for word, weight in found.items() if weight > 0}


def cover(said: Mapping[str, float], text: str) -> float:
    """How much of the weight of some words another text has too, 0 to 1."""
    whole = sum(said.values())
    if not whole:
        return 0.0
    return sum(weight * _worth(word, text) for word, weight in said.items()) / whole


def _worth(word: str, text: str) -> float:
    if word in text:
        return 1.0
    if any(other in text for other in lexicon.alike().get(word, ())):
        return _ALIKE
    pairs = [word[at : at + 2] for at in range(len(word) - 1)]
    partly = _PARTLY * sum(pair in text for pair in pairs) / len(pairs)
    rare = any(char in text and rarity(char) > _RARE_CHARACTER for char in word)
    return max(partly, _ONE_CHARACTER if rare else 0.0)

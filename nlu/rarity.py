"""How rare a word is in Chinese at large, whatever content is at hand."""

from __future__ import annotations

import functools
import math

from nlu import text as nlu_text

_UNKNOWN = 3
"""Words of two characters or more that the lexicon does not know count as seen so often."""
_UNKNOWN_SIGN = 8.0
"""What a single character is worth that it does not know."""


@functools.lru_cache(maxsize=50_000)
def rarity(word: str) -> float:
    """The negative logarithm of a word's share of running text, some 5 to 17.

    Args:
        word: in lower case, as `nlu.text.words` gives it.
    """
    seen, total = nlu_text.frequencies()
    often = seen.get(word, 0)
    if often:
        return math.log(total / often)
    return math.log(total / _UNKNOWN) if len(word) > 1 else _UNKNOWN_SIGN

"""Which earlier letters to draw on, best first. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.drafting.index import RepliedIndex
from bot.drafting.model import Letter
from nlu.text import bigrams

_TOP = 10
"""Both scores are taken relative to the mean of so many best rows."""
_REPLY = 1.0
"""What the reply's words weigh beside the letter's."""
_SAME_DEPARTMENT, _SAME_CATEGORY, _SAME_TYPE = 0.25, 0.1, 0.05
"""What a row gains where its department (category, demand type) is the letter's."""
_BAD = 0.7
"""What is left of a row whose citizen was not satisfied with the reply."""
_HALF_LIFE_YEARS = 8.0
"""After so many years half of what age can take is gone; it takes no more than `_AGE`."""
_AGE = 0.3
_DAYS_A_YEAR = 365.25

VERY, RATHER, LEAST = 0.35, 0.18, 0.1
"""Likeness of two letters from which a source is very much, rather, or at all like it."""


@dataclass(frozen=True, kw_only=True)
class Near:
    """An earlier letter, by its row and case id, and how well it fits; only for comparing."""

    row: int
    id: str
    score: float


def nearest(
    index: RepliedIndex,
    letter: Letter,
    k: int,
    may: NDArray[np.bool_] | None = None,
) -> tuple[Near, ...]:
    """The `k` rows that fit best, best first; the letter itself is not among them.

    Args:
        index: where to look.
        letter: to be answered.
        k: how many at most.
        may: which rows may serve; None: all. For measuring.
    """
    scores, facts = index.scores(letter), index.facts
    fits = _relative(scores.letters) + _REPLY * _relative(scores.replies)
    own = np.array([index.code(one) for one in _named(letter)], np.int32)
    gain = (facts.codes == own) & (own >= 0)
    fits = fits * (1 + gain @ np.array([_SAME_DEPARTMENT, _SAME_TYPE, _SAME_CATEGORY]))
    fits = fits * np.where(facts.bad, _BAD, 1.0) * _fresh(facts.days, letter.day.toordinal())
    fits[~facts.alive] = 0
    if may is not None:
        fits[~may] = 0
    few = min(len(fits), k + 1)
    best = np.argpartition(-fits, few - 1)[:few] if few else np.zeros(0, np.int64)
    best = best[np.lexsort((best, -fits[best]))]
    found = (Near(row=int(at), id=facts.ids[at], score=float(fits[at])) for at in best)
    return tuple(one for one in found if one.score > 0 and one.id != letter.id)[:k]


def _named(letter: Letter) -> tuple[str, str, str]:
    return letter.department, letter.demand_type, letter.category


def _relative(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    few = min(len(scores), _TOP)
    if not few:
        return scores
    best = -np.partition(-scores, few - 1)[:few]
    return scores / max(float(best.mean()), 1e-9)


def _fresh(days: NDArray[np.int32], today: int) -> NDArray[np.float64]:
    years = np.abs(today - days) / _DAYS_A_YEAR
    return 1 - _AGE * (1 - 0.5 ** (years / _HALF_LIFE_YEARS))


def likeness(one: str, other: str) -> float:
    """How alike two letters are, 0 to 1: F of the bigrams each holds."""
    mine, theirs = set(bigrams(one)), set(bigrams(other))
    if not mine or not theirs:
        return 0.0
    return len(mine & theirs) / float(np.sqrt(len(mine) * len(theirs)))


def in_words(value: float) -> str:
    """A likeness as people read it."""
    if value >= VERY:
        return "很像"
    return "比较像" if value >= RATHER else "有些像"

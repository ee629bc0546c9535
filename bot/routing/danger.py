"""Whether a text tells of present danger, and which number must be told: learned. Pure.

Words alone miss most of it: 53 of 60 dangers told by a writer who had not seen the lists, such as
孩子喘不上气，嘴唇都发紫了. A ridge regression over n-grams of characters learns from sentences of
danger, from near misses (past, asked about, figurative, drills), and from everyday sayings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bot.routing.grams import Floats, Weighting, count, grams, reduced, weighed
from bot.routing.sayings import ridge
from nlu import lexicon

NUMBERS = ("110", "119", "120", "122")
_NOTHING = "0"
_LONGEST = 3
SURE = 0.2
"""Least lead of a number's score over that of no danger: some 2 % of ordinary items have it."""
SURELY_NONE = -1.0
"""Below it a word of danger is meant otherwise (演练触电急救, 模拟火灾体验馆)."""
_MAX_CHARS = 300
"""Somebody in danger writes briefly; in a letter only plain words count (`severity.py`)."""
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?\n]*")


@dataclass(frozen=True, kw_only=True)
class Danger:
    """A number to be told, and how clearly."""

    number: str
    lead: float


class DangerJudge:
    """Learns at its making, in some tenths of a second; judging takes a fraction of a millisecond.

    Args:
        everyday: sentences without danger, such as citizens bring every day.
        cries: further sentences of danger: number and text.
    """

    def __init__(self, everyday: Sequence[str] = (), cries: Sequence[tuple[str, str]] = ()) -> None:
        told = [*lexicon.danger(), *cries, *((_NOTHING, text) for text in everyday)]
        self._labels = (_NOTHING, *NUMBERS)
        texts = [reduced(text) for _, text in told]
        counts = count(texts, _LONGEST)
        weighting = Weighting.learn(counts, least_texts=1)
        vectors = weighting.weigh(counts)
        truth = np.full((len(told), len(self._labels)), -1, dtype=np.float32)
        for row, (number, _) in enumerate(told):
            truth[row, self._labels.index(number)] = 1
        self._means = truth.mean(0)
        duals = ridge(vectors, truth - self._means)
        self._weights: Floats = np.asarray(vectors.T @ duals, dtype=np.float32)
        self._row_of = {name: at for at, name in enumerate(weighting.names)}
        self._idf = weighting.idf

    def judge(self, text: str) -> Danger | None:
        """The clearest danger in a normalised text, its lead below `SURE` where there is none.

        None for a letter, of which nothing can be said.
        """
        if len(text) > _MAX_CHARS:
            return None
        sentences = [found[0] for found in _SENTENCE.finditer(text)]
        pieces = {text, *sentences, *map("".join, pairwise(sentences))}
        return max((self._clearest(piece) for piece in sorted(pieces)), key=lambda one: one.lead)

    def _clearest(self, text: str) -> Danger:
        scores = self._scores(text)
        at = int(np.argmax(scores[1:])) + 1
        return Danger(number=self._labels[at], lead=float(scores[at] - scores[0]))

    def _scores(self, text: str) -> Floats:
        rows, values = weighed(grams(reduced(text), _LONGEST), self._row_of, self._idf)
        found: Floats = (values @ self._weights[rows] + self._means).astype(np.float32)
        return found

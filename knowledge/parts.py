"""Parts of a found document: which of its passages is about what was asked, and how sure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from knowledge import asking
from knowledge.asking import Sought
from knowledge.model import Document, Passage
from knowledge.query import Wanted

TITLE_TERM_SHARE = 0.3
"""What a term is worth that the title holds: the whole document is about it."""
FOCUS_GAIN = 2.5
"""What a term is worth more that stands beside the asking word: 利率 in 公积金贷款利率多少."""
QUESTION_SHARE = 0.6
"""What the words of a published question or a heading count once more."""
KIND_SHARE = 0.6
"""What the kind of thing asked for counts beside the words."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A passage and how well it answers; scores compare only within one question.

    Args:
        words: share of the question its words hold, its own question or heading once more.
        fit: how well it gives the kind of thing asked for, -0.35 to 1.
    """

    passage: Passage
    words: float
    fit: float

    @property
    def score(self) -> float:
        """Words and kind together."""
        return self.words + KIND_SHARE * self.fit

    @property
    def announced(self) -> bool:
        """Whether its heading or question announces the kind of thing asked for."""
        return self.fit >= asking.HEADED


def worth(wanted: Wanted, document: Document, texts: Sequence[str]) -> dict[str, float]:
    """What each term tells one part of a document from the others."""
    spread = Counter(term for text in texts for term in wanted.held(text))
    named = wanted.held(document.title)
    return {
        term: rarity
        * math.log1p(len(texts) / max(spread[term], 1))
        * (TITLE_TERM_SHARE if term in named else 1.0)
        * (FOCUS_GAIN if term in wanted.focus else 1.0)
        for term, rarity in wanted.rarity.items()
    }


def heading_of(passage: Passage) -> str:
    """What announces a passage: its published question, or its nearest heading."""
    return passage.question or (passage.heading_path[-1] if passage.heading_path else "")


def ranked(
    kinds: Sequence[Sought],
    wanted: Wanted,
    document: Document,
    passages: Sequence[Passage],
) -> tuple[Part, ...]:
    """The passages, best first.

    Args:
        kinds: the kinds of thing asked for.
        wanted: what the question wants a text to hold.
        document: what the passages are of.
        passages: in reading order.
    """
    texts = ["\n".join((*each.heading_path, each.question, each.text)) for each in passages]
    terms = worth(wanted, document, texts)
    named = wanted.held(document.title)
    whole = (
        sum(each / (TITLE_TERM_SHARE if t in named else 1.0) for t, each in terms.items()) or 1.0
    )

    def share(text: str) -> float:
        return sum(terms[term] for term in wanted.held(text)) / whole

    parts = [
        Part(
            passage=passage,
            words=share(text) + QUESTION_SHARE * share(heading_of(passage)),
            fit=asking.fit(kinds, heading_of(passage), passage.text),
        )
        for passage, text in zip(passages, texts, strict=True)
    ]
    return tuple(sorted(parts, key=lambda part: -part.score))


def fresh(
    kinds: Sequence[Sought], passages: Sequence[Passage], said: Collection[int]
) -> Sequence[Passage]:
    """The passages not yet quoted, where any gives what is asked for; else all of them.

    Args:
        kinds: the kinds of thing asked for.
        passages: in reading order.
        said: ordinals of passages an earlier answer quoted.
    """
    left = [each for each in passages if each.ordinal not in said]
    fits = any(asking.fit(kinds, heading_of(each), each.text) > 0 for each in left)
    return left if left and (fits or not kinds) else passages

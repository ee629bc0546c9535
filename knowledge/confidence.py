"""How sure it is that what was found answers the question, from 0 to 1.

Logistic models fitted on 405 citizens' questions over 369 documents, 33 questions in everyday words
over 31 portal pages, the same questions with every answering document taken away or put to the
other content, and 250 messages to a leader's mailbox. Area under the curve, cross-validated: right
first .95 and .96, right in three .92 and .98. Vectors tell nothing about which document comes
first; for the portal pages they tell whether any answers (.98 instead of .975). They are believed
only where the encoder was learned from the content, as the measured one was.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.query import Wanted
from knowledge.search import Hit

MASS_OF_A_FULL_QUESTION = 30.0
"""Summed rarity from which a question is specific enough for one answer (about six bigrams)."""
CHOICES = 3
"""How many documents are offered to choose from."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What speaks for the documents found, each from 0 to 1 unless said otherwise.

    Args:
        match: share of the question that the first one's best passage holds with its headings.
        title_match: share that its title alone holds; `best_title_match`: of the first three.
        best_nearness: cosine of the nearest passage of the first three; None where the encoder
            is another than the measured one.
        strength: logarithm of its score by what the question's terms are worth together.
        lead: how far its score is ahead of the second, as a share of its own.
        mass: how specific the question is.
    """

    match: float = 0.0
    title_match: float = 0.0
    best_title_match: float = 0.0
    best_nearness: float | None = None
    strength: float = -9.0
    lead: float = 0.0
    mass: float = 0.0


def evidence(hits: Sequence[Hit], wanted: Wanted, *, vectors: bool) -> Evidence:
    """The evidence for the first of some hits; none for none.

    Args:
        hits: best first.
        wanted: what the question wants.
        vectors: whether their nearness is to be believed.
    """
    worth = sum(wanted.rarity.values())
    if not hits or not worth:
        return Evidence()
    first, three = hits[0], hits[:CHOICES]
    behind = hits[1].score if len(hits) > 1 else 0.0
    return Evidence(
        match=first.match,
        title_match=first.title_match,
        best_title_match=max(hit.title_match for hit in three),
        best_nearness=max(hit.vectors for hit in three) if vectors else None,
        strength=math.log(max(first.score, 1e-9) / worth),
        lead=(first.score - behind) / first.score if first.score else 0.0,
        mass=min(1.0, worth / MASS_OF_A_FULL_QUESTION),
    )


def of_first(seen: Evidence) -> float:
    """The chance that the first document answers, 0 to 1."""
    line = (
        -6.88
        + 1.32 * seen.match
        + 2.79 * seen.title_match
        + 3.06 * seen.strength
        + 3.7 * seen.lead
        + 2.84 * seen.mass
    )
    return _chance(line)


def of_first_three(seen: Evidence) -> float:
    """The chance that one of the first three answers, 0 to 1."""
    if seen.best_nearness is None:
        line = -3.3 + 1.45 * seen.match + 2.57 * seen.best_title_match + 3.36 * seen.strength
    else:
        line = (
            -6.53
            + 2.35 * seen.match
            + 1.71 * seen.best_title_match
            + 4.7 * seen.best_nearness
            + 2.42 * seen.strength
        )
    return _chance(line)


def _chance(line: float) -> float:
    return 1 / (1 + math.exp(-line))

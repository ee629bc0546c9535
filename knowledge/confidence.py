"""How sure it is that what was found answers the question, from 0 to 1.

Two logistic models: whether any of the first three documents answers, and whether the one chosen
does where any does. Fitted on 405 citizens' questions over 369 documents, 40 everyday questions
over the sample content, the same questions put to content without the answer, and 500 messages to
a leader's mailbox. Measured with the thresholds in `answer.py` (`present` 0.35, `of_chosen` 0.78):
89% of the 405 questions are answered directly, 95% of these from a right document; of the messages
2.4% got an answer or choices from the 369 documents, 1.6% from the samples or the portal pages.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.choosing import Chosen
from knowledge.query import Wanted
from knowledge.search import Hit

MASS_OF_A_FULL_QUESTION = 30.0
"""Summed rarity from which a question is specific enough for one answer (about six bigrams)."""
TITLE_SAYS, SAID_CHANCE = 0.55, 0.5
"""A question whose words a title says, so much of them, is answered there with this chance at
least: among few documents no word is rare, and the models were fitted among many."""
FEW_TERMS = 2
"""A question of fewer terms that asks for nothing is none, unless a title says it."""
CHOICES = 3
"""How many documents are offered to choose from."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What speaks for the documents found, each from 0 to 1 unless said otherwise.

    Args:
        match: share of the question that the first one's best passage holds with its headings.
        title_match: share that its title alone holds.
        strength: logarithm of its score by what the question's terms are worth together.
        lead: how far its score is ahead of the second matter's, as a share of its own; a policy
            and its interpretation are one matter.
        mass: how specific the question is.
        asks: whether it asks for a kind of thing that is known.
        chosen: the document to read; None where none was found.
    """

    match: float = 0.0
    title_match: float = 0.0
    strength: float = -9.0
    lead: float = 0.0
    mass: float = 0.0
    asks: bool = False
    chosen: Chosen | None = None


def evidence(hits: Sequence[Hit], wanted: Wanted, chosen: Chosen, *, asks: bool) -> Evidence:
    """The evidence for the first of some hits; none for none, and for a question of one word.

    Args:
        hits: best first.
        wanted: what the question wants.
        chosen: the one of them that is to be read.
        asks: whether the question asks for a kind of thing that is known.
    """
    worth = sum(wanted.rarity.values())
    if not hits or not worth:
        return Evidence()
    first = hits[0]
    if not asks and len(wanted.rarity) < FEW_TERMS and not first.title_match:
        return Evidence()
    rival = next((hit for hit in hits[1:] if _matter(hit) != _matter(first)), None)
    behind = rival.score if rival else 0.0
    return Evidence(
        match=first.match,
        title_match=first.title_match,
        strength=max(-3.0, math.log(max(first.score, 1e-9) / worth)),
        lead=(first.score - behind) / first.score if first.score else 0.0,
        mass=min(1.0, worth / MASS_OF_A_FULL_QUESTION),
        asks=asks,
        chosen=chosen,
    )


def present(seen: Evidence) -> float:
    """The chance that one of the first three documents answers, 0 to 1."""
    if seen.chosen is None:
        return 0.0
    line = (
        -8.17
        + 0.59 * seen.match
        + 6.05 * seen.strength
        + 4.55 * seen.mass
        + 0.88 * seen.asks
        + 1.56 * seen.chosen.words
    )
    said = seen.asks and min(seen.title_match, seen.match) >= TITLE_SAYS
    return max(_chance(line), SAID_CHANCE if said else 0.0)


def of_chosen(seen: Evidence) -> float:
    """The chance that the chosen document answers where one of the first three does, 0 to 1."""
    if seen.chosen is None:
        return 0.0
    line = (
        -0.79
        + 0.72 * seen.title_match
        - 1.84 * seen.strength
        + 7.8 * seen.lead
        + 4.32 * seen.chosen.words
        + 1.49 * seen.chosen.heading
        + 0.3 * seen.chosen.fit
        - 0.37 * seen.mass
    )
    return _chance(line)


def _matter(hit: Hit) -> str:
    return hit.document.policy_id or hit.document.id


def _chance(line: float) -> float:
    return 1 / (1 + math.exp(-line))

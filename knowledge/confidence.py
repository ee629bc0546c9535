"""How sure it is that what was found answers the question, from 0 to 1.

Two logistic models: whether any of the first three documents answers, and whether the one chosen
does where any does. Fitted on 405 citizens' questions over 369 documents, halves of the sets of
everyday, portal and FAQ questions and of texts nothing answers, the same questions put to content
without the answer, and 300 messages to a leader's mailbox. Measured with the thresholds in
`answer.py`: docs/measurements.md, "Question sets".
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
        elsewhere: it asks for another place's rules, and the document names no place.
        chosen: the document to read; None where none was found.
    """

    match: float = 0.0
    title_match: float = 0.0
    strength: float = -9.0
    lead: float = 0.0
    mass: float = 0.0
    elsewhere: bool = False
    chosen: Chosen | None = None


def evidence(
    hits: Sequence[Hit], wanted: Wanted, chosen: Chosen, *, asks: bool, elsewhere: bool = False
) -> Evidence:
    """The evidence for the first of some hits; none for none, and for a question of one word.

    Args:
        hits: best first.
        wanted: what the question wants.
        chosen: the one of them that is to be read.
        asks: whether the question asks for a kind of thing that is known.
        elsewhere: whether it asks for another place's rules, and the first names no place.
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
        elsewhere=elsewhere,
        chosen=chosen,
    )


def present(seen: Evidence) -> float:
    """The chance that one of the first three documents answers, 0 to 1."""
    if seen.chosen is None:
        return 0.0
    return _chance(
        -6.38
        + 3.14 * seen.strength
        + 3.46 * seen.mass
        + 1.84 * seen.chosen.heading
        + 1.29 * seen.chosen.fit
        + 1.51 * seen.chosen.said
        + 0.89 * seen.chosen.whole
        - 1.11 * seen.elsewhere
    )


def of_chosen(seen: Evidence) -> float:
    """The chance that the chosen document answers where one of the first three does, 0 to 1."""
    if seen.chosen is None:
        return 0.0
    return _chance(
        -1.46
        + 0.57 * seen.title_match
        + 0.42 * seen.strength
        + 3.51 * seen.lead
        + 0.72 * seen.mass
        + 0.67 * seen.chosen.heading
        + 0.63 * seen.chosen.fit
        + 1.62 * seen.chosen.said
    )


def _matter(hit: Hit) -> str:
    return hit.document.policy_id or hit.document.id


def _chance(line: float) -> float:
    return 1 / (1 + math.exp(-line))

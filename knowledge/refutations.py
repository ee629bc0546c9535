"""Rumours: a question near a published refutation gets the refutation first."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.model import Kind
from knowledge.search import Hit

SCORE_SHARE = 0.6
"""A refutation this near to the best document's score goes before it."""


def nearest(hits: Sequence[Hit], match: float) -> Hit | None:
    """The refutation a question is near to, or None.

    Args:
        hits: best first.
        match: share of the question that the refutation must hold.
    """
    best = hits[0].score if hits else 0.0
    return next(
        (
            hit
            for hit in hits
            if hit.document.kind is Kind.REFUTATION
            and hit.score >= SCORE_SHARE * best
            and max(hit.match, hit.title_match) >= match
        ),
        None,
    )

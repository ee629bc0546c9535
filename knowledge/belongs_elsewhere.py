"""Whether a question asks for another city's rules, and what was found is not that city's."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge import choosing, elsewhere, regions
from knowledge.asking import Sought
from knowledge.index import Index
from knowledge.model import Document
from knowledge.query import Wanted
from knowledge.search import Hit

LOOKED_AT = 3
"""So many of the documents found may be that city's."""
SAID = 0.7
"""A document without any place answers for another city where it holds so much of the question."""


def asked(
    index: Index, question: str, kinds: Sequence[Sought], wanted: Wanted, hits: Sequence[Hit]
) -> bool:
    """Whether the question is not ours to answer.

    A document that names no place at all may be the country's or that city's own, where it holds
    nearly all else that was said.

    Args:
        index: for the passages.
        question: the part of it that is looked at.
        kinds: the kinds of thing asked for.
        wanted: what the question wants a text to hold.
        hits: the documents found, best first.
    """
    places = elsewhere.about(question)
    if not places:
        return False
    if hits and placeless(hits[0].document):
        return choosing.document(index, kinds, wanted, hits[:1], {}).said < SAID
    return not any(_tells_of(index, hit.document, places) for hit in hits[:LOOKED_AT])


def placeless(document: Document) -> bool:
    """Whether a document names no place at all."""
    return not regions.of(document).names


def _tells_of(index: Index, document: Document, places: Sequence[str]) -> bool:
    parts = (part.text for part in index.passages(document.id))
    texts = (document.title, document.department, *parts)
    return any(place in text for text in texts for place in places)

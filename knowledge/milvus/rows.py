"""A version as rows of the three collections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np

from knowledge.index import plain_number
from knowledge.milvus.content import Content, key_of, packed
from knowledge.model import Life

CHUNK_CHARS = 60_000
"""Milvus takes 65,535 bytes in a field."""


def content_rows(content: Content, written: int) -> Iterator[dict[str, Any]]:
    """The rows of all that a version is, in chunks.

    Args:
        content: the version.
        written: now, in seconds since 1970.
    """
    text = packed(content)
    chunks = [text[at : at + CHUNK_CHARS] for at in range(0, len(text), CHUNK_CHARS)]
    for part, chunk in enumerate(chunks):
        yield {
            "row": f"{content.mark}:{part}",
            "mark": content.mark,
            "part": part,
            "parts": len(chunks),
            "written": written,
            "content": chunk,
            "unused": [0.0, 1.0],
        }


def passage_rows(content: Content, sparse: Sequence[dict[int, float]]) -> Iterator[dict[str, Any]]:
    """The rows of a version's passages, with the gains of their terms."""
    for place, terms in enumerate(sparse):
        row = {"row": f"{content.mark}:{place}", **_shared(content), "terms": terms}
        if content.vectors is not None:
            row["near"] = np.asarray(content.vectors[place], np.float32).tolist()
        yield row


def document_row(content: Content, terms: dict[int, float]) -> dict[str, Any]:
    """The row that makes a version current."""
    number = plain_number(content.entry.document.number)
    return {**_shared(content), "number": number and key_of(number), "terms": terms}


def _shared(content: Content) -> dict[str, Any]:
    document = content.entry.document
    return {
        "key": content.key,
        "mark": content.mark,
        "published": document.life is Life.PUBLISHED,
        "valid_from": (document.valid_from or date.min).toordinal(),
        "valid_to": (document.valid_to or date.max).toordinal(),
    }

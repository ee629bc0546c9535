"""What answers are found in: documents and passages by words, character bigrams and vectors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.model import Document, Life, Passage
from nlu.encoder import Encoder

Vector = NDArray[np.float32]


class IndexAway(Exception):
    """What an index lies in cannot be reached; the message is one sentence for the operator."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One document with its passages, as the index takes it."""

    document: Document
    passages: tuple[Passage, ...]


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What each part adds to a score. Measured on 405 citizens' questions over 369 documents,
    right document first / in the first five: words alone .81/.95, bigrams alone .86/.97, both over
    documents and passages .88/.97; vectors add nothing to the first and under one point to the
    five, so they weigh lightly. `vectors` is a share of the best score by words and bigrams.
    """

    words: float = 0.5
    bigrams: float = 1.0
    vectors: float = 0.15


@dataclass(frozen=True, kw_only=True)
class Term:
    """One term of a query: `weight` is 1 for the citizen's own words, less for added ones."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Query:
    """A question as the index takes it.

    Args:
        vector: (dimensions,), of length 1, or zeros, or None.
    """

    words: tuple[Term, ...]
    bigrams: tuple[Term, ...]
    vector: Vector | None = None


@dataclass(frozen=True, kw_only=True)
class PassageScore:
    """A passage of a found document; scores compare only within one search."""

    passage: Passage
    score: float


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A document found.

    Args:
        score: the parts' weighted sum; comparable only within one search.
        words, bigrams: BM25 of the document and its best passage together.
        vectors: cosine of the nearest passage, -1 to 1.
        passages: its best passages, best first.
    """

    document: Document
    score: float
    words: float
    bigrams: float
    vectors: float
    passages: tuple[PassageScore, ...]


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """What a search found: what may be quoted today, and what no longer may, each best first."""

    valid: tuple[Candidate, ...] = ()
    retired: tuple[Candidate, ...] = ()


class Index(Protocol):
    """What answers are found in. An index never changes; `changed` gives the next one."""

    @property
    def encoder(self) -> Encoder | None:
        """What queries' vectors are made with; None where there are none."""

    def __len__(self) -> int:
        """How many documents it holds."""

    def document(self, document_id: str) -> Document | None:
        """The document held under that id, whatever its life; None where there is none."""

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Its passages in reading order; empty where there is no such document."""

    def numbered(self, number: str) -> tuple[Document, ...]:
        """The documents of that document number, brackets of any shape."""

    def search(
        self, query: Query, limit: int, today: date, weights: Weights | None = None
    ) -> Candidates:
        """The best documents, up to `limit` that may be quoted on `today`, and as many retired."""

    def rarity(self, bigrams: Iterable[str]) -> dict[str, float]:
        """What each bigram is worth here: more, the fewer passages hold it."""

    def changed(self, *, put: Iterable[Entry] = (), removed: Iterable[str] = ()) -> Index:
        """The index after these entries came (by id, new or anew) and those ids went."""


def held(entry: Entry) -> bool:
    """True where an index takes this entry: what was never published is not to be found."""
    return entry.document.life in (Life.PUBLISHED, Life.REPLACED, Life.REPEALED)


def plain_number(number: str) -> str:
    """A document number without what people write differently: brackets and spaces."""
    kept = str.maketrans("", "", "〔〕[]［］()（）【】 \u3000")
    return number.translate(kept)

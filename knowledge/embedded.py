"""The index inside our own process: flat arrays, a base part, small parts for what came since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from knowledge import ranking
from knowledge.freed import give_back
from knowledge.index import (
    Candidates,
    Entry,
    Query,
    Term,
    Weights,
    held,
    plain_number,
)
from knowledge.model import Document, Passage
from knowledge.nearness import Scale, candidates
from knowledge.postings import Floats, Keys, Mask, Postings, rarity
from knowledge.ranking import Asked
from knowledge.segment import FIELDS, Segment
from nlu.encoder import Encoder
from nlu.terms import term_key

MAX_SMALL_PARTS = 8
"""More parts than this are joined into one, so that a search stays one pass over few arrays."""
REBUILD_SHARE = 0.25
"""With so much of the base changed since, everything is joined into a new base."""
POOL = 2
"""Vectors order so many times the documents asked for, the best by words and bigrams: over 100,000
passages the first ten are those that eight times as many give, for each of 405 questions."""
UNKNOWN_SHARE = 0.3
"""What a bigram is worth that no passage holds, as a share of the rarest known: most are two words
run together, few name a thing the content does not have."""


class EmbeddedIndex:
    """An `Index` in memory. Threads may search it while the next one is being made."""

    def __init__(
        self, *, parts: Sequence[tuple[Segment, Mask]], encoder: Encoder | None = None
    ) -> None:
        self._parts = tuple(parts)
        self._encoder = encoder
        self._number = sum(int(alive.sum()) for _, alive in self._parts)

    @classmethod
    def build(cls, entries: Iterable[Entry], encoder: Encoder | None = None) -> EmbeddedIndex:
        """Index these entries; what was never published is left out."""
        taken = list({entry.document.id: entry for entry in entries if held(entry)}.values())
        if not taken:
            return cls(parts=(), encoder=encoder)
        segment = Segment.build(taken, encoder)
        give_back()
        return cls(parts=[(segment, np.ones(len(taken), np.bool_))], encoder=encoder)

    @property
    def encoder(self) -> Encoder | None:
        """What queries' vectors are made with."""
        return self._encoder

    def __len__(self) -> int:
        return self._number

    def document(self, document_id: str) -> Document | None:
        """The document held under that id, whatever its life."""
        entry = self._entry(document_id)
        return entry.document if entry else None

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Its passages in reading order; empty where there is no such document."""
        entry = self._entry(document_id)
        return entry.passages if entry else ()

    def numbered(self, number: str) -> tuple[Document, ...]:
        """The documents of that document number, brackets of any shape."""
        plain = plain_number(number)
        return tuple(
            segment.entries[place].document
            for segment, alive in self._parts
            for place in segment.numbers.get(plain, ())
            if alive[place]
        )

    def _entry(self, document_id: str) -> Entry | None:
        for segment, alive in self._parts:
            place = segment.places.get(document_id, -1)
            if place >= 0 and alive[place]:
                return segment.entries[place]
        return None

    def changed(self, *, put: Iterable[Entry] = (), removed: Iterable[str] = ()) -> EmbeddedIndex:
        """The index after these entries came and those ids went; only what came is segmented."""
        coming = list({entry.document.id: entry for entry in put}.values())
        going = {entry.document.id for entry in coming} | set(removed)
        parts = [(segment, alive.copy()) for segment, alive in self._parts]
        for segment, alive in parts:
            alive[[segment.places[each] for each in going if each in segment.places]] = False
        taken = [entry for entry in coming if held(entry)]
        if taken:
            fresh = Segment.build(taken, self._encoder, like=parts[0][0] if parts else None)
            parts.append((fresh, np.ones(len(taken), np.bool_)))
        return EmbeddedIndex(parts=_tidied(parts) if parts else (), encoder=self._encoder)

    def rarity(self, bigrams: Iterable[str]) -> dict[str, float]:
        """What each bigram is worth here: more, the fewer passages hold it."""
        if not self._parts:
            return dict.fromkeys(bigrams, 1.0)
        terms = tuple(Term(text=each) for each in dict.fromkeys(bigrams))
        fields = [segment.fields["bigrams"].passages for segment, _ in self._parts]
        keys = _keys(terms)
        worth = _worth(terms, keys, fields)
        known = np.any([field.frequencies(keys) > 0 for field in fields], axis=0)
        worth = np.where(known, worth, UNKNOWN_SHARE * worth)
        return {term.text: float(each) for term, each in zip(terms, worth, strict=True)}

    def search(
        self, query: Query, limit: int, today: date, weights: Weights | None = None
    ) -> Candidates:
        """The best documents, up to `limit` that may be quoted on `today`, and as many retired."""
        if not self._parts:
            return Candidates()
        weights = weights or Weights()
        asked = self._asked(query, weights)
        parts = [ranking.bounded(segment, asked) for segment, _ in self._parts]
        groups = [
            np.where(alive, np.where(segment.quotable(today), 0, 1), -1)
            for segment, alive in self._parts
        ]
        valid, retired = ranking.best(parts, groups, POOL * limit)
        scale = Scale.of([*valid, *retired], weights.vectors)
        return Candidates(
            valid=candidates(valid, query.vector, scale, limit),
            retired=candidates(retired, query.vector, scale, limit),
        )

    def _asked(self, query: Query, weights: Weights) -> dict[str, Asked]:
        found = {}
        for name in FIELDS:
            terms: tuple[Term, ...] = getattr(query, name)
            keys = _keys(terms)
            fields = [segment.fields[name] for segment, _ in self._parts]
            found[name] = Asked(
                keys=keys,
                documents=_worth(terms, keys, [field.documents for field in fields]),
                passages=_worth(terms, keys, [field.passages for field in fields]),
                weight=getattr(weights, name),
            )
        return found


def _keys(terms: tuple[Term, ...]) -> Keys:
    return np.array([term_key(term.text) for term in terms], np.int64)


def _worth(terms: tuple[Term, ...], keys: Keys, postings: Sequence[Postings]) -> Floats:
    given = np.array([term.weight for term in terms], np.float32)
    held_by = sum((part.frequencies(keys) for part in postings), np.zeros(len(keys), np.int64))
    return given * rarity(held_by, sum(len(part) for part in postings))


def _tidied(parts: list[tuple[Segment, Mask]]) -> list[tuple[Segment, Mask]]:
    """The same documents in few parts."""
    base, small = parts[0], parts[1:]
    lost = int((~base[1]).sum()) + sum(len(segment.entries) for segment, _ in small)
    if lost > REBUILD_SHARE * max(len(base[0].entries), 1):
        return [_joined(parts)]
    if len(small) > MAX_SMALL_PARTS:
        return [base, _joined(small)]
    return parts


def _joined(parts: Sequence[tuple[Segment, Mask]]) -> tuple[Segment, Mask]:
    whole = Segment.join([segment for segment, _ in parts], [alive for _, alive in parts])
    return whole, np.ones(len(whole.entries), np.bool_)

"""The index inside our own process: flat arrays, a base part, small parts for what came since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from knowledge.index import (
    Candidate,
    Candidates,
    Entry,
    PassageScore,
    Query,
    Term,
    Weights,
    held,
    plain_number,
)
from knowledge.model import Document, Passage
from knowledge.postings import Postings, rarity, term_key
from knowledge.segment import Segment
from nlu.encoder import Encoder

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

MAX_SMALL_PARTS = 8
"""More parts than this are joined into one, so that a search stays one pass over few arrays."""
REBUILD_SHARE = 0.25
"""With so much of the base changed since, everything is joined into a new base."""
PASSAGES_SHOWN = 8
UNKNOWN_SHARE = 0.3
"""What a bigram is worth that no passage holds, as a share of the rarest known: most are two words
run together, few name a thing the content does not have."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scores:
    """One part's scores, before documents are chosen."""

    segment: Segment
    alive: Mask
    passages: Floats
    words: Floats
    bigrams: Floats
    vectors: Floats
    document: Floats


class EmbeddedIndex:
    """An `Index` in memory. Threads may search it while the next one is being made."""

    def __init__(
        self, *, parts: Sequence[tuple[Segment, Mask]], encoder: Encoder | None = None
    ) -> None:
        self._parts = tuple(parts)
        self._encoder = encoder
        self._places = {
            entry.document.id: (part, place)
            for part, (segment, alive) in enumerate(self._parts)
            for place, entry in enumerate(segment.entries)
            if alive[place]
        }
        self._numbers: dict[str, list[str]] = {}
        for document_id, (part, place) in self._places.items():
            number = self._parts[part][0].entries[place].document.number
            if number:
                self._numbers.setdefault(plain_number(number), []).append(document_id)

    @classmethod
    def build(cls, entries: Iterable[Entry], encoder: Encoder | None = None) -> EmbeddedIndex:
        """Index these entries; what was never published is left out."""
        taken = list({entry.document.id: entry for entry in entries if held(entry)}.values())
        if not taken:
            return cls(parts=(), encoder=encoder)
        segment = Segment.build(taken, encoder)
        return cls(parts=[(segment, np.ones(len(taken), np.bool_))], encoder=encoder)

    @property
    def encoder(self) -> Encoder | None:
        """What queries' vectors are made with."""
        return self._encoder

    def __len__(self) -> int:
        return len(self._places)

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
        found = (self.document(each) for each in self._numbers.get(plain_number(number), ()))
        return tuple(document for document in found if document)

    def _entry(self, document_id: str) -> Entry | None:
        part, place = self._places.get(document_id, (-1, -1))
        return self._parts[part][0].entries[place] if part >= 0 else None

    def changed(self, *, put: Iterable[Entry] = (), removed: Iterable[str] = ()) -> EmbeddedIndex:
        """The index after these entries came and those ids went; only what came is segmented."""
        coming = list({entry.document.id: entry for entry in put}.values())
        going = {entry.document.id for entry in coming} | set(removed)
        parts = [(segment, alive.copy()) for segment, alive in self._parts]
        for document_id in going & self._places.keys():
            part, place = self._places[document_id]
            parts[part][1][place] = False
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
        fields = [segment.bigrams[0] for segment, _ in self._parts]
        keys, worth = self._worth(terms, fields)
        known = np.any([field.frequencies(keys) > 0 for field in fields], axis=0)
        worth = np.where(known, worth, UNKNOWN_SHARE * worth)
        return {term.text: float(each) for term, each in zip(terms, worth, strict=True)}

    def search(
        self, query: Query, limit: int, today: date, weights: Weights | None = None
    ) -> Candidates:
        """The best documents, up to `limit` that may be quoted on `today`, and as many retired."""
        if not self._parts:
            return Candidates()
        scored = self._scored(query, weights or Weights())
        owner = np.repeat(np.arange(len(scored)), [len(each.document) for each in scored])
        place = np.concatenate([np.arange(len(each.document)) for each in scored])
        total = np.concatenate([each.document for each in scored])
        alive = np.concatenate([each.alive for each in scored]) & (total > 0)
        valid = np.concatenate([each.segment.quotable(today) for each in scored])
        return Candidates(
            valid=tuple(
                _candidate(scored[owner[i]], int(place[i]))
                for i in _best(total, alive & valid, limit)
            ),
            retired=tuple(
                _candidate(scored[owner[i]], int(place[i]))
                for i in _best(total, alive & ~valid, limit)
            ),
        )

    def _scored(self, query: Query, weights: Weights) -> list[_Scores]:
        segments = [segment for segment, _ in self._parts]
        words = self._field(query.words, [segment.words for segment in segments])
        bigrams = self._field(query.bigrams, [segment.bigrams for segment in segments])
        found = []
        for (segment, alive), word, bigram in zip(self._parts, words, bigrams, strict=True):
            near = _nearness(segment, query)
            passages = weights.words * word[0] + weights.bigrams * bigram[0]
            said = segment.best_of_documents(word[0]) + word[1]
            spelt = segment.best_of_documents(bigram[0]) + bigram[1]
            found.append(
                _Scores(
                    segment=segment,
                    alive=alive,
                    passages=passages,
                    words=said,
                    bigrams=spelt,
                    vectors=near,
                    document=weights.words * said + weights.bigrams * spelt,
                )
            )
        return _with_vectors(found, weights.vectors)

    def _field(
        self, terms: tuple[Term, ...], fields: Sequence[tuple[Postings, Postings]]
    ) -> list[tuple[Floats, Floats]]:
        """Each part's scores of its passages and of its documents."""
        levels = []
        for level in (0, 1):
            postings = [field[level] for field in fields]
            keys, worth = self._worth(terms, postings)
            scores = [np.zeros(len(part.lengths), np.float32) for part in postings]
            for part, into in zip(postings, scores, strict=True):
                part.add_scores(into, keys, worth)
            levels.append(scores)
        return list(zip(*levels, strict=True))

    def _worth(
        self, terms: tuple[Term, ...], postings: Sequence[Postings]
    ) -> tuple[NDArray[np.int64], Floats]:
        keys = np.array([term_key(term.text) for term in terms], np.int64)
        given = np.array([term.weight for term in terms], np.float32)
        held_by = np.sum([part.frequencies(keys) for part in postings], axis=0, dtype=np.int64)
        rows = sum(len(part.lengths) for part in postings)
        return keys, given * rarity(np.broadcast_to(held_by, keys.shape), rows)


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


def _nearness(segment: Segment, query: Query) -> Floats:
    """Cosine of each passage, (passages,); zeros without vectors."""
    if segment.vectors is None or query.vector is None or not len(segment.vectors):
        return np.zeros(len(segment.owner), np.float32)
    return np.asarray(segment.vectors @ query.vector, np.float32)


def _with_vectors(scored: list[_Scores], share: float) -> list[_Scores]:
    """Add nearness, scaled to the best score by words and bigrams."""
    best = max((float(each.document.max(initial=0.0)) for each in scored), default=0.0)
    best_passage = max((float(each.passages.max(initial=0.0)) for each in scored), default=0.0)
    finished = []
    for each in scored:
        nearest = each.segment.best_of_documents(each.vectors)
        finished.append(
            _Scores(
                segment=each.segment,
                alive=each.alive,
                passages=each.passages + np.float32(share * best_passage) * each.vectors,
                words=each.words,
                bigrams=each.bigrams,
                vectors=nearest,
                document=np.asarray(
                    each.document + share * best * np.maximum(nearest, 0), np.float32
                ),
            )
        )
    return finished


def _best(scores: Floats, mask: Mask, limit: int) -> list[int]:
    """Places of the highest scores among the masked, best first; equal ones in their order."""
    places = np.flatnonzero(mask)
    if len(places) > limit:
        cut = np.partition(scores[places], len(places) - limit)[len(places) - limit]
        places = places[scores[places] >= cut]
    order = np.argsort(-scores[places], kind="stable")[:limit]
    return [int(place) for place in places[order]]


def _candidate(scores: _Scores, place: int) -> Candidate:
    segment = scores.segment
    first, last = segment.first[place], segment.first[place + 1]
    own = scores.passages[first:last]
    entry = segment.entries[place]
    best = np.argsort(-own, kind="stable")[:PASSAGES_SHOWN]
    return Candidate(
        document=entry.document,
        score=float(scores.document[place]),
        words=float(scores.words[place]),
        bigrams=float(scores.bigrams[place]),
        vectors=float(scores.vectors[place]),
        passages=tuple(PassageScore(passage=entry.passages[i], score=float(own[i])) for i in best),
    )

"""The index in a Milvus cluster: it names candidates, and they are scored here, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import numpy as np

from knowledge.index import Candidates, Entry, Query, Term, Weights, held
from knowledge.milvus.collections import Collections, Near
from knowledge.milvus.content import Content, counted, key_of, mark_of
from knowledge.milvus.scoring import Measure, scored
from knowledge.milvus.shelf import Shelf
from knowledge.milvus.statistics import Statistics
from knowledge.milvus.terms import Asked, Floats, asked
from knowledge.model import Document, Passage
from nlu.encoder import Encoder

DOCUMENTS_TAKEN = 60
"""Candidates by whole documents, twice what a search gives back."""
PASSAGES_TAKEN = 200
"""Candidates by passages and by vectors; several may be one document's."""
UNKNOWN_SHARE = 0.3
"""What a bigram is worth that no passage holds, as a share of the rarest known; as embedded."""
SETTLED_FROM = 50
"""So many documents written while building: their rows are sealed, which a cluster does not do
any number of times a minute."""
AT_ONCE = 500
"""Documents counted and written together while building."""


class MilvusIndex:
    """An `Index` in collections that other processes change too.

    What others put is found at once; how rare terms are is known as of this object's own last
    `build`, `open` or `changed`. An object does not keep what was: after `changed`, the one
    before finds what the next one finds.

    Raises:
        IndexAway: from every method, where the cluster is away.
    """

    def __init__(
        self, collections: Collections, statistics: Statistics, shelf: Shelf | None = None
    ) -> None:
        self._collections, self._statistics = collections, statistics
        self._shelf = shelf or Shelf(collections)

    @classmethod
    def build(cls, entries: Iterable[Entry], collections: Collections) -> MilvusIndex:
        """Make the collections hold these entries and nothing else; what is held is not redone.

        Every replica does so when it starts: what a death half way left undone is done here.
        """
        taken = list({each.document.id: each for each in entries if held(each)}.values())
        before = set(collections.every_mark().values())
        index = cls(collections, Statistics())
        for at in range(0, len(taken), AT_ONCE):
            index = index.changed(put=taken[at : at + AT_ONCE])
        wanted = {key_of(entry.document.id) for entry in taken}
        every = collections.every_mark()
        collections.remove({key: mark for key, mark in every.items() if key not in wanted})
        collections.sweep()
        if len(set(every.values()) - before) >= SETTLED_FROM:
            collections.settle()
        return index

    @classmethod
    def open(cls, collections: Collections) -> MilvusIndex:
        """The index over what the collections hold."""
        index = cls(collections, Statistics())
        marks = list(collections.every_mark().values())
        statistics = Statistics()
        for at in range(0, len(marks), AT_ONCE):
            some = collections.contents_of(marks[at : at + AT_ONCE])
            index._shelf.keep(some)
            statistics = statistics.changed(put=some)
        return cls(collections, statistics, index._shelf)

    @property
    def encoder(self) -> Encoder | None:
        """What queries' vectors are made with."""
        return self._collections.encoder

    def __len__(self) -> int:
        return self._collections.count()

    def document(self, document_id: str) -> Document | None:
        """The document held under that id, whatever its life."""
        found = self._shelf.current([key_of(document_id)])
        return found[0].entry.document if found else None

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Its passages in reading order; empty where there is no such document."""
        found = self._shelf.current([key_of(document_id)])
        return found[0].entry.passages if found else ()

    def numbered(self, number: str) -> tuple[Document, ...]:
        """The documents of that document number, brackets of any shape."""
        found = self._shelf.current(self._collections.numbered(number))
        return tuple(content.entry.document for content in found)

    def rarity(self, bigrams: Iterable[str]) -> dict[str, float]:
        """What each bigram is worth here: more, the fewer passages hold it."""
        terms = tuple(dict.fromkeys(bigrams))
        if not self._statistics.rows[1]:
            return dict.fromkeys(terms, 1.0)
        dims = asked(Query(words=(), bigrams=tuple(Term(text=each) for each in terms))).dims
        known = self._statistics.frequencies(dims)[0] > 0
        worth = self._statistics.worth(dims)[0]
        worth = np.where(known, worth, UNKNOWN_SHARE * worth)
        return {term: float(each) for term, each in zip(terms, worth, strict=True)}

    def changed(self, *, put: Iterable[Entry] = (), removed: Iterable[str] = ()) -> MilvusIndex:
        """The index after these entries came and those ids went.

        Several replicas may put the same: what is current and whole is left as it is.
        """
        coming = {each.document.id: each for each in put}
        taken = [entry for entry in coming.values() if held(entry)]
        going = {key_of(each) for each in (coming.keys() | set(removed))}
        going -= {key_of(entry.document.id) for entry in taken}
        before = self._collections.marks([*going, *(key_of(entry.document.id) for entry in taken)])
        there = self._whole([mark for key, mark in before.items() if key not in going])
        lacking = [entry for entry in taken if mark_of(entry) not in there]
        made = counted(lacking, self.encoder)
        kept = [there[mark] for mark in map(mark_of, taken) if mark in there]
        statistics = self._statistics.changed(put=[*kept, *made], removed=going)
        self._collections.put(made, statistics.means, before)
        self._collections.remove({key: before[key] for key in going if key in before})
        self._shelf.keep([*kept, *made])
        self._shelf.forget([*going, *(content.key for content in made)])
        return MilvusIndex(self._collections, statistics, self._shelf)

    def _whole(self, marks: Sequence[str]) -> dict[str, Content]:
        """Mark → content of those versions that lack nothing."""
        passages = self._collections.passage_counts(marks)
        return {
            content.mark: content
            for content in self._collections.contents_of(marks)
            if passages[content.mark] == len(content.entry.passages)
        }

    def search(
        self, query: Query, limit: int, today: date, weights: Weights | None = None
    ) -> Candidates:
        """The best documents, up to `limit` that may be quoted on `today`, and as many retired."""
        terms, weighing = asked(query), weights or Weights()
        if not len(terms.dims):
            return Candidates()
        worth = self._statistics.worth(terms.dims)
        keys: dict[str, None] = {}
        for near in self._nears(query, terms, worth * terms.weighed(weighing), limit, today):
            keys.update(dict.fromkeys(self._collections.near(near)))
        found = self._shelf.current(keys, believed=False)
        measure = Measure(
            terms=terms,
            worth=worth * terms.given,
            means=self._statistics.means,
            vector=query.vector,
            weights=weighing,
        )
        candidates = scored(found, measure)
        valid = [each for each in candidates if each.document.quotable_on(today)]
        retired = [each for each in candidates if not each.document.quotable_on(today)]
        return Candidates(valid=tuple(valid[:limit]), retired=tuple(retired[:limit]))

    def _nears(
        self, query: Query, terms: Asked, worth: Floats, limit: int, today: date
    ) -> Iterator[Near]:
        documents, passages = self._collections.documents, self._collections.passages
        of_passages, of_documents = (terms.sparse(each) for each in worth)
        many, more = max(DOCUMENTS_TAKEN, 2 * limit), max(PASSAGES_TAKEN, 6 * limit)
        wanted: list[tuple[str, str, dict[int, float] | list[float], int]] = []
        if of_documents:
            wanted.append((documents, "terms", of_documents, many))
        if of_passages:
            wanted.append((passages, "terms", of_passages, more))
        if query.vector is not None and self.encoder is not None and query.vector.any():
            wanted.append((passages, "near", query.vector.tolist(), more))
        for collection, field, vector, taken in wanted:
            for quotable in (True, False):
                yield Near(
                    collection=collection,
                    field=field,
                    vector=vector,
                    limit=taken,
                    today=today,
                    quotable=quotable,
                )

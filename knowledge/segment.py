"""A part of the embedded index: some documents with all their passages, never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from knowledge.index import Entry
from knowledge.model import Life
from knowledge.postings import Keys, Postings, bigram_keys, word_keys
from nlu.encoder import Encoder, Vectors

_ALWAYS = (date.min.toordinal(), date.max.toordinal())


class Segment:
    """Documents, their passages in order, and what they are found by.

    Args:
        words, bigrams: passages (with title and headings before them) and documents.
        vectors: (passages, dimensions), or None without an encoder.
        owner: the document's place of each passage, ascending, (passages,).
    """

    def __init__(
        self,
        *,
        entries: Sequence[Entry],
        words: tuple[Postings, Postings],
        bigrams: tuple[Postings, Postings],
        vectors: Vectors | None,
    ) -> None:
        self.entries = tuple(entries)
        self.words, self.bigrams, self.vectors = words, bigrams, vectors
        counts = np.array([len(entry.passages) for entry in entries], np.int64)
        self.owner = np.repeat(np.arange(len(entries)), counts)
        self.first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        lives = [entry.document for entry in entries]
        self.published = np.array([each.life is Life.PUBLISHED for each in lives], np.bool_)
        self.valid_from = _ordinals([each.valid_from for each in lives], _ALWAYS[0])
        self.valid_to = _ordinals([each.valid_to for each in lives], _ALWAYS[1])

    @classmethod
    def build(
        cls, entries: Sequence[Entry], encoder: Encoder | None, like: Segment | None = None
    ) -> Segment:
        """Segment and count some entries; `like` lends its mean lengths to a small part."""
        words = _assembled(entries, word_keys)
        bigrams = _assembled(entries, bigram_keys)
        means = (None, None, None, None) if like is None else like.mean_lengths
        return cls(
            entries=entries,
            words=(Postings.count(words[0], means[0]), Postings.count(words[1], means[1])),
            bigrams=(Postings.count(bigrams[0], means[2]), Postings.count(bigrams[1], means[3])),
            vectors=None if encoder is None else encoder.encode(contexts(entries)),
        )

    @classmethod
    def join(cls, parts: Sequence[Segment], alive: Sequence[NDArray[np.bool_]]) -> Segment:
        """One segment of the documents that are alive; nothing is segmented or encoded anew."""
        of_passages = [mask[part.owner] for part, mask in zip(parts, alive, strict=True)]
        kept = (of_passages, alive)
        entries = [
            entry
            for part, mask in zip(parts, alive, strict=True)
            for entry, lives in zip(part.entries, mask, strict=True)
            if lives
        ]
        vectors = [
            part.vectors[mask]
            for part, mask in zip(parts, of_passages, strict=True)
            if part.vectors is not None
        ]
        joined = [
            tuple(Postings.join([fields[i] for fields in field], kept[i]) for i in (0, 1))
            for field in ([part.words for part in parts], [part.bigrams for part in parts])
        ]
        return cls(
            entries=entries,
            words=(joined[0][0], joined[0][1]),
            bigrams=(joined[1][0], joined[1][1]),
            vectors=np.concatenate(vectors) if vectors else None,
        )

    @property
    def mean_lengths(self) -> tuple[float, float, float, float]:
        """Of words (passages, documents) and bigrams (passages, documents)."""
        fields = (*self.words, *self.bigrams)
        return tuple(field.mean_length for field in fields)  # type: ignore[return-value]

    def quotable(self, today: date) -> NDArray[np.bool_]:
        """Which documents may be quoted on that day, (documents,)."""
        day = today.toordinal()
        return self.published & (self.valid_from <= day) & (day <= self.valid_to)

    def best_of_documents(self, passage_scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """The highest of each document's passages, (documents,); 0 for one without passages."""
        found = np.zeros(len(self.entries), np.float32)
        filled = np.flatnonzero(np.diff(self.first))
        if len(filled):
            found[filled] = np.maximum.reduceat(passage_scores, self.first[filled])
        return found


def contexts(entries: Sequence[Entry]) -> list[str]:
    """Each passage with its title, headings and question before it, for the encoder."""
    return [
        "\n".join((entry.document.title, *passage.heading_path, passage.question, passage.text))
        for entry in entries
        for passage in entry.passages
    ]


def _assembled(
    entries: Sequence[Entry], keys_of: Callable[[Iterable[str]], list[Keys]]
) -> tuple[list[Keys], list[Keys]]:
    """The keys of each passage (title, headings, question, text) and of each document."""
    titles = keys_of(_title(entry) for entry in entries)
    bodies = keys_of(
        "\n".join((*passage.heading_path, passage.question, passage.text))
        for entry in entries
        for passage in entry.passages
    )
    passages: list[Keys] = []
    documents: list[Keys] = []
    place = 0
    for title, entry in zip(titles, entries, strict=True):
        own = bodies[place : place + len(entry.passages)]
        place += len(entry.passages)
        passages.extend(np.concatenate((title, body)) for body in own)
        documents.append(np.concatenate((title, *own)))
    return passages, documents


def _title(entry: Entry) -> str:
    document = entry.document
    return "\n".join((document.title, document.number, document.department))


def _ordinals(days: Sequence[date | None], when_open: int) -> NDArray[np.int64]:
    return np.array([when_open if day is None else day.toordinal() for day in days], np.int64)

"""A part of the embedded index: some documents with all their passages, never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from knowledge.index import Entry, plain_number
from knowledge.model import Life
from knowledge.postings import Floats, Keys, Mask, Postings, within
from nlu import terms
from nlu.encoder import Encoder
from nlu.terms import Plain, Terms

FIELDS: Mapping[str, Callable[[Plain], Terms]] = {"words": terms.words, "bigrams": terms.bigrams}
"""What documents are found by: as `Query` and `Weights` name it, and how a text's terms are had."""
_CHARS_AT_ONCE = 1 << 19
"""Texts are taken so much at a time: enough for numpy to pay, few enough to stay in the caches."""
Levels = tuple[Postings, Postings]
"""Passages' and documents' postings of one field."""
Halves = NDArray[np.float16]
_ALWAYS = (date.min.toordinal(), date.max.toordinal())


@dataclass(frozen=True, kw_only=True, eq=False)
class Field:
    """One kind of terms: of the passages (with title and headings) and of whole documents.

    Args:
        shortest: what holds back each document's shortest passage, (documents,).
    """

    passages: Postings
    documents: Postings
    shortest: Floats


class Segment:
    """Documents, their passages in order, and what they are found by.

    Args:
        postings: by the names of `FIELDS`.
        vectors: (passages, dimensions), or None without an encoder; halves are exact enough for a
            cosine and take half the memory.

    Attributes:
        owner: the document's place of each passage, ascending, (passages,).
        first: document i's passages are first[i] to first[i + 1], (documents + 1,).
        places, numbers: where each id and each document number stands.
    """

    def __init__(
        self,
        *,
        entries: Sequence[Entry],
        postings: Mapping[str, Levels],
        vectors: Halves | None,
    ) -> None:
        self.entries, self.vectors = tuple(entries), vectors
        counts = np.array([len(entry.passages) for entry in entries], np.int64)
        self.owner = np.repeat(np.arange(len(entries)), counts)
        self.first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        self.fields = {
            name: Field(
                passages=passages,
                documents=documents,
                shortest=_shortest(passages, self.first),
            )
            for name, (passages, documents) in postings.items()
        }
        self.places = {entry.document.id: place for place, entry in enumerate(entries)}
        self.numbers: dict[str, list[int]] = {}
        for place, entry in enumerate(entries):
            if entry.document.number:
                self.numbers.setdefault(plain_number(entry.document.number), []).append(place)
        lives = [entry.document for entry in entries]
        self.published = np.array([each.life is Life.PUBLISHED for each in lives], np.bool_)
        self.valid_from = _ordinals([each.valid_from for each in lives], _ALWAYS[0])
        self.valid_to = _ordinals([each.valid_to for each in lives], _ALWAYS[1])

    @classmethod
    def build(
        cls, entries: Sequence[Entry], encoder: Encoder | None, like: Segment | None = None
    ) -> Segment:
        """Segment and count some entries; `like` lends its mean lengths to a small part."""
        parts: dict[str, list[Levels]] = {name: [] for name in FIELDS}
        vectors = []
        for some in _shares(entries):
            for name, levels in _counted(some).items():
                parts[name].append(levels)
            if encoder is not None:
                vectors.append(encoder.encode(contexts(some)).astype(np.float16))
        means = {} if like is None else like.fields
        return cls(
            entries=entries,
            postings={name: _joined(parts.pop(name), like=means.get(name)) for name in FIELDS},
            vectors=np.concatenate(vectors) if vectors else None,
        )

    @classmethod
    def join(cls, parts: Sequence[Segment], alive: Sequence[Mask]) -> Segment:
        """One segment of the documents that are alive; nothing is segmented or encoded anew."""
        of_passages = [mask[part.owner] for part, mask in zip(parts, alive, strict=True)]
        vectors = [
            part.vectors[mask]
            for part, mask in zip(parts, of_passages, strict=True)
            if part.vectors is not None
        ]
        held = {name: [part.fields[name] for part in parts] for name in FIELDS}
        return cls(
            entries=[
                part.entries[place]
                for part, mask in zip(parts, alive, strict=True)
                for place in np.flatnonzero(mask)
            ],
            postings={
                name: _joined([(f.passages, f.documents) for f in fields], (of_passages, alive))
                for name, fields in held.items()
            },
            vectors=np.concatenate(vectors) if vectors else None,
        )

    def quotable(self, today: date) -> Mask:
        """Which documents may be quoted on that day, (documents,)."""
        day = today.toordinal()
        return self.published & (self.valid_from <= day) & (day <= self.valid_to)


def contexts(entries: Sequence[Entry]) -> list[str]:
    """Each passage with its title, headings and question before it, for the encoder."""
    return [
        "\n".join((entry.document.title, *passage.heading_path, passage.question, passage.text))
        for entry in entries
        for passage in entry.passages
    ]


def _shares(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    """The entries, some at a time."""
    first, size = 0, 0
    for place, entry in enumerate(entries):
        size += len(entry.document.text)
        if size >= _CHARS_AT_ONCE:
            yield entries[first : place + 1]
            first, size = place + 1, 0
    if first < len(entries):
        yield entries[first:]


def _counted(entries: Sequence[Entry]) -> dict[str, Levels]:
    titles = terms.plain([_title(entry) for entry in entries])
    bodies = terms.plain(
        [
            "\n".join((*passage.heading_path, passage.question, passage.text))
            for entry in entries
            for passage in entry.passages
        ]
    )
    owner = np.repeat(np.arange(len(entries)), [len(entry.passages) for entry in entries])
    return {name: _levels(found(titles), found(bodies), owner) for name, found in FIELDS.items()}


def _levels(titles: Terms, bodies: Terms, owner: Keys) -> Levels:
    """Count what each passage holds under its title, and what each document holds."""
    of_title, of_body = np.diff(titles.bounds), np.diff(bodies.bounds)
    row = np.repeat(np.arange(len(owner)), of_body)
    repeated = within(titles.bounds[:-1][owner], of_title[owner])
    above = np.repeat(np.arange(len(owner)), of_title[owner])
    title_of = np.repeat(np.arange(len(of_title)), of_title)
    passages = Postings.count(
        np.concatenate((titles.keys[repeated], bodies.keys)),
        np.concatenate((above, row)),
        len(owner),
    )
    documents = Postings.count(
        np.concatenate((titles.keys, bodies.keys)),
        np.concatenate((title_of, owner[row])),
        len(of_title),
    )
    return passages, documents


def _joined(
    parts: list[Levels],
    kept: tuple[Sequence[Mask], Sequence[Mask]] | None = None,
    like: Field | None = None,
) -> Levels:
    of_passages, of_documents = kept or (None, None)
    means = (like.passages.mean_length, like.documents.mean_length) if like else (None, None)
    return (
        Postings.join([passages for passages, _ in parts], of_passages, means[0]),
        Postings.join([documents for _, documents in parts], of_documents, means[1]),
    )


def _shortest(passages: Postings, first: Keys) -> Floats:
    found = np.full(len(first) - 1, np.inf, np.float32)
    filled = np.flatnonzero(np.diff(first))
    if len(filled):
        found[filled] = np.minimum.reduceat(passages.held_back, first[filled])
    return found


def _title(entry: Entry) -> str:
    document = entry.document
    return "\n".join((document.title, document.number, document.department))


def _ordinals(days: Sequence[date | None], when_open: int) -> NDArray[np.int32]:
    return np.array([when_open if day is None else day.toordinal() for day in days], np.int32)

"""One document as the cluster holds it: text, passages, counted terms, vectors, and its scores."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.index import Entry
from knowledge.milvus.terms import WORDS, Asked, Dims, Floats, bigram_dims, word_dims
from knowledge.model import Passage
from knowledge.postings import LENGTH, SATURATION
from knowledge.review import from_json, to_json
from nlu import terms
from nlu.encoder import Encoder, Vectors

NOTHING = {0: 1e-6}
"""The sparse vector of a row without terms; Milvus takes no empty one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Content:
    """One version of one document, counted once and never changed.

    Args:
        mark: told apart from every other version of any document.
        dims, rows, counts: which term stands how often in which row, by term, (pairs,); row p is
            passage p with title and headings, the last row the whole document.
        lengths: terms with repetitions, words first, then bigrams, (2, passages + 1).
        vectors: (passages, dimensions), or None without an encoder.
    """

    entry: Entry
    mark: str
    dims: Dims
    rows: NDArray[np.int32]
    counts: NDArray[np.uint16]
    lengths: Floats
    vectors: Vectors | None

    @property
    def key(self) -> str:
        """Its document's key in the cluster."""
        return key_of(self.entry.document.id)

    def scores(self, terms: Asked, worth: Floats, means: Floats) -> Floats:
        """BM25 by words and by bigrams of each row, (2, passages + 1).

        Args:
            terms: the question's.
            worth: of each term in a passage and in a document, (2, terms).
            means: mean lengths of passages and documents, by words and by bigrams, (2, 2).
        """
        last = self.lengths.shape[1] - 1
        first = np.searchsorted(self.dims, terms.dims, "left")
        many = np.searchsorted(self.dims, terms.dims, "right") - first
        term = np.repeat(np.arange(len(many)), many)
        place = np.arange(len(term)) + np.repeat(first - np.cumsum(many) + many, many)
        row = self.rows[place]
        kind = np.where(terms.words[term], 0, 1)
        points = worth[(row == last).astype(np.int64), term] * self._gains(place, kind, means)
        found = np.bincount(kind * (last + 1) + row, weights=points, minlength=2 * (last + 1))
        return found.reshape(2, last + 1).astype(np.float32)

    def sparse(self, means: Floats) -> list[dict[int, float]]:
        """The gains of each row's terms as sparse vectors, the document's last."""
        kind = np.where(self.dims >= WORDS, 0, 1)
        gains = self._gains(np.arange(len(self.dims)), kind, means)
        found: list[dict[int, float]] = [{} for _ in range(self.lengths.shape[1])]
        every = zip(self.rows.tolist(), self.dims.tolist(), gains.tolist(), strict=True)
        for row, dim, gain in every:
            found[row][dim] = gain
        return [row or NOTHING for row in found]

    def _gains(self, place: NDArray[np.int64], kind: NDArray[np.int64], means: Floats) -> Floats:
        """What BM25 gives these pairs before rarity, (places,)."""
        mean = np.repeat(means, (self.lengths.shape[1] - 1, 1), axis=1)
        held_back = SATURATION * (1 - LENGTH + LENGTH * self.lengths / mean)
        repeats = self.counts[place].astype(np.float32)
        gains = repeats * (SATURATION + 1) / (repeats + held_back[kind, self.rows[place]])
        return gains.astype(np.float32)


def key_of(document_id: str) -> str:
    """A document's key: ids may be longer, and hold characters, that a filter cannot take."""
    return hashlib.blake2b(document_id.encode("utf-8", "replace"), digest_size=16).hexdigest()


def mark_of(entry: Entry) -> str:
    """What tells this version from every other; any change of document or passages changes it."""
    return hashlib.blake2b(_json(entry), digest_size=16).hexdigest()


def counted(entries: Sequence[Entry], encoder: Encoder | None) -> list[Content]:
    """Segment, count and encode some documents at once."""
    titles = [_title(entry) for entry in entries]
    bodies = [_body(passage) for entry in entries for passage in entry.passages]
    plain = terms.plain((*titles, *bodies))
    words = [word_dims(keys) for keys in terms.words(plain)]
    bigrams = [bigram_dims(keys) for keys in terms.bigrams(plain)]
    vectors = encoder.encode(_contexts(entries)) if encoder else None
    found, place = [], 0
    for number, entry in enumerate(entries):
        until = place + len(entry.passages)
        own = slice(len(titles) + place, len(titles) + until)
        fields = (_rows(words[number], words[own]), _rows(bigrams[number], bigrams[own]))
        near = None if vectors is None else vectors[place:until]
        found.append(_counted(entry, fields, near))
        place = until
    return found


def _rows(title: Dims, bodies: list[Dims]) -> list[Dims]:
    passages = [np.concatenate((title, body)) for body in bodies]
    return [*passages, np.concatenate((title, *bodies))]


def _counted(
    entry: Entry, fields: tuple[list[Dims], list[Dims]], vectors: Vectors | None
) -> Content:
    lengths = np.array([[len(row) for row in field] for field in fields], np.float32)
    dims = np.concatenate([row for field in fields for row in field]).astype(np.uint64)
    owner = np.tile(np.arange(lengths.shape[1], dtype=np.uint64), 2)
    rows = np.repeat(owner, lengths.astype(np.int64).ravel())
    pairs, counts = np.unique(dims << np.uint64(32) | rows, return_counts=True)
    return Content(
        entry=entry,
        mark=mark_of(entry),
        dims=(pairs >> np.uint64(32)).astype(np.uint32),
        rows=(pairs & np.uint64(0xFFFFFFFF)).astype(np.int32),
        counts=np.minimum(counts, 65535).astype(np.uint16),
        lengths=lengths,
        vectors=vectors,
    )


def packed(content: Content) -> str:
    """A content as text; `unpacked` reads it."""
    arrays: dict[str, NDArray[Any]] = {
        "entry": np.frombuffer(_json(content.entry), np.uint8),
        "dims": content.dims,
        "rows": content.rows,
        "counts": content.counts,
        "lengths": content.lengths,
    }
    if content.vectors is not None:
        arrays["vectors"] = content.vectors
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # no array is named allow_pickle
    return base64.b64encode(file.getvalue()).decode("ascii")


def unpacked(text: str, mark: str) -> Content:
    """What `packed` wrote."""
    with np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False) as arrays:
        told = json.loads(arrays["entry"].tobytes())
        return Content(
            entry=Entry(
                document=from_json(told["document"]),
                passages=tuple(
                    Passage(**{**each, "heading_path": tuple(each["heading_path"])})
                    for each in told["passages"]
                ),
            ),
            mark=mark,
            dims=arrays["dims"],
            rows=arrays["rows"],
            counts=arrays["counts"],
            lengths=arrays["lengths"],
            vectors=arrays.get("vectors"),
        )


def _json(entry: Entry) -> bytes:
    told = {
        "document": to_json(entry.document),
        "passages": [asdict(passage) for passage in entry.passages],
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def _title(entry: Entry) -> str:
    document = entry.document
    return "\n".join((document.title, document.number, document.department))


def _body(passage: Passage) -> str:
    return "\n".join((*passage.heading_path, passage.question, passage.text))


def _contexts(entries: Sequence[Entry]) -> list[str]:
    return [
        f"{entry.document.title}\n{_body(passage)}"
        for entry in entries
        for passage in entry.passages
    ]

"""How often terms stand where in the whole content: what makes a term rare, and a text long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knowledge.milvus.content import Content
from knowledge.milvus.terms import Dims, Floats
from knowledge.postings import rarity

Counts = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Share:
    """What one document adds.

    Args:
        mark: of the version that was counted.
        dims: its terms, ascending, (terms,); passages: how many of its passages hold each.
        rows: its passages, and 1 for itself, (2,).
        lengths: summed over passages, and the document's own, by words and bigrams, (2, 2).
    """

    mark: str
    dims: Dims
    passages: NDArray[np.uint16]
    rows: Counts
    lengths: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Statistics:
    """Sums over all documents. Never changes; `changed` gives the next ones.

    Args:
        shares: by the document's key.
        dims: every term, ascending, (terms,).
        held_by: how many passages and how many documents hold each term, (2, terms).
        rows: passages, documents, (2,).
        lengths: summed, words and bigrams × passages and documents, (2, 2).
    """

    shares: Mapping[str, Share] = field(default_factory=dict)
    dims: Dims = field(default_factory=lambda: np.empty(0, np.uint32))
    held_by: Counts = field(default_factory=lambda: np.empty((2, 0), np.int64))
    rows: Counts = field(default_factory=lambda: np.zeros(2, np.int64))
    lengths: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 2)))

    @property
    def means(self) -> Floats:
        """Mean lengths, words and bigrams × passages and documents, (2, 2); 1 where none are."""
        found = self.lengths / np.maximum(self.rows, 1)
        return np.where(found > 0, found, 1.0).astype(np.float32)

    def frequencies(self, dims: Dims) -> Counts:
        """In how many passages and in how many documents each of these terms stands, (2, terms)."""
        if not len(self.dims):
            return np.zeros((2, len(dims)), np.int64)
        places = np.minimum(np.searchsorted(self.dims, dims), len(self.dims) - 1)
        return np.where(self.dims[places] == dims, self.held_by[:, places], 0)

    def worth(self, dims: Dims) -> Floats:
        """What each of these terms is worth in a passage and in a document, (2, terms)."""
        held_by = self.frequencies(dims)
        return np.stack([rarity(held_by[at], int(self.rows[at])) for at in (0, 1)])

    def changed(self, *, put: Iterable[Content] = (), removed: Iterable[str] = ()) -> Statistics:
        """The sums after these contents came and those keys went."""
        coming = {content.key: _share(content) for content in put}
        going = coming.keys() | set(removed)
        gone = [self.shares[key] for key in going if key in self.shares]
        kept = {key: share for key, share in self.shares.items() if key not in going}
        signed = [(share, 1) for share in coming.values()] + [(share, -1) for share in gone]
        every = np.concatenate([self.dims, *(share.dims for share, _ in signed)])
        dims, place = np.unique(every, return_inverse=True)
        more = [
            np.concatenate(
                [[0], *(sign * share.passages.astype(np.int64) for share, sign in signed)]
            ),
            np.concatenate([[0], *(np.full(len(share.dims), sign) for share, sign in signed)]),
        ]
        held_by = np.stack(
            [
                np.bincount(place, np.concatenate((old, new[1:])), minlength=len(dims)).astype(
                    np.int64
                )
                for old, new in zip(self.held_by, more, strict=True)
            ]
        )
        left = held_by[1] > 0
        return Statistics(
            shares={**kept, **coming},
            dims=dims[left],
            held_by=held_by[:, left],
            rows=self.rows + sum((sign * share.rows for share, sign in signed), np.zeros(2, int)),
            lengths=self.lengths
            + sum((sign * share.lengths for share, sign in signed), np.zeros((2, 2))),
        )


def _share(content: Content) -> Share:
    passages = content.lengths.shape[1] - 1
    dims, place = np.unique(content.dims, return_inverse=True)
    held_by = np.bincount(place, content.rows < passages, minlength=len(dims))
    lengths = content.lengths.astype(np.float64)
    return Share(
        mark=content.mark,
        dims=dims,
        passages=np.minimum(held_by, 65535).astype(np.uint16),
        rows=np.array([passages, 1], np.int64),
        lengths=np.stack((lengths[:, :-1].sum(axis=1), lengths[:, -1]), axis=1),
    )

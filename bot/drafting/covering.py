"""Which replies hold what another reply mainly says: the measure drafting is judged by. Pure.

A sentence covers another where F of their character bigrams is `COVERS` or more. Of the pairs read
by hand (docs/measurements.md) 17 of 22 at or above it say the same; below it a third of the closest
ones still do, so that what is called found is rather too little than too much.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bot.drafting.sentences import main_statement, statements
from nlu.text import bigrams

COVERS = 0.5
_AT_ONCE = 256


def covering(replies: Sequence[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether reply j has a sentence that covers one of reply i's main statement.

    Returns:
        covers: (replies, replies); a reply does not cover itself.
        says: whether a reply has a main statement at all.
    """
    mine = [(at, one.text) for at, reply in enumerate(replies) for one in main_statement(reply)]
    theirs = [(at, one.text) for at, reply in enumerate(replies) for one in statements(reply)]
    ids: dict[str, int] = {}
    asked, told = _held([text for _, text in mine], ids), _held([text for _, text in theirs], ids)
    asked.resize(asked.shape[0], len(ids))
    sizes, other_sizes = np.diff(asked.indptr), np.diff(told.indptr)
    rows, columns = (np.array([at for at, _ in each], np.int64) for each in (mine, theirs))
    covers = np.zeros((len(replies), len(replies)), np.bool_)
    for first in range(0, len(mine), _AT_ONCE):
        span = slice(first, first + _AT_ONCE)
        shared = (asked[span] @ told.T).toarray()
        alike = 2 * shared >= COVERS * (sizes[span, None] + other_sizes[None, :])
        at, by = np.nonzero(alike)
        covers[rows[span][at], columns[by]] = True
    np.fill_diagonal(covers, val=False)
    says = np.zeros(len(replies), np.bool_)
    says[rows] = True
    return covers, says


def _held(texts: Sequence[str], ids: dict[str, int]) -> csr_matrix:
    places: list[int] = []
    ends = [0]
    for text in texts:
        places += [ids.setdefault(one, len(ids)) for one in sorted(set(bigrams(text)))]
        ends.append(len(places))
    ones = np.ones(len(places), np.float32)
    return csr_matrix((ones, np.array(places, np.int64), np.array(ends)), (len(texts), len(ids)))

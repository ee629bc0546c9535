"""Which earlier letters are most like one: letters and replies as postings, in memory.

The letter is looked for in earlier letters and, apart from that, in what was replied to them: the
office's words for a matter say more about whose it is than the citizens' do (docs/measurements.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.drafting.model import Letter, Replied
from bot.drafting.sentences import statements
from knowledge.postings import Postings, gains, rarity, within
from nlu import terms

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

_TITLE_COUNTS = 2
"""How often a title's terms count beside the text's in what is looked for."""
_MOST_ROWS = 0.25
"""A term that more of the letters hold is looked for only where there are few letters."""
_FEW = 2_000
_SIMILAR_SIZE = 2
"""A part is joined with the one before it where that is less than so many times as large."""
_FEATURES = ("department", "demand_type", "category")


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """What is known of each row beside its words.

    Args:
        ids: of the cases.
        codes: of department, demand type and category, by `RepliedIndex.names`, (rows, 3).
        days: proleptic ordinals.
        bad: a bad grade stands.
        alive: the row still serves.
    """

    ids: tuple[str, ...] = ()
    codes: NDArray[np.int32]
    days: NDArray[np.int32]
    bad: Mask
    alive: Mask


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """Some consecutive rows: what was asked in them, what was replied."""

    letters: Postings
    replies: Postings

    def __len__(self) -> int:
        return len(self.letters)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """How well each row fits a letter: BM25 of its letter and of its reply's statements."""

    letters: Floats
    replies: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class RepliedIndex:
    """Earlier letters with replies; never changed, a change gives a new one.

    Args:
        names: a name's code: department, demand type or category.
    """

    parts: tuple[Part, ...] = ()
    facts: Facts
    names: dict[str, int]

    @classmethod
    def empty(cls) -> RepliedIndex:
        """No letters yet."""
        none = np.zeros(0, np.bool_)
        return cls(
            facts=Facts(
                codes=np.zeros((0, len(_FEATURES)), np.int32),
                days=np.zeros(0, np.int32),
                bad=none,
                alive=none,
            ),
            names={"": -1},
        )

    def __len__(self) -> int:
        """How many rows serve."""
        return int(self.facts.alive.sum())

    @property
    def rows(self) -> int:
        """How many rows there are, those that serve no more among them."""
        return len(self.facts.ids)

    @property
    def nbytes(self) -> int:
        """What its arrays take."""
        arrays = [
            array
            for part in self.parts
            for one in (part.letters, part.replies)
            for array in (one.keys, one.bounds, one.rows, one.counts, one.lengths, one.held_back)
        ]
        facts = (self.facts.codes, self.facts.days, self.facts.bad, self.facts.alive)
        return sum(array.nbytes for array in (*arrays, *facts))

    def changed(self, put: Sequence[Replied] = (), gone: Iterable[int] = ()) -> RepliedIndex:
        """Without the rows `gone`, and with new ones behind the others; rows keep their numbers."""
        alive = self.facts.alive.copy()
        alive[list(gone)] = False
        facts = replace(self.facts, alive=alive)
        if not put:
            return replace(self, facts=facts)
        names = dict(self.names)
        codes = [
            [names.setdefault(getattr(one, name), len(names)) for name in _FEATURES] for one in put
        ]
        added = Facts(
            ids=(*facts.ids, *(one.id for one in put)),
            codes=np.concatenate((facts.codes, np.asarray(codes, np.int32))),
            days=np.concatenate((facts.days, np.array([_ordinal(one) for one in put], np.int32))),
            bad=np.concatenate((facts.bad, np.array([one.bad for one in put], np.bool_))),
            alive=np.concatenate((alive, np.ones(len(put), np.bool_))),
        )
        return RepliedIndex(parts=_joined((*self.parts, _part(put))), facts=added, names=names)

    def scores(self, letter: Letter) -> Scores:
        """How well each row fits; rows that serve no more have 0."""
        keys = _asked(letter)
        return Scores(
            letters=self._scored([part.letters for part in self.parts], keys),
            replies=self._scored([part.replies for part in self.parts], keys),
        )

    def code(self, name: str) -> int:
        """A name's code; one that no row has where it is unknown."""
        return self.names.get(name, -2)

    def _scored(self, parts: Sequence[Postings], keys: Rows) -> Floats:
        known, times = np.unique(keys, return_counts=True)
        spans = [part.find(known) for part in parts]
        held = sum((last - first for first, last in spans), np.zeros(len(known), np.int64))
        worth = rarity(held, max(1, self.rows)).astype(np.float64) * np.sqrt(times)
        if self.rows > _FEW:
            worth[held > _MOST_ROWS * self.rows] = 0
        found = [
            _of_part(part, first, last, worth)
            for part, (first, last) in zip(parts, spans, strict=True)
        ]
        whole = np.concatenate(found) if found else np.zeros(0)
        return np.where(self.facts.alive, whole, 0.0)


def _of_part(part: Postings, first: Rows, last: Rows, worth: NDArray[np.float64]) -> Floats:
    lengths = np.where(worth > 0, last - first, 0)
    at = within(first, lengths)
    rows = part.rows[at]
    gain = gains(part.counts[at].astype(np.float32), part.held_back[rows])
    weights = gain * np.repeat(worth, lengths)
    return np.bincount(rows, weights, minlength=len(part)).astype(np.float64)


def _part(put: Sequence[Replied]) -> Part:
    letters = [f"{one.title}\n{one.text}" for one in put]
    replies = ["\n".join(each.text for each in statements(one.reply)) for one in put]
    return Part(letters=_postings(letters), replies=_postings(replies))


def _postings(texts: Sequence[str]) -> Postings:
    plain = terms.plain(texts)
    found = (terms.words(plain), terms.bigrams(plain))
    rows = [np.repeat(np.arange(len(texts)), np.diff(each.bounds)) for each in found]
    return Postings.count(
        np.concatenate([each.keys for each in found]), np.concatenate(rows), len(texts)
    )


def _asked(letter: Letter) -> Rows:
    plain = terms.plain([f"{letter.title}\n{letter.text}", *[letter.title] * _TITLE_COUNTS])
    return np.concatenate((terms.words(plain).keys, terms.bigrams(plain).keys))


def _joined(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Small parts become one, so that there are never more than the logarithm of the rows."""
    held = list(parts)
    while len(held) > 1 and len(held[-2]) < _SIMILAR_SIZE * len(held[-1]):
        last, before = held.pop(), held.pop()
        held.append(
            Part(
                letters=Postings.join([before.letters, last.letters]),
                replies=Postings.join([before.replies, last.replies]),
            )
        )
    return tuple(held)


def _ordinal(one: Replied) -> int:
    return one.day.toordinal()

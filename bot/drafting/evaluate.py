"""How good drafts are, on letters whose true replies are known, beside plain peers.

Two ways to ask: every letter with all others as the pool (`leave_one_out`), and each letter of the
later half with only what had been replied when it came (`earlier`), as in an office. Departments
and reply texts of the letter asked for are never shown to what is measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bot.drafting.composing import compose
from bot.drafting.covering import COVERS, covering
from bot.drafting.drafts import LOOKED_AT, most_alike
from bot.drafting.index import RepliedIndex
from bot.drafting.model import Letter, Replied
from bot.drafting.ranking import nearest
from bot.drafting.sentences import likeness, statements
from bot.drafting.units import answering_unit
from knowledge.postings import Postings, gains, rarity, within
from nlu import terms

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Found = Callable[[int, Mask], Sequence[int]]
"""Of a letter and the rows that may serve, the best rows, at most `_DEEPEST`."""

_DEEPEST = 5
LEAVE_ONE_OUT, EARLIER = "leave_one_out", "earlier"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A letter with its true reply."""

    title: str
    text: str
    reply: str
    at: datetime
    replied_at: datetime


@dataclass(frozen=True, kw_only=True)
class Method:
    """How well one way of finding sources does.

    Args:
        unit: the answering unit is among the first 1, 3, 5 sources'.
        covered: a sentence of the first 1, 3, 5 sources covers one of the main statement.
        ms: a letter, mean.
    """

    name: str
    unit: tuple[float, float, float]
    covered: tuple[float, float, float]
    ms: float


@dataclass(frozen=True, kw_only=True)
class DraftFigures:
    """What composed drafts are worth.

    Args:
        share: of letters that got sentences, not the plain frame alone.
        sentences: mean of those.
        supported: share of all draft sentences that a sentence of the true reply covers.
        useful: share of drafts with one such sentence.
    """

    share: float
    sentences: float
    supported: float
    useful: float


@dataclass(frozen=True, kw_only=True)
class Split:
    """One way of asking.

    Args:
        asked: letters asked for, whose reply says something.
        with_unit: of those asked, whose reply tells its unit.
        pool: rows that may serve, mean.
        oracle: share for which the pool holds a covering sentence at all.
        oracle_unit: share for which the pool holds the unit at all.
    """

    name: str
    asked: int
    with_unit: int
    pool: float
    oracle: float
    oracle_unit: float
    methods: tuple[Method, ...]
    drafts: DraftFigures


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that was measured.

    Args:
        messages: with a reply.
        saying: replies that have a main statement.
        units: replies that tell their unit.
        build_s, index_bytes: of the index over all.
    """

    messages: int
    saying: int
    units: int
    covers: float
    build_s: float
    index_bytes: int
    splits: tuple[Split, ...]


class Measuring:
    """Measures one file of messages.

    Args:
        messages: in any order; held by the time they came.
        seed: of the random peer.
    """

    def __init__(self, messages: Sequence[Message], seed: int = 0) -> None:
        self.messages = tuple(sorted(messages, key=lambda one: one.at))
        self._units = [answering_unit(one.reply) for one in self.messages]
        self._covers, self._says = covering([one.reply for one in self.messages])
        self._random = np.random.default_rng(seed)
        self._rows = [_replied(at, one) for at, one in enumerate(self.messages)]
        begun = time.perf_counter()
        self._index = RepliedIndex.empty().changed(self._rows)
        self._build_s = time.perf_counter() - begun
        self._peers: Mapping[str, Found] = {}

    def report(
        self,
        tell: Callable[[str], None] = lambda _: None,
        peers: Mapping[str, Found] | None = None,
    ) -> Report:
        """Measure both splits.

        Args:
            tell: hears which part is measured.
            peers: further ways of finding, by name; their rows are those of `messages`.
        """
        self._peers = peers or {}
        count = len(self.messages)
        replied = np.array([one.replied_at.timestamp() for one in self.messages])
        came = np.array([one.at.timestamp() for one in self.messages])
        others = ~np.eye(count, dtype=np.bool_)
        early = (replied[None, :] < came[:, None]) & others
        splits = []
        for name, pool, asked in (
            (LEAVE_ONE_OUT, others, range(count)),
            (EARLIER, early, range(count // 2, count)),
        ):
            tell(name)
            splits.append(self._split(name, pool & self._says[None, :], asked))
        return Report(
            messages=count,
            saying=int(self._says.sum()),
            units=sum(map(bool, self._units)),
            covers=COVERS,
            build_s=self._build_s,
            index_bytes=self._index.nbytes,
            splits=tuple(splits),
        )

    def _split(self, name: str, pool: Mask, rows: Sequence[int]) -> Split:
        asked = [at for at in rows if self._says[at] and pool[at].any()]
        told = [at for at in asked if self._units[at]]
        units = np.array(self._units)
        found = {
            "ours": self._ours,
            "bm25_words": self._bm25_words(),
            "tfidf_cosine": self._tfidf(),
            "random": self._by_chance,
            **self._peers,
        }
        return Split(
            name=name,
            asked=len(asked),
            with_unit=len(told),
            pool=float(pool[asked].sum(axis=1).mean()) if asked else 0.0,
            oracle=_mean([bool((self._covers[at] & pool[at]).any()) for at in asked]),
            oracle_unit=_mean([bool((units[pool[at]] == units[at]).any()) for at in told]),
            methods=tuple(self._method(key, way, pool, asked) for key, way in found.items()),
            drafts=self._drafts(pool, asked),
        )

    def _method(self, name: str, way: Found, pool: Mask, asked: Sequence[int]) -> Method:
        begun = time.perf_counter()
        best = {at: list(way(at, pool[at])) for at in asked}
        took = time.perf_counter() - begun
        depths = (1, 3, _DEEPEST)
        unit = [
            _mean([self._units[at] in {self._units[row] for row in rows[:k]} for at, rows in told])
            for told in [[(at, rows) for at, rows in best.items() if self._units[at]]]
            for k in depths
        ]
        covered = [
            _mean([bool(self._covers[at, rows[:k]].any()) for at, rows in best.items()])
            for k in depths
        ]
        return Method(
            name=name,
            unit=(unit[0], unit[1], unit[2]),
            covered=(covered[0], covered[1], covered[2]),
            ms=1000 * took / max(1, len(asked)),
        )

    def _ours(self, at: int, may: Mask) -> Sequence[int]:
        return [one.row for one in nearest(self._index, self._letter(at), _DEEPEST, may)]

    def _by_chance(self, at: int, may: Mask) -> Sequence[int]:
        del at
        return [int(row) for row in self._random.permutation(np.flatnonzero(may))[:_DEEPEST]]

    def _letter(self, at: int) -> Letter:
        one = self.messages[at]
        return Letter(id=str(at), title=one.title, text=one.text, day=one.at.date())

    def _asked(self, at: int) -> str:
        return f"{self.messages[at].title}\n{self.messages[at].text}"

    def _bm25_words(self) -> Found:
        """BM25 over jieba words of title and text."""
        texts = [self._asked(at) for at in range(len(self.messages))]
        found = terms.words(terms.plain(texts))
        rows = np.repeat(np.arange(len(texts)), np.diff(found.bounds))
        held = Postings.count(found.keys, rows, len(texts))
        keys = list(found)

        def best(at: int, may: Mask) -> Sequence[int]:
            first, last = held.find(np.unique(keys[at]))
            sizes = last - first
            places = within(first, sizes)
            gain = gains(held.counts[places].astype(np.float32), held.held_back[held.rows[places]])
            worth = np.repeat(rarity(sizes, len(held)), sizes)
            scores = np.bincount(held.rows[places], gain * worth, minlength=len(held))
            return _top(scores.astype(np.float64), may)

        return best

    def _tfidf(self) -> Found:
        """Cosine of TF-IDF vectors over jieba words."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        from nlu.text import words

        texts = [self._asked(at) for at in range(len(self.messages))]
        held = TfidfVectorizer(tokenizer=words, token_pattern=None).fit_transform(texts)
        return lambda at, may: _top((held @ held[at].T).toarray()[:, 0], may)

    def _drafts(self, pool: Mask, asked: Sequence[int]) -> DraftFigures:
        lengths, supported, useful = [], 0, 0
        for at in asked:
            true = [one.text for one in statements(self.messages[at].reply)]
            said = self._draft(at, pool[at])
            right = sum(any(likeness(one, two) >= COVERS for two in true) for one in said)
            lengths.append(len(said))
            supported += right
            useful += bool(right)
        drafted = sum(map(bool, lengths))
        return DraftFigures(
            share=drafted / max(1, len(asked)),
            sentences=sum(lengths) / max(1, drafted),
            supported=supported / max(1, sum(lengths)),
            useful=useful / max(1, drafted),
        )

    def _draft(self, at: int, may: Mask) -> list[str]:
        asked = self._asked(at)
        near = nearest(self._index, self._letter(at), LOOKED_AT, may)
        sources = most_alike([self._rows[one.row] for one in near], asked, "")
        draft = compose(sources, asked, (), "".join, "")
        return [one.text for one in draft.sentences]


def _replied(at: int, one: Message) -> Replied:
    return Replied(
        id=str(at),
        number=str(at),
        version=1,
        title=one.title,
        text=one.text,
        reply=one.reply,
        day=one.at.date(),
    )


def _top(scores: Floats, may: Mask) -> Sequence[int]:
    scores = np.where(may, scores, -1.0)
    best = np.argsort(-scores, kind="stable")[:_DEEPEST]
    return [int(row) for row in best if may[row]]


def _mean(found: Sequence[bool]) -> float:
    return sum(found) / len(found) if found else 0.0

"""What is known of each clause of a document beside a question: the numbers the trees judge by."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge import asking
from knowledge.query import Wanted
from knowledge.reading.clauses import Clause
from knowledge.reading.signs import ASKED, ENDS, HELD, ROW_MARK
from nlu import text as nlu_text

Floats = NDArray[np.float32]

TITLE_TERM_SHARE, FOCUS_GAIN = 0.3, 2.5
"""What a term counts that the title holds, and more that stands beside the asking word."""
FAR, FAR_SENTENCE, FAR_RANK = 12, 6, 15
"""Distances beyond these say no more."""
EARLY = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """A document's clauses with what is known of each.

    Args:
        names: of the features, (features,).
        values: (clauses, features).
    """

    clauses: tuple[Clause, ...]
    names: tuple[str, ...]
    values: Floats

    def column(self, name: str) -> Floats:
        """One feature of all clauses, (clauses,)."""
        return np.asarray(self.values[:, self.names.index(name)], np.float32)

    def beside(self, columns: Mapping[str, NDArray[np.floating]]) -> Judged:
        """The same with more features, each (clauses,)."""
        more = np.stack([np.asarray(each, np.float32) for each in columns.values()], axis=1)
        return Judged(
            clauses=self.clauses,
            names=(*self.names, *columns),
            values=np.concatenate((self.values, more), axis=1),
        )


@dataclass(frozen=True, kw_only=True)
class _Held:
    """Which of the question's terms stand where, and what they are worth together."""

    worth: dict[str, float]
    whole: float
    clauses: tuple[frozenset[str], ...]
    sentences: tuple[frozenset[str], ...]

    def share(self, terms: frozenset[str]) -> float:
        return sum(self.worth[term] for term in terms) / self.whole

    def around(self, first: int, last: int) -> frozenset[str]:
        """Terms of the clauses from `first` to before `last`."""
        return frozenset().union(*self.clauses[max(first, 0) : max(last, 0)])


def judge(
    question: str, wanted: Wanted, title: str, text: str, clauses: Sequence[Clause]
) -> Judged:
    """What is known of each clause.

    Args:
        question: the part of it that is looked at.
        wanted: what it wants a text to hold.
        title: the document's.
        text: the document's.
        clauses: of the text, at least one, in order.
    """
    folded = nlu_text.fold(text).lower()
    folded = folded if len(folded) == len(text) else text
    plain = [folded[each.start : each.end] for each in clauses]
    sentence = np.array([each.sentence for each in clauses])
    sentence -= sentence[0]
    held = _held(wanted, title, plain, sentence)
    columns = {
        **_overlaps(held, sentence),
        **_places(plain, clauses, sentence),
        **_shapes(question, plain, sentence),
        "focus": np.array([bool(wanted.focus & each) for each in held.clauses]),
        "question_chars": np.full(len(plain), len(question)),
        "question_terms": np.full(len(plain), len(wanted.rarity)),
    }
    columns["focus_before"] = _shifted(columns["focus"], 1)
    for name, pattern in ASKED.items():
        columns[f"asked_{name}"] = np.full(len(plain), bool(pattern.search(question)))
    values = np.stack([np.asarray(each, np.float32) for each in columns.values()], axis=1)
    return Judged(clauses=tuple(clauses), names=tuple(columns), values=values)


def _held(wanted: Wanted, title: str, plain: list[str], sentence: NDArray[np.int64]) -> _Held:
    in_title = wanted.held(title)
    clauses = tuple(frozenset(wanted.held(each)) for each in plain)
    sentences = tuple(
        frozenset().union(*(clauses[at] for at in np.flatnonzero(sentence == number)))
        for number in range(int(sentence[-1]) + 1)
    )
    spread = Counter(term for each in sentences for term in each)
    worth = {
        term: rarity
        * math.log1p(len(sentences) / max(spread[term], 1))
        * (TITLE_TERM_SHARE if term in in_title else 1.0)
        * (FOCUS_GAIN if term in wanted.focus else 1.0)
        for term, rarity in wanted.rarity.items()
    }
    whole = sum(worth.values()) or 1.0
    return _Held(worth=worth, whole=whole, clauses=clauses, sentences=sentences)


def _overlaps(held: _Held, sentence: NDArray[np.int64]) -> dict[str, NDArray[np.floating]]:
    """Shares of the question that a clause, its sentence and its neighbours hold."""
    count = len(held.clauses)
    own = np.array([held.share(each) for each in held.clauses])
    whole = np.array([held.share(each) for each in held.sentences])
    first = np.searchsorted(sentence, sentence, side="left")
    places = list(range(count))
    both = np.array(
        [
            held.share(one | other)
            for one, other in zip(
                held.sentences, (frozenset[str](), *held.sentences[:-1]), strict=True
            )
        ]
    )
    rank = np.empty(len(whole), np.int64)
    rank[np.argsort(-whole, kind="stable")] = np.arange(len(whole))
    from_best = np.arange(count) - int(own.argmax())
    return {
        "own": own,
        "before_1": _shifted(own, 1),
        "before_2": _shifted(own, 2),
        "after_1": _shifted(own, -1),
        "after_2": _shifted(own, -2),
        "sentence": whole[sentence],
        "sentence_before": _shifted(whole, 1)[sentence],
        "sentence_before_2": _shifted(whole, 2)[sentence],
        "sentence_after": _shifted(whole, -1)[sentence],
        "two_before": np.array([held.share(held.around(at - 2, at)) for at in places]),
        "five_before": np.array([held.share(held.around(at - 5, at)) for at in places]),
        "two_after": np.array([held.share(held.around(at + 1, at + 3)) for at in places]),
        "two_before_and_own": np.array([held.share(held.around(at - 2, at + 1)) for at in places]),
        "in_sentence_before": np.array(
            [held.share(held.around(int(first[at]), at)) for at in places]
        ),
        "in_sentence_so_far": np.array(
            [held.share(held.around(int(first[at]), at + 1)) for at in places]
        ),
        "own_of_best": own / (own.max() + 1e-9),
        "sentence_of_best": (whole / (whole.max() + 1e-9))[sentence],
        "two_sentences": both[sentence],
        "from_best": np.clip(from_best, -FAR, FAR),
        "from_best_sentence": np.clip(sentence - int(whole.argmax()), -FAR_SENTENCE, FAR_SENTENCE),
        "sentence_rank": np.minimum(rank, FAR_RANK)[sentence],
        "far_from_best": np.minimum(np.abs(from_best), 20),
    }


def _places(
    plain: list[str], clauses: Sequence[Clause], sentence: NDArray[np.int64]
) -> dict[str, NDArray[np.floating]]:
    """Lengths, and where a clause stands."""
    count = len(plain)
    chars = np.array([each.end - each.start for each in clauses], np.float64)
    first = np.searchsorted(sentence, sentence, side="left")
    last = np.searchsorted(sentence, sentence, side="right") - 1
    places = np.arange(count)
    return {
        "chars": chars,
        "log_chars": np.log1p(chars),
        "sentence_chars": np.bincount(sentence, weights=chars)[sentence],
        "place_in_sentence": places - first,
        "clauses_of_sentence": last - first + 1,
        "begins_sentence": places == first,
        "ends_sentence": places == last,
        "position": places / count,
        "sentence_position": sentence / (sentence[-1] + 1),
        "log_clauses": np.full(count, math.log(count)),
        "early": places < EARLY,
    }


def _shapes(
    question: str, plain: list[str], sentence: NDArray[np.int64]
) -> dict[str, NDArray[np.floating]]:
    """What a clause holds and how it begins and ends."""
    kinds = asking.sought(question)
    asked = set(nlu_text.bigrams(question))
    marked = np.array([bool(ROW_MARK.match(each)) for each in plain])
    first = np.searchsorted(sentence, sentence, side="left")
    begins = first == np.arange(len(plain))
    sentences: dict[int, str] = {}
    for text, number in zip(plain, sentence, strict=True):
        sentences[int(number)] = sentences.get(int(number), "") + text
    gives = {number: asking.holds(kinds, text) for number, text in sentences.items()}
    ends = {
        name: np.array([bool(pattern.search(each)) for each in plain])
        for name, pattern in ENDS.items()
    }
    return {
        "novelty": np.array([_novelty(each, asked) for each in plain]),
        **{f"ends_{name}": each for name, each in ends.items()},
        "after_colon": _shifted(ends["colon"], 1),
        "after_comma": _shifted(ends["comma"], 1),
        "row": marked,
        "in_row": marked[first] & ~begins,
        "listing": np.array([each.count("、") for each in plain]),
        "gives": np.array([asking.holds(kinds, each) for each in plain]),
        "sentence_gives": np.array([gives[int(number)] for number in sentence]),
        "kinds": np.full(len(plain), len(kinds)),
        **{
            f"holds_{name}": np.array([bool(pattern.search(each)) for each in plain])
            for name, pattern in HELD.items()
        },
    }


def _novelty(clause: str, asked: set[str]) -> float:
    """Share of a clause's pairs of characters that the question does not say."""
    pairs = [clause[at : at + 2] for at in range(len(clause) - 1)]
    return sum(pair not in asked for pair in pairs) / len(pairs) if pairs else 1.0


def _shifted(values: NDArray[np.generic], by: int) -> NDArray[np.floating]:
    """What stands `by` places before (after, where negative) each; 0 beyond the ends."""
    found = np.zeros(len(values), np.float64)
    if by > 0:
        found[by:] = values[:-by]
    else:
        found[:by] = values[-by:]
    return found

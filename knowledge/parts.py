"""Parts of a found document: which of its passages is about what was asked, and how sure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

from knowledge import asking
from knowledge.asking import Sought
from knowledge.model import Document, Passage
from knowledge.query import Wanted
from knowledge.search import context_of
from knowledge.wording import LITTLE_WORDS, essence
from nlu import lexicon
from nlu import text as nlu_text
from nlu.rarity import rarity

TITLE_TERM_SHARE = 0.3
"""What a term is worth that the title holds: the whole document is about it."""
FOCUS_GAIN = 2.5
"""What a term is worth more that stands beside the asking word: 利率 in 公积金贷款利率多少."""
EXCLUDED = 3.0
"""What a part loses that tells of another kind than the one asked about, on the scale of `WEIGHTS`:
as much as all its words and its heading may gain it."""
MOST_SENTENCES = 40
"""Of a longer passage the first ones are looked at side by side."""

_SENTENCE = re.compile(r"[^。！？；\n]+")


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What speaks for one passage of a document, shares from 0 to 1.

    Args:
        share: of the question that it holds with its headings, each term by what it tells this
            part from the others.
        own: the same without headings; heading: in its own question or nearest heading alone.
        fit: how well it gives the kind of thing asked for, -0.35 to 1.
        kinds: kinds of thing that both the question and the heading ask for, of all they ask for.
        found: its score in the search, as a share of the document's best one's.
        words: share of the question's words that it or one alike stands in it, with headings, by
            what they tell this part from the others; headed: that its heading holds.
        covered: share of the heading's words that the question holds, or one alike.
        near: share of the question's words (the title's left out, by their worth at large) that
            two neighbouring sentences hold, or one alike.
        opening: it is the first of the document.
        length: logarithm of its characters.
    """

    share: float
    own: float
    heading: float
    fit: float
    kinds: float
    found: float
    words: float
    headed: float
    covered: float
    near: float
    opening: float
    length: float


WEIGHTS = Signs(
    share=1.11,
    own=1.87,
    heading=0.70,
    fit=2.48,
    kinds=0.65,
    found=1.60,
    words=1.58,
    headed=1.93,
    covered=1.80,
    near=2.63,
    opening=-0.85,
    length=-0.44,
)
"""Fitted so that the right part of the right document has the highest chance: on 405 citizens'
questions over 369 documents, and on halves of the sets of everyday, portal and FAQ questions. Of
the other halves the right part comes first for 0.82 of the FAQ questions, 0.66 of those on any part
of a portal page and 0.85 of everyday ones (before, by terms, heading and kind alone: 0.73, 0.56,
0.80)."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A passage and how well it answers; scores compare only within one question.

    Args:
        chance: that it is the one among those looked at, 0 to 1.
    """

    passage: Passage
    signs: Signs
    chance: float

    @property
    def fit(self) -> float:
        """How well it gives the kind of thing asked for."""
        return self.signs.fit

    @property
    def announced(self) -> bool:
        """Whether its heading or question announces the kind of thing asked for."""
        return self.fit >= asking.HEADED


def worth(wanted: Wanted, document: Document, texts: Sequence[str]) -> dict[str, float]:
    """What each term tells one part of a document from the others."""
    spread = Counter(term for text in texts for term in wanted.held(text))
    named = wanted.held(document.title)
    return {
        term: rarity
        * math.log1p(len(texts) / max(spread[term], 1))
        * (TITLE_TERM_SHARE if term in named else 1.0)
        * (FOCUS_GAIN if term in wanted.focus else 1.0)
        for term, rarity in wanted.rarity.items()
    }


def heading_of(passage: Passage) -> str:
    """What announces a passage: its published question, or its nearest heading."""
    return passage.question or (passage.heading_path[-1] if passage.heading_path else "")


def ranked(
    kinds: Sequence[Sought],
    wanted: Wanted,
    document: Document,
    passages: Sequence[Passage],
    found: Mapping[int, float],
) -> tuple[Part, ...]:
    """The passages, best first.

    Args:
        kinds: the kinds of thing asked for.
        wanted: what the question wants a text to hold.
        document: what the passages are of.
        passages: in reading order.
        found: ordinal → score in the search, of those passages that have one.
    """
    if not passages:
        return ()
    seen = signs(kinds, wanted, document, passages, found)
    lines = [
        _worth(one) - EXCLUDED * wanted.excluded(context_of(document, passage))
        for one, passage in zip(seen, passages, strict=True)
    ]
    top = max(lines)
    weights = [math.exp(line - top) for line in lines]
    whole = sum(weights)
    parts = [
        Part(passage=passage, signs=one, chance=weight / whole)
        for passage, one, weight in zip(passages, seen, weights, strict=True)
    ]
    return tuple(sorted(parts, key=lambda part: -part.chance))


def _worth(seen: Signs) -> float:
    return float(
        sum(getattr(WEIGHTS, each.name) * getattr(seen, each.name) for each in fields(Signs))
    )


def signs(
    kinds: Sequence[Sought],
    wanted: Wanted,
    document: Document,
    passages: Sequence[Passage],
    found: Mapping[int, float],
) -> tuple[Signs, ...]:
    """What speaks for each of the passages, in their order; arguments as for `ranked`."""
    texts = ["\n".join((*each.heading_path, each.question, each.text)) for each in passages]
    share = _share(wanted, document, texts)
    held = [_held(wanted, text) for text in texts]
    headings = [heading_of(each) for each in passages]
    headed = [_held(wanted, each) if each else frozenset() for each in headings]
    by_text, by_heading = _told_apart(wanted, held), _told_apart(wanted, headed)
    covered = _covered(wanted, headings)
    title = wanted.plain(document.title)
    unnamed = {w: each for w, each in wanted.words.items() if w not in title} or wanted.words
    best = max(found.values(), default=0.0) or 1.0
    return tuple(
        Signs(
            share=share(texts[at]),
            own=share(passage.text),
            heading=share(headings[at]),
            fit=asking.fit(kinds, headings[at], passage.text),
            kinds=_kinds_met(kinds, headings[at]),
            found=found.get(passage.ordinal, 0.0) / best,
            words=sum(by_text[word] for word in held[at]),
            headed=sum(by_heading[word] for word in headed[at]),
            covered=covered[at],
            near=_near(wanted, passage.text, unnamed),
            opening=float(passage.ordinal == 0),
            length=math.log(len(passage.text) + 1),
        )
        for at, passage in enumerate(passages)
    )


def _share(wanted: Wanted, document: Document, texts: Sequence[str]) -> Callable[[str], float]:
    """How much of the question a text holds, each term by what it tells one part from others."""
    terms = worth(wanted, document, texts)
    named = wanted.held(document.title)
    whole = sum(each / (TITLE_TERM_SHARE if term in named else 1.0) for term, each in terms.items())
    return lambda text: sum(terms[term] for term in wanted.held(text)) / (whole or 1.0)


def _held(wanted: Wanted, text: str) -> frozenset[str]:
    """The question's words that a text holds by themselves or by one alike."""
    plain = wanted.plain(text)
    return frozenset(word for word in wanted.words if wanted.stands(word, plain))


def _told_apart(wanted: Wanted, held: Sequence[Collection[str]]) -> dict[str, float]:
    """What each word tells one part from the others, as a share of what all do together."""
    found = {
        word: worth * math.log1p(len(held) / max(sum(word in each for each in held), 1))
        for word, worth in wanted.words.items()
    }
    whole = sum(found.values()) or 1.0
    return {word: each / whole for word, each in found.items()}


def _covered(wanted: Wanted, headings: Sequence[str]) -> list[float]:
    """How much of each heading the question says, by what its words tell from other headings."""
    asked = wanted.said()
    words = [frozenset(_content(heading)) for heading in headings]
    spread = Counter(word for each in words for word in each)
    worths = {
        word: rarity(word) * math.log1p(len(headings) / count) for word, count in spread.items()
    }
    alike = {other for each in wanted.alike.values() for other in each}
    met = {word for word in worths if word in alike or _said(word, asked)}
    return [
        sum(worths[word] for word in each & met) / (sum(worths[word] for word in each) or 1.0)
        for each in words
    ]


def _content(heading: str) -> Iterator[str]:
    words = nlu_text.words(essence(heading)) if heading else ()
    return (word for word in words if word not in LITTLE_WORDS)


def _said(word: str, asked: str) -> bool:
    return word in asked or any(other in asked for other in lexicon.alike().get(word, ()))


def _kinds_met(kinds: Sequence[Sought], heading: str) -> float:
    both = {*kinds}, {*asking.sought(heading)} if heading else set[Sought]()
    return len(both[0] & both[1]) / (len(both[0] | both[1]) or 1)


def _near(wanted: Wanted, text: str, words: Mapping[str, float]) -> float:
    """The largest share of the words' worth that two neighbouring sentences hold."""
    sentences = _SENTENCE.findall(wanted.plain(text))[:MOST_SENTENCES]
    held = [{word for word in words if wanted.stands(word, each)} for each in sentences]
    pairs = (one | other for one, other in pairwise([*held, set()]))
    most = max((sum(words[word] for word in pair) for pair in pairs), default=0.0)
    return most / (sum(words.values()) or 1.0)


def fresh(
    kinds: Sequence[Sought], passages: Sequence[Passage], said: Collection[int]
) -> Sequence[Passage]:
    """The passages not yet quoted, where any gives what is asked for; else all of them.

    Args:
        kinds: the kinds of thing asked for.
        passages: in reading order.
        said: ordinals of passages an earlier answer quoted.
    """
    left = [each for each in passages if each.ordinal not in said]
    fits = any(asking.fit(kinds, heading_of(each), each.text) > 0 for each in left)
    return left if left and (fits or not kinds) else passages

"""Which rephrased sentences are supported by the quotes they were made from.

A sentence is kept where one quote, and in it one run of clauses with every condition, subject and
limit that belongs to it, says the same: the same quantities with the same bounds in the same
order, the same negations and permissions, no word the quote does not have, few of the quote's
words left out and none that narrows it. What cannot be shown to be so is dropped. Whatever a model
was told or tells, nothing else comes through.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.claims import Claims, Mark, claims, plain
from knowledge.clauses import supports
from knowledge.model import Quote, Rephrased, RephrasedSentence
from knowledge.plain_words import ASKED_FOR, GLUE, JOINS, NARROWS, NOT_ADDED, PASSED_OVER
from nlu import text as words

MAX_CHARS = 200
"""A longer sentence is none a citizen reads more easily than the quote."""


@dataclass(frozen=True, kw_only=True)
class Strictness:
    """How much of the words must agree, shares of characters from 0 to 1.

    Measured on `tests/golden/rephrasings.jsonl`; `docs/rephrasing.md` has the figures.

    Args:
        licensed: of the sentence's words, so much stands in the quote.
        said: of the quote's words, so much is said by the sentence.
        ordered: of the sentence's words, so much stands in the quote's order.
    """

    licensed: float = 1.0
    said: float = 0.8
    ordered: float = 0.8


_OTHER_THAN_PROSE = re.compile(
    r"[^\u3400-\u9fff0-9A-Za-z，。、；：！（）《》〈〉〔〕“”‘’—…·～~%％./:,() +-]|://|//|www\.|"
    r"[A-Za-z0-9-]+\.(?:com|cn|net|org|gov|top|xyz|cc)\b",
    re.IGNORECASE,
)
"""Markup, links, questions, invisible and foreign characters: none of it is a plain sentence."""
_TURNED_CHARS = 3
_SIGNS = {mark.sign: mark for mark in Mark}
_TURNS_WHAT_STANDS_BEFORE = (Mark.EXCEPT, Mark.AND_SO_ON, Mark.BEFORE, Mark.AFTER)
_NUMERIC_OR_LATIN = re.compile(r"[0-9a-z]+|[一二三四五六七八九十百千万]+", re.IGNORECASE)


def supported(
    quotes: Sequence[Quote], sentences: Iterable[str], strictness: Strictness | None = None
) -> Rephrased:
    """The sentences the quotes support, in their order, each with the citation it rests on.

    Args:
        quotes: an answer's.
        sentences: what a model made of them, one sentence each; anything at all may be in them.
        strictness: how much of the words must agree.
    """
    held = strictness or Strictness()
    prepared = [(quote.citation, _prepared(quote.text)) for quote in quotes]
    kept: list[RephrasedSentence] = []
    for sentence in sentences:
        said = words.normalise(sentence)
        citation = _rests_on(prepared, said, held)
        if citation is not None and all(said != other.text for other in kept):
            kept.append(RephrasedSentence(text=said, citation=citation))
    return Rephrased(sentences=tuple(kept))


@dataclass(frozen=True, kw_only=True)
class _Said:
    """A text with its claims and its words.

    Args:
        turned: of each mark, the first characters of what it turns.
        listed: the words that are members of a list.
    """

    claims: Claims
    words: tuple[str, ...]
    turned: tuple[str, ...]
    listed: frozenset[str]
    text: str


def _prepared(quote: str) -> tuple[_Said, ...]:
    return tuple(_said(each.text) for each in supports(words.normalise(quote)))


def _said(text: str) -> _Said:
    plained = plain(text)
    made = claims(plained)
    cut = [token.lower() for token, _ in words.tokens(made.residue)]
    return _Said(
        claims=made,
        words=tuple(each for each in cut if words.words(each)),
        turned=tuple(_turned(cut)),
        listed=frozenset(_listed(cut)),
        text=made.residue.lower(),
    )


def _turned(cut: Sequence[str]) -> Iterator[str]:
    """What each mark turns: the words after it, or before it for 除外, 等, 前 and 后."""
    told = [word for word in cut if word not in PASSED_OVER]
    for at, word in enumerate(told):
        if word in _SIGNS:
            back = _SIGNS[word] in _TURNS_WHAT_STANDS_BEFORE
            beside = told[at - 1 :: -1] if back and at else told[at + 1 :] if not back else []
            found = "".join(itertools.takewhile(words.words, beside[:2]))
            yield (found[-1:] if back else found[:_TURNED_CHARS]) or "".join(beside[:1])


def _listed(cut: Sequence[str]) -> Iterator[str]:
    """The words beside 、 and 和: a list that lost a member says something else."""
    for at, word in enumerate(cut[1:-1], start=1):
        if word in JOINS:
            yield from (each for each in (cut[at - 1], cut[at + 1]) if words.words(each))


def _rests_on(
    prepared: Sequence[tuple[int, tuple[_Said, ...]]], sentence: str, held: Strictness
) -> int | None:
    if not sentence or len(sentence) > MAX_CHARS or _OTHER_THAN_PROSE.search(sentence):
        return None
    readings = [_said(each) for each in dict.fromkeys((sentence, ASKED_FOR.sub("", sentence)))]
    if not any(word not in GLUE for word in readings[0].words):
        return None
    for citation, texts in prepared:
        if any(_supports(quoted, said, held) for quoted in texts for said in readings):
            return citation
    return None


def _supports(quoted: _Said, said: _Said, held: Strictness) -> bool:
    return (
        quoted.claims.quantities == said.claims.quantities
        and quoted.claims.marks == said.claims.marks
        and quoted.turned == said.turned
        and _licensed(quoted, said) >= held.licensed
        and _left_out(quoted, said, held)
        and _in_order(quoted, said) >= held.ordered
    )


def _licensed(quoted: _Said, said: _Said) -> float:
    """The share of the sentence's words, by characters, that the quote has."""
    content = [word for word in said.words if word not in GLUE or word in NOT_ADDED]
    found = sum(
        len(word)
        for word in content
        if _has(quoted, word) and _times(said, word) <= max(1, _times(quoted, word))
    )
    exact = all(_has(quoted, word) for word in content if _NUMERIC_OR_LATIN.search(word))
    return found / sum(map(len, content)) if content and exact else float(not content)


def _left_out(quoted: _Said, said: _Said, held: Strictness) -> bool:
    """Whether little enough of the quote's words is left out, and nothing that narrows it."""
    content = [word for word in quoted.words if word not in GLUE or word in NARROWS]
    missing = [word for word in content if not _has(said, word)]
    never = NARROWS | quoted.listed
    if any(word in never or _NUMERIC_OR_LATIN.search(word) for word in missing):
        return False
    return sum(map(len, missing)) <= (1 - held.said) * sum(map(len, content))


def _has(other: _Said, word: str) -> bool:
    """Whether a text has a word, or its parts of two characters and more."""
    if len(word) == 1:
        return word in other.words
    if _times(other, word):
        return True
    cuts = range(2, len(word) - 1)
    return any(word[:at] in other.text and _has(other, word[at:]) for at in cuts)


def _times(said: _Said, word: str) -> int:
    """How often a text has a word; 动产 does not stand in 不动产."""
    return len(re.findall(f"(?<![不非无未]){re.escape(word)}", said.text))


def _in_order(quoted: _Said, said: _Said) -> float:
    """The longest common subsequence of characters, as a share of the sentence's."""
    ours = "".join(word for word in said.words if word not in GLUE)
    theirs = "".join(word for word in quoted.words if word not in GLUE)
    if not ours:
        return 0.0
    row = [0] * (len(theirs) + 1)
    for character in ours:
        before = 0
        for at, other in enumerate(theirs, start=1):
            above = row[at]
            row[at] = before + 1 if character == other else max(above, row[at - 1])
            before = above
    return row[-1] / len(ours)

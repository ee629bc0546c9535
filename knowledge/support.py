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
from knowledge.clauses import supports, without_marker
from knowledge.model import Quote, Rephrased, RephrasedSentence
from knowledge.plain_words import ASKED_FOR, FREE, LEFT_OUT, PASSED_OVER
from nlu import text as words

MAX_CHARS = 200
"""A longer sentence is none a citizen reads more easily than the quote."""


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


def supported(quotes: Sequence[Quote], sentences: Iterable[str]) -> Rephrased:
    """The sentences the quotes support, in their order, each with the citation it rests on.

    Args:
        quotes: an answer's.
        sentences: what a model made of them, one sentence each; anything at all may be in them.
    """
    prepared = [(quote.citation, _prepared(quote.text)) for quote in quotes]
    kept: list[RephrasedSentence] = []
    for sentence in sentences:
        said = without_marker(words.normalise(sentence))
        citation = _rests_on(prepared, said)
        if citation is not None and all(said != other.text for other in kept):
            kept.append(RephrasedSentence(text=said, citation=citation))
    return Rephrased(sentences=tuple(kept))


@dataclass(frozen=True, kw_only=True)
class _Said:
    """A text with its claims and its words.

    Args:
        turned: of each mark, the first characters of what it turns.
    """

    claims: Claims
    words: tuple[str, ...]
    turned: tuple[str, ...]
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
        text=made.residue.lower(),
    )


def _turned(cut: Sequence[str]) -> Iterator[str]:
    """What each mark turns: the words after it, or before it for 除外, 等, 前 and 后."""
    told = [word for word in cut if word not in PASSED_OVER]
    for at, word in enumerate(told):
        if word in _SIGNS:
            back = _SIGNS[word] in _TURNS_WHAT_STANDS_BEFORE
            if back:
                yield "".join(told[max(at - 1, 0) : at])[-1:]
            else:
                after = told[at + 1 : at + 3]
                found = "".join(itertools.takewhile(words.words, after))
                yield found[:_TURNED_CHARS] or "".join(after[:1])


def _rests_on(prepared: Sequence[tuple[int, tuple[_Said, ...]]], sentence: str) -> int | None:
    if not sentence or len(sentence) > MAX_CHARS or _OTHER_THAN_PROSE.search(sentence):
        return None
    readings = [_said(each) for each in dict.fromkeys((sentence, ASKED_FOR.sub("", sentence)))]
    if not any(word not in LEFT_OUT for word in readings[0].words):
        return None
    for citation, texts in prepared:
        if any(_supports(quoted, said) for quoted in texts for said in readings):
            return citation
    return None


def _supports(quoted: _Said, said: _Said) -> bool:
    return (
        quoted.claims.quantities == said.claims.quantities
        and quoted.claims.marks == said.claims.marks
        and quoted.turned == said.turned
        and _adds_nothing(quoted, said)
        and _leaves_out_nothing(quoted, said)
        and _in_order(quoted, said)
    )


def _adds_nothing(quoted: _Said, said: _Said) -> bool:
    """Whether the quote has every word of the sentence, and each as often."""
    return all(
        _has(quoted, word) and _times(said, word) <= max(1, _times(quoted, word))
        for word in said.words
        if word not in FREE
    )


def _leaves_out_nothing(quoted: _Said, said: _Said) -> bool:
    """Whether the sentence has every word of the quote, and each as often."""
    return all(
        _has(said, word) and _times(quoted, word) <= max(1, _times(said, word))
        for word in quoted.words
        if word not in LEFT_OUT
    )


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


def _in_order(quoted: _Said, said: _Said) -> bool:
    """Whether the sentence's words stand in the quote's order: who does what to whom."""
    theirs = iter("".join(word for word in quoted.words if word not in FREE))
    return all(character in theirs for word in said.words if word not in FREE for character in word)

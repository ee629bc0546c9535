"""A citizen's question as the index takes it: what carries meaning, and its other names."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from knowledge import asking, contrasts, everyday, following, home, numerals, spelling
from knowledge.following import points_back as points_back
from knowledge.index import Index, Query, Term
from knowledge.wording import LITTLE_WORDS, without_asking
from knowledge.wording import MAX_CHARS as MAX_CHARS
from knowledge.wording import cut as cut
from knowledge.wording import essence as essence
from nlu import lexicon
from nlu import text as nlu_text
from nlu.rarity import rarity

SYNONYM_WEIGHT = 0.4
"""What an official name's terms weigh that the citizen did not say himself."""
CORRECTION_WEIGHT = 0.8
"""What the terms of a word weigh that he probably meant to write."""
ACROSS_SHARE = 0.5
"""What is left of a pair's worth that no passage holds, half in an everyday word: no official
name has it, though it may be in what the question is about."""
ASKED_BEFORE = 0.2
"""What the words weigh that an earlier question asked with."""
PLACE_WEIGHT = 0.3
"""What the city's own name and its towns weigh: everything here is of 丰城, nothing is about it."""

SHORT = 2_000
"""Texts of at most so many characters, most passages, are kept as they are compared."""

_TITLE = re.compile(r"《([^《》]{4,120})》")
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,12}[〔\[［(（【]\s*\d{4}\s*[〕\]］)）】]\s*第?\d{1,5}号?")
_NOWHERE = "\ue000\ue000"
"""A pair of private characters, which no passage holds: its rarity is that of every unheld pair."""

Names = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a text must hold to answer.

    Args:
        rarity: what each bigram of the question (and, less, of earlier ones) is worth.
        aliases: what the citizen said → official names, right spellings or other ways to write a
            number that mean it too.
        focus: the bigrams beside the asking word.
        years: calendar years the question names; documents of such a year are likelier meant.
        places: official names of the city's own places that it names.
        words: what each of its words is worth in Chinese at large, whatever content is at hand.
        alike: word → others that mean about the same and may stand for it in what answers.
        kinds: the kinds it names of families of which one excludes the others.
    """

    rarity: dict[str, float]
    aliases: Names = ()
    focus: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    places: frozenset[str] = frozenset()
    words: Mapping[str, float] = field(default_factory=dict)
    alike: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: contrasts.Kinds = ()

    def plain(self, text: str) -> str:
        """A text in lower case, with the citizen's words for what it calls by official names."""
        return self.with_said(_folded(text) if len(text) <= SHORT else nlu_text.fold(text).lower())

    def with_said(self, plain: str) -> str:
        """A folded text in lower case, with the citizen's words for its official names."""
        said = [word for word, names in self.aliases if any(name in plain for name in names)]
        return "\n".join((plain, *said)) if said else plain

    def said(self) -> str:
        """All that the question says, in the citizen's words and by official names."""
        return "\n".join((*self.words, *(name for _, names in self.aliases for name in names)))

    def held(self, text: str) -> set[str]:
        """The bigrams a text holds, in the citizen's words or by the official name."""
        plain = self.plain(text)
        return {term for term in self.rarity if term in plain}

    def share(self, text: str) -> float:
        """How much of what is wanted a text holds, 0 to 1."""
        whole = sum(self.rarity.values())
        return sum(self.rarity[term] for term in self.held(text)) / whole if whole else 0.0

    def word_share(self, plain: str) -> float:
        """How much of its words, each by its worth at large, what `plain` gave holds, 0 to 1."""
        whole = sum(self.words.values())
        return sum(worth for word, worth in self.words.items() if word in plain) / (whole or 1.0)

    def meaning_share(self, plain: str) -> float:
        """The same, where a word alike may stand for the one said."""
        whole = sum(self.words.values())
        held = (each for word, each in self.words.items() if self.stands(word, plain))
        return sum(held) / (whole or 1.0)

    def excluded(self, text: str) -> bool:
        """Whether a text tells of another kind than the one asked about: 居民医保 for 职工医保."""
        return bool(self.kinds) and contrasts.tells_of_another(self.kinds, self.plain(text))

    def stands(self, word: str, plain: str) -> bool:
        """Whether a word of the question, or one alike, stands in a text that `plain` gave."""
        return word in plain or any(other in plain for other in self.alike.get(word, ()))


@functools.lru_cache(maxsize=8_000)
def _folded(text: str) -> str:
    return nlu_text.fold(text).lower()


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Some of what is searched for; `added` where the citizen did not say it himself."""

    text: str
    weight: float
    added: bool = False


def understood(
    question: str, context: tuple[str, ...], index: Index, today: date | None = None
) -> tuple[Query, Wanted]:
    """The query for a question and what a text must hold to answer it.

    Args:
        question: as the citizen put it.
        context: earlier questions, newest last; they join in where the question points back.
        index: where it is looked up; tells how rare the terms are and which words it holds.
        today: what 今年 is counted from; it names no year where None.
    """
    asked = cut(question)
    said = _said(asked, context)
    weights: dict[str, float] = {}
    for part in said:
        _collect(weights, nlu_text.bigrams(part.text), part.weight)
    worth = index.rarity((*weights, _NOWHERE))
    misspelt = spelling.meant(essence(asked), _Held(index, worth).of)
    aliases = tuple(_aliases(said, misspelt, asked, today))
    across = _across(said, aliases)
    words = _words(said)
    wanted = Wanted(
        rarity={
            term: worth[term]
            * weight
            * (ACROSS_SHARE if term in across and worth[term] == worth[_NOWHERE] else 1.0)
            for term, weight in weights.items()
        },
        aliases=aliases,
        focus=frozenset(nlu_text.bigrams(essence(asking.focus(asked)))),
        years=numerals.years(asked, today),
        places=home.places(asked),
        words=words,
        alike={word: lexicon.alike().get(word, ()) for word in words},
        kinds=contrasts.asked("\n".join(part.text for part in said)),
    )
    return _query(said, tuple(_added(said, aliases, misspelt)), index), wanted


def _words(said: Iterable[_Part]) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in said:
        for word in nlu_text.words(part.text):
            if word not in LITTLE_WORDS:
                found[word] = max(found.get(word, 0.0), part.weight * rarity(word))
    return found


def _across(said: list[_Part], aliases: Names) -> frozenset[str]:
    """Pairs with one half in an everyday or misspelt word: the official name has no such pair."""
    found: set[str] = set()
    for part in said:
        apart = part.text
        for word, names in aliases:
            if not any(word in name for name in names):
                apart = apart.replace(word, f" {word} ")
        found |= set(nlu_text.bigrams(part.text)) - set(nlu_text.bigrams(apart))
    return frozenset(found)


class _Held:
    """Which pairs any passage holds; what was asked once is not asked again."""

    def __init__(self, index: Index, worth: Mapping[str, float]) -> None:
        self._index = index
        self._worth = dict(worth)

    def of(self, pairs: Iterable[str]) -> frozenset[str]:
        """Those of the pairs that some passage holds."""
        pairs = frozenset(pairs)
        new = pairs - self._worth.keys()
        if new:
            self._worth |= self._index.rarity(new)
        nowhere = self._worth[_NOWHERE]
        return frozenset(pair for pair in pairs if self._worth[pair] != nowhere)


def _said(asked: str, context: tuple[str, ...]) -> list[_Part]:
    before = following.earlier(asked, context)
    parts = [_Part(text=each.matter, weight=each.weight) for each in before]
    parts += [_Part(text=essence(each.question), weight=ASKED_BEFORE) for each in before]
    if before and not following.own(asked):
        return [_Part(text=without_asking(asked), weight=1.0), *parts]
    return [*_without_places(asked), *parts]


def _without_places(asked: str) -> Iterable[_Part]:
    """The question, and apart from it, weighing little, the places of the city it names."""
    spans = home.spans(asked)
    rest = home.cut_out(asked, spans)
    if not spans or not nlu_text.bigrams(without_asking(rest)):
        return [_Part(text=essence(asked), weight=1.0)]
    named = [_Part(text=asked[start:end], weight=PLACE_WEIGHT) for start, end in spans]
    return [_Part(text=essence(rest), weight=1.0), *named]


def _aliases(
    said: list[_Part], misspelt: Names, asked: str, today: date | None
) -> Iterable[tuple[str, tuple[str, ...]]]:
    for part in said:
        yield from everyday.said_in(part.text)
    for wrong, rights in misspelt:
        names = (name for right in rights for _, names in everyday.said_in(right) for name in names)
        yield wrong, (*rights, *names)
    yield from numerals.variants(asked)
    yield from numerals.relative_years(asked, today)


def _added(said: list[_Part], aliases: Names, misspelt: Names) -> Iterable[_Part]:
    """What is searched for besides, in other words than the citizen's."""
    for part in said:
        for word, names in aliases:
            if word in part.text:
                weight = SYNONYM_WEIGHT * part.weight
                yield from (
                    _Part(text=name, weight=weight, added=True)
                    for name in names
                    if name not in part.text
                )
    for wrong, rights in misspelt:
        yield from (
            _Part(text=part.text.replace(wrong, right), weight=CORRECTION_WEIGHT, added=True)
            for right in rights[:1]
            for part in said[:1]
        )


def _query(said: list[_Part], added: tuple[_Part, ...], index: Index) -> Query:
    words: dict[str, float] = {}
    bigrams: dict[str, float] = {}
    for part in (*said, *added):
        _collect(words, nlu_text.words(part.text), part.weight)
        pairs = nlu_text.bigrams(part.text)
        whole = [pair for pair in pairs if len(pair) > 1 or not part.added]
        _collect(bigrams, whole, part.weight)
    text = " ".join(part.text for part in (*said, *added))
    return Query(
        words=tuple(Term(text=text, weight=weight) for text, weight in words.items()),
        bigrams=tuple(Term(text=text, weight=weight) for text, weight in bigrams.items()),
        vector=index.encoder.encode([text])[0] if index.encoder else None,
    )


def _collect(terms: dict[str, float], found: list[str], weight: float) -> None:
    for term in found:
        terms[term] = max(terms.get(term, 0.0), weight)


def numbers(question: str) -> tuple[str, ...]:
    """Document numbers a question names, such as 丰府办字〔2021〕10号."""
    return tuple(match.group() for match in _NUMBER.finditer(question))


def titles(question: str) -> tuple[str, ...]:
    """Titles a question names in 《》."""
    return tuple(_TITLE.findall(question))


def without_titles(question: str) -> str:
    """The question without the titles it names; whole where nothing else is left."""
    rest = _TITLE.sub(" ", question)
    return rest if nlu_text.bigrams(essence(rest)) else question

"""What a text says beside its matter: mood, sensitive or not, wishes about the name, people. Pure.

Source of the kinds: 国办函〔2025〕66号 (privacy and secrets are guarded), GB/T 33358-2016
(confidential items), 国办发〔2016〕61号 (what may grow into public opinion). The words are the
city's (`rules.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.city.marks import MarkRules, Sensitive
from bot.routing.marks import Marks, Sentiment
from bot.routing.persons import persons_in
from bot.routing.phrases import Phrase, clause_of, phrase, spans

NEGATION_REACH = 4
"""A negation this many characters before a word turns it off: 不算生气, 没有聚集."""
_MILD = 0.5
"""A word of annoyance that calm people use as well, against 1 for a plain one."""
_IN_A_QUESTION = 4
"""So many mild words say nothing in a question or in praise: 每天几点, 非常负责."""
_SHOUTING = re.compile(r"[！!]{2,}|[？?！!]{3,}")


class Marker:
    """A city's words for all this, ready to be held against texts."""

    def __init__(self, rules: MarkRules, negations: tuple[str, ...] = ()) -> None:
        self._sensitive = tuple(_Kind(kind) for kind in rules.sensitive)
        self._negations = negations
        self._desperate = _phrases(rules.desperate)
        self._angry = _phrases(rules.angry)
        self._annoyed = _phrases(rules.annoyed)
        self._mild = _phrases(rules.mildly_annoyed)
        self._even = _phrases(rules.even_tempered)
        self._anonymous = _phrases(rules.anonymous)
        self._not_anonymous = _phrases(rules.not_anonymous)
        self._confidential = _phrases(rules.confidential)
        self._not_confidential = _phrases(rules.not_confidential)

    def mark(self, text: str) -> Marks:
        """Judge a normalised text in lower case."""
        reasons: list[str] = []
        sentiment, word = self._sentiment(text)
        if word:
            reasons.append(f"情绪：提到“{_shown(word)}”")
        kinds = []
        for kind in self._sensitive:
            word = self._first(text, kind.words, kind.exceptions)
            if word:
                kinds.append(kind.rule)
                reasons.append(f"敏感（{kind.rule.kind}）：提到“{_shown(word)}”")
        anonymous = self._first(text, self._anonymous, self._not_anonymous, negated=False)
        confidential = self._first(text, self._confidential, self._not_confidential, negated=False)
        if anonymous:
            reasons.append(f"要求匿名：提到“{_shown(anonymous)}”")
        if confidential:
            reasons.append(f"要求保密：提到“{_shown(confidential)}”")
        return Marks(
            sentiment=sentiment,
            sensitive=tuple(rule.kind for rule in kinds),
            person_first=any(rule.person_first for rule in kinds),
            anonymous=bool(anonymous),
            confidential=bool(confidential),
            persons=persons_in(text),
            reasons=tuple(reasons),
        )

    def _sentiment(self, text: str) -> tuple[Sentiment, str]:
        """The strongest mood the words bear, and the first word that says so."""
        desperate = self._found(text, self._desperate)
        if desperate:
            return Sentiment.DESPERATE, desperate[0]
        angry, shouting = self._found(text, self._angry), _SHOUTING.search(text)
        annoyed, mild = self._found(text, self._annoyed), self._found(text, self._mild)
        if len(mild) <= _IN_A_QUESTION and any(spans(text, word) for word in self._even):
            mild = []
        weight = len(annoyed) + _MILD * len(mild)
        if angry or (shouting and weight >= 1):
            return Sentiment.ANGRY, (angry or annoyed or mild)[0]
        if weight >= 1 or (shouting and weight):
            return Sentiment.ANNOYED, (annoyed or mild)[0]
        return Sentiment.CALM, ""

    def _found(self, text: str, words: tuple[Phrase, ...]) -> list[str]:
        return [word.text for word in words if self._stands(text, word, negated=True)]

    def _first(
        self,
        text: str,
        words: tuple[Phrase, ...],
        exceptions: tuple[Phrase, ...],
        *,
        negated: bool = True,
    ) -> str:
        """The first word that stands in the text and in none of its exceptions."""
        for word in words:
            if self._stands(text, word, negated=negated) and not any(
                spans(text, exception) for exception in exceptions
            ):
                return word.text
        return ""

    def _stands(self, text: str, word: Phrase, *, negated: bool) -> bool:
        found = spans(text, word)
        if not found or not negated:
            return bool(found)
        at = min(found)[0]
        before = text[max(clause_of(text, at)[0], at - NEGATION_REACH) : at]
        return not any(word in before for word in self._negations)


class _Kind:
    """A kind of sensitive item with its phrases."""

    def __init__(self, rule: Sensitive) -> None:
        self.rule = rule
        self.words, self.exceptions = _phrases(rule.words), _phrases(rule.except_phrases)


def _phrases(words: Iterable[str]) -> tuple[Phrase, ...]:
    return tuple(phrase(word) for word in words)


def _shown(word: str) -> str:
    return word.replace("+", "…")

"""Emergencies, urgency, and matters the law sends elsewhere. Pure.

Source: 国办函〔2025〕66号 (110, 119, 120 and 122 matters at once; statutory ways),
国办发〔2022〕12号.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.cases.model import Severity
from bot.city.model import Rules
from bot.routing.phrases import Phrase, clause_of, phrase, places, spans

NEGATION_REACH = 6
"""A negation this many characters before a word turns it off: 不是什么火警, 没有人晕倒."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """How bad it is, and why.

    Args:
        number: 110, 119, 120 or 122, or empty.
        way: the lawful way, as told to the citizen, or empty.
        reasons: in Chinese.
    """

    severity: Severity = Severity.NORMAL
    number: str = ""
    way: str = ""
    reasons: tuple[str, ...] = ()


class SeverityJudge:
    """The city's rules, ready to be held against texts."""

    def __init__(self, rules: Rules) -> None:
        self._emergencies = tuple(
            (rule.number, _phrases(rule.words), _phrases(rule.except_phrases))
            for rule in rules.emergencies
        )
        self._statutory = tuple(
            (rule.kind, rule.way, _phrases(rule.words), _phrases(rule.except_phrases))
            for rule in rules.statutory
        )
        self._urgent = _phrases(rules.urgent_words)
        self._negations = rules.negations
        self._not_now = rules.not_now

    def judge(self, text: str) -> Judged:
        """Judge a normalised text in lower case."""
        way, reasons = self._way(text)
        for number, words, exceptions in self._emergencies:
            word = self._happening(text, words, exceptions)
            if word:
                return Judged(
                    severity=Severity.EMERGENCY,
                    number=number,
                    way=way,
                    reasons=(f"提到“{word}”，属于 {number} 的紧急情况", *reasons),
                )
        word = self._happening(text, self._urgent, ())
        if word:
            return Judged(
                severity=Severity.URGENT, way=way, reasons=(f"提到“{word}”，按急件办理", *reasons)
            )
        return Judged(way=way, reasons=reasons)

    def _way(self, text: str) -> tuple[str, tuple[str, ...]]:
        for kind, way, words, exceptions in self._statutory:
            if any(spans(text, exception) for exception in exceptions):
                continue
            for word in words:
                if spans(text, word):
                    return way, (f"提到“{word.text}”，应走法定途径：{kind}",)
        return "", ()

    def _happening(
        self, text: str, words: tuple[Phrase, ...], exceptions: tuple[Phrase, ...]
    ) -> str:
        """The first word that stands in the text, is not negated, and is happening now.

        An exception turns off only the words it stands in or beside: with 消防通道 in one clause
        a fire in another is a fire.
        """
        clauses = [clause_of(text, at) for each in exceptions for at in _excepted(text, each)]
        for word in words:
            for at in _all(text, word):
                if any(start <= at < end for start, end in clauses):
                    continue
                if not self._turned_off(text, at):
                    return word.text.replace("+", "…")
        return ""

    def _turned_off(self, text: str, at: int) -> bool:
        start, end = clause_of(text, at)
        before = text[max(start, at - NEGATION_REACH) : at]
        clause = text[start:end]
        return any(word in before for word in self._negations) or any(
            word in clause for word in self._not_now
        )


def _all(text: str, sought: Phrase) -> list[int]:
    """Where a phrase begins, all of its spots; of several parts the parts of the first."""
    if len(sought.parts) == 1:
        return places(text, sought.parts[0])
    return [start for start, _ in spans(text, sought)]


def _excepted(text: str, exception: Phrase) -> list[int]:
    """Where an exception stands; of several parts in different clauses in the order written.

    容易+车祸 is none in 出车祸了，这里容易堵.
    """
    found = _all(text, exception)
    apart = len({clause_of(text, at) for at in found}) > 1
    return found if not apart or len(exception.parts) == 1 or found == sorted(found) else []


def _phrases(words: tuple[str, ...]) -> tuple[Phrase, ...]:
    return tuple(phrase(word) for word in words)

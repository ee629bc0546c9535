"""Demand type from wording, where nobody has said and no model was trained. Pure."""

from __future__ import annotations

from bot.cases.model import DemandType
from bot.city.model import Rules
from bot.routing.phrases import phrase, spans

_STRENGTH = {
    DemandType.PRAISE: 1.6,
    DemandType.REPORT: 1.5,
    DemandType.SUGGESTION: 1.4,
    DemandType.COMPLAINT: 1.1,
    DemandType.CONSULTATION: 0.9,
    DemandType.HELP: 1.0,
}
"""The rarer a type's words are in other types, the more one of them says."""
_NAMED = 3.0
"""“我要举报”: the citizen names the type."""


class DemandJudge:
    """The city's words for each demand type."""

    def __init__(self, rules: Rules) -> None:
        self._words = {
            kind: tuple(phrase(word) for word in words)
            for kind, words in rules.demand_words.items()
        }

    def judge(self, text: str) -> tuple[DemandType, float]:
        """The type and its share of all that speaks for any type; help at 0 where nothing does.

        A normalised text in lower case. A praise word beside a complaint does not outweigh it.
        """
        scores = dict.fromkeys(DemandType, 0.0)
        for kind, words in self._words.items():
            hits = sum(1 for word in words if spans(text, word))
            scores[kind] = _STRENGTH[kind] * hits
            if kind.value in text[:40]:
                scores[kind] += _NAMED
        if text.rstrip().endswith(("?", "？", "吗", "呢")):
            scores[DemandType.CONSULTATION] += 1.0
        total = sum(scores.values())
        if total == 0:
            return DemandType.HELP, 0.0
        best = max(DemandType, key=lambda kind: scores[kind])
        return best, scores[best] / total

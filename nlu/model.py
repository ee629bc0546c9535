"""What a citizen's words were understood to mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Intent(StrEnum):
    """The intents the model of `nlu/rasa` is trained on; values are Rasa's intent names."""

    POLICY_QUESTION = "policy_question"
    SERVICE_GUIDE = "service_guide"
    ASK_WHERE = "ask_where"
    ASK_WHEN = "ask_when"
    ASK_COST = "ask_cost"
    COMPLAINT = "complaint"
    HELP = "help"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    CASE_PROGRESS = "case_progress"
    RATE = "rate"
    ASK_HUMAN = "ask_human"
    GREET = "greet"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ABUSE = "abuse"
    OUT_OF_SCOPE = "out_of_scope"
    AFFIRM = "affirm"
    DENY = "deny"
    CANCEL = "cancel"
    CORRECT = "correct"
    INFORM = "inform"
    SKIP = "skip"


QUESTION_INTENTS = frozenset(
    {
        Intent.POLICY_QUESTION,
        Intent.SERVICE_GUIDE,
        Intent.ASK_WHERE,
        Intent.ASK_WHEN,
        Intent.ASK_COST,
    }
)
"""Answered from published content."""

CASE_INTENTS = frozenset(
    {Intent.COMPLAINT, Intent.HELP, Intent.REPORT, Intent.SUGGESTION, Intent.PRAISE}
)
"""Become a case at a department."""

DIALOGUE_INTENTS = CASE_INTENTS | {Intent.CASE_PROGRESS, Intent.RATE, Intent.ASK_HUMAN}
"""Start a conversation of several turns."""


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A named thing in the text.

    Args:
        kind: place, time, phone, department, case_number, query_code.
        value: normalised value; for a place the official name where known.
        start: first character in the text, inclusive, 0-based.
        end: last character in the text, exclusive.
    """

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """One text, understood.

    Args:
        text: the citizen's words as received.
        intent: the likeliest intent.
        confidence: of that intent, 0 to 1.
        ranking: the likeliest intents with their confidence, best first.
        entities: in order of their start.
        source: `rasa`, or `stand_in` when Rasa was away.
    """

    text: str
    intent: Intent
    confidence: float
    ranking: tuple[tuple[Intent, float], ...] = ()
    entities: tuple[Entity, ...] = ()
    source: Literal["rasa", "stand_in"] = "rasa"

    @property
    def is_question(self) -> bool:
        """True where published content should answer."""
        return self.intent in QUESTION_INTENTS

    def first(self, kind: str) -> Entity | None:
        """The first entity of a kind, or None."""
        return next((entity for entity in self.entities if entity.kind == kind), None)

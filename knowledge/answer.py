"""From a question to a quoted answer, several choices, a refutation, or an honest none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from knowledge.index import Index
from knowledge.model import Answer, AnswerKind


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Confidence (0 to 1) from which an answer is given."""

    direct: float = 0.5
    choices: float = 0.3
    quote_chars: int = 250


class Answerer:
    """Answers questions from one index. Build a new one for a changed index; it costs nothing."""

    def __init__(self, index: Index, thresholds: Thresholds | None = None) -> None:
        self._index = index
        self._thresholds = thresholds or Thresholds()

    def answer(self, question: str, *, today: date, context: tuple[str, ...] = ()) -> Answer:
        """Answer one question.

        Args:
            today: the calendar day in Asia/Shanghai; only what is valid then is quoted.
            context: earlier questions of the conversation, newest last.
        """
        raise NotImplementedError

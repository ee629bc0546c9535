"""What the desk shows beside a running call: values and their JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from bot.calls.order import Field
from knowledge.model import AnswerKind, Citation


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """An answer to read out.

    Args:
        id: the same for the same words to the same question.
        kind: how the content answers; only `direct` and `refutation` are quoted text, `choices`
            is a document that may fit.
        steps: of a service guide, what to read out: materials, ways, time limit.
        confidence: 0 to 1.
    """

    id: str
    kind: AnswerKind
    text: str
    document_id: str
    citations: tuple[Citation, ...] = ()
    steps: tuple[str, ...] = ()
    note: str = ""
    confidence: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A department that may be responsible, 0 to 1."""

    name: str
    confidence: float


@dataclass(frozen=True, kw_only=True)
class SimilarCase:
    """An open case the call may belong to."""

    number: str
    title: str
    probability: float
    reasons: tuple[str, ...] = ()
    same_place: bool = False
    department: str = ""


@dataclass(frozen=True, kw_only=True)
class OneOfSeveral:
    """One of several demands of a call, which becomes an order of its own."""

    text: str = field(repr=False)
    departments: tuple[Candidate, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ToAsk:
    """Something that is missing, and the polite question for it."""

    field: Field
    question: str


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """All that helps an operator at one moment of a call.

    Args:
        seq: the last sentence that is in it.
        question: as understood; empty where nothing is asked.
        asked_in: the sentence it was put in; -1 where nothing is asked.
        answers: at most three, from different documents, best first.
        departments: best first, at most three.
        reasons: sentences in Chinese a person can check.
        emergency: 110, 119, 120, 122, or empty.
        emergency_seq: the sentence that tells of it; -1 where none does.
        refuse: the statutory way for what a hotline must not take, or empty.
        parts: the demands, where several were heard.
        earlier_case: the citizen says they have called about it before.
    """

    seq: int
    question: str = field(default="", repr=False)
    asked_in: int = -1
    answers: tuple[Suggested, ...] = ()
    departments: tuple[Candidate, ...] = ()
    reasons: tuple[str, ...] = ()
    territory: str = ""
    similar: tuple[SimilarCase, ...] = ()
    emergency: str = ""
    emergency_seq: int = -1
    refuse: str = ""
    missing: tuple[ToAsk, ...] = ()
    parts: tuple[OneOfSeveral, ...] = ()
    earlier_case: bool = False

    def to_content(self) -> Mapping[str, object]:
        """As it is stored and sent: nothing but what JSON knows."""
        content: dict[str, object] = asdict(self)
        content["answers"] = [_answer(each) for each in self.answers]
        content["missing"] = [
            {"field": each.field.value, "question": each.question} for each in self.missing
        ]
        for name in ("departments", "reasons", "similar", "parts"):
            content[name] = list(content[name])  # type: ignore[call-overload]
        return content


def _answer(answer: Suggested) -> dict[str, object]:
    return {
        "id": answer.id,
        "kind": answer.kind.value,
        "text": answer.text,
        "document_id": answer.document_id,
        "citations": [_citation(each) for each in answer.citations],
        "steps": list(answer.steps),
        "note": answer.note,
        "confidence": round(answer.confidence, 4),
    }


def _citation(citation: Citation) -> dict[str, object]:
    day = citation.published_on
    return {**asdict(citation), "published_on": day.isoformat() if day else ""}

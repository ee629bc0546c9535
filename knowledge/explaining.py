"""Why a question is answered as it is: every step of it as values, for editors. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from knowledge import asking, confidence, elsewhere, query
from knowledge.answer import Answerer, Weighed
from knowledge.citing import place_of
from knowledge.index import PassageScore
from knowledge.model import Answer, AnswerKind, Document

DOCUMENTS = 8
PASSAGES = 3


class Why(StrEnum):
    """What decided the kind of the answer."""

    SURE = "sure"
    """Both chances reach their thresholds."""
    NAMED = "named"
    """The question names the document."""
    GOES_ON = "goes_on"
    """It goes on from the question before it."""
    CLAUSE = "clause"
    """One of its clauses is sure by itself."""
    RETIRED = "retired"
    """It asks about a document that is no longer in force."""
    REFUTED = "refuted"
    UNSURE_WHICH = "unsure_which"
    """Something answers, but not surely which."""
    ELSEWHERE = "elsewhere"
    """It asks for another city's rules."""
    NOTHING_FOUND = "nothing_found"
    UNSURE = "unsure"
    """It is too unlikely that anything found answers."""


@dataclass(frozen=True, kw_only=True)
class Understood:
    """A question as it is searched for.

    Args:
        asked: the part of it that is looked at.
        essence: without the words questions are asked with.
        earlier: the earlier question that joins in, or empty.
        widened: what was said → official names it is also searched by.
        kinds: the kinds of thing asked for.
    """

    asked: str
    essence: str
    earlier: str
    widened: tuple[tuple[str, tuple[str, ...]], ...]
    kinds: tuple[asking.Sought, ...]


@dataclass(frozen=True, kw_only=True)
class FoundPassage:
    """A passage of a found document.

    Args:
        share: its score as a share of the best passage's of all found documents.
    """

    place: str
    question: str
    text: str
    score: float
    share: float


@dataclass(frozen=True, kw_only=True)
class FoundDocument:
    """A document found, with what each part of the search adds.

    Args:
        share: its score as a share of the best one's, 0 to 1.
        words, bigrams, vectors: as in `search.Hit`; `match`, `title_match`: 0 to 1.
        named: the question names it.
        read: it is the one that is quoted, or would be.
        passages: its best, best first.
    """

    document: Document
    score: float
    share: float
    words: float
    bigrams: float
    vectors: float
    match: float
    title_match: float
    named: bool
    read: bool
    passages: tuple[FoundPassage, ...]


@dataclass(frozen=True, kw_only=True)
class Chance:
    """A calibrated chance and where the thresholds on it stand, each 0 to 1."""

    value: float
    thresholds: tuple[float, ...]

    @property
    def reached(self) -> tuple[bool, ...]:
        """Which of the thresholds it reaches."""
        return tuple(self.value >= each for each in self.thresholds)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A question answered, with every step shown.

    Args:
        found: the documents that may be quoted, best first.
        retired: those found that may not, best first.
        present: the chance that any of the first three answers; thresholds: to offer choices, and
            to quote.
        chosen: the chance that the one chosen does; threshold: to quote.
        signs: what the chances are computed from, by the name of the evidence.
        answer: what the citizen gets.
    """

    question: str
    understood: Understood
    found: tuple[FoundDocument, ...]
    retired: tuple[Document, ...]
    present: Chance
    chosen: Chance
    signs: tuple[tuple[str, float], ...]
    why: Why
    answer: Answer


def explain(
    answerer: Answerer, question: str, *, today: date, context: tuple[str, ...] = ()
) -> Explanation:
    """Answer a question and show every step.

    Args:
        answerer: the one in force.
        question: as a citizen would put it.
        today: the calendar day in Asia/Shanghai.
        context: earlier questions of the conversation, newest last.
    """
    weighed = answerer.weigh(question, today=today, context=context)
    answer = answerer.answer(question, today=today, context=context)
    understood = _understood(question, context, weighed)
    limits, evidence = weighed.thresholds, weighed.evidence
    present = Chance(
        value=confidence.present(evidence), thresholds=(limits.choices, limits.present)
    )
    chosen = Chance(value=confidence.of_chosen(evidence), thresholds=(limits.direct,))
    return Explanation(
        question=question,
        understood=understood,
        found=_found(weighed, answer),
        retired=tuple(hit.document for hit in weighed.found.retired[:PASSAGES]),
        present=present,
        chosen=chosen,
        signs=_signs(evidence),
        why=_why(understood, weighed, answer, sure=present.reached[1] and chosen.reached[0]),
        answer=answer,
    )


def _understood(question: str, context: tuple[str, ...], weighed: Weighed) -> Understood:
    asked = query.cut(question)
    meant = query.essence(asked)
    follows = bool(context) and query.points_back(asked, meant)
    earlier = context[-1] if follows else ""
    return Understood(
        asked=asked,
        essence=meant,
        earlier=earlier,
        widened=weighed.found.wanted.aliases,
        kinds=weighed.kinds,
    )


def _found(weighed: Weighed, answer: Answer) -> tuple[FoundDocument, ...]:
    hits = weighed.found.valid[:DOCUMENTS]
    best = max((hit.score for hit in hits), default=0.0)
    best_passage = max((each.score for hit in hits for each in hit.passages), default=0.0)
    read = _read(weighed, answer)
    return tuple(
        FoundDocument(
            document=hit.document,
            score=hit.score,
            share=_share(hit.score, best),
            words=hit.words,
            bigrams=hit.bigrams,
            vectors=hit.vectors,
            match=hit.match,
            title_match=hit.title_match,
            named=hit.document.id in weighed.found.named,
            read=hit.document.id == read,
            passages=_passages(hit.passages, best_passage),
        )
        for hit in hits
    )


def _read(weighed: Weighed, answer: Answer) -> str:
    """The id of the document quoted, or of the one the evidence would have quoted."""
    if answer.citations:
        return answer.citations[0].document_id
    chosen = weighed.evidence.chosen
    return chosen.hit.document.id if chosen else ""


def _passages(scored: Sequence[PassageScore], best: float) -> tuple[FoundPassage, ...]:
    return tuple(
        FoundPassage(
            place=place_of(each.passage),
            question=each.passage.question,
            text=each.passage.text,
            score=each.score,
            share=_share(each.score, best),
        )
        for each in scored[:PASSAGES]
    )


def _share(score: float, best: float) -> float:
    return max(0.0, score / best) if best > 0 else 0.0


def _signs(evidence: confidence.Evidence) -> tuple[tuple[str, float], ...]:
    values = ((each.name, getattr(evidence, each.name)) for each in fields(evidence))
    return tuple((name, float(value)) for name, value in values if isinstance(value, (int, float)))


def _why(asked: Understood, weighed: Weighed, answer: Answer, *, sure: bool) -> Why:
    if answer.note:
        return Why.RETIRED
    if answer.kind is AnswerKind.REFUTATION:
        return Why.REFUTED
    if answer.kind is AnswerKind.DIRECT:
        return _why_direct(asked, weighed, answer, sure=sure)
    if answer.kind is AnswerKind.CHOICES:
        return Why.UNSURE_WHICH
    if elsewhere.about(asked.asked):
        return Why.ELSEWHERE
    return Why.UNSURE if weighed.found.valid else Why.NOTHING_FOUND


def _why_direct(asked: Understood, weighed: Weighed, answer: Answer, *, sure: bool) -> Why:
    first = next(iter(weighed.found.valid), None)
    if first is not None and first.document.id in weighed.found.named:
        return Why.NAMED
    if sure:
        return Why.SURE
    chosen = weighed.evidence.chosen
    quoted = {each.document_id for each in answer.citations}
    read_on = chosen is not None and chosen.hit.document.id in quoted
    return Why.GOES_ON if asked.earlier and read_on else Why.CLAUSE

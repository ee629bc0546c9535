"""Finding: from a question to the documents that may answer it, best first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from knowledge import precedence
from knowledge import query as queries
from knowledge.index import Candidate, Index, PassageScore, Weights
from knowledge.model import Document, Passage
from knowledge.query import Wanted
from nlu import text as nlu_text

POOL = 30
"""Documents looked at closely; the right one is among 20 for 99.5% of the measured questions."""
QUESTION_GAIN = 1.0
"""What a pair gains whose published question is the one asked, as a share of the best passage."""
NAMED_GAIN = 2.0
"""A document whose number the question names comes first, whatever the words say."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A document found.

    Args:
        score: comparable only within one search.
        words, bigrams: BM25 of document and best passage; vectors: cosine of the nearest one.
        match: share of the question's meaning (bigrams weighted by rarity) its best passage holds
            with title and headings, 0 to 1; comparable between searches.
        title_match: the same share held by the title alone.
        passages: its best passages, best first.
    """

    document: Document
    score: float
    words: float
    bigrams: float
    vectors: float
    match: float
    title_match: float
    passages: tuple[PassageScore, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search found; `retired` may not be quoted any more, but what replaced it may.

    Args:
        named: ids of documents whose number or title the question names.
    """

    valid: tuple[Hit, ...] = ()
    retired: tuple[Hit, ...] = ()
    wanted: Wanted
    named: frozenset[str] = frozenset()


def search(
    index: Index, question: str, k: int, today: date, context: tuple[str, ...] = ()
) -> tuple[Hit, ...]:
    """The best `k` documents that may be quoted on `today`."""
    return find(index, question, today, context).valid[:k]


def find(
    index: Index,
    question: str,
    today: date,
    context: tuple[str, ...] = (),
    weights: Weights | None = None,
) -> Found:
    """What answers a question may be in.

    Args:
        index: where to look.
        question: as the citizen put it.
        today: the calendar day in Asia/Shanghai.
        context: earlier questions of the conversation, newest last.
        weights: of the index's parts; its own where None.
    """
    query, wanted = queries.understood(question, context, index, today)
    if not query.bigrams:
        return Found(wanted=wanted)
    candidates = index.search(query, POOL, today, weights)
    named = _named(index, question, (*candidates.valid, *candidates.retired))
    valid, retired = precedence.scores(question, wanted, candidates.valid, candidates.retired)
    return Found(
        valid=_ordered(candidates.valid, valid, wanted, named),
        retired=_ordered(candidates.retired, retired, wanted, named),
        wanted=wanted,
        named=named,
    )


def _named(index: Index, question: str, candidates: tuple[Candidate, ...]) -> frozenset[str]:
    by_number = {
        document.id for each in queries.numbers(question) for document in index.numbered(each)
    }
    titles = set(queries.titles(question))
    by_title = {each.document.id for each in candidates if each.document.title in titles}
    return frozenset(by_number | by_title)


def _ordered(
    candidates: tuple[Candidate, ...],
    scores: list[float],
    wanted: Wanted,
    named: frozenset[str],
) -> tuple[Hit, ...]:
    hits = [
        _hit(candidate, score, wanted) for candidate, score in zip(candidates, scores, strict=True)
    ]
    best = max((hit.score for hit in hits), default=0.0)
    raised = [
        replace(hit, score=hit.score + NAMED_GAIN * best) if hit.document.id in named else hit
        for hit in hits
    ]
    return tuple(sorted(raised, key=lambda hit: -hit.score))


def _hit(candidate: Candidate, score: float, wanted: Wanted) -> Hit:
    document = candidate.document
    shares = [wanted.share(context_of(document, each.passage)) for each in candidate.passages[:2]]
    return Hit(
        document=document,
        score=score,
        words=candidate.words,
        bigrams=candidate.bigrams,
        vectors=candidate.vectors,
        match=max(shares, default=0.0),
        title_match=wanted.share(document.title),
        passages=_by_question(candidate.passages, wanted),
    )


def _by_question(passages: tuple[PassageScore, ...], wanted: Wanted) -> tuple[PassageScore, ...]:
    """Question-answer pairs whose question is nearer to what was asked go up."""
    best = max((each.score for each in passages), default=0.0)
    raised = (
        replace(
            each, score=each.score + QUESTION_GAIN * best * _alike(each.passage.question, wanted)
        )
        for each in passages
    )
    return tuple(sorted(raised, key=lambda each: -each.score))


def _alike(question: str, wanted: Wanted) -> float:
    """How alike a published question and the asked one are, both ways, 0 to 1 (Dice)."""
    if not question:
        return 0.0
    terms = set(nlu_text.bigrams(queries.essence(question)))
    met = len(wanted.held(question) & (terms | wanted.rarity.keys()))
    return 2 * met / (len(terms) + len(wanted.rarity)) if terms else 0.0


def context_of(document: Document, passage: Passage) -> str:
    """A passage with what stands above it."""
    return "\n".join((document.title, *passage.heading_path, passage.question, passage.text))

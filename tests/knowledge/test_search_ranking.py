"""The pruned search finds what scoring every passage finds, in the same order."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import ranking
from knowledge.embedded import EmbeddedIndex
from knowledge.index import Candidate, Entry, Query, Term, Weights
from knowledge.model import Document, Life, Passage
from knowledge.postings import LENGTH, SATURATION
from nlu import text as nlu_text
from tests.knowledge.shelf import TODAY

CHARACTERS = "贷款政策医保公积金申请"
TEXT = st.text(alphabet=CHARACTERS + "，\n", max_size=24)
WEIGHTS = Weights(words=0.5, bigrams=1.0, vectors=0.0)
TERMS = {"words": nlu_text.words, "bigrams": nlu_text.bigrams}


@st.composite
def shelves(draw: st.DrawFn) -> list[Entry]:
    """Some documents of a few passages or none, published, repealed or expired."""
    return [
        Entry(
            document=Document(
                id=str(serial),
                title=draw(TEXT),
                text="",
                life=draw(st.sampled_from([Life.PUBLISHED, Life.PUBLISHED, Life.REPEALED])),
                valid_to=draw(st.sampled_from([None, None, date(2020, 1, 1)])),
            ),
            passages=tuple(
                Passage(document_id=str(serial), ordinal=i, text=text, start=0, end=len(text))
                for i, text in enumerate(draw(st.lists(TEXT, max_size=4)))
            ),
        )
        for serial in range(draw(st.integers(1, 25)))
    ]


def bm25(rows: Sequence[Counter[str]], terms: Sequence[Term]) -> list[float]:
    """Scores of all rows, by the formula."""
    lengths = [sum(row.values()) for row in rows]
    mean = sum(lengths) / max(len(rows), 1) or 1.0
    scores = [0.0] * len(rows)
    for term in terms:
        spread = sum(term.text in row for row in rows)
        worth = term.weight * math.log1p((len(rows) - spread + 0.5) / (spread + 0.5))
        for place, row in enumerate(rows):
            held_back = SATURATION * (1 - LENGTH + LENGTH * lengths[place] / mean)
            count = row[term.text]
            scores[place] += worth * count * (SATURATION + 1) / (count + held_back)
    return scores


def exhaustive(entries: Sequence[Entry], query: Query) -> dict[str, float]:
    """Every document's score."""
    total = dict.fromkeys((entry.document.id for entry in entries), 0.0)
    owners = [entry.document.id for entry in entries for _ in entry.passages]
    for name, found in TERMS.items():
        titles = [Counter(found(entry.document.title)) for entry in entries]
        bodies = [[Counter(found(p.text)) for p in entry.passages] for entry in entries]
        documents = [sum(own, title) for title, own in zip(titles, bodies, strict=True)]
        passages = [title + b for title, own in zip(titles, bodies, strict=True) for b in own]
        best = dict.fromkeys(total, 0.0)
        for owner, score in zip(owners, bm25(passages, getattr(query, name)), strict=True):
            best[owner] = max(best[owner], score)
        for entry, score in zip(entries, bm25(documents, getattr(query, name)), strict=True):
            identity = entry.document.id
            total[identity] += getattr(WEIGHTS, name) * (score + best[identity])
    return total


def asked(question: str) -> Query:
    return Query(
        words=tuple(Term(text=text) for text in dict.fromkeys(nlu_text.words(question))),
        bigrams=tuple(
            Term(text=text, weight=0.5 + 0.5 * (place % 2))
            for place, text in enumerate(dict.fromkeys(nlu_text.bigrams(question)))
        ),
    )


def matches(found: Sequence[Candidate], scores: dict[str, float], limit: int) -> bool:
    """The best scores, each of the document that has it; equal ones in any order."""
    wanted = sorted((score for score in scores.values() if score > 0), reverse=True)[:limit]
    shown = [candidate.score for candidate in found]
    return (
        len(shown) == len(wanted)
        and all(math.isclose(a, b, rel_tol=1e-4) for a, b in zip(shown, wanted, strict=True))
        and all(math.isclose(scores[each.document.id], each.score, rel_tol=1e-4) for each in found)
    )


@given(shelves(), TEXT, st.integers(1, 6), st.sampled_from([-1, ranking.SCORED_WHOLE]))
@settings(deadline=None, max_examples=300)
def test_best_documents_are_those_of_scoring_all(
    entries: list[Entry], question: str, limit: int, scored_whole: int
) -> None:
    """Whether all passages are scored, or those that bounds leave."""
    query = asked(question)
    scores = exhaustive(entries, query)
    valid = {each.document.id for each in entries if each.document.quotable_on(TODAY)}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "SCORED_WHOLE", scored_whole)
        found = EmbeddedIndex.build(entries).search(query, limit, TODAY, WEIGHTS)

    assert matches(found.valid, {k: v for k, v in scores.items() if k in valid}, limit)
    assert matches(found.retired, {k: v for k, v in scores.items() if k not in valid}, limit)


@given(shelves(), TEXT)
@settings(deadline=None, max_examples=100)
def test_passages_shown_are_the_documents_best(entries: list[Entry], question: str) -> None:
    found = EmbeddedIndex.build(entries).search(asked(question), 25, TODAY, WEIGHTS)

    for candidate in (*found.valid, *found.retired):
        scores = [each.score for each in candidate.passages]
        assert scores == sorted(scores, reverse=True)
        assert all(each.passage.document_id == candidate.document.id for each in candidate.passages)


@given(shelves(), shelves(), TEXT)
@settings(deadline=None, max_examples=100)
def test_documents_in_many_parts_are_all_found(
    base: list[Entry], coming: list[Entry], question: str
) -> None:
    index = EmbeddedIndex.build(base)
    for entry in coming:
        index = index.changed(put=[entry])
    query = asked(question)
    latest = {entry.document.id: entry for entry in (*base, *coming)}
    holds = {
        identity for identity, entry in latest.items() if exhaustive([entry], query)[identity] > 0
    }

    found = index.search(query, len(latest), TODAY, WEIGHTS)

    assert {each.document.id for each in (*found.valid, *found.retired)} == holds
    assert len(index) == len(latest)

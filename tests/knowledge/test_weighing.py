"""Quotes by named signs: the clauses asked for, within the limit, from any text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.asking import sought
from knowledge.embedded import EmbeddedIndex
from knowledge.query import understood
from knowledge.reader import Reader
from knowledge.reading import weighing
from knowledge.reading.clauses import clauses
from knowledge.reading.features import Judged, judge
from knowledge.search import find
from tests.knowledge.shelf import LOAN, TODAY, entry

INDEX = EmbeddedIndex.build([entry(LOAN)])
STANDING = ("passage_of_best", "worth_of_best", "worth_rank", "passage_chance")
TEXTS = st.text(st.sampled_from("贷款额度期限，。；：\n 25（）”、年"), min_size=1, max_size=400)


def judged(question: str, text: str, standing: float = 0.0) -> Judged:
    _, wanted = understood(question, (), INDEX, TODAY)
    found = clauses(text, [(0, len(text))])
    known = judge(question, wanted, LOAN.title, text, found)
    return known.beside({name: np.full(len(found), standing) for name in STANDING})


@pytest.mark.parametrize(
    ("question", "answer"),
    [("个人贷款额度最高多少", "二十五万元"), ("申请时提交什么材料", "身份证、营业执照副本")],
)
def test_the_clauses_asked_for_are_quoted(question: str, answer: str) -> None:
    found = find(INDEX, question, TODAY)
    best = found.valid[0].passages
    parts = INDEX.passages(LOAN.id)

    spans = Reader(quote_chars=60).read(
        sought(question), found.wanted, LOAN, parts, best, question=question
    )

    assert answer in "".join(LOAN.text[span.start : span.end] for span in spans)


def test_a_full_quote_is_nearly_as_long_as_it_may_be() -> None:
    known = judged("由谁负责绿化", "".join(f"第{n}片区有管理站。" for n in range(1, 60)))

    first, last = weighing.best_run(known, 200, full=True)

    assert 180 <= known.clauses[last].end - known.clauses[first].start <= 200


def test_passages_and_sentences_that_stand_out_draw_the_run() -> None:
    text = "".join(f"第{n}条管理站负责第{n}片区。" for n in range(1, 40))
    found = clauses(text, [(0, len(text))])
    best = np.array([float(20 <= place <= 21) for place in range(len(found))])
    known = judged("由谁负责绿化", text)
    columns = dict.fromkeys((*STANDING[:2], STANDING[3]), best) | {STANDING[2]: 3.0 * (1 - best)}
    bare = Judged(clauses=known.clauses, names=known.names[:-4], values=known.values[:, :-4])

    first, last = weighing.best_run(bare.beside(columns), 40)

    assert {20, 21} & set(range(first, last + 1))


@settings(deadline=None)
@given(TEXTS.filter(lambda text: bool(text.strip())), st.integers(5, 250))
def test_a_run_is_a_single_clause_or_within_the_limit(text: str, limit: int) -> None:
    known = judged("贷款额度多少", text)

    first, last = weighing.best_run(known, limit)

    size = known.clauses[last].end - known.clauses[first].start
    assert first == last or size <= limit

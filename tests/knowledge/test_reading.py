"""The learned reader: clauses, runs, trees, and learning from examples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from knowledge.answer import Answerer, Thresholds
from knowledge.embedded import EmbeddedIndex
from knowledge.evaluate import Asked
from knowledge.index import Index
from knowledge.query import understood
from knowledge.reading import examples, measuring, training
from knowledge.reading.clauses import clauses
from knowledge.reading.features import judge
from knowledge.reading.picking import BadModel, Model, Picker
from knowledge.reading.runs import propose
from tests.knowledge.shelf import LOAN, MEDICAL, SUBSIDY, TODAY, entries, entry

ASKED = [
    Asked(id=str(place), question=question, document_id=document, answer=answer)
    for place, (question, document, answer) in enumerate(
        8
        * [
            ("个人贷款额度最高多少", "loan", "个人贷款额度最高二十五万元"),
            ("贷款期限多久", "loan", "贷款期限最长三年"),
            ("高龄津贴百岁老人每月多少", "subsidy", "一百周岁以上每人每月三百元"),
            ("新生儿什么时候办理参保", "medical", "出生后九十日内由监护人凭户口簿办理参保登记"),
        ]
    )
]
PAIRS = [("备案有效多久", "备案长期有效"), ("贷款窗口几点关门", "晚上九点关门")]
TEXTS = st.text(st.sampled_from("贷款额度，。；：\n 25（）”、年"), max_size=80)


@pytest.fixture(scope="module")
def index() -> Index:
    return EmbeddedIndex.build([entry(LOAN), entry(SUBSIDY), entry(MEDICAL)])


@pytest.fixture(scope="module")
def learned(index: Index) -> training.Learned:
    real, made = examples.supposed(PAIRS, index, TODAY, made=5)
    return training.learn([*examples.known(ASKED, index, TODAY), *real], made)


@given(TEXTS)
def test_clauses_cover_all_but_blanks_in_order(text: str) -> None:
    found = clauses(text, [(0, len(text))])

    said = "".join(text[each.start : each.end] for each in found)
    assert "".join(said.split()) == "".join(text.split())
    assert [each.start for each in found] == sorted(each.start for each in found)
    assert {each.sentence for each in found} == set(range(len({e.sentence for e in found})))


def test_no_clause_crosses_a_part() -> None:
    found = clauses("个人贷款额度最高二十五万元", [(0, 6), (6, 13)])

    assert [(each.start, each.end) for each in found] == [(0, 6), (6, 13)]
    assert [each.sentence for each in found] == [0, 1]


@given(TEXTS.filter(lambda text: bool(text.strip())), st.integers(5, 60))
@settings(deadline=None)
def test_runs_are_no_longer_than_the_limit_unless_one_clause_is(text: str, limit: int) -> None:
    index = EmbeddedIndex.build(entries())
    _, wanted = understood("贷款额度多少", (), index, TODAY)
    found = clauses(text, [(0, len(text))])
    judged = judge("贷款额度多少", wanted, "", text, found)
    runs = propose(judged, np.full(len(found), 0.5, np.float32), limit)

    sizes = [
        found[last].end - found[first].start
        for first, last in zip(runs.first, runs.last, strict=True)
    ]
    assert all(
        size <= limit or first == last
        for size, first, last in zip(sizes, runs.first, runs.last, strict=True)
    )
    assert len(runs.values) == len(runs.first) > 0
    assert np.isfinite(runs.values).all()


@pytest.mark.parametrize("kind", [HistGradientBoostingClassifier, HistGradientBoostingRegressor])
def test_trees_judge_as_scikit_learn_does(
    kind: type[HistGradientBoostingClassifier] | type[HistGradientBoostingRegressor],
) -> None:
    chances = np.random.default_rng(7)
    rows = chances.normal(size=(600, 5)).astype(np.float32)
    rows[:, 2] = np.round(rows[:, 2])
    wanted = (rows[:, 0] * rows[:, 2] > 0.3).astype(int)
    fitted = kind(max_iter=30, random_state=1, early_stopping=False).fit(rows, wanted)

    ours = training.trees_of(fitted).judge(rows)

    theirs = fitted._raw_predict(rows).ravel()
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_a_model_is_kept_and_read_again(tmp_path: Path, learned: training.Learned) -> None:
    model = learned.model
    model.save(tmp_path / "model.npz")
    again = Model.load(tmp_path / "model.npz")

    assert again.clause_names == model.clause_names
    np.testing.assert_array_equal(again.whole.value, model.whole.value)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 broken"])
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(content)

    with pytest.raises(BadModel):
        Model.load(path)


def test_trees_that_lead_in_a_circle_are_refused(tmp_path: Path, learned: training.Learned) -> None:
    model = learned.model
    left = model.clause.left.copy()
    left[np.flatnonzero(model.clause.feature >= 0)[0]] = 0
    replace(model, clause=replace(model.clause, left=left)).save(tmp_path / "model.npz")

    with pytest.raises(BadModel):
        Model.load(tmp_path / "model.npz")


def test_a_model_of_other_features_is_refused(learned: training.Learned) -> None:
    model = replace(learned.model, clause_names=("another",))
    index = EmbeddedIndex.build(entries())
    _, wanted = understood("贷款额度多少", (), index, TODAY)

    with pytest.raises(BadModel):
        Picker(model).pick("贷款额度多少", wanted, LOAN, [(0, len(LOAN.text))])


def test_nothing_is_picked_from_nothing(learned: training.Learned) -> None:
    index = EmbeddedIndex.build(entries())
    _, wanted = understood("贷款额度多少", (), index, TODAY)

    assert Picker(learned.model).pick("贷款额度多少", wanted, LOAN, []) is None


def test_examples_stand_where_the_answer_does(index: Index) -> None:
    known = examples.known(ASKED, index, TODAY)
    real, made = examples.supposed(PAIRS, index, TODAY, made=5)

    assert len(known) == 32
    assert [each.answer for each in real] == ["备案长期有效"]
    assert [each.answer in each.text for each in made] == [True]
    assert all(each.held.max() > 0.5 for each in (*known, *made))


def test_what_was_learned_is_quoted(
    tmp_path: Path, index: Index, learned: training.Learned
) -> None:
    learned.model.save(tmp_path / "reader.npz")
    answerer = Answerer(index, Thresholds(reader=tmp_path / "reader.npz"))

    answer = answerer.answer("个人创业担保贷款额度最高多少", today=TODAY)

    assert "二十五万元" in answer.text
    assert answer.text in LOAN.text


def test_each_question_is_measured_by_a_model_that_has_not_seen_its_document(
    index: Index, learned: training.Learned
) -> None:
    report = measuring.unseen(ASKED, index, learned, TODAY)

    assert report.questions == len(ASKED)
    assert 0 <= report.rouge <= 1


def test_too_few_examples_teach_nothing() -> None:
    index = EmbeddedIndex.build(entries())
    asked = [Asked(id="1", question="贷多少", document_id="loan", answer="最高二十五万元")]

    with pytest.raises(training.TooFew):
        training.learn(examples.known(asked, index, TODAY), [])

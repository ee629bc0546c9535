"""The learned reader: clauses, runs, trees, and learning from examples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from knowledge.embedded import EmbeddedIndex
from knowledge.evaluate import Asked
from knowledge.query import understood
from knowledge.reading import examples, picking, training
from knowledge.reading.clauses import clauses
from knowledge.reading.features import judge
from knowledge.reading.picking import BadModel, Model, Picker
from knowledge.reading.runs import propose
from knowledge.reading.trees import chance
from tests.knowledge.shelf import LOAN, MEDICAL, SUBSIDY, TODAY, entries, entry

TEXTS = st.text(st.sampled_from("贷款额度，。；：\n 25（）”、年"), max_size=80)


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


def test_a_model_is_kept_and_read_again(tmp_path: Path) -> None:
    model = Model.load(picking.SHIPPED)
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


def test_trees_that_lead_in_a_circle_are_refused(tmp_path: Path) -> None:
    model = Model.load(picking.SHIPPED)
    left = model.clause.left.copy()
    left[np.flatnonzero(model.clause.feature >= 0)[5]] = 0
    replace(model, clause=replace(model.clause, left=left)).save(tmp_path / "model.npz")

    with pytest.raises(BadModel):
        Model.load(tmp_path / "model.npz")


def test_a_model_of_other_features_is_refused() -> None:
    model = replace(Model.load(picking.SHIPPED), clause_names=("another",))
    index = EmbeddedIndex.build(entries())
    _, wanted = understood("贷款额度多少", (), index, TODAY)

    with pytest.raises(BadModel):
        Picker(model).pick("贷款额度多少", wanted, LOAN, [(0, len(LOAN.text))])


def test_the_shipped_reader_finds_the_clauses_that_answer() -> None:
    index = EmbeddedIndex.build(entries())
    question = "合伙创业的贷款最高能贷多少"
    _, wanted = understood(question, (), index, TODAY)

    picked = picking.opened(picking.SHIPPED).pick(question, wanted, LOAN, [(0, len(LOAN.text))], 60)

    assert picked is not None
    assert "一百万元" in LOAN.text[picked.start : picked.end]
    assert 0 <= picked.whole <= 1


def test_nothing_is_picked_from_nothing() -> None:
    index = EmbeddedIndex.build(entries())
    _, wanted = understood("贷款额度多少", (), index, TODAY)

    assert picking.opened(picking.SHIPPED).pick("贷款额度多少", wanted, LOAN, []) is None


def test_a_reader_learns_from_examples() -> None:
    index = EmbeddedIndex.build([entry(LOAN), entry(SUBSIDY), entry(MEDICAL)])
    asked = [
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
    known = examples.known(asked, index, TODAY)
    real, made = examples.supposed(
        [("备案有效多久", "备案长期有效"), ("公园几点关门", "晚上九点关门")], index, TODAY, made=5
    )
    learned = training.learn([*known, *real], made)
    _, wanted = understood("个人贷款额度最高多少", (), index, TODAY)
    picked = Picker(learned.model).pick("个人贷款额度最高多少", wanted, LOAN, [(0, 60)])

    assert len(known) == 32
    assert [each.answer for each in real] == ["备案长期有效"]
    assert [each.answer in each.text for each in made] == [True]
    assert picked is not None
    assert "二十五万元" in LOAN.text[picked.start : picked.end]
    assert chance(learned.model.clause.judge(known[0].judged.values)).max() > 0.5


def test_too_few_examples_teach_nothing() -> None:
    index = EmbeddedIndex.build(entries())
    asked = [Asked(id="1", question="贷多少", document_id="loan", answer="最高二十五万元")]

    with pytest.raises(training.TooFew):
        training.learn(examples.known(asked, index, TODAY), [])

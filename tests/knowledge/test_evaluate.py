"""Measuring: places, near-copies, what quotes hold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answer import Answerer
from knowledge.embedded import EmbeddedIndex
from knowledge.evaluate import Asked, BadQuestions, evaluate, longest_common, read_questions
from tests.knowledge.shelf import LOAN, SUBSIDY, TODAY, entries, entry


def test_right_and_wrong_are_counted() -> None:
    index = EmbeddedIndex.build(entries())
    asked = [
        Asked(
            id="1",
            question="创业担保贷款个人额度最高多少",
            document_id="loan",
            answer="个人贷款额度最高二十五万元",
        ),
        Asked(id="2", question="高龄津贴发放标准", document_id="loan", answer="没有"),
        Asked(id="3", question="渣土车罚款", document_id="absent", answer="没有"),
    ]

    report = evaluate(asked, index, Answerer(index), ["loan", "subsidy"], TODAY)

    assert report.strict_first == pytest.approx(1 / 3)
    assert report.answer_held == pytest.approx(1 / 3)
    assert [wrong.id for wrong in report.wrong] == ["2", "3"]
    assert report.wrong[0].first == SUBSIDY.title
    assert "不在库内" in report.wrong[1].why


def test_a_near_copy_that_holds_the_answer_is_right() -> None:
    copy = replace(LOAN, id="copy", title="关于创业担保贷款个人额度的通知（示例）")
    index = EmbeddedIndex.build([entry(LOAN), entry(copy)])
    asked = [
        Asked(
            id="1",
            question="关于创业担保贷款个人额度的通知",
            document_id="loan",
            answer="个人贷款额度最高二十五万元",
        )
    ]

    report = evaluate(asked, index, Answerer(index), ["loan", "copy"], TODAY)

    assert (report.strict_first, report.first) == (0, 1)


@given(st.text("贷款额度", max_size=8), st.text("贷款额度", max_size=8))
def test_longest_common_subsequence_is_that_of_the_table(first: str, second: str) -> None:
    table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i, one in enumerate(first):
        for j, other in enumerate(second):
            step = table[i][j] + 1 if one == other else max(table[i][j + 1], table[i + 1][j])
            table[i + 1][j + 1] = step

    assert longest_common(first, second) == table[-1][-1]


def test_questions_are_read(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    row = {"id": 7, "question": "贷多少", "docid": "loan", "answer": "二十五万元"}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")

    assert read_questions(path) == (
        Asked(id="7", question="贷多少", document_id="loan", answer="二十五万元"),
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", "no json"])
def test_what_is_no_question_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadQuestions):
        read_questions(path)

"""The figures that finding and answering must reach on measurement data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge.answer import Answerer
from knowledge.embedded import EmbeddedIndex
from knowledge.evaluate import Report, evaluate, read_questions
from knowledge.index import Entry
from knowledge.ingest import read
from knowledge.ingest.structure import passages
from knowledge.model import Life
from knowledge.segment import contexts
from nlu.encoder_training import learn_from_texts

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def report(data_dir: Path) -> Report:
    documents = [
        replace(document, life=Life.PUBLISHED)
        for document in read(data_dir / "policy_qa" / "documents.jsonl")
    ]
    entries = [Entry(document=each, passages=passages(each)) for each in documents]
    index = EmbeddedIndex.build(entries, learn_from_texts(contexts(entries)))
    asked = read_questions(data_dir / "policy_qa" / "questions.jsonl")
    ids = [document.id for document in documents]
    return evaluate(asked, index, Answerer(index), ids, date(2026, 3, 2))


def test_right_document_first_and_in_first_five(report: Report) -> None:
    assert report.questions == 405
    assert report.strict_first >= 0.85
    assert report.strict_five >= 0.965


def test_near_copies_count_too(report: Report) -> None:
    assert report.first >= 0.89
    assert report.five >= 0.965


def test_direct_answers_are_right(report: Report) -> None:
    assert report.direct_right >= 0.93
    assert report.kinds["direct"] >= 0.65 * 405
    assert report.kinds.get("none", 0) <= 0.05 * 405


def test_the_wrong_ones_say_why(report: Report) -> None:
    assert {wrong.place == 0 for wrong in report.wrong} == {False}
    assert all(wrong.why for wrong in report.wrong)

"""Answers: quoted, to choose from, refuting, or none; never from what may not be quoted."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.answer import Answerer, Thresholds
from knowledge.embedded import EmbeddedIndex
from knowledge.model import Answer, AnswerKind, WayOn
from knowledge.segment import contexts
from nlu.encoder_training import learn_from_texts
from tests.knowledge.shelf import DOCUMENTS, LOAN, OLD_LOAN, TODAY, entries, entry

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "answers.json"
TEXTS = {document.id: document.text for document in DOCUMENTS}
NEVER = {"draft", "old-loan", "gone", "festival"}
WORDS = st.sampled_from(
    [
        *(
            "贷款",
            "额度",
            "申请",
            "材料",
            "医保",
            "缴费",
            "新生儿",
            "大桥",
            "过桥费",
            "施工",
            "津贴",
        ),
        *("烟花", "罚款", "停车", "家电", "补贴", "多少", "怎么", "2015", "什么时候", "小额担保"),
    ]
)


@pytest.fixture(scope="module")
def answerer() -> Answerer:
    return Answerer(EmbeddedIndex.build(entries(), learn_from_texts(contexts(entries()))))


def told(answer: Answer) -> dict[str, object]:
    return {
        "kind": answer.kind.value,
        "quotes": [quote.text for quote in answer.quotes],
        "places": [f"{cited.document_id} {cited.place}" for cited in answer.citations],
        "choices": [choice.document_id for choice in answer.choices],
        "note": answer.note,
    }


@pytest.mark.parametrize("case", json.loads(GOLDEN.read_text(encoding="utf-8")))
def test_golden_answers(answerer: Answerer, case: dict[str, object]) -> None:
    answer = answerer.answer(
        str(case["question"]), today=TODAY, context=tuple(map(str, case.get("context", ())))
    )

    assert told(answer) == case["answer"]


def test_citation_says_where_the_quote_is_from(answerer: Answerer) -> None:
    answer = answerer.answer("创业担保贷款额度最高多少", today=TODAY)
    cited = answer.citations[answer.quotes[0].citation]

    assert (cited.title, cited.number, cited.department) == (
        LOAN.title,
        LOAN.number,
        LOAN.department,
    )
    assert cited.published_on == date(2025, 5, 6)


@given(st.lists(WORDS, min_size=1, max_size=6), st.dates(date(2024, 1, 1), date(2027, 1, 1)))
@settings(deadline=None)
def test_every_quote_stands_word_for_word_in_what_it_cites(words: list[str], today: date) -> None:
    answer = SHARED.answer("".join(words), today=today)

    for quote in answer.quotes:
        cited = answer.citations[quote.citation]
        assert TEXTS[cited.document_id][cited.start : cited.end] == quote.text


@given(st.lists(WORDS, min_size=1, max_size=6))
@settings(deadline=None)
def test_drafts_repealed_replaced_and_expired_are_never_quoted(words: list[str]) -> None:
    answer = SHARED.answer("".join(words), today=TODAY)

    assert not NEVER & {cited.document_id for cited in answer.citations}
    assert not NEVER & {choice.document_id for choice in answer.choices}
    assert not NEVER & {document.id for document in answer.documents}


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_gets_some_answer(question: str) -> None:
    answer = SHARED.answer(question, today=TODAY)

    assert answer.question == question
    assert 0 <= answer.confidence <= 1
    assert bool(answer.quotes) == (answer.kind in (AnswerKind.DIRECT, AnswerKind.REFUTATION))


SHARED = Answerer(EmbeddedIndex.build(entries()))


@pytest.mark.parametrize(
    "question", ["", " ", "？？？", "\x00", "今天天气怎么样", "火星移民怎么报名"]
)
def test_nothing_to_quote_is_an_honest_none(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(question, today=TODAY)

    assert answer.kind is AnswerKind.NONE
    assert WayOn.ASK_PERSON in answer.ways_on
    assert WayOn.OPEN_CASE in answer.ways_on


def test_a_question_of_100_kb_is_answered_soon(answerer: Answerer) -> None:
    started = time.perf_counter()

    answerer.answer("请问创业担保贷款" * 4200, today=TODAY)

    assert time.perf_counter() - started < 1


def test_a_choice_taken_is_answered_from_that_document(answerer: Answerer) -> None:
    choosing = Answerer(EmbeddedIndex.build(entries()), Thresholds(direct=1.0, choices=0.01))
    offered = choosing.answer("高龄津贴和创业担保贷款需要什么材料", today=TODAY)

    answers = [answerer.answer(each.question, today=TODAY) for each in offered.choices]

    assert offered.kind is AnswerKind.CHOICES
    assert len(offered.choices) >= 2
    assert [each.citations[0].document_id for each in answers] == [
        each.document_id for each in offered.choices
    ]


def test_replaced_over_two_steps_leads_to_what_is_valid_today() -> None:
    between = replace(
        LOAN,
        id="between",
        title="丰城市创业贷款过渡办法（示例）",
        number="丰示办字〔2020〕9号",
        life=OLD_LOAN.life,
        replaced_by="loan",
    )
    shelf = [entry(LOAN), entry(between), entry(replace(OLD_LOAN, replaced_by="between"))]

    answer = Answerer(EmbeddedIndex.build(shelf)).answer("丰示办字〔2015〕3号", today=TODAY)

    assert {cited.document_id for cited in answer.citations} == {"loan"}
    assert LOAN.title in answer.note


def test_a_circle_of_replacements_ends() -> None:
    other = replace(OLD_LOAN, id="other", number="丰示办字〔2016〕4号", replaced_by="old-loan")
    shelf = [entry(replace(OLD_LOAN, replaced_by="other")), entry(other)]

    answer = Answerer(EmbeddedIndex.build(shelf)).answer("丰示办字〔2015〕3号", today=TODAY)

    assert answer.kind is AnswerKind.NONE
    assert "不再引用" in answer.note


def test_not_yet_valid_says_from_when() -> None:
    coming = replace(LOAN, valid_from=date(2026, 7, 1))

    answer = Answerer(EmbeddedIndex.build([entry(coming)])).answer(
        "创业担保贷款额度最高多少", today=TODAY
    )

    assert answer.kind is AnswerKind.NONE
    assert "自2026年7月1日起施行" in answer.note

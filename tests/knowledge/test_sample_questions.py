"""Everyday questions over the sample content: answered from the right place, or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge.answer import Answerer
from knowledge.embedded import EmbeddedIndex
from knowledge.index import Entry
from knowledge.ingest import read
from knowledge.ingest.structure import passages
from knowledge.model import Answer, AnswerKind, Life
from knowledge.segment import contexts
from nlu.encoder_training import learn_from_texts

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
TODAY = date(2026, 6, 20)
QUESTIONS = [
    json.loads(line)
    for line in (GOLDEN / "sample_questions.jsonl").read_text(encoding="utf-8").splitlines()
]
LIVES = {"gjj-policy-loan-2021": Life.REPEALED}
RUMOURS = {"piyao-water", "piyao-yanglao-fee", "piyao-yibao-cancel"}
NOT_OURS = (GOLDEN / "not_from_content.txt").read_text(encoding="utf-8").split()


@pytest.fixture(scope="module")
def answerer() -> Answerer:
    read_in = [
        document
        for path in sorted((ROOT / "knowledge" / "samples").glob("*.md"))
        for document in read(path)
    ]
    entries = [
        Entry(
            document=replace(each, life=LIVES.get(each.id, Life.PUBLISHED)), passages=passages(each)
        )
        for each in read_in
    ]
    return Answerer(EmbeddedIndex.build(entries, learn_from_texts(contexts(entries))))


def first_of(answer: Answer) -> str:
    """The document quoted first, or else found first."""
    quoted = [each.document_id for each in answer.citations]
    return next(iter((*quoted, *(each.id for each in answer.documents))), "")


def test_questions_are_answered_from_the_right_document(answerer: Answerer) -> None:
    answers = [answerer.answer(each["question"], today=TODAY) for each in QUESTIONS]
    right = [
        first_of(answer) in each["document"]
        for each, answer in zip(QUESTIONS, answers, strict=True)
    ]
    held = [
        each["must_contain"] in answer.text for each, answer in zip(QUESTIONS, answers, strict=True)
    ]

    assert len(QUESTIONS) >= 60
    assert sum(right) >= 0.95 * len(QUESTIONS)
    assert sum(held) >= 0.85 * len(QUESTIONS)


def test_what_is_not_in_the_content_is_not_answered(answerer: Answerer) -> None:
    kinds = [answerer.answer(each, today=TODAY).kind for each in NOT_OURS]

    assert len(NOT_OURS) >= 30
    assert kinds.count(AnswerKind.NONE) >= 0.95 * len(NOT_OURS)


@pytest.mark.parametrize(
    ("question", "document_id"),
    [
        ("听说医保不用交钱也能报销是真的吗", "piyao-yibao-cancel"),
        ("居民医保不交也能报销，真的假的", "piyao-yibao-cancel"),
        ("群里说2026年居民医保取消缴费了，属实吗", "piyao-yibao-cancel"),
        ("网上说居民医保不交钱也可以报销", "piyao-yibao-cancel"),
        ("城区要停水三天吗", "piyao-water"),
        ("听说全城要停水三天", "piyao-water"),
        ("抖音上说丰城要停水三天是谣言吗", "piyao-water"),
        ("6月20日起全城停水三天是不是真的", "piyao-water"),
        ("有人说交几万就能补养老保险", "piyao-yanglao-fee"),
        ("有人打电话说可以补交养老保险马上领退休金，是骗子吗", "piyao-yanglao-fee"),
        ("别人说交几万块能一次性补齐养老保险，靠谱吗", "piyao-yanglao-fee"),
        ("代办补交养老保险马上领退休金可信吗", "piyao-yanglao-fee"),
    ],
)
def test_a_question_about_a_rumour_gets_its_refutation(
    answerer: Answerer, question: str, document_id: str
) -> None:
    answer = answerer.answer(question, today=TODAY)

    assert answer.kind is AnswerKind.REFUTATION
    assert answer.citations[0].document_id == document_id


@pytest.mark.parametrize(
    "question",
    [
        "居民医保每年交多少钱",
        "居民医保什么时候截止缴费",
        "居民医保可以补缴吗",
        "2026年居民医保缴费标准",
        "居民医保断缴了怎么办",
        "门诊看病能报销吗",
        "居民医保在哪里交",
        "养老保险可以补缴吗",
        "养老保险缴费不足15年怎么补缴",
        "退休金什么时候到账",
        "养老保险一次性补缴有没有政府补贴",
        "社保窗口办理业务要收费吗",
        "我家自来水发黄有异味",
        "农村养老保险每年交多少",
    ],
)
def test_a_plain_question_gets_no_refutation(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(question, today=TODAY)

    assert answer.kind is not AnswerKind.REFUTATION
    assert not {each.document_id for each in answer.citations} & RUMOURS


@pytest.mark.parametrize(
    ("earlier", "question", "must_contain"),
    [
        ("公积金贷款最多能贷多少", "那需要什么条件", "满6个月"),
        ("创业担保贷款最多能贷多少", "那需要什么材料", "营业执照"),
        ("创业担保贷款怎么申请", "需要什么材料", "租赁合同"),
        ("高龄津贴每个月多少钱", "怎么申请", "社会保障卡"),
        ("居民医保什么时候缴费", "那要多少钱", "每人每年400元"),
        ("异地就医备案需要什么材料", "在哪里办", "政务服务中心"),
        ("老年优待证要什么材料", "在哪里办", "便民服务中心"),
    ],
)
def test_a_follow_up_is_answered_with_what_it_asks_for(
    answerer: Answerer, earlier: str, question: str, must_contain: str
) -> None:
    before = answerer.answer(earlier, today=TODAY)
    answer = answerer.answer(question, today=TODAY, context=(earlier,))

    assert answer.kind is AnswerKind.DIRECT
    assert must_contain in answer.text
    assert answer.text != before.text


@pytest.mark.parametrize(
    "question",
    [
        "2021年的公积金贷款办法还有效吗",
        "公积金贷款2021年的规定还能用吗",
        "老的公积金贷款管理办法废止了吗",
        "丰公积金字〔2021〕2号还有效吗",
    ],
)
def test_what_was_repealed_is_said_with_what_replaced_it(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(question, today=TODAY)

    assert "已废止" in answer.note
    assert "个人住房贷款实施细则" in answer.note
    assert {each.document_id for each in answer.citations} == {"gjj-policy-loan-2025"}

"""Citizens' wordings over the sample content: found in the right place, or not answered at all.

`wording_dev.jsonl` was looked at while the lexicon was written; `wording_held.jsonl` was written
before and only counted.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import query, wording
from knowledge.answer import Answerer
from knowledge.embedded import EmbeddedIndex
from knowledge.index import Entry, Index
from knowledge.ingest import read
from knowledge.ingest.structure import passages
from knowledge.model import Answer, AnswerKind, Life
from knowledge.segment import contexts
from nlu.encoder_training import learn_from_texts

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 6, 20)
REPEALED = {"gjj-policy-loan-2021": Life.REPEALED}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Shares of the questions, from 0 to 1."""

    right: float
    quoted: float
    refused: float


@pytest.fixture(scope="module")
def index() -> Index:
    documents = [
        document
        for path in sorted((ROOT / "knowledge" / "samples").glob("*.md"))
        for document in read(path)
    ]
    entries = [
        Entry(
            document=replace(each, life=REPEALED.get(each.id, Life.PUBLISHED)),
            passages=passages(each),
        )
        for each in documents
    ]
    return EmbeddedIndex.build(entries, learn_from_texts(contexts(entries)))


def first_of(answer: Answer) -> str:
    """The document quoted first, or else found first."""
    quoted = [each.document_id for each in answer.citations]
    return next(iter((*quoted, *(each.id for each in answer.documents))), "")


def share(values: list[bool]) -> float:
    return sum(values) / len(values)


def counted(index: Index, name: str) -> Counted:
    lines = (ROOT / "tests" / "golden" / name).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    answerer = Answerer(index)
    answers = [
        answerer.answer(row["question"], today=TODAY, context=tuple(row["context"])) for row in rows
    ]
    both = list(zip(rows, answers, strict=True))
    ours = [(row, answer) for row, answer in both if row["document"]]
    return Counted(
        right=share([first_of(answer) in row["document"] for row, answer in ours]),
        quoted=share(
            [
                first_of(answer) in row["document"]
                and bool(answer.text)
                and row["must_contain"] in answer.text
                for row, answer in ours
            ]
        ),
        refused=share(
            [answer.kind is AnswerKind.NONE for row, answer in both if not row["document"]]
        ),
    )


@pytest.mark.parametrize(
    ("name", "right", "quoted"),
    [("wording_dev.jsonl", 0.91, 0.77), ("wording_held.jsonl", 0.92, 0.82)],
)
def test_everyday_wordings_find_their_document(
    index: Index, name: str, right: float, quoted: float
) -> None:
    """Before the words were known: .76 and .81 right, .51 and .57 quoted, .67 and .25 refused."""
    found = counted(index, name)

    assert found.right >= right
    assert found.quoted >= quoted
    assert found.refused == 1.0


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("請問醫保怎麼辦", "请问医保怎么办"),
        ("乾隆年間的乾糧", "乾隆年间的干粮"),
        ("异地就医备案", "异地就医备案"),
        ("带么子去", "带什么去"),
        ("一亩几多钱", "一亩多少钱"),
        ("一亩好多钱", "一亩多少钱"),
        ("可以有小汽车不", "可以有小汽车吗"),
        ("要交么", "要交么"),
        ("那怎么办", "那怎么办"),
        ("买什么", "买什么"),
        ("要哪个批", "要谁批"),
        ("医保\ud800卡", "医保 卡"),
    ],
)
def test_cut_gives_simplified_standard_words(written: str, plain: str) -> None:
    assert wording.cut(written) == plain


def test_an_everyday_word_widens_and_keeps_what_was_said(index: Index) -> None:
    asked, wanted = query.understood("低保要什么材料", (), index)
    bigrams = {term.text: term.weight for term in asked.bigrams}

    assert bigrams["低保"] == 1.0
    assert bigrams["生活"] == query.SYNONYM_WEIGHT
    assert wanted.held("最低生活保障对象") >= {"低保"}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("违章建筑怎么举报", "违章"),
        ("怎么追女孩子", "孩子"),
        ("养狗的狗粮", "狗"),
        ("小区发的通告", "告"),
    ],
)
def test_a_longer_word_keeps_a_shorter_one_from_being_taken(
    index: Index, question: str, said: str
) -> None:
    _, wanted = query.understood(question, (), index)

    assert said not in {word for word, _ in wanted.aliases}


def test_years_and_places_are_told(index: Index) -> None:
    _, wanted = query.understood("我们曲江镇今年和2025年的低保，人民路", (), index, TODAY)

    assert wanted.years == {2025, 2026}
    assert wanted.places == {"曲江镇", "人民路"}


def test_the_citys_own_places_weigh_little(index: Index) -> None:
    asked, wanted = query.understood("我们曲江镇高龄津贴怎么领", (), index)
    bigrams = {term.text: term.weight for term in asked.bigrams}

    assert bigrams["曲江"] == query.PLACE_WEIGHT
    assert bigrams["高龄"] == 1.0
    assert wanted.rarity["曲江"] < wanted.rarity["高龄"]


def test_a_question_of_places_alone_keeps_their_weight(index: Index) -> None:
    asked, _ = query.understood("曲江镇", (), index)

    assert {term.weight for term in asked.bigrams} == {1.0}


@settings(max_examples=150, deadline=None)
@given(
    question=st.one_of(
        st.text(max_size=300),
        st.text(
            alphabet="工积金医宝低保退体上海丰城县二十百万年岁吗呢那么要材料，？ \ud83d\udc36😀",
            max_size=80,
        ),
    ),
    context=st.lists(st.text(alphabet="材料呢那低保怎么办要多久", max_size=12), max_size=4),
)
def test_making_a_query_never_fails(index: Index, question: str, context: list[str]) -> None:
    asked, wanted = query.understood(question, tuple(context), index, TODAY)

    assert all(term.text and term.weight > 0 for term in (*asked.words, *asked.bigrams))
    assert all(worth > 0 for worth in wanted.rarity.values())
    assert 0.0 <= wanted.share(question) <= 1.000001


@pytest.mark.parametrize(
    "piece",
    ["我", "工积金", "在上海市公积金", "\ud800😀", "二十五万", "《", "1", "醫保", "那 ", "曲江镇"],
)
def test_a_letter_of_any_kind_takes_a_moment(index: Index, piece: str) -> None:
    letter = (piece * 20_000)[:20_000]
    query.understood(letter, (letter,), index, TODAY)  # tables are loaded

    began = time.process_time()
    query.understood(letter, (letter,), index, TODAY)

    assert time.process_time() - began < 0.25

"""Finding documents: by words, by other names, by validity, and after changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.embedded import EmbeddedIndex
from knowledge.index import Index
from knowledge.search import find, search
from knowledge.segment import contexts
from nlu.encoder_training import learn_from_texts
from tests.knowledge.shelf import HERITAGE, LOAN, MEDICAL, SUBSIDY, TODAY, entries, entry


@pytest.fixture(scope="module")
def index() -> Index:
    return EmbeddedIndex.build(entries(), learn_from_texts(contexts(entries())))


def found(index: Index, question: str, *context: str, today: date = TODAY) -> list[str]:
    return [hit.document.id for hit in search(index, question, 5, today, context)]


@pytest.mark.parametrize(
    ("question", "document_id"),
    [
        ("创业担保贷款最多能贷多少", "loan"),
        ("开店贷款去哪里办", "loan"),
        ("居民医保什么时候交钱", "medical"),
        ("小孩刚出生怎么参加医保", "medical"),
        ("老人钱八十岁以上一个月多少", "subsidy"),
        ("大桥夜间封闭施工到几号", "bridge"),
        ("丰示办字[2025]12号", "loan"),
        ("丰示办字 （2025） 12号是什么文件", "loan"),
        ("《丰城市高龄津贴发放指南（示例）》要几天", "subsidy"),
    ],
)
def test_the_right_document_comes_first(index: Index, question: str, document_id: str) -> None:
    assert found(index, question)[0] == document_id


def test_expired_is_not_found_but_told_apart(index: Index) -> None:
    now = find(index, "老城区燃放烟花爆竹罚多少", TODAY)
    then = find(index, "老城区燃放烟花爆竹罚多少", date(2025, 12, 31))

    assert HERITAGE.id not in {hit.document.id for hit in now.valid}
    assert now.retired[0].document.id == HERITAGE.id
    assert then.valid[0].document.id == HERITAGE.id


def test_follow_up_goes_on_from_the_earlier_question(index: Index) -> None:
    assert found(index, "那需要什么材料", "创业担保贷款怎么申请")[0] == "loan"
    assert found(index, "那需要什么材料", "八十岁老人高龄津贴怎么领")[0] == "subsidy"


def test_a_new_question_forgets_the_earlier_one(index: Index) -> None:
    assert found(index, "异地住院怎么备案", "创业担保贷款怎么申请")[0] == "medical"


def test_changed_index_finds_what_came_and_not_what_went() -> None:
    before = EmbeddedIndex.build([entry(LOAN), entry(MEDICAL)])

    after = before.changed(put=[entry(SUBSIDY)], removed=["loan"])

    assert found(after, "高龄津贴发放标准") == ["subsidy"]
    assert found(after, "创业担保贷款") == []
    assert found(before, "创业担保贷款") == ["loan"]
    assert len(after) == 2


def test_many_changes_find_what_one_build_finds() -> None:
    """Parts are joined on the way; order and documents must not depend on how they came."""
    copies = [
        replace(SUBSIDY, id=f"subsidy-{serial}", title=f"高龄津贴第{serial}号公告（示例）")
        for serial in range(40)
    ]
    index: Index = EmbeddedIndex.build([entry(LOAN), entry(MEDICAL)])
    for copy in copies:
        index = index.changed(put=[entry(copy)])
    index = index.changed(removed=[copy.id for copy in copies[::2]])
    whole = EmbeddedIndex.build([entry(each) for each in (LOAN, MEDICAL, *copies[1::2])])

    assert len(index) == len(whole)
    assert set(found(index, "高龄津贴第7号公告")) <= {copy.id for copy in copies[1::2]}
    assert found(index, "高龄津贴第7号公告")[0] == found(whole, "高龄津贴第7号公告")[0]


def test_vectors_are_kept_through_joins() -> None:
    encoder = learn_from_texts(contexts(entries()))
    index: Index = EmbeddedIndex.build([entry(LOAN)], encoder)
    for document in (MEDICAL, SUBSIDY):
        index = index.changed(put=[entry(document)])

    hit = search(index, "高龄津贴发放标准", 1, TODAY)[0]

    assert hit.document.id == "subsidy"
    assert hit.vectors > 0.5


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=3))
@settings(deadline=None)
def test_any_text_is_searched_without_an_error(question: str, context: list[str]) -> None:
    index = EmbeddedIndex.build([entry(LOAN), entry(MEDICAL)])

    found = find(index, question, TODAY, tuple(context))

    assert all(hit.score > 0 and 0 <= hit.match <= 1.000001 for hit in found.valid)

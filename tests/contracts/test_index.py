"""What every index does, whatever it lies in: in this process, or in Milvus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Protocol

import pytest

from knowledge import query as queries
from knowledge.embedded import EmbeddedIndex
from knowledge.index import Candidates, Entry, Index, Query, Term, Weights
from knowledge.model import Life
from knowledge.search import find, search
from knowledge.segment import contexts
from nlu.encoder import Encoder
from nlu.encoder_training import learn_from_texts
from tests.knowledge.shelf import HERITAGE, LOAN, MEDICAL, SUBSIDY, TODAY, entries, entry
from tests.milvus_lite import milvus_lite

LAST_YEAR = date(2025, 12, 31)


class Build(Protocol):
    def __call__(self, entries: Iterable[Entry], encoder: Encoder | None = None) -> Index: ...


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return learn_from_texts(contexts(entries()))


@pytest.fixture(scope="module")
def in_milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    with milvus_lite(tmp_path_factory.mktemp("milvus")) as lite:
        yield lite.build


@pytest.fixture(scope="module")
def in_process() -> Build:
    return EmbeddedIndex.build


@pytest.fixture(params=["in_process", "in_milvus"])
def build(request: pytest.FixtureRequest) -> Build:
    return request.getfixturevalue(request.param)


@pytest.fixture
def index(build: Build, encoder: Encoder) -> Index:
    return build(entries(), encoder)


def asked(index: Index, question: str, today: date = TODAY, limit: int = 30) -> Candidates:
    query, _ = queries.understood(question, (), index, today)
    return index.search(query, limit, today)


def terms(*texts: str) -> tuple[Term, ...]:
    return tuple(Term(text=text) for text in texts)


def ids(index: Index, question: str, today: date = TODAY) -> list[str]:
    return [hit.document.id for hit in search(index, question, 5, today)]


@pytest.mark.parametrize(
    ("query", "document_id"),
    [
        (Query(words=terms("担保", "贷款"), bigrams=()), "loan"),
        (Query(words=(), bigrams=terms("高龄", "津贴")), "subsidy"),
        (Query(words=terms("发放"), bigrams=terms("龄津", "津贴")), "subsidy"),
    ],
)
def test_found_by_words_and_by_bigrams(index: Index, query: Query, document_id: str) -> None:
    found = index.search(query, 5, TODAY).valid
    assert found[0].document.id == document_id
    assert (found[0].words > 0, found[0].bigrams > 0) == (bool(query.words), bool(query.bigrams))


def test_vectors_add_what_is_near(index: Index, encoder: Encoder) -> None:
    near = encoder.encode(["城乡居民基本医疗保险缴费参保备案"])[0]
    query = Query(words=(), bigrams=terms("施工", "长期"), vector=near)
    moved = {each.document.id: each for each in index.search(query, 9, TODAY).valid}
    found = index.search(query, 9, TODAY, Weights(vectors=0.0)).valid
    unmoved = {each.document.id: each for each in found}
    assert moved["medical"].vectors > 0.5
    assert moved["medical"].score > unmoved["medical"].score
    assert moved["bridge"].score - unmoved["bridge"].score < moved["medical"].vectors


def test_found_by_title_and_number(index: Index) -> None:
    assert ids(index, "丰城市高龄津贴发放指南")[0] == "subsidy"
    assert ids(index, "丰示办字（2025）12号是什么文件")[0] == "loan"


def test_weights_weigh(index: Index) -> None:
    query = Query(words=terms("贷款"), bigrams=terms("贷款"))
    one = index.search(query, 1, TODAY, Weights(words=1.0, bigrams=0.0, vectors=0.0)).valid[0]
    both = index.search(query, 1, TODAY, Weights(words=1.0, bigrams=2.0, vectors=0.0)).valid[0]
    assert one.score == pytest.approx(one.words, rel=1e-5)
    assert both.score == pytest.approx(both.words + 2 * both.bigrams, rel=1e-5)


def test_an_added_name_weighs_less_than_what_was_said(index: Index) -> None:
    said = index.search(Query(words=(), bigrams=(Term(text="贷款"),)), 1, TODAY).valid[0]
    added = index.search(Query(words=(), bigrams=(Term(text="贷款", weight=0.4),)), 1, TODAY)
    assert added.valid[0].bigrams == pytest.approx(0.4 * said.bigrams, rel=1e-5)


def test_passages_come_best_first_and_belong_to_their_document(index: Index) -> None:
    found = asked(index, "异地住院怎么备案").valid[0]
    scores = [each.score for each in found.passages]
    assert found.document.id == "medical"
    assert found.passages[0].passage.question == "异地住院怎么备案？"
    assert scores == sorted(scores, reverse=True)
    assert {each.passage.document_id for each in found.passages} == {"medical"}


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "quotable"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (date(2026, 3, 3), None, False),
        (None, date(2026, 3, 1), False),
        (date(1949, 10, 1), date(9999, 12, 31), True),
    ],
)
def test_only_what_is_valid_on_the_day_is_valid(
    build: Build, valid_from: date | None, valid_to: date | None, quotable: bool
) -> None:
    index = build([entry(replace(LOAN, valid_from=valid_from, valid_to=valid_to)), entry(MEDICAL)])
    found = asked(index, "创业担保贷款")
    assert [each.document.id for each in found.valid] == ["loan"] * quotable
    assert [each.document.id for each in found.retired] == ["loan"] * (not quotable)


@pytest.mark.parametrize("life", [Life.REPLACED, Life.REPEALED])
def test_retired_is_told_apart(build: Build, life: Life) -> None:
    found = asked(build([entry(replace(LOAN, life=life))]), "创业担保贷款")
    assert found.valid == ()
    assert found.retired[0].document.life is life


def test_a_day_decides(index: Index) -> None:
    question = "老城区燃放烟花爆竹罚多少"
    assert asked(index, question).retired[0].document.id == HERITAGE.id
    assert asked(index, question, LAST_YEAR).valid[0].document.id == HERITAGE.id
    assert find(index, question, TODAY).valid == ()


@pytest.mark.parametrize("life", [Life.DRAFT, Life.CHECKED])
def test_what_was_never_published_is_not_held(build: Build, life: Life) -> None:
    hidden = entry(replace(LOAN, life=life))
    index = build([hidden, entry(MEDICAL)])
    assert index.document("loan") is None
    assert len(index) == 1
    again = build([entry(LOAN), entry(MEDICAL)]).changed(put=[hidden])
    assert again.document("loan") is None
    assert ids(again, "创业担保贷款") == []


def test_documents_and_passages_come_back_whole(index: Index) -> None:
    wanted = {each.document.id: each for each in entries()}
    assert index.document("loan") == LOAN
    assert index.document("gone") == wanted["gone"].document
    assert index.passages("medical") == wanted["medical"].passages
    assert index.document("nowhere") is None
    assert index.passages("nowhere") == ()


def test_any_id_is_held(build: Build) -> None:
    strange = replace(LOAN, id='a"b\\c] or 1 == 1 \n丰城' * 40)
    index = build([entry(strange), entry(MEDICAL)])
    assert index.document(strange.id) == strange
    assert len(index.changed(removed=[strange.id])) == 1


@pytest.mark.parametrize(
    "written", ["丰示办字〔2025〕12号", "丰示办字[2025]12号", "丰示办字 (2025) 12号"]
)
def test_numbered_whatever_the_brackets(index: Index, written: str) -> None:
    assert [each.id for each in index.numbered(written)] == ["loan"]
    assert index.numbered('" or "" == "') == ()
    assert index.numbered("") == ()


def test_two_documents_of_one_number(build: Build) -> None:
    index = build([entry(LOAN), entry(replace(LOAN, id="other")), entry(MEDICAL)])
    assert {each.id for each in index.numbered(LOAN.number)} == {"loan", "other"}


def test_put_finds_what_came_and_removed_what_went(build: Build) -> None:
    index = build([entry(LOAN), entry(MEDICAL)])
    after = index.changed(put=[entry(SUBSIDY)], removed=["loan", "nowhere"])
    assert ids(after, "高龄津贴发放标准") == ["subsidy"]
    assert ids(after, "创业担保贷款") == []
    assert after.numbered(LOAN.number) == ()
    assert len(after) == 2


def test_a_new_version_takes_the_place_of_the_old_one(build: Build) -> None:
    anew = replace(
        LOAN, text="第一条 创业担保贷款改为线上办结。", number="丰示〔2026〕1号", version=2
    )
    after = build([entry(LOAN), entry(MEDICAL)]).changed(put=[entry(anew)])
    hits = search(after, "创业担保贷款线上", 5, TODAY)
    assert [hit.document.version for hit in hits if hit.document.id == "loan"] == [2]
    assert after.passages("loan") == entry(anew).passages
    assert (after.numbered(LOAN.number), len(after.numbered(anew.number))) == ((), 1)
    assert len(after) == 2


def test_what_is_put_twice_in_one_change_is_held_as_it_came_last(build: Build) -> None:
    anew = replace(LOAN, version=2)
    after = build([]).changed(put=[entry(LOAN), entry(anew)])
    assert (after.document("loan"), len(after)) == (anew, 1)


def test_repealed_and_published_again(build: Build) -> None:
    index = build([entry(LOAN), entry(MEDICAL)])
    repealed = index.changed(put=[entry(replace(LOAN, life=Life.REPEALED))])
    assert [each.document.id for each in asked(repealed, "创业担保贷款").retired] == ["loan"]
    again = repealed.changed(put=[entry(LOAN)])
    assert [each.document.id for each in asked(again, "创业担保贷款").valid] == ["loan"]


def test_the_same_put_again_changes_nothing(build: Build, encoder: Encoder) -> None:
    index = build(entries(), encoder)
    before = asked(index, "高龄津贴发放标准")
    after = index.changed(put=[entry(MEDICAL)])
    assert len(after) == len(entries()) - 1
    assert [each.document.id for each in asked(after, "高龄津贴发放标准").valid] == [
        each.document.id for each in before.valid
    ]


def test_rarity_falls_as_more_passages_hold_a_term(build: Build) -> None:
    texts = {"a": "公园 湖泊 游船", "b": "公园 湖泊", "c": "公园"}
    documents = [
        replace(LOAN, id=name, title="告示", number="", text=text) for name, text in texts.items()
    ]
    worth = build([entry(each) for each in documents]).rarity(["公园", "湖泊", "游船", "铁路"])
    assert worth["公园"] < worth["湖泊"] < worth["游船"]
    assert 0 < worth["铁路"] < worth["游船"]


def test_rarity_follows_changes(build: Build) -> None:
    index = build([entry(LOAN), entry(MEDICAL), entry(SUBSIDY)])
    before = index.rarity(["贷款"])["贷款"]
    more = [entry(replace(LOAN, id=f"loan{n}")) for n in range(3)]
    assert index.changed(put=more).rarity(["贷款"])["贷款"] < before


def test_an_empty_index_finds_nothing_and_grows(build: Build, encoder: Encoder) -> None:
    index = build([], encoder)
    assert (len(index), asked(index, "创业担保贷款")) == (0, Candidates())
    assert index.rarity(["贷款"]) == {"贷款": 1.0}
    assert ids(index.changed(put=[entry(LOAN)]), "创业担保贷款") == ["loan"]


def test_a_query_without_terms_or_with_unknown_ones_finds_nothing(
    index: Index, encoder: Encoder
) -> None:
    vector = encoder.encode(["创业担保贷款"])[0]
    assert index.search(Query(words=(), bigrams=(), vector=vector), 5, TODAY) == Candidates()
    unknown = Query(words=terms("zzzz"), bigrams=terms("zzzz"), vector=vector)
    assert index.search(unknown, 5, TODAY) == Candidates()
    assert index.search(Query(words=(), bigrams=terms("")), 5, TODAY) == Candidates()


def test_without_an_encoder_nothing_is_near(build: Build) -> None:
    index = build(entries())
    assert index.encoder is None
    assert {each.vectors for each in asked(index, "创业担保贷款").valid} == {0.0}


def test_a_document_without_passages_is_found_by_its_title(build: Build) -> None:
    bare = Entry(document=replace(LOAN, text=""), passages=())
    found = asked(build([bare, entry(MEDICAL)]), "创业担保贷款").valid
    assert [each.document.id for each in found] == ["loan"]
    assert found[0].passages == ()


def test_a_long_document_comes_back_whole(build: Build) -> None:
    lines = [
        f"第{n}条 第{n}项业务由第{n * 7 % 1000}号窗口办理，编号{n * 7919 % 100003}。"
        for n in range(3000)
    ]
    long = replace(LOAN, id="long", text="\n".join(lines))
    index = build([entry(long), entry(MEDICAL)])
    assert index.document("long") == long
    assert index.passages("long") == entry(long).passages


def test_of_two_hundred_the_named_one_comes_first_and_the_limit_holds(build: Build) -> None:
    many = [
        replace(SUBSIDY, id=f"s{n}", title=f"高龄津贴第{n}号公告（示例）", number="")
        for n in range(200)
    ]
    index = build([entry(each) for each in many])
    found = asked(index, "高龄津贴第177号公告", limit=30)
    assert len(index) == 200
    assert found.valid[0].document.id == "s177"
    assert (len(found.valid), found.retired) == (30, ())

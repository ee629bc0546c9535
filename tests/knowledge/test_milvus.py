"""The index in Milvus: several objects over the same collections, deaths half way, exact scores."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from knowledge import query as queries
from knowledge.embedded import EmbeddedIndex
from knowledge.index import Candidate, Entry, IndexAway
from knowledge.milvus import Collections, MilvusIndex, probe
from knowledge.milvus.collections import LEFT_ALONE_S
from knowledge.milvus.content import counted, packed, unpacked
from knowledge.milvus.shelf import BELIEVED_S, Shelf
from knowledge.milvus.statistics import Statistics
from knowledge.milvus.terms import WORDS, bigram_dims, word_dims
from knowledge.model import Life
from knowledge.search import search
from knowledge.segment import contexts
from nlu import terms
from nlu.encoder import Encoder
from nlu.encoder_training import learn_from_texts
from tests.knowledge.samples import sample_entries, sample_questions
from tests.knowledge.shelf import LOAN, MEDICAL, SUBSIDY, TODAY, entries, entry
from tests.milvus_lite import Lite, milvus_lite
from tests.servers import free_port

ANEW = replace(LOAN, text="第一条 创业担保贷款改为线上办结。", version=2)


class Killed(BaseException):
    """The process dies."""


class Mortal(Collections):
    """Dies at its nth write."""

    dies_at = 0
    written = 0

    def _call(self, name: str, collection: str, **arguments: Any) -> Any:
        if name in ("upsert", "delete"):
            self.written += 1
            if self.written == self.dies_at:
                raise Killed
        return super()._call(name, collection, **arguments)


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lite]:
    with milvus_lite(tmp_path_factory.mktemp("milvus")) as running:
        yield running


@pytest.fixture(scope="module")
def samples() -> list[Entry]:
    return sample_entries()


@pytest.fixture(scope="module")
def encoder(samples: list[Entry]) -> Encoder:
    return learn_from_texts(contexts(samples))


def first(index: MilvusIndex, question: str) -> str:
    return next((hit.document.id for hit in search(index, question, 1, TODAY)), "")


def exact(candidates: Iterable[Candidate]) -> list[tuple[Any, ...]]:
    return [
        (
            each.document.id,
            each.score,
            each.words,
            each.bigrams,
            [shown.passage.ordinal for shown in each.passages[:1]],
        )
        for each in candidates
    ]


def told(candidates: Iterable[Candidate]) -> list[tuple[Any, ...]]:
    return [
        (
            each.document.id,
            pytest.approx(each.score, abs=0.02),
            pytest.approx(each.words, abs=0.02),
            pytest.approx(each.bigrams, abs=0.02),
            [shown.passage.ordinal for shown in each.passages[:1]],
        )
        for each in candidates
    ]


def test_samples_rank_as_in_the_embedded_index(
    lite: Lite, samples: list[Entry], encoder: Encoder
) -> None:
    mine, embedded = lite.build(samples, encoder), EmbeddedIndex.build(samples, encoder)
    asked = [
        queries.understood(question, (), embedded, TODAY)[0] for question in sample_questions()[::2]
    ]
    found = [exact(mine.search(query, 5, TODAY).valid) for query in asked]
    wanted = [told(embedded.search(query, 5, TODAY).valid) for query in asked]
    assert len(asked) > 30
    assert found == wanted


def test_terms_are_as_rare_as_in_the_embedded_index(lite: Lite, samples: list[Entry]) -> None:
    terms = ["贷款", "医保", "没有", "q", "12345", "车船"]
    wanted = EmbeddedIndex.build(samples).rarity(terms)
    assert lite.build(samples).rarity(terms) == pytest.approx(wanted, rel=1e-5)


def test_what_one_puts_the_other_finds_at_once(lite: Lite) -> None:
    here = lite.build([entry(LOAN), entry(MEDICAL)])
    there = MilvusIndex.open(Collections(lite.url))
    here.changed(put=[entry(SUBSIDY), entry(ANEW)], removed=["medical"])
    assert first(there, "高龄津贴发放标准") == "subsidy"
    assert first(there, "异地住院怎么备案") == ""
    assert there.document("loan") == ANEW
    assert [each.version for each in there.numbered(LOAN.number)] == [2]
    assert len(there) == 2


def test_both_put_the_same_and_then_count_the_same(lite: Lite) -> None:
    here = lite.build([entry(LOAN), entry(MEDICAL)])
    there = MilvusIndex.open(Collections(lite.url))
    change = {"put": [entry(SUBSIDY), entry(ANEW)], "removed": ["medical"]}
    here, there = here.changed(**change), there.changed(**change)
    again = lite.build([entry(SUBSIDY), entry(ANEW)])
    terms = ["贷款", "津贴", "医保", "线上"]
    assert here.rarity(terms) == there.rarity(terms) == again.rarity(terms)


def test_what_is_held_is_not_written_again(lite: Lite) -> None:
    lite.build(entries())
    mortal = Mortal(lite.url)
    MilvusIndex.build(entries(), mortal)
    assert mortal.written == 0
    MilvusIndex.build([*entries(), entry(ANEW)], mortal)
    assert mortal.written == 5  # contents, passages, document; old passages, old contents


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_a_death_at_any_write_is_repaired_at_the_next_refresh(lite: Lite, at: int) -> None:
    lite.build([entry(LOAN), entry(MEDICAL)])
    other = MilvusIndex.open(Collections(lite.url))
    mortal = Mortal(lite.url)
    mortal.dies_at = at
    with pytest.raises(Killed):
        MilvusIndex.open(mortal).changed(put=[entry(ANEW)])
    assert other.document("loan") in (LOAN, ANEW)  # one of them whole, never a mixture
    assert first(other, "创业担保贷款") == "loan"
    repaired = other.changed(put=[entry(ANEW)])
    assert repaired.document("loan") == ANEW
    assert repaired.passages("loan") == entry(ANEW).passages
    assert first(repaired, "创业担保贷款线上办结") == "loan"


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_what_a_death_left_behind_goes_after_an_hour(lite: Lite, at: int) -> None:
    kept = lite.build([entry(LOAN), entry(MEDICAL)])
    mortal = Mortal(lite.url)
    mortal.dies_at = at
    with pytest.raises(Killed):
        MilvusIndex.open(mortal).changed(put=[entry(ANEW)])
    kept.changed(put=[entry(LOAN)])
    lite.collections().sweep()  # nothing goes yet that is young
    left = marks_held(lite)
    current = set(lite.collections().every_mark().values())
    assert current <= left
    Collections(lite.url, now=lambda: time.time() + LEFT_ALONE_S + 60).sweep()
    assert marks_held(lite) == current


def test_passages_lost_to_a_slow_delete_are_put_back(lite: Lite) -> None:
    """Another replica may remove a version that has come back meanwhile."""
    index = lite.build([entry(LOAN), entry(MEDICAL)])
    collections = lite.collections()
    collections._forget(collections.marks([counted([entry(LOAN)], None)[0].key]).values())
    assert index.changed(put=[entry(LOAN)]).passages("loan") == entry(LOAN).passages
    assert first(MilvusIndex.open(Collections(lite.url)), "创业担保贷款") == "loan"


def test_a_start_from_an_older_view_is_put_right_at_the_next_refresh(lite: Lite) -> None:
    other = lite.build([entry(LOAN), entry(MEDICAL)])
    late = lite.build([entry(LOAN)])
    late.changed(put=[entry(MEDICAL)])
    assert first(other, "异地住院怎么备案") == "medical"


def test_threads_search_while_a_document_comes_and_goes(lite: Lite) -> None:
    index = lite.build(entries())
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda _: first(index, "高龄津贴发放标准"), range(40))
        for _ in range(5):
            index.changed(put=[entry(ANEW)])
            index.changed(put=[entry(LOAN)])
        assert set(found) == {"subsidy"}


def test_replicas_with_different_encoders_do_not_meet(lite: Lite, encoder: Encoder) -> None:
    without = lite.build([entry(LOAN)])
    with_one = lite.build([entry(MEDICAL)], encoder)
    assert without.document("medical") is None
    assert with_one.document("loan") is None


def test_a_moment_ago_is_believed_and_no_longer(lite: Lite) -> None:
    index = lite.build([entry(LOAN)])
    key = counted([entry(LOAN)], None)[0].key
    times = iter([0.0, BELIEVED_S / 2, 2 * BELIEVED_S])
    shelf = Shelf(lite.collections(), clock=lambda: next(times))
    read = [shelf.current([key])]
    index.changed(put=[entry(ANEW)])
    read += [shelf.current([key]), shelf.current([key])]
    assert [each.entry.document.version for (each,) in read] == [1, 1, 2]


def test_content_is_read_as_it_was_written(encoder: Encoder) -> None:
    (content,) = counted([entry(MEDICAL)], encoder)
    read = unpacked(packed(content), content.mark)
    assert read.entry == content.entry
    for name in ("dims", "rows", "counts", "lengths", "vectors"):
        np.testing.assert_array_equal(getattr(read, name), getattr(content, name))


def test_any_change_of_a_document_is_another_version() -> None:
    changes = [LOAN, ANEW, replace(LOAN, life=Life.REPEALED), replace(LOAN, valid_to=TODAY)]
    marks = [content.mark for content in counted([entry(each) for each in changes], None)]
    assert len(set(marks)) == 4
    assert counted([entry(LOAN)], None)[0].mark == marks[0]


def test_statistics_changed_are_those_of_the_whole(samples: list[Entry]) -> None:
    contents = counted(samples[:12], None)
    whole = Statistics().changed(put=contents[3:])
    changed = Statistics().changed(put=contents[:9]).changed(put=contents[6:])
    changed = changed.changed(removed=[content.key for content in contents[:3]])
    np.testing.assert_array_equal(changed.dims, whole.dims)
    np.testing.assert_array_equal(changed.held_by, whole.held_by)
    np.testing.assert_allclose(changed.means, whole.means)


def test_words_and_bigrams_share_no_dimension(samples: list[Entry]) -> None:
    texts = [each.document.text for each in samples]
    words = np.unique(terms.words(terms.plain(texts)).keys)
    bigrams = np.unique(terms.bigrams(terms.plain(texts)).keys)
    assert (word_dims(words) >= WORDS).all()
    assert (bigram_dims(bigrams) < WORDS).all()
    assert len(np.unique(word_dims(words))) == len(words)
    assert len(np.unique(bigram_dims(bigrams))) == len(bigrams)


def test_away_is_said_plainly() -> None:
    with pytest.raises(IndexAway, match="POLICYLINE_MILVUS_URL"):
        probe(f"http://127.0.0.1:{free_port()}", "", 1.0)


def test_without_pymilvus_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(IndexAway, match=r"policyline\[milvus\]"):
        Collections("http://127.0.0.1:1")


def test_a_prefix_that_is_no_name_is_refused() -> None:
    with pytest.raises(IndexAway, match="前缀"):
        Collections("http://127.0.0.1:1", prefix="丰城")


def marks_held(lite: Lite) -> set[str]:
    """Of every version of which something is held."""
    collections = lite.collections()
    return {
        row["mark"]
        for name in (collections.passages, collections.contents)
        for row in collections._all(name, ["mark"])
    }

"""Terms and their rows: what is counted at once is what would be counted one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge.postings import Postings, bigram_keys, rarity, term_key, word_keys
from nlu import text as nlu_text

TEXTS = st.lists(
    st.text(alphabet=st.one_of(st.characters(), st.sampled_from("丰城市贷款政策12aB，。\n ")))
)


@given(TEXTS)
def test_bigram_keys_are_those_of_the_bigrams(texts: list[str]) -> None:
    found = [keys.tolist() for keys in bigram_keys(texts)]

    assert found == [[term_key(term) for term in nlu_text.bigrams(text)] for text in texts]


def test_word_keys_are_those_of_the_words() -> None:
    texts = ["申请创业担保贷款", "", "12345 hotline"]

    found = [keys.tolist() for keys in word_keys(texts)]

    assert found == [[term_key(term) for term in nlu_text.words(text)] for text in texts]


def test_score_of_one_term_is_bm25() -> None:
    postings = Postings.count(bigram_keys(["贷款贷款", "贷款政策文件", "天气"]))
    scores = np.zeros(3, np.float32)
    weight = rarity(np.array([2]), 3)

    postings.add_scores(scores, np.array([term_key("贷款")]), weight)

    # By hand: lengths 3, 5, 1 (mean 3), k1 0.9, b 0.6, idf ln(1 + 1.5 / 2.5).
    idf = np.log(1 + 1.5 / 2.5)
    assert scores[0] == np.float32(idf * 2 * 1.9 / (2 + 0.9))
    np.testing.assert_allclose(scores[1], idf * 1.9 / (1 + 0.9 * (0.4 + 0.6 * 5 / 3)), rtol=1e-5)
    assert scores[2] == 0


def test_joined_parts_equal_one_count() -> None:
    rows = bigram_keys(["贷款政策", "医疗保险", "贷款保险", "养老", ""])
    whole = Postings.count([rows[0], rows[2], rows[3], rows[4]])

    joined = Postings.join(
        [Postings.count(rows[:2]), Postings.count(rows[2:])],
        [np.array([True, False]), np.array([True, True, True])],
    )

    wanted = np.array([term_key(term) for term in ("贷款", "保险", "养老")])
    held = [np.zeros(4, np.float32), np.zeros(4, np.float32)]
    for into, postings in zip(held, (whole, joined), strict=True):
        postings.add_scores(into, wanted, np.ones(3, np.float32))
    np.testing.assert_array_equal(held[0], held[1])
    np.testing.assert_array_equal(whole.frequencies(wanted), joined.frequencies(wanted))


def test_unknown_terms_and_no_rows_score_nothing() -> None:
    scores = np.zeros(0, np.float32)

    Postings.count([]).add_scores(scores, np.array([term_key("贷款")]), np.ones(1, np.float32))

    assert not len(scores)

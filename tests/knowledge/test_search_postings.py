"""Terms and their rows: what is counted at once is what would be counted one by one."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge.postings import MOST, Postings, gains, rarity, within
from nlu import terms
from nlu.terms import term_key

ROWS = st.lists(st.lists(st.integers(1, 12), max_size=12), min_size=1, max_size=8)
Held = dict[int, dict[int, int]]


def counted(rows: list[list[int]]) -> Postings:
    keys = np.array([key for row in rows for key in row], np.int64)
    owner = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    return Postings.count(keys, owner, len(rows))


def held(postings: Postings) -> Held:
    """Term → row → count."""
    return {
        int(key): dict(
            zip(
                postings.rows[first:last].tolist(),
                postings.counts[first:last].tolist(),
                strict=True,
            )
        )
        for key, first, last in zip(
            postings.keys, postings.bounds[:-1], postings.bounds[1:], strict=True
        )
    }


def one_by_one(rows: list[list[int]]) -> Held:
    found: Held = {}
    for place, row in enumerate(rows):
        for key, times in Counter(row).items():
            found.setdefault(key, {})[place] = times
    return found


@given(ROWS)
def test_counts_are_those_of_one_by_one(rows: list[list[int]]) -> None:
    postings = counted(rows)

    assert held(postings) == one_by_one(rows)
    assert postings.lengths.tolist() == [len(row) for row in rows]


@given(ROWS, ROWS, st.data())
def test_joined_parts_equal_one_count(
    first: list[list[int]], second: list[list[int]], data: st.DataObject
) -> None:
    kept = [
        np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
        for rows in (first, second)
    ]

    joined = Postings.join([counted(first), counted(second)], kept)

    left = [
        row for row, alive in zip([*first, *second], np.concatenate(kept), strict=True) if alive
    ]
    assert held(joined) == one_by_one(left)
    assert joined.lengths.tolist() == [len(row) for row in left]


def test_more_rows_than_are_counted_at_once() -> None:
    number = 40_000
    rows = np.arange(number)
    keys = np.concatenate((rows % 3 + 1, np.full(number, 7)))

    postings = Postings.count(keys, np.concatenate((rows, rows)), number)

    assert postings.keys.tolist() == [1, 2, 3, 7]
    assert postings.frequencies(np.array([1, 7, 9])).tolist() == [13_334, number, 0]
    first, last = postings.find(np.array([7]))
    np.testing.assert_array_equal(postings.rows[first[0] : last[0]], rows)


def test_counts_are_kept_small_and_capped() -> None:
    assert counted([[1] * 255]).counts.dtype == np.uint8
    assert counted([[1] * 256]).counts.dtype == np.uint16
    assert counted([[1] * (MOST + 9)]).counts.tolist() == [MOST]


def test_score_of_one_term_is_bm25() -> None:
    rows = [list(each) for each in terms.bigrams(terms.plain(["贷款贷款", "贷款政策文件", "天气"]))]
    postings = counted([[int(key) for key in row] for row in rows])
    first, last = (int(each[0]) for each in postings.find(np.array([term_key("贷款")])))

    gained = gains(
        postings.counts[first:last].astype(np.float32),
        postings.held_back[postings.rows[first:last]],
    )

    # By hand: lengths 3, 5, 1 (mean 3), k1 0.9, b 0.6, idf ln(1 + 1.5 / 2.5).
    np.testing.assert_allclose(rarity(np.array([2]), 3), [np.log(1 + 1.5 / 2.5)], rtol=1e-6)
    np.testing.assert_allclose(
        gained, [2 * 1.9 / (2 + 0.9), 1.9 / (1 + 0.9 * (0.4 + 0.6 * 5 / 3))], rtol=1e-5
    )


def test_no_rows_hold_nothing() -> None:
    postings = counted([[]])

    assert postings.frequencies(np.array([term_key("贷款")])).tolist() == [0]


def test_within_counts_on_from_each_start() -> None:
    assert within(np.array([5, 9, 2]), np.array([2, 0, 3])).tolist() == [5, 6, 2, 3, 4]

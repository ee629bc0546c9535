from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openness.heat import HALF_LIFE, Weighed, growth, heat, peak, weight
from bot.openness.opinion import INFORM, PRESS, RESPOND, OpinionHours, due_at, owed

NOW = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)


def ago(*days: float) -> list[Weighed]:
    return [Weighed(at=NOW - timedelta(days=each), weight=1.0) for each in days]


def test_votes_and_severity_weigh() -> None:
    assert weight() == 1.0
    assert weight(likes=5, dislikes=5) == weight(likes=10) > weight(likes=9)
    assert weight(emergency=True) > weight(urgent=True) > weight()
    assert weight(likes=-3) == 1.0


def test_a_message_counts_half_after_a_week() -> None:
    old = [Weighed(at=NOW - 3 * HALF_LIFE, weight=1.0)]
    assert heat(old, NOW) == pytest.approx(1 / 8)


def test_what_comes_later_does_not_count_yet() -> None:
    assert heat(ago(-1), NOW) == 0.0


def test_growth_is_one_for_a_steady_stream_and_more_for_a_rising_one() -> None:
    steady = [NOW - timedelta(days=each) for each in range(15)]
    rising = [NOW - timedelta(hours=each) for each in range(12)]
    assert growth(steady, NOW) == pytest.approx(1.0)
    assert growth(rising, NOW) > 4
    assert growth([], NOW) == 1.0


def test_a_growing_issue_is_hotter_than_a_steady_one_of_the_same_weight() -> None:
    faded = sum(0.5 ** (each / 7) for each in range(15))
    assert heat(ago(*range(15)), NOW) == pytest.approx(faded)
    assert heat(ago(0, 0, 0, 0), NOW) > 4


@given(st.lists(st.floats(min_value=0, max_value=40), min_size=1, max_size=30))
def test_the_peak_is_the_hottest_moment_of_all(days: list[float]) -> None:
    messages = ago(*days)
    hottest, at = peak(messages)
    assert hottest == pytest.approx(heat(messages, at))
    assert all(heat(messages, each.at) <= hottest * (1 + 1e-9) for each in messages)


def test_nothing_has_no_peak() -> None:
    with pytest.raises(ValueError, match="without messages"):
        peak([])


def test_what_is_owed_of_an_item_runs_by_the_clock_over_a_holiday() -> None:
    friday_night = datetime(2026, 2, 13, 15, 30, tzinfo=UTC)
    major = owed(friday_night, OpinionHours(), major=True)
    assert major == {
        INFORM: datetime(2026, 2, 13, 20, 30, tzinfo=UTC),
        PRESS: datetime(2026, 2, 14, 15, 30, tzinfo=UTC),
    }
    other = owed(friday_night, OpinionHours(respond=36), major=False)
    assert other == {RESPOND: due_at(friday_night, 36)}

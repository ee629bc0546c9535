"""Quiet hours, and how many a number gets."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from connectors.channels.hotline.sms.pacing import quiet_left_s, wait_s

NIGHT = (time(22), time(8))


@pytest.mark.parametrize(
    ("hour", "minute", "left_h"),
    [(13, 59, 0.0), (14, 0, 10.0), (16, 30, 7.5), (23, 59, 1 / 60), (0, 0, 0.0)],
)
def test_the_night_of_china_is_quiet(hour: int, minute: int, left_h: float) -> None:
    """Hours of UTC: 14:00 is 22:00 in China."""
    now = datetime(2026, 3, 2, hour, minute, tzinfo=UTC)
    assert quiet_left_s(now, NIGHT) == pytest.approx(left_h * 3600)


def test_hours_of_one_day_and_none_at_all() -> None:
    noon = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)  # 13:00
    assert quiet_left_s(noon, (time(12), time(14))) == 3600
    assert quiet_left_s(noon, (time(14), time(15))) == 0
    assert quiet_left_s(noon, None) == 0


LIMITS = {"a_minute": 1, "an_hour": 5, "a_day": 10}


@pytest.mark.parametrize(
    ("sent", "wait"),
    [
        ([], 0.0),
        ([-61.5], 0.0),
        ([-20.0], 41.0),
        ([-3500.0, -3000.0, -2000.0, -1000.0, -100.0], 101.0),
        ([-80_000.0 + 4000 * at for at in range(10)], 86_400 - 80_000 + 1),
    ],
)
def test_the_longest_wait_counts(sent: list[float], wait: float) -> None:
    assert wait_s([1e9 + at for at in sent], 1e9, **LIMITS) == pytest.approx(wait)


def test_nothing_is_limited_where_nothing_is_set() -> None:
    assert wait_s([0.0] * 100, 1.0, a_minute=0, an_hour=0, a_day=0) == 0

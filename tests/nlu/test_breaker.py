"""When Rasa is left alone, and who finds out that it is back."""

from __future__ import annotations

import pytest

from nlu.breaker import FAILURES_TO_OPEN, Breaker, Resting


class Watch:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def opened(watch: Watch) -> Breaker:
    breaker = Breaker(rest_s=5.0, monotonic=watch)
    fail(breaker, FAILURES_TO_OPEN)
    return breaker


def fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        with breaker.trying():
            breaker.failed()


def test_failures_in_a_row_are_needed(watch: Watch) -> None:
    breaker = Breaker(rest_s=5.0, monotonic=watch)
    fail(breaker, FAILURES_TO_OPEN - 1)
    with breaker.trying():
        breaker.succeeded()
    fail(breaker, FAILURES_TO_OPEN - 1)
    assert not breaker.away
    fail(breaker)
    assert breaker.away


def test_while_it_rests_nobody_asks(opened: Breaker, watch: Watch) -> None:
    watch.now += 4.9
    with pytest.raises(Resting), opened.trying():
        pass


def test_after_the_rest_one_asks_and_the_others_do_not_wait(opened: Breaker, watch: Watch) -> None:
    watch.now += 5.0
    with opened.trying():
        with pytest.raises(Resting), opened.trying():
            pass
        opened.succeeded()
    with opened.trying(), opened.trying():
        pass


def test_a_first_try_that_fails_begins_another_rest(opened: Breaker, watch: Watch) -> None:
    watch.now += 5.0
    fail(opened)
    assert opened.away
    watch.now += 5.0
    assert not opened.away


def test_a_first_try_that_was_given_up_leaves_it_to_the_next(opened: Breaker, watch: Watch) -> None:
    watch.now += 5.0
    with pytest.raises(KeyboardInterrupt), opened.trying():
        raise KeyboardInterrupt
    with opened.trying():
        opened.succeeded()
    assert not opened.away


def test_a_sure_failure_counts_at_once(watch: Watch) -> None:
    breaker = Breaker(rest_s=5.0, monotonic=watch)
    with breaker.trying():
        breaker.failed(at_once=True)
    assert breaker.away

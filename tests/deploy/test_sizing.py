"""The simulation behind docs/sizing.md: queues as theory has them, and its own document."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.bench.sizing import (
    HOURS,
    INPUTS,
    MOST_BUSY,
    WAIT_P99_S,
    of,
    rates,
    sized,
    values,
    waits,
    works,
)
from tests.running import ROOT

SIZING = (ROOT / "docs" / "sizing.md").read_text("utf-8")


def test_waits_of_a_few_pieces_are_those_counted_by_hand() -> None:
    at, took = np.array([0.0, 1.0, 2.0, 2.0]), np.array([3.0, 3.0, 1.0, 1.0])
    assert waits(at, took, 1).tolist() == [0.0, 2.0, 4.0, 5.0]
    assert waits(at, took, 2).tolist() == [0.0, 0.0, 1.0, 2.0]


@pytest.mark.parametrize(("servers", "wait_in_services"), [(1, 4.0), (4, 0.746)])
def test_random_arrivals_wait_as_erlang_says(servers: int, wait_in_services: float) -> None:
    """M/M/c at 80%: Wq = C(c, a) / (c (1 - rho)) services; C(1) = .8, C(4, 3.2) = .5964."""
    dice = np.random.default_rng(7)
    at = np.cumsum(dice.exponential(1 / (0.8 * servers), 400_000))
    waited = waits(at, dice.exponential(1.0, len(at)), servers)
    assert waited.mean() == pytest.approx(wait_in_services, rel=0.06)


def test_a_part_is_neither_too_full_nor_waited_for_and_has_no_process_more() -> None:
    given = values()
    rate, pieces = rates(1e7, given), works(given)["serve"]
    found = sized(rate, pieces, given["spread"])
    assert found.full <= MOST_BUSY
    assert found.wait_p99_s <= WAIT_P99_S
    assert found.full * found.processes / (found.processes - 1) > MOST_BUSY


def test_four_times_the_people_need_about_four_times_as_much() -> None:
    given = values()
    pieces = works(given)["serve"]
    small, large = (
        sized(rates(people, given), pieces, given["spread"]).processes for people in (1e7, 4e7)
    )
    assert 3.4 <= large / small <= 4.2


def test_one_may_always_fail() -> None:
    given = values()
    assert sized(rates(1e4, given), works(given)["worker"], given["spread"], least=2).processes == 2


def test_a_days_hours_are_a_day_and_the_morning_is_its_peak() -> None:
    assert sum(HOURS) == pytest.approx(100, abs=0.5)
    assert max(HOURS) == HOURS[9]


def test_the_document_tells_the_inputs_that_are_used() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d.,]+) ", SIZING, re.MULTILINE))
    assert {name: float(value.replace(",", "")) for name, value in rows.items()} == {
        name: one.value for name, one in INPUTS.items()
    }


def test_the_documents_table_is_the_programs() -> None:
    columns = [of(people, values()) for people in (1e6, 1e7)]
    for name in columns[0]:
        line = next(line for line in SIZING.splitlines() if line.startswith(f"| {name} |"))
        cells = [cell.strip() for cell in line.strip("|").split("|")][1:3]
        assert cells == [column[name] for column in columns], name

"""A minute of faults of every sort under load; the long run is `python -m tests.faults`."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .driving import drive
from .plan import NEED_ROOT, SHORT, Kind, draw
from .servers import Missing

pytestmark = [pytest.mark.faults, pytest.mark.postgres]

SEED = int(os.environ.get("POLICYLINE_FAULTS_SEED", "20260302"))


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not among pytest's own, which PostgreSQL's user may not enter."""
    made = Path(tempfile.mkdtemp(prefix="policyline-faults-"))
    yield made
    shutil.rmtree(made)


async def test_a_minute_of_faults_loses_nothing_and_sends_nothing_twice(folder: Path) -> None:
    faults = draw(SEED, len(SHORT), SHORT)
    try:
        report = await drive(faults, seed=SEED, folder=folder, citizens=(2, 2, 1), patience=3.0)
    except Missing as missing:
        pytest.skip(str(missing))
    assert not report.violations, str(report)
    assert {run.fault.kind for run in report.runs} == set(SHORT) - report.not_run
    assert report.not_run <= NEED_ROOT
    assert all(report.figures[f"{way} taken"] for way in ("wechat", "page", "letter"))


def test_the_same_seed_draws_the_same_faults() -> None:
    assert draw(7, 60) == draw(7, 60)
    assert draw(7, 60) != draw(8, 60)


def test_every_kind_comes_once_before_any_comes_again() -> None:
    kinds = [fault.kind for fault in draw(7, 2 * len(Kind))]
    assert set(kinds[: len(Kind)]) == set(kinds[len(Kind) :]) == set(Kind)

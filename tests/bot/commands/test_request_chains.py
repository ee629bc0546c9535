"""`policyline check` on the chains of requests for information, as on those of cases."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.commands import chain_check
from bot.commands.findings import Finding, Verdict
from bot.disclosure import chains as chains_of
from bot.disclosure.chains import RequestChains
from bot.disclosure.model import Move
from bot.storage.units import Storage
from tests.bot.disclosure.world import House
from tests.conftest import settings_at
from tests.fakes.edges import CountingIds, FakeClock

THIRD = "request_id in (select id from disclosures where number = 'GK2026000003')"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A row is changed behind our back with SQLite's own tool."""
    return sqlite_url


@pytest.fixture
async def house(storage: Storage, clock: FakeClock, ids: CountingIds, tmp_path: Path) -> House:
    """Five requests; a unit works on the third."""
    house = House(storage=storage, clock=clock, ids=ids, home=tmp_path)
    for key in "abcde":
        number = (await house.register(key)).request.number
        if key == "c":
            await house.move(number, Move.EXAMINE)
            await house.move(number, Move.WORK)
    return house


@pytest.fixture
def change(sqlite_url: str) -> Callable[[str], None]:
    def changed(statement: str) -> None:
        with sqlite3.connect(sqlite_url.partition("///")[2]) as database:
            database.execute(statement.replace("THIRD", THIRD))
        database.close()

    return changed


async def found(url: str, newest: int | None = None) -> Finding:
    return (await chain_check.chains(settings_at(url), newest=newest))[1]


async def test_chains_that_hold(house: House, sqlite_url: str) -> None:
    finding = await found(sqlite_url)
    assert (finding.subject, finding.verdict, finding.said) == (
        "依申请公开记录链", Verdict.FINE, "全部 5 件、7 步，完整",
    )  # fmt: skip
    assert (await found(sqlite_url, 5)).said == "全部 5 件、7 步，完整"
    some = await found(sqlite_url, 2)
    assert some.said == "最近 2 件、2 步，完整；核对全部请加 --all-chains"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "update disclosure_events set reason = '改过' where seq = 2 and THIRD",
            "申请 GK2026000003 第 2 步内容与哈希不符",
        ),
        (
            "delete from disclosure_events where seq = 3 and THIRD",
            "申请 GK2026000003 第 3 步缺了这一步",
        ),
        (
            "update disclosure_events set previous_hash = 'x' where seq = 2 and THIRD",
            "申请 GK2026000003 第 2 步与前一步接不上",
        ),
        (
            "update disclosures set state = 'archived' where number = 'GK2026000003'",
            "申请 GK2026000003 第 3 步现在的状态与最后一步不符",
        ),
        (
            "update disclosure_events set move = 'vanish' where seq = 2 and THIRD",
            "申请 GK2026000003 有一步的内容无法读出",
        ),
    ],
)
async def test_a_row_changed_behind_our_back_is_named(
    house: House, sqlite_url: str, change: Callable[[str], None], statement: str, said: str
) -> None:
    change(statement)
    finding = await found(sqlite_url)
    assert finding.verdict is Verdict.FAULT
    assert finding.said.startswith(said)
    assert finding.said.count("申请 ") == 1
    assert (await found(sqlite_url, 2)).verdict is Verdict.FINE


async def test_page_by_page_the_faults_beyond_the_first_are_counted(
    house: House, change: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains_of, "PAGE", 2)
    change("update disclosure_events set reason = '改过' where seq = 1")
    chains = RequestChains(house.storage)
    report = await chains.verify(newest=None, go_on=lambda: True, most_broken=3)
    assert [each.number[-1] for each in report.broken] == ["5", "4", "3"]
    assert (report.more_broken, report.cases, report.events, report.whole) == (2, 5, 7, True)
    answers = iter([True, False])
    report = await chains.verify(newest=None, go_on=lambda: next(answers))
    assert (report.cases, report.whole) == (2, False)


async def test_a_request_moved_between_two_reads_is_no_fault(house: House) -> None:
    """PostgreSQL may show a page of requests without the event that was added right after."""
    stale = await house.service.get("GK2026000005")
    await house.move(stale.number, Move.EXAMINE)
    newer = await house.service.events(stale.number)
    assert await RequestChains(house.storage)._fault(stale, newer) == (2, None)

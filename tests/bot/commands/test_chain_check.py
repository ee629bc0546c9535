"""`policyline check` on the chains of events: what somebody changed in the database is found."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot.cases import chains as chains_of
from bot.cases.chains import Chains
from bot.cases.model import Move
from bot.commands import chain_check
from bot.commands.check import findings_of
from bot.commands.findings import Finding, Verdict
from bot.storage.units import Storage
from tests.bot.cases.world import CLERK, World
from tests.conftest import settings_at
from tests.fakes.edges import CountingIds, FakeClock, RecordedWakeups


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A row is changed behind our back with SQLite's own tool."""
    return sqlite_url


@pytest.fixture
def file(sqlite_url: str) -> str:
    return sqlite_url.partition("///")[2]


@pytest.fixture
async def world(storage: Storage, clock: FakeClock, ids: CountingIds) -> World:
    """Five cases; the third is replied to and rated."""
    world = World(storage=storage, clock=clock, ids=ids, wakeups=RecordedWakeups())
    for at in range(5):
        clock.advance(minutes=1)
        number = (await world.open(f"web:a:{at}")).case.number
        if at == 2:
            await world.service.move(number, Move.ACCEPT, CLERK)
            await world.service.move(number, Move.REPLY, CLERK, text="已修好")
            await world.service.rate(number, 2)
    return world


async def found(url: str, newest: int | None = None) -> Finding:
    return (await chain_check.chains(settings_at(url), newest=newest))[0]


def change(file: str, statement: str) -> None:
    with sqlite3.connect(file) as database:
        database.execute(statement)
    database.close()


THIRD = "case_id in (select id from cases where number = '20260302000003')"


async def test_chains_that_hold(world: World, sqlite_url: str) -> None:
    finding = await found(sqlite_url)
    assert (finding.verdict, finding.said) == (Verdict.FINE, "全部 5 件、13 步，完整")
    some = await found(sqlite_url, 2)
    assert some.said == "最近 2 件、4 步，完整；核对全部请加 --all-chains"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "update case_events set reason = '改过' where seq = 3 and THIRD",
            "工单 20260302000003 第 3 步内容与哈希不符",
        ),
        (
            'update case_events set details = \'{"grade":"5"}\' where seq = 5 and THIRD',
            "工单 20260302000003 第 5 步内容与哈希不符",
        ),
        (
            "delete from case_events where seq = 5 and THIRD",
            "工单 20260302000003 第 5 步缺了这一步",
        ),
        (
            "delete from case_events where seq = 2 and THIRD",
            "工单 20260302000003 第 2 步次序不对",
        ),
        (
            "update case_events set previous_hash = 'x' where seq = 4 and THIRD",
            "工单 20260302000003 第 4 步与前一步接不上",
        ),
        (
            "update cases set state = 'closed' where number = '20260302000003'",
            "工单 20260302000003 第 5 步现在的状态与最后一步不符",
        ),
        (
            "update case_events set move = 'vanish' where seq = 4 and THIRD",
            "工单 20260302000003 有一步的内容无法读出",
        ),
    ],
)
async def test_a_row_changed_behind_our_back_is_named(
    world: World, sqlite_url: str, file: str, statement: str, said: str
) -> None:
    change(file, statement.replace("THIRD", THIRD))
    finding = await found(sqlite_url)
    assert finding.verdict is Verdict.FAULT
    assert finding.said.startswith(said)
    assert finding.said.count("工单 ") == 1
    assert (await found(sqlite_url, 2)).verdict is Verdict.FINE


async def test_many_faults_are_counted_beyond_the_first(
    world: World, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains_of, "MAX_PAGE", 2)
    change(file, "update case_events set reason = '改过' where seq = 1")
    chains = Chains(world.storage, world.clock)
    report = await chains.verify(newest=None, go_on=lambda: True, most_broken=3)
    assert [each.number[-1] for each in report.broken] == ["5", "4", "3"]
    assert (report.more_broken, report.cases, report.whole) == (2, 5, True)


async def test_it_ends_when_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains_of, "MAX_PAGE", 2)
    answers = iter([True, True, False])
    chains = Chains(world.storage, world.clock)
    report = await chains.verify(newest=None, go_on=lambda: next(answers))
    assert (report.cases, report.whole) == (4, False)


async def test_a_case_moved_between_two_reads_is_no_fault(world: World) -> None:
    """PostgreSQL may show a page of cases without the event that was added right after."""
    chains = Chains(world.storage, world.clock)
    courses, _ = await chains.page()
    [stale] = [course for course in courses if course.case.number.endswith("5")]
    await world.service.move(stale.case.number, Move.ACCEPT, CLERK)
    async with world.storage.read() as unit:
        newer = await unit.cases.events(stale.case.id)
    course = await chains._course(stale.case, newer)
    assert (course.fault, len(course.events), course.case.version) == (None, 3, 3)


async def test_a_database_not_set_up_yet_is_no_fault(tmp_path: Path) -> None:
    finding = await found(f"sqlite:///{tmp_path / 'new.db'}")
    assert finding.verdict is Verdict.LESS


async def test_the_command_counts_it_among_its_findings(
    world: World, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("POLICYLINE_DATABASE_URL", sqlite_url)
    subjects = [finding.subject for finding in await findings_of()]
    assert subjects.index("办理记录链") == subjects.index("数据库") + 1
    without = await findings_of(newest_chains=0)
    assert "办理记录链" not in [finding.subject for finding in without]

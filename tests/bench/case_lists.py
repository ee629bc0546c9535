"""How long the lists of cases take as a city's cases grow, beside one case by its number.

Four of a hundred cases are open, 20,000 at most; the others are what has been done in years. One
database grows from size to size.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import sqlalchemy as sa

from bot.cases.filters import AWAITING_REPLY, OPEN_STATES, CaseFilter, CaseSort
from bot.cases.model import DemandType, Severity, State
from bot.storage.tables import cases
from bot.storage.units import Storage, Unit
from tests.bench.growth_chart import drawn
from tests.bench.table import Row
from tests.servers import find_postgres, running_postgres

SIZES = (1_000, 10_000, 100_000)
_NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
_TRIES = 7
_DEPARTMENT = "部门3"
Ask = Callable[[Unit], Awaitable[object]]


def rows(sizes: Sequence[int] = SIZES, draw: Path | None = None) -> list[Row]:
    """The table's rows: each list at every size, on SQLite and on PostgreSQL.

    Args:
        sizes: how many cases, ascending.
        draw: a folder that gets a chart of each database.
    """
    found = []
    with tempfile.TemporaryDirectory(prefix="policyline-lists-") as folder:
        found += asyncio.run(_measure(f"sqlite:///{folder}/cases.db", sizes, draw))
        binaries = find_postgres()
        if binaries is not None:
            server = Path(tempfile.mkdtemp(prefix="policyline-pg-"))
            with running_postgres(binaries, server) as url:
                found += asyncio.run(_measure(url, sizes, draw))
    return found


async def _measure(url: str, sizes: Sequence[int], draw: Path | None) -> list[Row]:
    storage = Storage(url)
    await storage.upgrade()
    name = "PostgreSQL" if "postgres" in url else "SQLite"
    took: dict[str, list[float]] = {}
    there = 0
    for size in sizes:
        await _fill(storage, there, size, last=max(sizes))
        there = size
        for what, ask in _asks(size).items():
            took.setdefault(what, []).append(await _timed(storage, ask))
        sys.stderr.write(f"{name}, {size:,} cases: measured\n")
    await storage.close()
    if draw is not None:
        chart = drawn(f"Lists of cases, {name}", sizes, took, "cases kept")
        (draw / f"lists-{name.lower()}.svg").write_text(chart)
    by_number = took.pop("one case by its number")
    told = " / ".join(f"{size:,}" for size in sizes)
    return [
        Row(
            what=f"{what}, {told} cases, {name}, ms",
            ours=" / ".join(f"{ms:.1f}" for ms in values),
            peer=" / ".join(f"{ms:.1f}" for ms in by_number),
            peer_name="one case by its number",
            ratio=f"last to first {values[-1] / values[0]:.1f}, "
            f"the peer's {by_number[-1] / by_number[0]:.1f}",
        )
        for what, values in took.items()
    ]


def _asks(size: int) -> dict[str, Ask]:
    """What the consoles ask for."""

    def page(**wanted: object) -> Ask:
        asked = CaseFilter(**wanted)  # type: ignore[arg-type]  # as it takes them
        return lambda unit: unit.cases.page(asked, now=_NOW)

    async def third(unit: Unit) -> object:
        """What a reader gets who went on twice."""
        wanted = CaseFilter(sort=CaseSort.OPENED, limit=50)
        for _ in range(2):
            found = await unit.cases.page(wanted, now=_NOW)
            wanted = CaseFilter(sort=CaseSort.OPENED, limit=50, cursor=found.next_cursor)
        return await unit.cases.page(wanted, now=_NOW)

    day = _NOW - timedelta(days=30)
    return {
        "one case by its number": lambda unit: unit.cases.get(f"{size // 2:014d}"),
        "triage by gravity": page(states=frozenset({State.TRIAGE}), sort=CaseSort.GRAVITY),
        "all waiting by gravity": page(states=AWAITING_REPLY, sort=CaseSort.GRAVITY),
        "a department's waiting": page(
            states=AWAITING_REPLY, department=_DEPARTMENT, sort=CaseSort.GRAVITY
        ),
        "a department's overdue": page(
            states=AWAITING_REPLY, department=_DEPARTMENT, overdue=True, sort=CaseSort.GRAVITY
        ),
        "a department's closed, newest": page(
            states=frozenset({State.CLOSED}), department=_DEPARTMENT, sort=CaseSort.OPENED
        ),
        "all cases, newest": page(sort=CaseSort.OPENED),
        "all cases, third page": third,
        "all of a day": page(
            sort=CaseSort.OPENED, opened_from=day, opened_before=day + timedelta(days=1)
        ),
        "words among the waiting": page(
            states=AWAITING_REPLY, text="没有这个词", sort=CaseSort.GRAVITY
        ),
        "words among all, found nowhere": page(text="没有这个词", sort=CaseSort.OPENED),
        "counts above a list": lambda unit: unit.cases.open_counts(now=_NOW),
        "a department's counts": lambda unit: unit.cases.open_counts(
            now=_NOW, department=_DEPARTMENT
        ),
        "clocks of all units": lambda unit: unit.overview.clocks(
            _NOW, today=_NOW + timedelta(hours=8), soon=_NOW + timedelta(days=2)
        ),
        "a day by channel": lambda unit: unit.overview.by(
            "channel", _NOW - timedelta(days=1), _NOW
        ),
        "a citizen's own": page(channel="hotline", sender_id="1390000017", sort=CaseSort.OPENED),
    }


async def _timed(storage: Storage, ask: Ask) -> float:
    took = []
    for _ in range(_TRIES):
        async with storage.read() as unit:
            begun = perf_counter()
            await ask(unit)
            took.append((perf_counter() - begun) * 1000)
    return sorted(took)[_TRIES // 2]


async def _fill(storage: Storage, start: int, end: int, *, last: int) -> None:
    portion: list[dict[str, object]] = []
    for row in _made(start, end, last):
        portion.append(row)
        if len(portion) == 2_000:
            await _insert(storage, portion)
            portion = []
    await _insert(storage, portion)
    async with storage.begin_raw() as connection:
        await connection.execute(sa.text("ANALYZE"))


async def _insert(storage: Storage, portion: list[dict[str, object]]) -> None:
    if portion:
        async with storage.begin() as unit:
            await unit.cases._connection.execute(sa.insert(cases), portion)


def _made(start: int, end: int, last: int) -> Iterator[dict[str, object]]:
    """Cases of some years, the newest last."""
    dice = random.Random(start)  # noqa: S311 - the same cases each time, no secret
    spread = timedelta(days=1_000) / last
    open_ones = set(dice.sample(range(start, end), min((end - start) // 25, 20_000)))
    for number in range(start, end):
        opened = _NOW - timedelta(days=1_000) + spread * number
        is_open = number in open_ones
        state = dice.choice(_OPEN) if is_open else State.CLOSED
        if is_open:
            opened = _NOW - timedelta(days=dice.random() * 9)
        yield {
            "id": f"c{number:012d}", "number": f"{number:014d}", "origin_key": f"k{number}",
            "channel": dice.choice(("hotline", "wechat", "mailbox", "webchat")),
            "sender_id": f"139{dice.randrange(last // 20 + 1):07d}", "title": "路灯坏了",
            "text": "路灯坏了，晚上一片漆黑，" * 12, "state": state.value,
            "demand_type": dice.choice(list(DemandType)).value,
            "severity": dice.choice(list(Severity)).value, "category": [], "supporting": [],
            "lead_department": f"部门{dice.randrange(40)}", "territory": "剑光街道",
            "opened_at": opened, "due_at": opened + timedelta(days=7),
        }  # fmt: skip


_OPEN = tuple(sorted(OPEN_STATES))

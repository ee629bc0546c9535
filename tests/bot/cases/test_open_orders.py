"""A file of open orders: each opened once, given to whom it names, every bad row named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cases.column_map import read_map
from bot.cases.columns import ColumnMap
from bot.cases.filters import CaseFilter
from bot.cases.model import Actor, Case, Move, Role, State
from bot.cases.open_import import OpenOrders, Report, refused_csv
from bot.cases.open_orders import row_key
from bot.city import sheets
from tests.bot.cases.world import CITY_LOOK, ROADS, UNSURE, WATER, World

OFFICE = Actor(id="office", role=Role.TRIAGE)
HEADINGS = "工单编号,工单标题,诉求内容,诉求类型,来电号码,承办单位,协办单位,受理时间,办理时限"
ROWS = (
    "G-1,路灯不亮,大道路灯坏了,求助类,,城管,市交通运输局、市水利局,2026-03-02 09:00,2026-03-04",
    "G-2,漏水,剑光街道水管漏水,投诉,,,,,",
    ",井盖松动,人民路井盖松动,求助,,市水利局,,2026-03-01 08:00,",
)


def write(folder: Path, *rows: str, headings: str = HEADINGS, name: str = "open.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((headings, *rows)), encoding="utf-8")
    return path


async def bring(world: World, path: Path, said: ColumnMap | None = None, **how: bool) -> Report:
    orders = OpenOrders(world.service, world.city, world.clock)
    return await orders.bring_in(path, said or ColumnMap(), OFFICE, show=10, **how)  # type: ignore[arg-type]  # flags


async def found(world: World) -> list[Case]:
    page = await world.service.cases(CaseFilter())
    return sorted(page.cases, key=lambda case: case.number)


async def test_rows_become_cases_with_whom_they_name(world: World, tmp_path: Path) -> None:
    report = await bring(world, write(tmp_path, *ROWS))
    assert (report.added, report.known, report.refused) == (3, 0, [])
    lights, leak, manhole = await found(world)
    assert (lights.state, lights.lead_department) == (State.DISPATCHED, CITY_LOOK)
    assert (lights.supporting, lights.external_number) == ((ROADS, WATER), "G-1")
    assert lights.due_at == datetime(2026, 3, 4, 15, 59, 59, tzinfo=UTC)
    assert (leak.channel, leak.demand_type.value) == ("import", "投诉")
    assert manhole.lead_department == WATER
    events = await world.service.events(lights.number)
    assert [event.move for event in events[-2:]] == [Move.DISPATCH, Move.ADD_SUPPORT]
    assert events[0].details["received_at"] == "2026-03-02T01:00:00+00:00"
    assert {event.actor.id for event in (events[0], *events[-2:])} == {"office"}


async def test_the_same_file_again_opens_nothing_and_moves_nothing(
    world: World, tmp_path: Path
) -> None:
    path = write(tmp_path, *ROWS, ROWS[2])
    first, again = await bring(world, path), await bring(world, path)
    assert (first.added, first.known, again.added, again.known) == (3, 1, 0, 4)
    assert [case.version for case in await found(world)] == [4, 2, 3]


async def test_our_limit_counts_from_when_they_received_it(world: World, tmp_path: Path) -> None:
    row = "G-9,,水管漏水,求助,,,,2026-02-27 09:00,"
    await bring(world, write(tmp_path, row))
    [case] = await found(world)
    assert case.due_at is not None
    assert case.due_at < datetime(2026, 3, 7, tzinfo=UTC)
    assert case.opened_at == world.clock.now()


async def test_killed_between_opening_and_giving_it_goes_on(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    async def killed(*_: object, **__: object) -> None:
        raise Killed

    path = write(tmp_path, ROWS[0])
    with monkeypatch.context() as patched:
        patched.setattr(world.service, "move", killed)
        with pytest.raises(Killed):
            await bring(world, path)
    assert [case.state for case in await found(world)] == [State.TRIAGE]
    report = await bring(world, path)
    assert (report.added, report.known) == (0, 1)
    assert [case.lead_department for case in await found(world)] == [CITY_LOOK]


async def test_a_trial_opens_nothing_and_shows_the_first(world: World, tmp_path: Path) -> None:
    await bring(world, write(tmp_path, ROWS[0]))
    report = await bring(world, write(tmp_path, *ROWS, ROWS[1]), trial=True)
    assert (report.added, report.known) == (2, 2)
    assert [order.department for order in report.first] == [CITY_LOOK, "", WATER, ""]
    assert len(await found(world)) == 1


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("G-1,,,求助,,,,,", "内容：不能为空"),
        ("G-1,,漏水,闲聊,,,,,", "诉求类型：“闲聊”应是"),
        ("G-1,,漏水,求助,,没有这个局,,,", "承办单位：没有这个部门：没有这个局"),
        ("G-1,,漏水,求助,,,,2026-13-01,", "受理时间：“2026-13-01”不是时间"),
        ("G-1,,漏水,求助,,,,2036-01-01,", "受理时间：晚于今天"),
        ("G-1,,漏水,求助,,,,,下周", "办理时限：“下周”不是时间"),
    ],
)
async def test_a_row_that_cannot_be_opened_says_why(
    world: World, tmp_path: Path, row: str, why: str
) -> None:
    report = await bring(world, write(tmp_path, row, ROWS[1]))
    [refused] = report.refused
    assert (refused.line, report.added) == (2, 1)
    assert refused.reason.startswith(why)


async def test_what_is_answered_already_is_no_open_order(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, "漏水,修好了", headings="诉求内容,办理结果")
    [refused] = (await bring(world, path)).refused
    assert refused.reason == "答复：已经答复或办结，请按以往的诉求导入"


async def test_refused_rows_come_back_harmless_and_can_be_mended(
    world: World, tmp_path: Path
) -> None:
    bad = "G-1,=cmd|' /C calc'!A0,漏水,求助,,没有这个局,,,"
    report = await bring(world, write(tmp_path, bad))
    raw = refused_csv(report)
    assert b"'=cmd" in raw
    again = tmp_path / "mended.csv"
    again.write_bytes(raw.replace("没有这个局".encode(), WATER.encode()))
    report = await bring(world, again)
    assert (report.added, report.refused) == (1, [])
    assert [case.title for case in await found(world)] == ["=cmd|' /C calc'!A0"]


async def test_a_workbook_and_a_mapping(world: World, tmp_path: Path) -> None:
    rows = [["序号", "事由", "交给", "限期"], ["7", "水管漏水", "水利", "2026-03-05"]]
    path = tmp_path / "open.xlsx"
    path.write_bytes(sheets.write_workbook(rows, [10] * 4, "工单"))
    said = read_map(
        '[columns]\nexternal_number = "序号"\ntext = "事由"\ndepartment = "交给"\n'
        f'due_at = "限期"\n[values.department]\n"水利" = "{WATER}"\n'
    )
    report = await bring(world, path, said)
    [case] = await found(world)
    assert (report.added, case.external_number, case.lead_department) == (1, "7", WATER)
    assert case.due_at == datetime(2026, 3, 5, 15, 59, 59, tzinfo=UTC)


async def test_nobody_named_and_the_router_unsure_it_waits_in_triage(
    world: World, tmp_path: Path
) -> None:
    world.router.routing = UNSURE
    await bring(world, write(tmp_path, ROWS[1]))
    assert [case.state for case in await found(world)] == [State.TRIAGE]


def keys() -> Iterator[str]:
    yield row_key({"内容": "漏水", "备注": ""}, "")
    yield row_key({"内容": " 漏水 ", "未导入原因": "承办单位：没有"}, "")
    yield row_key({"内容": "漏水", "备注": "急"}, "")


def test_without_a_number_an_order_is_all_its_row_says() -> None:
    one, mended, other = keys()
    assert one == mended
    assert one != other

"""Past cases: read from files, brought in once, written out safe for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.files import FIELDS, guarded, write_cases
from bot.cases.filters import CaseFilter
from bot.cases.model import Case, DemandType, Move, State
from bot.cases.past import PastCase
from bot.cases.past_file import PastRow, open_past
from bot.errors import Invalid
from tests.bot.cases.world import CITY_LOOK, ROADS, WATER, World


def past_of(path: Path) -> list[PastCase]:
    return [row.past for row in open_past(path).rows() if row.past]


def refused_of(path: Path) -> list[PastRow]:
    return [row for row in open_past(path).rows() if row.past is None]


def written(cases: Iterable[Case], path: Path) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        write_cases(cases, target, as_csv=path.suffix == ".csv", heading=True)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_with_chinese_headings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "past.csv"
    lines = [
        "外部编号,内容,诉求类型,承办单位,受理时间,办结时间,匿名",
        'A-1,"路灯不亮，\n请修",投诉类,城管,2026-01-05 09:30,2026/01/08 10:00:00,是',
        ",停水了,,,2026-01-06T01:00:00Z,,",
    ]
    path.write_text("\n".join(lines), encoding=encoding)
    first, second = past_of(path)
    assert (first.external_number, first.text) == ("A-1", "路灯不亮，\n请修")
    assert (first.demand_type, first.department) == (DemandType.COMPLAINT, "城管")
    assert first.opened_at.isoformat() == "2026-01-05T01:30:00+00:00"
    assert first.closed_at is not None
    assert first.anonymous
    assert second.opened_at.isoformat() == "2026-01-06T01:00:00+00:00"
    assert not second.anonymous


def test_bad_rows_are_named_with_line_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    path.write_text(
        "text,opened_at,demand_type,rating\n好,,,\n好,昨天,,\n好,2026-01-05,吵架,\n好,2026-01-05,,很好\n",
        encoding="utf-8",
    )
    assert [(row.line, row.reason) for row in refused_of(path)] == [
        (2, "受理时间：不能为空"),
        (3, "受理时间：“昨天”不是时间，应写作 2026-03-02 10:00"),
        (4, "诉求类型：“吵架”应是 咨询、求助、投诉、举报、建议、表扬 之一"),
        (5, "评价：“很好”应是 1 到 5，或非常满意、满意、基本满意、不满意、非常不满意"),
    ]


def test_jsonl(tmp_path: Path) -> None:
    path = tmp_path / "past.jsonl"
    good = {"text": "停水了", "opened_at": "2026-01-06", "rating": 4, "place": None}
    path.write_text(json.dumps(good) + "\n\n[1]\n{broken\n", encoding="utf-8")
    assert [(past.text, past.rating, past.place) for past in past_of(path)] == [("停水了", 4, "")]
    assert [row.line for row in refused_of(path)] == [3, 4]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("past.xls", b"", "只能导入"),
        ("past.xlsx", b"a,b", "不是 .xlsx 文件"),
        ("past.xlsx", b"PK\x03\x04", "已损坏"),
        ("past.csv", b"", "找不到“内容”和“受理时间”列"),
        ("past.csv", b"a,b\n1,2\n", "--map 写明是哪一列。文件的列是：a、b"),
        ("past.jsonl", b"[1]\n", "找不到“内容”"),
        ("past.csv", b"\xff\xff\xff", "编码"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Invalid, match=said):
        past_of(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="读不了"):
        past_of(tmp_path / "absent.csv")


async def test_a_past_case_stands_as_it_ended(world: World) -> None:
    past = PastCase(
        text="路灯不亮",
        opened_at=world.clock.now(),
        external_number="A-1",
        department="城管",
        reply_text="已修好",
        closed_at=world.clock.now(),
        rating=5,
    )
    opened = await world.service.add_past(past)
    again = await world.service.add_past(past)
    case = opened.case
    assert (opened.created, again.created) == (True, False)
    assert (case.state, case.lead_department, case.rating) == (State.CLOSED, CITY_LOOK, 5)
    assert case.external_number == "A-1"
    moves = [event.move for event in await world.service.events(case.number)]
    assert moves == [Move.OPEN, Move.DISPATCH, Move.REPLY, Move.CLOSE]
    assert await world.service.check_chain(case.number) is None
    assert (await world.service.get(again.case.number)) == case


@pytest.mark.parametrize(
    ("past", "field"),
    [
        ({"department": "别处的局"}, "department"),
        ({"reply_text": "好了"}, "department"),
        ({"rating": 6}, "rating"),
        ({"text": " "}, "text"),
    ],
)
async def test_a_past_case_that_cannot_be(
    world: World, past: dict[str, object], field: str
) -> None:
    values: dict[str, object] = {"text": "路灯不亮", "opened_at": world.clock.now()}
    with pytest.raises(Invalid) as refused:
        await world.service.add_past(PastCase(**(values | past)))  # type: ignore[arg-type] # several types
    assert field in refused.value.fields
    assert (await world.service.cases(CaseFilter())).cases == ()


@pytest.mark.parametrize(
    ("department", "supporting", "stands"),
    [
        ("城管、市水利局", "", (WATER,)),
        ("城管", "市水利局，城管；市交通运输局", (WATER, ROADS)),
        ("城管/市水利局", "市水利局", (WATER,)),
    ],
)
async def test_the_first_of_several_units_led(
    world: World, department: str, supporting: str, stands: tuple[str, ...]
) -> None:
    past = PastCase(
        text="路灯", opened_at=world.clock.now(), department=department, supporting=supporting
    )
    case = (await world.service.add_past(past)).case
    assert (case.lead_department, case.supporting) == (CITY_LOOK, stands)


async def test_each_unknown_unit_is_named_once(world: World) -> None:
    past = PastCase(
        text="路灯", opened_at=world.clock.now(), department="城管、甲局", supporting="乙局、甲局"
    )
    with pytest.raises(Invalid) as refused:
        await world.service.add_past(past)
    assert refused.value.fields == {"department": "没有这个部门：甲局、乙局"}


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"])
async def test_what_is_written_can_be_read(world: World, tmp_path: Path, name: str) -> None:
    await world.open(text="=路灯不亮", contact_name="王", anonymous=True)
    page = await world.service.cases(CaseFilter())
    [past] = past_of(written(page.cases, tmp_path / name))
    [case] = page.cases
    assert (past.external_number, past.text, past.department) == (case.number, case.text, CITY_LOOK)
    assert past.supporting == "、".join(case.supporting) == ROADS
    assert past.opened_at == case.opened_at
    assert past.anonymous


async def test_no_cell_runs_in_a_spreadsheet(world: World) -> None:
    await world.open(text="=cmd|' /C calc'!A0", title="+1", place="@SUM(A1)", contact_name="-2")
    page = await world.service.cases(CaseFilter())
    target = io.StringIO(newline="")
    write_cases(page.cases, target, as_csv=True, heading=True)
    rows = list(csv.DictReader(io.StringIO(target.getvalue(), newline="")))
    assert list(rows[0]) == list(FIELDS.values())
    assert [rows[0][FIELDS[name]] for name in ("text", "title", "place", "contact_name")] == [
        "'=cmd|' /C calc'!A0",
        "'+1",
        "'@SUM(A1)",
        "'-2",
    ]


@given(st.text())
def test_a_guarded_cell_never_begins_a_formula(cell: str) -> None:
    assert not guarded(cell).startswith(tuple("=+-@＝＋－＠\t\r\n"))


def test_an_empty_export_has_its_headings() -> None:
    target = io.StringIO()
    assert write_cases([], target, as_csv=True, heading=True) == 0
    assert target.getvalue().strip().split(",") == list(FIELDS.values())

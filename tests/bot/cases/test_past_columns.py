"""Other systems' columns and words: known ones by themselves, any others through a mapping."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.cases.calendar import ZONE
from bot.cases.column_map import check_departments, read_map
from bot.cases.columns import HEADINGS, ColumnMap, columns_of
from bot.cases.model import DemandType
from bot.cases.nearest import nearest
from bot.cases.past import PastCase
from bot.cases.past_file import open_past
from bot.cases.past_values import past_case, read_time
from bot.errors import Invalid
from bot.settings import ROOT
from tests.bot.cases.world import City

TYPICAL = {
    "工单编号": "GD2026-7",
    "来电时间": "2026年1月5日 9时30分",
    "工单标题": "路灯",
    "诉求内容": "巷口路灯不亮",
    "诉求类型": "求决类",
    "主办单位": "",
    "承办单位": "城管",
    "处理结果": "已修好",
    "满意度": "基本满意",
    "办结时间": "2026/1/8 17:05",
    "坐席工号": "12",
}


def one(headings: dict[str, str], said: ColumnMap | None = None) -> PastCase:
    said = said or ColumnMap()
    return past_case(columns_of(headings, said).cells(headings), said.formats)


def test_a_usual_export_needs_no_mapping() -> None:
    past = one(TYPICAL)
    assert past == PastCase(
        external_number="GD2026-7",
        text="巷口路灯不亮",
        title="路灯",
        opened_at=datetime(2026, 1, 5, 1, 30, tzinfo=UTC),
        demand_type=DemandType.HELP,
        department="城管",
        reply_text="已修好",
        rating=3,
        closed_at=datetime(2026, 1, 8, 9, 5, tzinfo=UTC),
    )
    assert columns_of(TYPICAL, ColumnMap()).left == ("坐席工号",)


@pytest.mark.parametrize(
    "heading", ["受 理 时 间", "受理时间*", "受理时间（年月日）", "\ufeff受理时间："]
)
def test_headings_are_known_however_they_are_dressed(heading: str) -> None:
    assert columns_of([heading, "诉求内容"], ColumnMap()).taken["opened_at"] == (heading,)


def test_an_accepting_time_goes_before_the_time_of_the_call() -> None:
    row = {"来电时间": "2026-01-05", "受理时间": "2026-01-06", "内容": "停水"}
    assert one(row).opened_at == datetime(2026, 1, 6, tzinfo=ZONE)
    assert one(row | {"受理时间": ""}).opened_at == datetime(2026, 1, 5, tzinfo=ZONE)


def test_a_mapping_joins_columns_and_turns_words_into_ours() -> None:
    said = read_map(
        """
        [columns]
        text = ["事由", "经过", "诉求"]
        place = ["镇", "门牌"]
        "受理时间" = "接到"
        department = "交办"
        rating = "打分"
        [values.department]
        "城管大队" = "市城市管理局"
        "退回" = ""
        [values.rating]
        "好" = 5
        [values.anonymous]
        "不愿透露" = true
        [times]
        format = "%d/%m/%Y %H.%M"
        """
    )
    row = {
        "事由": "路灯",
        "经过": "",
        "诉求": "请修",
        "镇": "甲镇",
        "门牌": "3号",
        "接到": "05/01/2026 09.30",
        "交办": "城管大队",
        "打分": "好",
        "匿名": "不愿透露",
        "受理时间": "2025-01-01",
    }
    past = one(row, said)
    assert (past.text, past.place) == ("路灯\n请修", "甲镇3号")
    assert (past.department, past.rating, past.anonymous) == ("市城市管理局", 5, True)
    assert past.opened_at == datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
    assert one(row | {"交办": "退回"}, said).department == ""
    assert columns_of(row, said).left == ("受理时间",)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[columns", "不是 TOML"),
        ("[column]\ntext='a'", "不认识“column”"),
        ("columns = 3", "“columns”应是一张表"),
        ("[columns]\nbody='a'", "没有“body”这一项"),
        ("[columns]\ntext=3", "“text”应写列名"),
        ("[columns]\ntext=[]", "“text”应写列名"),
        ("[values]\nrating='a'", "“rating”应是一张表"),
        ("[values.rating]\n'好'=[1]", "应是文字或数字"),
        ("[times]\nformat='%H:%M'", "读不出年月日"),
        ("[times]\nformat=3", "应是时间格式"),
        ("[times]\nzone='x'", "只能有 format"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(written: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_map(written)
    assert said in refused.value.message


def test_all_faults_of_a_mapping_are_told_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        read_map("[columns]\nbody='a'\ntext=3\n[times]\nformat='%H'")
    assert refused.value.message.count("；") == 2


def test_a_column_that_is_not_there_and_a_department_that_is_none() -> None:
    with pytest.raises(Invalid, match="没有：诉说。文件的列是：内容、受理时间"):
        columns_of(["内容", "受理时间"], ColumnMap(columns={"text": ("诉说",)}))
    said = ColumnMap(values={"department": {"甲": "市甲局", "乙": ""}})
    with pytest.raises(Invalid, match="没有这个部门：市甲局"):
        check_departments(said, City())
    check_departments(ColumnMap(values={"department": {"甲": "城管、市水利局"}}), City())


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-05 09:30",
        "2026-01-05T09:30:00+08:00",
        "2026/1/5 9:30:00",
        "2026.1.5 9:30",
        "2026年1月5日 9时30分",
        "2026年01月05日09:30",
        "２０２６-１-５ ９：３０",
        "20260105093000",
        "46027.3958333333",
        "2026-01-05T01:30:00Z",
    ],
)
def test_times_as_systems_write_them(written: str) -> None:
    assert read_time(written) == datetime(2026, 1, 5, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["昨天", "2026-13-01", "2026-02-30", "99", "20261301", "1月5日"]
)
def test_what_is_no_time(written: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_time(written)


@given(st.integers(min_value=0, max_value=86_400 * 10_000))
def test_a_day_number_of_a_spreadsheet_is_the_same_moment(seconds: int) -> None:
    moment = datetime(2000, 1, 1, tzinfo=ZONE) + timedelta(seconds=seconds)
    serial = (moment - datetime(1899, 12, 30, tzinfo=ZONE)) / timedelta(days=1)
    assert read_time(f"{serial:.9f}") == moment


@pytest.mark.parametrize(
    ("word", "grade"),
    [
        ("非常满意", 5),
        ("满意", 4),
        ("一般", 3),
        ("不满意", 2),
        ("1", 1),
        ("未评价", None),
        ("", None),
    ],
)
def test_grades(word: str, grade: int | None) -> None:
    assert one(TYPICAL | {"满意度": word}).rating == grade


def test_all_faults_of_a_row_are_named() -> None:
    with pytest.raises(Invalid) as refused:
        one(TYPICAL | {"满意度": "6", "办结时间": "昨天", "诉求类型": "吵架"})
    assert set(refused.value.fields) == {"rating", "closed_at", "demand_type"}


def test_a_workbook_with_a_title_above_and_a_heading_twice(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["12345 工单导出"])
    book.active.append(["工单编号", "受理时间", "诉求内容", "备注", "备注"])
    book.active.append(
        [
            20260001,
            datetime(2026, 1, 5, 9, 30, tzinfo=UTC).replace(tzinfo=None),
            "=停水",
            None,
            "急",
        ]
    )
    path = tmp_path / "past.xlsx"
    book.active["C3"].data_type = "s"
    book.save(path)
    opened = open_past(path)
    [row] = opened.rows()
    assert opened.columns.left == ("备注", "备注#2")
    assert (row.line, row.cells["备注#2"], row.done) == (3, "急", 1.0)
    assert row.past is not None
    assert (row.past.external_number, row.past.text) == ("20260001", "=停水")
    assert row.past.opened_at == datetime(2026, 1, 5, 1, 30, tzinfo=UTC)


def test_a_long_csv_is_read_row_by_row_with_breaks_inside_cells(tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    body = "".join(f'{at},"第{at}件\n第二行\u2028完",2026-01-05\r\n' for at in range(3000))
    path.write_text("编号,内容,受理时间\r\n" + body, encoding="gb18030", newline="")
    rows = list(open_past(path).rows())
    assert len(rows) == 3000
    assert (rows[1].line, rows[-1].line) == (4, 6000)
    assert rows[-1].past is not None
    assert rows[-1].past.text == "第2999件\n第二行\u2028完"
    done = [row.done for row in rows]
    assert done == sorted(done)
    assert done[-1] == 1.0


@pytest.mark.parametrize(
    ("name", "near"),
    [("市城管局", ("市城市管理局",)), ("水利局水库科", ("市水利局",)), ("外星事务处", ())],
)
def test_near_names_are_suggested(name: str, near: tuple[str, ...]) -> None:
    known = {"市城市管理局": "市城市管理局", "水利局": "市水利局", "市教育局": "市教育局"}
    assert nearest(name, known) == near


def test_the_document_lists_every_heading_and_its_mapping_can_be_used() -> None:
    document = (ROOT / "docs" / "past-cases.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[\w]+", document))
    absent = [h for names in HEADINGS.values() for h in names if h not in words | {"number"}]
    assert absent == []
    [written] = re.findall(r"```toml\n(.*?)```", document, re.DOTALL)
    said = read_map(written)
    row = {
        "事由": "路灯",
        "经过": "三天不亮",
        "接到时间": "05/01/2026 09.30",
        "主办": "",
        "转办": "城管大队",
        "诉求类型": "来电求助",
        "评价": "好",
        "匿名": "不愿透露",
    }
    past = one(row, said)
    assert (past.text, past.department) == ("路灯\n三天不亮", "市城市管理局")
    assert (past.demand_type, past.rating, past.anonymous) == (DemandType.HELP, 5, True)
    assert past.opened_at == datetime(2026, 1, 5, 1, 30, tzinfo=UTC)

"""The tables as files: every number where the form has it, headings merged."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import openpyxl
from typer.testing import CliRunner

from bot.cli import application
from bot.disclosure.application import ApplicantKind
from bot.disclosure.course import Outcome, Remedy, RemedyKind
from bot.disclosure.results import Result
from bot.disclosure.yearly import Fact, tables
from bot.disclosure.yearly_book import as_workbook
from bot.disclosure.yearly_file import as_csv, as_json, lines

DAY = date(2026, 5, 6)
SUIT = Remedy(kind=RemedyKind.SUIT, filed_on=DAY, outcome=Outcome.CORRECTED, ended_on=DAY)
FOUND = tables(
    [
        *(
            Fact(kind=ApplicantKind.LEGAL, received_on=DAY, ended_on=DAY, result=result)
            for place, result in enumerate(Result, start=1)
            for _ in range(place)
        ),
        Fact(kind=ApplicantKind.PERSON, received_on=DAY, remedies=(SUIT,)),
    ],
    2026,
    unit="市城市管理局",
)


def test_the_lines_cover_the_label_columns_without_gap_or_overlap() -> None:
    held: dict[tuple[int, int], str] = {}
    for row, line in enumerate(lines(FOUND)):
        column = 3 - sum(label.columns for label in line.labels)
        for label in line.labels:
            for down in range(label.rows):
                for across in range(label.columns):
                    assert (row + down, column + across) not in held
                    held[row + down, column + across] = label.text
            column += label.columns
    assert len(lines(FOUND)) == 25
    assert held.keys() == {(row, column) for row in range(25) for column in range(3)}


def test_the_workbook_has_each_number_beside_its_label() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(FOUND)))
    three, four = book["表三"], book["表四"]
    assert three["D2"].value == "申请人情况"
    assert [three.cell(4, at).value for at in range(5, 10)] == [
        "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他",
    ]  # fmt: skip
    assert {"A1:J1", "D2:J2", "D3:D4", "E3:I3", "J3:J4", "A7:A28", "B9:B16"} <= {
        str(one) for one in three.merged_cells.ranges
    }
    assert [three.cell(7 + at, 8).value for at in range(21)] == list(range(1, 22))
    assert three["C9"].value == "1.属于国家秘密"
    assert three["B28"].value == "（七）总计"
    assert (three["J28"].value, three["J5"].value, three["J29"].value) == (231, 232, 1)
    assert [four.cell(5, at).value for at in range(1, 16)] == [0] * 5 + [0, 1, 0, 0, 1] + [0] * 5


def test_the_csv_has_a_line_for_every_row() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(FOUND).decode("utf-8-sig"))))
    assert rows[1][3:] == [
        "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计",
    ]  # fmt: skip
    by_item = {row[2]: row[3:] for row in rows if len(row) == 10 and row[2]}
    assert by_item["1.属于国家秘密"] == ["0", "0", "0", "0", "3", "0", "3"]
    assert len(by_item) == 19
    assert ["未经复议直接起诉", "", "", "0", "1", "0", "0", "1"] in rows


def test_the_json_names_codes() -> None:
    said = json.loads(as_json(FOUND))
    assert said["ended"]["granted"]["legal"] == 1
    assert said["new"]["total"] == said["ended_total"]["total"] + said["carried_out"]["total"]
    assert said["remedies"]["suit"]["corrected"] == 1


def test_the_command_writes_files_and_says_what_is_wrong(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("POLICYLINE_HOME", str(tmp_path))
    monkeypatch.setenv("POLICYLINE_DATABASE", f"sqlite:///{tmp_path}/p.db")
    runner, app = CliRunner(), application(["disclosure"])

    def run(*arguments: str):
        return runner.invoke(app, ["disclosure", "yearly", *arguments])

    for suffix in ("xlsx", "csv", "json"):
        out = tmp_path / f"y.{suffix}"
        assert run("2026", "--out", str(out)).exit_code == 0
        assert out.stat().st_size > 100
    assert json.loads(run("2026").stdout)["year"] == 2026
    assert run("2026", "--unit", "没有的局").exit_code == 1
    assert run("1900").exit_code == 1
    assert run("2026", "--out", "y.pdf").exit_code == 2

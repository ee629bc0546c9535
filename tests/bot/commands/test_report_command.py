"""`policyline report`: the files say what the database holds, and open again."""

from __future__ import annotations

import asyncio
import io
import re
import stat
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from click.testing import Result
from docx import Document
from docx.document import Document as DocumentObject
from lxml import etree
from openpyxl.chart.chartspace import ChartSpace
from openpyxl.chart.reader import read_chart
from openpyxl.xml.functions import fromstring
from typer.testing import CliRunner

from bot.cli import application
from bot.storage.units import Storage
from tests.bot.openness.plan.year import FIELDS, PRIVATE, UNITS, Diary, Lived, YearOfWork

YEAR = 2024
"""Long over, whatever the clock of the machine says: the command has no other."""
_C = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}


@dataclass(frozen=True, kw_only=True)
class Past:
    """A database with a year in it, and what happened."""

    url: str
    diary: Diary


@pytest.fixture(scope="module")
def past(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Past:
    path = tmp_path_factory.mktemp("year") / "year.db"
    path.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite+aiosqlite:///{path}"

    async def live() -> Diary:
        storage = Storage(url)
        diary = await YearOfWork(storage, year=YEAR).live(60)
        await storage.close()
        return diary

    return Past(url=url, diary=asyncio.run(live()))


@pytest.fixture(autouse=True)
def _home(past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("POLICYLINE_DATABASE_URL", past.url)
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application(arguments), arguments)


def table(document: DocumentObject, heading: str) -> dict[str, list[str]]:
    """The first table whose first heading is this: row's name → its other cells."""
    for each in document.tables:
        rows = [[cell.text for cell in row.cells] for row in each.rows]
        if rows[0][0] == heading:
            return {row[0]: row[1:] for row in rows[1:]}
    raise LookupError(heading)


def charts(file: Path) -> list[dict[str, int]]:
    """What each chart shows, as Word keeps it beside the drawing."""
    found = []
    with ZipFile(file) as opened:
        names = sorted(
            (name for name in opened.namelist() if name.startswith("word/charts/chart")),
            key=lambda name: int(re.findall(r"\d+", name)[0]),
        )
        for name in names:
            root = etree.fromstring(opened.read(name))
            labels = root.xpath("//c:cat//c:v/text()", namespaces=_C)
            values = root.xpath("//c:val//c:v/text()", namespaces=_C)
            found.append({str(a): int(float(str(b))) for a, b in zip(labels, values, strict=True)})
    return found


def counts(cases: list[Lived], of: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in cases:
        name = FIELDS[one.matter] if of == "matter" else str(getattr(one, of))
        found[name] = found.get(name, 0) + 1
    return found


def test_the_annual_report_opens_again_with_the_right_numbers(past: Past, tmp_path: Path) -> None:
    file = tmp_path / "annual.docx"
    done = run("report", "annual", "--until", f"{YEAR}-12-31", "--out", str(file))
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    document, cases = Document(str(file)), past.diary.cases
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "丰城市政务公开和诉求办理年度报告" in text
    assert "2024年1月1日至2024年12月31日" in text
    assert f"本期共收到 {len(cases)} 件" in text
    types = {name: int(cells[0]) for name, cells in table(document, "诉求类型").items()}
    assert types == counts(cases, "kind")
    fields = {name: int(cells[0]) for name, cells in table(document, "公开领域").items()}
    assert fields == counts(cases, "matter")
    answers = table(document, "单位")
    for unit in UNITS:
        own = [one for one in cases if one.unit == unit and one.replied]
        own = [one for one in own if one.replied and one.replied.year == YEAR]
        in_time = len([one for one in own if one.in_time])
        assert answers[unit][:2] == [str(len(own)), str(in_time)]


def test_its_charts_are_drawn_by_word_from_the_same_numbers(past: Past, tmp_path: Path) -> None:
    file = tmp_path / "annual.docx"
    assert run("report", "annual", "--until", f"{YEAR}-12-31", "--out", str(file)).exit_code == 0
    months, channels, types, *_ = charts(file)
    assert types == counts(past.diary.cases, "kind")
    assert sum(channels.values()) == len(past.diary.cases)
    assert list(months) == [f"{month}月" for month in range(1, 13)]
    for month in range(1, 13):
        by_hand = [one for one in past.diary.cases if one.opened.month == month]
        assert months[f"{month}月"] == len(by_hand)
    with ZipFile(file) as opened:
        assert opened.testzip() is None
        types_xml = opened.read("[Content_Types].xml").decode()
        sheets = [name for name in opened.namelist() if name.startswith("word/embeddings/")]
        assert len(sheets) == len(charts(file))
        book = openpyxl.load_workbook(io.BytesIO(opened.read("word/embeddings/sheet3.xlsx")))
    assert "drawingml.chart+xml" in types_xml
    rows = list(book["Sheet1"].iter_rows(min_row=2, values_only=True))
    assert dict(rows) == types  # type: ignore[arg-type]


def test_a_spreadsheet_library_reads_the_charts_by_their_schema(tmp_path: Path) -> None:
    file = tmp_path / "month.docx"
    assert run("report", "monthly", "--until", f"{YEAR}-06-30", "--out", str(file)).exit_code == 0
    with ZipFile(file) as opened:
        names = [name for name in opened.namelist() if name.startswith("word/charts/chart")]
        for name in names:
            root = etree.fromstring(opened.read(name))
            order = [etree.QName(child).localname for child in root]
            assert order == ["roundedCorners", "chart", "externalData"]
            root.remove(root[-1])
            space = ChartSpace.from_tree(fromstring(etree.tostring(root)))
            assert len(read_chart(space).series) == 1
    assert names


def test_no_word_of_a_citizen_stands_in_it(past: Past, tmp_path: Path) -> None:
    for suffix in ("docx", "html"):
        file = tmp_path / f"month.{suffix}"
        done = run("report", "monthly", "--until", f"{YEAR}-06-30", "--out", str(file))
        assert done.exit_code == 0
        raw = file.read_bytes()
        if suffix == "docx":
            with ZipFile(file) as opened:
                raw = b"".join(opened.read(name) for name in opened.namelist())
        for private in (PRIVATE[:3], "13900000001", "小城路1号", "张三丰"):
            assert private.encode() not in raw
    assert past.diary.cases


def test_the_page_holds_the_same_numbers_and_drawings(past: Past, tmp_path: Path) -> None:
    file = tmp_path / "annual.html"
    assert run("report", "annual", "--until", f"{YEAR}-12-31", "--out", str(file)).exit_code == 0
    page = file.read_text("utf-8")
    kinds = counts(past.diary.cases, "kind")
    most = sorted(kinds.items(), key=lambda one: (-one[1], one[0]))
    said = "，".join(f"{name} {count} 件" for name, count in most)
    assert f'role="img" aria-label="诉求类型分布：{said}"' in page
    for name, count in kinds.items():
        assert f"<title>{name} {count}</title>" in page
    assert "<script" not in page
    assert "http://" not in page  # nothing is fetched


def test_a_week_is_written_where_nobody_said_where(tmp_path: Path) -> None:
    done = run("report", "weekly", "--until", f"{YEAR}-06-16")
    assert done.exit_code == 0
    assert "2024年6月10日至2024年6月16日" in done.output
    assert (tmp_path / "report-weekly-2024-06-16.docx").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--until", "9998-01-01"), 1, "截止日期还没有到"),
        (("--until", "yesterday"), 2, ""),
        (("--out", "report.pdf"), 2, "只能写成 .docx 或 .html"),
        (("--until", f"{YEAR}-06-30", "--out", "nowhere/report.docx"), 1, "写不了这个文件"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = run("report", "weekly", *arguments)
    assert done.exit_code == code
    assert said in done.output


def test_a_year_without_a_plan_has_a_report_without_it(tmp_path: Path) -> None:
    file = tmp_path / "old.html"
    assert run("report", "annual", "--until", "2020-12-31", "--out", str(file)).exit_code == 0
    page = file.read_text("utf-8")
    assert "本期共收到 0 件" in page
    assert "工作要点落实情况" not in page
    assert date(2020, 12, 31) < date(YEAR, 1, 1)

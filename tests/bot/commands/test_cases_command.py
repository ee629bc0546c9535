"""`policyline cases`: past cases in, ours out, on a SQLite database."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.city import sheets
from bot.cli import application

_PAST = """外部编号,内容,联系人,联系电话,承办单位,受理时间
A-1,王小二反映路灯不亮，请打13800138000,王小二,13800138000,市城市管理局,2026-01-05 09:30
A-2,停水了,,,并不存在的局,2026-01-05 09:30
A-3,,,,,2026-01-05 09:30
"""


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("POLICYLINE_DATABASE_URL", raising=False)


@pytest.fixture
def past(tmp_path: Path) -> str:
    """A file with one good row and two bad ones."""
    path = tmp_path / "past.csv"
    path.write_text(_PAST, encoding="utf-8")
    return str(path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application(arguments), arguments)


def test_good_rows_are_in_and_bad_ones_are_named(past: str) -> None:
    first = run("cases", "import", past, "--json")
    again = run("cases", "import", past, "--json")
    assert first.exit_code == 1
    assert json.loads(first.stdout) == {
        "dry_run": False,
        "added": 1,
        "known": 0,
        "refused": [
            {"line": 3, "reason": "承办单位：没有这个部门：并不存在的局"},
            {"line": 4, "reason": "内容：不能为空"},
        ],
        "unknown_departments": [{"name": "并不存在的局", "rows": 1, "near": []}],
        "taken": {
            "external_number": ["外部编号"],
            "text": ["内容"],
            "contact_name": ["联系人"],
            "contact_phone": ["联系电话"],
            "department": ["承办单位"],
            "opened_at": ["受理时间"],
        },
        "left": [],
        "broken": "",
    }
    assert json.loads(again.stdout)["known"] == 1
    assert "第 3 行" in run("cases", "import", past).stderr


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"])
def test_an_export_hides_the_person_unless_told_otherwise(
    past: str, tmp_path: Path, name: str
) -> None:
    run("cases", "import", past)
    file = tmp_path / name
    assert run("cases", "export", str(file)).exit_code == 0
    masked = file.read_text(encoding="utf-8")
    assert run("cases", "export", str(file), "--unmasked").exit_code == 0
    whole = file.read_text(encoding="utf-8")
    assert "路灯不亮" in masked
    assert "王**" in masked
    assert "13800138000" not in masked
    assert "王小二" not in masked
    assert "13800138000" in whole
    assert "王小二" in whole
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("cases", "import", "absent.csv"), 1, "读不了这个文件"),
        (("cases", "import", "past.xls"), 1, "只能导入"),
        (("cases", "export", "out.xlsx"), 2, "只能导出为"),
        (("cases", "export", "/proc/absent/out.csv"), 1, "写不了这个文件"),
    ],
)
def test_wrong_use_is_said_in_one_line(arguments: tuple[str, ...], code: int, said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr


_THEIRS = """工单编号,诉求,接到时间,交办,坐席
B-1,路灯不亮,2026-01-05 09:30,城管大队,7
B-2,停水了,2026-01-05 09:30,市城管理局,7
B-2,停水了,2026-01-05 09:30,市城管理局,7
B-3,路灯又不亮,2026-01-05 09:30,城管大队,7
B-3,路灯又不亮,2026-01-05 09:30,城管大队,7
B-4,=1+1,昨天,,7
"""
_MAP = """[columns]
text = "诉求"
opened_at = "接到时间"
department = "交办"
[values.department]
"城管大队" = "市城市管理局"
"""


@pytest.fixture
def theirs(tmp_path: Path) -> tuple[str, ...]:
    """The arguments for a file with another system's columns, and its mapping."""
    file, mapping = tmp_path / "theirs.csv", tmp_path / "map.toml"
    file.write_text(_THEIRS, encoding="utf-8")
    mapping.write_text(_MAP, encoding="utf-8")
    return "cases", "import", str(file), "--map", str(mapping)


def test_a_dry_run_says_what_would_be_and_writes_nothing(theirs: tuple[str, ...]) -> None:
    said = run(*theirs, "--dry-run")
    assert said.exit_code == 1
    assert "试导入，没有登记任何诉求：可导入 2 件，原已导入 1 件，不能导入 3 行" in said.stdout
    assert "内容←诉求" in said.stdout
    assert "没有采用的列：坐席" in said.stdout
    assert "不认识的承办单位：市城管理局（2 行），相近的有：市城市管理局" in said.stderr
    assert json.loads(run(*theirs, "--json").stdout)["added"] == 2
    again = json.loads(run(*theirs, "--dry-run", "--json").stdout)
    assert (again["dry_run"], again["added"], again["known"]) == (True, 0, 3)


@pytest.mark.parametrize("name", ["refused.csv", "refused.xlsx"])
def test_refused_rows_are_mended_and_brought_in(
    theirs: tuple[str, ...], tmp_path: Path, name: str
) -> None:
    refused = tmp_path / name
    first = run(*theirs, "--refused", str(refused))
    assert f"已写到 {refused}" in first.stdout
    assert stat.S_IMODE(refused.stat().st_mode) == 0o600
    rows = [row.cells for row in sheets.read(refused.read_bytes())]
    assert rows[0] == ("工单编号", "诉求", "接到时间", "交办", "坐席", "未导入原因")
    assert [row[0] for row in rows[1:]] == ["B-2", "B-2", "B-4"]
    assert rows[1][5].startswith("承办单位：没有这个部门：市城管理局，相近的有：市城市管理局")
    assert rows[3][1] == "=1+1"
    mended = [
        [cell.replace("市城管理局", "市城市管理局").replace("昨天", "2026-01-06") for cell in row]
        for row in rows
    ]
    refused.write_bytes(
        sheets.write_csv(mended)
        if name.endswith("csv")
        else sheets.write_workbook(mended, [10], "改好")
    )
    arguments = ("cases", "import", str(refused), *theirs[3:], "--json")
    second = json.loads(run(*arguments).stdout)
    assert (second["added"], second["known"], second["refused"]) == (2, 1, [])
    assert second["left"] == ["坐席"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (("--map", "absent.toml"), "读不了对照表"),
        (("--refused", "out.txt"), "只能写成 .csv 或 .xlsx"),
        (("--refused", "/absent/out.csv"), "没有这个文件夹"),
    ],
)
def test_a_wrong_option_is_said_before_anything_is_brought_in(
    theirs: tuple[str, ...], changes: tuple[str, ...], said: str
) -> None:
    result = run(*theirs, *changes)
    assert result.exit_code == 1
    assert said in result.stderr
    assert json.loads(run(*theirs, "--dry-run", "--json").stdout)["known"] == 1


def test_refused_rows_do_not_go_over_the_file_itself(theirs: tuple[str, ...]) -> None:
    result = run(*theirs, "--refused", theirs[2])
    assert "不能与要导入的是同一个文件" in result.stderr
    assert Path(theirs[2]).read_text(encoding="utf-8") == _THEIRS


def test_a_mapping_to_no_department_is_refused(theirs: tuple[str, ...], tmp_path: Path) -> None:
    mapping = tmp_path / "wrong.toml"
    mapping.write_text(_MAP.replace("市城市管理局", "市月球局"), encoding="utf-8")
    result = run(*theirs[:4], str(mapping))
    assert (result.exit_code, result.stderr) == (1, "对照表有误：没有这个部门：市月球局。\n")


_OPEN = """工单编号,诉求内容,承办单位,办理时限
B-1,路灯不亮,市城市管理局,2036-03-04
B-2,停水了,并不存在的局,
"""


def test_open_orders_are_looked_at_and_then_opened(tmp_path: Path) -> None:
    path, rest = tmp_path / "open.csv", tmp_path / "rest.csv"
    path.write_text(_OPEN, encoding="utf-8")
    looked = run("cases", "import", "--open", str(path), "--preview", "--json")
    first = run("cases", "import", "--open", str(path), "--refused", str(rest), "--json")
    again = run("cases", "import", "--open", str(path), "--json")
    counts = [json.loads(one.stdout) for one in (looked, first, again)]
    assert [(one["added"], one["known"], len(one["refused"])) for one in counts] == [
        (1, 0, 1),
        (1, 0, 1),
        (0, 1, 1),
    ]
    assert counts[0]["taken"]["due_at"] == ["办理时限"]
    assert "并不存在的局" in rest.read_text("utf-8-sig")
    assert first.exit_code == 1

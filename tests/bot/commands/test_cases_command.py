"""`policyline cases`: past cases in, ours out, on a SQLite database."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

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
        "added": 1,
        "known": 0,
        "refused": [
            {"line": 3, "reason": "承办单位：没有这个部门：并不存在的局"},
            {"line": 4, "reason": "内容：不能为空"},
        ],
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
        (("cases", "import", "past.xlsx"), 1, "只能导入"),
        (("cases", "export", "out.xlsx"), 2, "只能导出为"),
        (("cases", "export", "/proc/absent/out.csv"), 1, "写不了这个文件"),
    ],
)
def test_wrong_use_is_said_in_one_line(arguments: tuple[str, ...], code: int, said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr

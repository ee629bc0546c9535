"""`policyline hotline eval`: calls recorded in a folder, with what a person would have written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.commands.hotline_eval import app

_CALL = (
    '{"call": "rent", "title": "租房提取"}',
    '{"at_ms": 0, "event": "offered", "caller": "13900000001", "queue": "12345"}',
    '{"at_ms": 900, "leg": "citizen", "text": "我想问", "committed": false}',
    '{"at_ms": 2500, "leg": "citizen", "text": "我想问一下公积金租房提取要什么材料？", '
    '"committed": true, "start_ms": 100, "end_ms": 2400}',
    '{"at_ms": 9000, "event": "ended"}',
)
_EXPECTED = """
demand_type = "咨询"
departments = ["市住房公积金管理办事处"]
place = ""
contact_phone = ""
anonymous = false
emergency = ""

[[question]]
seq = 0
text = "公积金租房提取要带什么材料"
documents = ["gjj-guide-withdraw"]
"""


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_HOME", str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    calls = tmp_path / "calls"
    calls.mkdir()
    (calls / "rent.jsonl").write_text("\n".join(_CALL), encoding="utf-8")
    (calls / "rent.expected.toml").write_text(_EXPECTED, encoding="utf-8")
    return calls


def evaluated(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_figures_are_told_for_programs(folder: Path) -> None:
    result = evaluated(str(folder), "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["figures"]["answer_first"] == {"right": 1, "of": 1}
    assert told["wrong"] == []


def test_what_is_wrong_is_shown_beside_what_was_expected(folder: Path) -> None:
    expected = folder / "rent.expected.toml"
    text = expected.read_text(encoding="utf-8").replace('"咨询"', '"投诉"')
    expected.write_text(text, encoding="utf-8")
    result = evaluated(str(folder))
    assert "诉求类型：0/1" in result.stdout
    assert "应为 投诉；得到 咨询" in result.stdout


def test_a_folder_without_calls_and_a_damaged_one_are_told(folder: Path, tmp_path: Path) -> None:
    assert evaluated(str(tmp_path)).exit_code == 1
    (folder / "rent.jsonl").write_text("{", encoding="utf-8")
    assert evaluated(str(folder)).exit_code == 1

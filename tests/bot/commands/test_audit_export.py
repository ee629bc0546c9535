"""The audit export, verified by the very program its document prints."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import application
from bot.settings import ROOT

_PAST = """工单编号,诉求内容,联系人,承办单位,处理结果,满意度,受理时间,办结时间
A-1,王小二反映路灯不亮,王小二,市城市管理局,已修好，电话13800138000,满意,2026-01-05,2026-01-07
A-2,停水了,,市水利局,“已恢复”供水,不满意,2026-01-05 09:30,2026-01-08 10:00
A-3,有人占道,,,,,2026-01-06 09:30,
"""
_DETAILS = (
    "update case_events set details = json_set(details, '$.text', '没有修') where move = 'reply'"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with three past cases."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(sqlite_template, home / "policyline.db")
    monkeypatch.setenv("POLICYLINE_HOME", str(home))
    monkeypatch.delenv("POLICYLINE_DATABASE_URL", raising=False)
    past = tmp_path / "past.csv"
    past.write_text(_PAST, encoding="utf-8")
    assert run("cases", "import", str(past)).exit_code == 0
    return home


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program in the document."""
    document = (ROOT / "docs" / "audit-export.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    assert len(code.strip().splitlines()) <= 17
    path = tmp_path_factory.mktemp("verifier") / "verify.py"
    path.write_text(code, encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application(arguments), arguments)


def exported(tmp_path: Path, *options: str) -> Path:
    file = tmp_path / "audit.jsonl"
    result = run("cases", "export", str(file), "--events", *options)
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return file


def verified(verifier: Path, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-W", "ignore", str(verifier), str(file)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


def tampered(file: Path, change: Callable[[list[dict[str, Any]]], object]) -> Path:
    cases = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    change(next(case["events"] for case in cases if case["department"] == "市水利局"))
    lines = [json.dumps(case, ensure_ascii=False) for case in cases]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_whole_export_verifies(verifier: Path, tmp_path: Path) -> None:
    file = exported(tmp_path, "--unmasked")
    done = verified(verifier, file)
    assert (done.returncode, done.stdout) == (0, "holds; 0 events by their place only\n")
    assert "13800138000" in file.read_text(encoding="utf-8")


def test_a_masked_export_verifies_and_shows_nobody(verifier: Path, tmp_path: Path) -> None:
    file = exported(tmp_path)
    done = verified(verifier, file)
    assert (done.returncode, done.stdout) == (0, "holds; 1 events by their place only\n")
    text = file.read_text(encoding="utf-8")
    for private in ("13800138000", "138****", "王小二", "路灯不亮", "已修好"):
        assert private not in text
    assert "“已恢复”供水" in text


@pytest.mark.parametrize("options", [(), ("--unmasked",)])
@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda events: events[2]["details"].update(text="没有修"), "3"),
        (lambda events: events[1].update(at="2026-01-05T01:30:00.000001+00:00"), "2"),
        (lambda events: events[3].update(actor="else"), "4"),
        (lambda events: events.pop(1), "2"),
        (lambda events: events.pop(), "end"),
        (lambda events: events.reverse(), "1"),
        (lambda events: events[2].update(hash="0" * 64), "3"),
        (lambda events: events[2].update(hash="0" * 64, masked=True), "4"),
    ],
)
def test_a_changed_export_does_not(
    verifier: Path,
    tmp_path: Path,
    options: tuple[str, ...],
    change: Callable[[list[dict[str, Any]]], object],
    where: str,
) -> None:
    file = tampered(exported(tmp_path, *options), change)
    done = verified(verifier, file)
    assert done.returncode == 1
    assert done.stderr.endswith("faults\n")
    assert re.match(rf"\d{{14}} {where}\n", done.stdout)


def test_what_was_changed_in_the_database_is_seen_outside(
    verifier: Path, tmp_path: Path, home: Path
) -> None:
    with sqlite3.connect(next(home.glob("*.db"))) as database:
        database.execute(_DETAILS)
    file = tmp_path / "audit.jsonl"
    result = run("cases", "export", str(file), "--events", "--unmasked")
    assert "其中 2 件的办理记录与哈希对不上" in result.stderr
    assert verified(verifier, file).stdout.count(" 3\n") == 2


def test_only_lines_of_json_hold_events(tmp_path: Path) -> None:
    result = run("cases", "export", str(tmp_path / "audit.csv"), "--events")
    assert result.exit_code == 2
    assert "只能导出为 .jsonl" in result.stderr


def test_attachments_are_counted(home: Path, tmp_path: Path, verifier: Path) -> None:
    with sqlite3.connect(home / "policyline.db") as database:
        [(number,)] = database.execute(
            "select number from cases where lead_department = '市水利局'"
        ).fetchall()
        for at in ("a", "b"):
            database.execute(
                "insert into attachments (id, message_id, case_number, kind, state, details, at)"
                " values (?, ?, ?, 'image', 'kept', '{}', '2026-01-05 01:30:00')",
                (at, at, number),
            )
    file = exported(tmp_path)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert {line["number"]: line["attachments"] for line in lines if line["attachments"]} == {
        number: 2
    }
    assert verified(verifier, file).returncode == 0

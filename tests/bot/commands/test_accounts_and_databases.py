"""`policyline db` and `policyline staff`, run as programs run them, on a SQLite database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import application


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("POLICYLINE_DATABASE_URL", raising=False)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application(arguments), arguments)


def accounts() -> list[str]:
    return [row["name"] for row in json.loads(run("staff", "list", "--json").stdout)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("db", "upgrade"),
        ("db", "backup", "anywhere"),
        ("staff", "list"),
        ("cases", "export", "cases.csv"),
        ("knowledge", "list"),
    ],
)
def test_a_database_that_is_away_is_one_sentence(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLICYLINE_DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/db")
    result = run(*arguments)
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code in {1, 2}
    assert "secret" not in result.output


@pytest.mark.parametrize("arguments", [("db", "upgrade"), ("staff", "list"), ("knowledge", "list")])
def test_a_database_that_is_none_is_a_wrong_setting(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYLINE_DATABASE_URL", "mysql://somewhere/db")
    result = run(*arguments)
    assert result.exit_code == 2
    assert "POLICYLINE_DATABASE_URL" in result.output


def test_a_user_the_system_does_not_know_can_work_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_000_123)
    assert run("staff", "add", "wang", "--role", "triage").exit_code == 0


def test_upgrading_makes_a_database(tmp_path: Path) -> None:
    assert run("db", "upgrade").exit_code == 0
    assert (tmp_path / "home" / "policyline.db").is_file()
    assert run("db", "upgrade").exit_code == 0


def test_an_account_is_added_listed_and_reset() -> None:
    added = run("staff", "add", "wang", "--role", "department_clerk", "--department", "市水利局")
    assert added.exit_code == 0
    assert "初始密码" in added.stdout
    assert accounts() == ["wang"]
    assert "市水利局" in run("staff", "list").stdout
    reset = run("staff", "reset-password", "wang")
    assert reset.exit_code == 0
    assert reset.stdout.split("：")[-1] != added.stdout.split("：")[-1]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("staff", "add", "wang", "--role", "king"), 2, "king"),
        (("staff", "add", "wang", "--role", "citizen"), 1, "不是工作人员的角色"),
        (("staff", "add", "wang", "--role", "department_head"), 1, "必须写明部门"),
        (("staff", "add", "wang", "--role", "department_head", "--department", "别处"), 1, "别处"),
        (("staff", "reset-password", "nobody"), 1, "没有账号"),
        (("staff", "take-off-authenticator", "nobody"), 1, "没有绑定验证器"),
        (("db", "restore", "absent"), 1, "没有这个文件"),
        (("db", "backup", "anywhere"), 1, "没有这个数据库"),
    ],
)
def test_wrong_use_is_said_in_one_line(arguments: tuple[str, ...], code: int, said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_backup_comes_back(tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    run("staff", "add", "wang", "--role", "triage")
    assert run("db", "backup", file).exit_code == 0
    assert run("db", "backup", file).exit_code == 1
    run("staff", "add", "li", "--role", "triage")
    assert run("db", "restore", file).exit_code == 1
    assert accounts() == ["li", "wang"]
    assert run("db", "restore", file, "--yes").exit_code == 0
    assert accounts() == ["wang"]

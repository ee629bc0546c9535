"""`policyline catalogue`: in, out, checked, listed, and back again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot import city as cities
from bot.cases.model import RoutingInput
from bot.city import versions
from bot.city.load import DEFAULT
from bot.cli import application
from bot.routing import store

_TABLE = """编号,事项,一级分类,主办单位,关键词
X-1,充电桩坏了,能源,发改委,充电桩
X-2,观光船停运,旅游,市文化广电旅游局,观光船
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POLICYLINE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "目录.csv"
    path.write_text(_TABLE, encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application(arguments), arguments)


def first_for(home: Path, text: str) -> str:
    router = store.router(cities.load(DEFAULT), home)
    return router.route(RoutingInput(text=text)).departments[0].name


def test_an_import_is_what_the_router_uses_from_then_on(home: Path, table: Path) -> None:
    assert first_for(home, "路灯不亮") == "市城市管理局"
    done = run("catalogue", "import", str(table), "--who", "李明", "--note", "试用", "--json")
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert (said["duties"], said["added"]) == (2, ["X-1", "X-2"])
    assert len(said["removed"]) >= 300
    assert any("没有由属地" in gap for gap in said["gaps"])
    assert first_for(home, "江边的观光船停运了") == "市文化广电旅游局"
    listed = json.loads(run("catalogue", "list", "--json").stdout)
    assert [(each["name"] == "shipped", each["in_use"]) for each in listed] == [
        (True, False),
        (False, True),
    ]
    assert (listed[1]["who"], listed[1]["note"], listed[1]["source"]) == (
        "李明",
        "试用",
        "目录.csv",
    )
    assert "李明" in run("catalogue", "list").stdout


def test_rollback_goes_one_back_and_to_the_shipped_one(home: Path, table: Path) -> None:
    run("catalogue", "import", str(table))
    table.write_text(_TABLE.replace("观光船", "缆车"), encoding="utf-8")
    run("catalogue", "import", str(table))
    second = versions.current(home)
    assert run("catalogue", "rollback").exit_code == 0
    first = versions.current(home)
    assert first < second
    assert run("catalogue", "rollback").exit_code == 0
    assert versions.current(home) == ""
    none_left = run("catalogue", "rollback")
    assert none_left.exit_code == 1
    assert "没有更早的版本" in none_left.stderr
    assert run("catalogue", "rollback", second).exit_code == 0
    assert versions.current(home) == second
    unknown = run("catalogue", "rollback", "../../etc")
    assert unknown.exit_code == 1
    assert "没有版本" in unknown.stderr


def test_a_faulty_table_is_not_stored_and_all_faults_are_said(home: Path, table: Path) -> None:
    table.write_text(_TABLE.replace("发改委", "火星局").replace("X-2", "X-1"), encoding="utf-8")
    for command in ("import", "check"):
        done = run("catalogue", command, str(table))
        assert done.exit_code == 1
        assert "有 2 处不对" in done.stderr
        assert "第 2 行“主办单位”（D 列）：“火星局”不在本市单位名单中" in done.stderr
        assert "第 3 行“编号”（A 列）" in done.stderr
    faults = json.loads(run("catalogue", "check", str(table), "--json").stdout)["faults"]
    assert [(fault["row"], fault["letter"]) for fault in faults] == [(2, "D"), (3, "A")]
    assert versions.current(home) == ""
    assert not (home / "catalogue").exists()


@pytest.mark.parametrize("name", ["目录.xlsx", "目录.csv"])
def test_what_is_exported_can_be_edited_and_imported(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    assert run("catalogue", "export", str(file)).exit_code == 0
    said = json.loads(run("catalogue", "import", str(file), "--json").stdout)
    assert (said["added"], said["changed"], said["removed"]) == ([], [], [])


def test_files_that_cannot_be_are_said(tmp_path: Path) -> None:
    assert "读不了" in run("catalogue", "import", str(tmp_path / "none.xlsx")).stderr
    assert run("catalogue", "export", str(tmp_path / "x.doc")).exit_code == 2
    assert "写不了" in run("catalogue", "export", str(tmp_path / "no" / "x.csv")).stderr
    assert (
        "没有版本"
        in run("catalogue", "export", str(tmp_path / "x.csv"), "--version", "nope").stderr
    )


def test_check_without_a_file_looks_at_the_one_in_use(table: Path) -> None:
    assert json.loads(run("catalogue", "check", "--json").stdout)["duties"] >= 300
    run("catalogue", "import", str(table))
    said = run("catalogue", "check").stdout
    assert "2 项，没有发现错误" in said
    assert "没有主办事项的单位" in said


def test_a_damaged_version_leaves_the_shipped_catalogue_in_use(
    home: Path, table: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run("catalogue", "import", str(table))
    stored = home / "catalogue" / versions.current(home) / "catalogue.csv"
    stored.write_text("编号\n", encoding="utf-8")
    assert first_for(home, "路灯不亮") == "市城市管理局"
    assert "the shipped one is used" in caplog.text

"""`policyline hot`: hot issues of a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import application

_HEAD = "编号,主题,时间,详情,赞,踩,谁\n"
_ROWS = (
    "1,曲江镇自来水浑浊,2026/3/2 8:00:00,曲江镇的自来水发黄浑浊，不敢做饭,10,0,甲",
    "2,曲江镇自来水又浑浊,2026/3/2 9:30,曲江镇街上自来水浑浊得像泥巴水,0,1,乙",
    "3,曲江镇水质浑浊,2026-03-03,曲江镇自来水连日浑浊,0,0,丙",
    "4,剑邑大道路灯不亮,2026/3/3 20:00:00,剑邑大道路灯不亮,0,0,丁",
    "5,没有时间,不知道,曲江镇自来水浑浊,0,0,戊",
)
_COLUMNS = "number=编号,title=主题,at=时间,text=详情,likes=赞,dislikes=踩,sender=谁"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYLINE_HOME", str(tmp_path / "home"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(application(arguments), arguments)


def written(folder: Path, encoding: str = "utf-8") -> str:
    path = folder / "messages.csv"
    path.write_text(_HEAD + "\n".join(_ROWS), encoding=encoding)
    return str(path)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_hottest_is_named_with_its_messages(tmp_path: Path, encoding: str) -> None:
    done = run("hot", written(tmp_path, encoding), "--columns", _COLUMNS, "--json")
    assert done.exit_code == 0
    [issue] = json.loads(done.stdout)
    assert (issue["name"], issue["messages"]) == ("曲江镇自来水浑浊", 3)
    assert issue["numbers"] == ["1", "2", "3"]


def test_people_read_a_list(tmp_path: Path) -> None:
    done = run("hot", written(tmp_path), "--columns", _COLUMNS, "--least", "1", "--top", "2")
    first, *rest = done.stdout.splitlines()
    assert first == "4 条，没有时间或内容而略过 1 条。"
    assert "曲江镇自来水浑浊  3 件" in rest[0]
    assert len(rest) == 2


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("text=详情", "缺少列：at；"),
        ("text=详情,at=时间,likes=没有这列", "缺少列：没有这列；"),
        ("wrong=详情", "列对应“wrong=详情”写法有误"),
    ],
)
def test_a_wrong_mapping_is_told(tmp_path: Path, columns: str, said: str) -> None:
    done = run("hot", written(tmp_path), "--columns", columns)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    done = run("hot", str(tmp_path / "none.csv"), "--columns", _COLUMNS)
    assert (done.exit_code, done.stderr.startswith("打不开这个文件")) == (2, True)

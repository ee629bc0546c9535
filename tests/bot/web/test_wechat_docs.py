"""`docs/wechat.md` names tests, settings and places that there are, and all codes listed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bot.settings import Settings
from connectors.channels.wechat.settings import WeChatSettings

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "wechat.md").read_text(encoding="utf-8")
(TABLE,) = re.findall(r"^\| rule \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
ROWS = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in TABLE.splitlines()]
CODES = (
    *(-1, 40001, 40007, 40014, 40037, 40200, 42001, 43101, 45002, 45009, 45011),
    *(45015, 45047, 45080, 45081, 48001, 48002),
)


def named(cell: str) -> list[str]:
    """What stands in backquotes."""
    return re.findall(r"`([^`]+)`", cell)


def found_in(path: Path) -> set[str]:
    """The names of a file's tests."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, functions)}
    return {name for name in found if name.startswith("test_")}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_every_test_of_a_rule_exists(row: list[str]) -> None:
    ids = [test_id.partition("::") for test_id in named(row[2])]
    assert ids
    missing = [
        f"{file}::{test}"
        for file, _, test in ids
        if not (ROOT / "tests" / file).is_file() or test not in found_in(ROOT / "tests" / file)
    ]
    assert missing == []


def test_every_setting_and_place_exists() -> None:
    prefix = "POLICYLINE_"
    known = {f"{prefix}WECHAT_{name.upper()}" for name in WeChatSettings.model_fields}
    known |= {f"{prefix}{name.upper()}" for name in Settings.model_fields}
    places = [place for row in ROWS for place in named(row[1])]
    settings = {place for place in places if place.startswith(prefix)}
    assert all(named(row[1]) for row in ROWS)
    assert settings <= known
    assert [p for p in places if p not in settings and not (ROOT / p).is_file()] == []


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_platform_has_a_rule(code: int) -> None:
    assert re.search(rf"(?<!\d){code}(?!\d)", TABLE)

"""The line a fault lies on, from the loader's own sentence."""

from __future__ import annotations

import pytest

from bot.city.fault_lines import located

TEXT = """# 说明
name = "小城"

[[limit]]
amount = 1

[[limit]]  # 第二项
amount = 0
days = [
  1,
]

[steps]
return_days = 0
hello = "{city"
"""


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("x.toml：写法有误（Expected '=' after a key (at line 3, column 5)）", 3),
        ("x.toml：写法有误（Unterminated string (at end of document)）", 15),
        ("x.toml 第 2 项 limit：“amount”应为不小于 1 的整数", 8),
        ("x.toml 第 2 项 limit：“unit”应为：天、小时", 7),
        ("x.toml 第 1 项：缺少“text”", 4),
        ("x.toml 第 3 项 limit：缺少“amount”", 0),
        ("x.toml [steps]：“return_days”应为不小于 1 的整数", 14),
        ("x.toml [steps] hello：花括号写法有误（expected '}'）", 13),
        ("x.toml：缺少“name”，或“name”不是文字", 2),
        ("x.toml name：没有这个键", 2),
        ("x.toml：“投诉、urgent”的时限有 0 条，应有 1 条", 0),
        ("catalogue.csv 第 3 行：主办单位不在名单中", 0),
        ("名称：“城管局”同时指：甲、乙", 0),
    ],
)
def test_a_fault_lies_on_its_line(said: str, line: int) -> None:
    found = located(said, "x.toml", TEXT)
    assert (found.line, found.said) == (line, said)

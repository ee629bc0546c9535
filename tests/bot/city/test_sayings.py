"""The file of sayings."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.city import sayings
from bot.city.load import DEFAULT, load
from bot.city.model import Duty
from bot.city.reading import Faults

LIGHTS = Duty(id="A-1", name="路灯", category=("市政",), lead="市城市管理局", keywords=("路灯",))


def read(tmp_path: Path, text: str) -> tuple[tuple[Duty, ...], list[str]]:
    path, faults = tmp_path / "sayings.tsv", Faults()
    path.write_text(text, encoding="utf-8")
    return sayings.read(path, (LIGHTS,), faults), list(faults.lines)


def test_each_duty_gets_its_own_once(tmp_path: Path) -> None:
    (duty,), faults = read(tmp_path, "# 说明\nA-1\t晚上一片黑\nA-1\t晚上一片黑\n\nA-1\t灯杆歪了\n")
    assert duty.sayings == ("晚上一片黑", "灯杆歪了")
    assert faults == []


@pytest.mark.parametrize(
    "row", ["A-1 晚上一片黑", "A-2\t晚上一片黑", "A-1\t", f"A-1\t{'黑' * 201}"]
)
def test_a_bad_line_is_named(tmp_path: Path, row: str) -> None:
    _, (fault,) = read(tmp_path, f"A-1\t灯杆歪了\n{row}\n")
    assert "第 2 行" in fault


def test_a_city_need_not_have_them(tmp_path: Path) -> None:
    assert sayings.read(tmp_path / "none.tsv", (LIGHTS,), Faults()) == (LIGHTS,)


def test_the_shipped_city_has_many_for_every_duty() -> None:
    city = load(DEFAULT)
    assert min(len(duty.sayings) for duty in city.duties) >= 20

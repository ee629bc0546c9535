"""`plan.toml`: the city's own, and what is said of one that is faulty."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot import city as cities
from bot.city import plan as plan_file
from bot.city.load import DEFAULT
from bot.city.reading import Faults
from bot.openness.plan.duties import Check, Every, Plan
from bot.openness.plan.gathering import unit_of
from bot.settings import ROOT

_HEAD = 'year = 2026\ntitle = "要点"\noffice = "政府办"\nnot_bound = ["电信"]\n'
_DUTY = """
[[duty]]
id = "one"
name = "一"
paragraph = "一（一）"
says = "说"
units = ["@all"]
check = "count"
todo = "做"
"""
CITY = cities.load(DEFAULT)


def read(folder: Path, text: str) -> tuple[tuple[Plan, ...], list[str]]:
    (folder / "plan.toml").write_text(text, "utf-8")
    faults = Faults()
    return plan_file.read(folder, CITY, faults), faults.lines


def test_the_citys_own_plan_has_every_duty() -> None:
    [plan] = CITY.plans
    checks = {duty.check for duty in plan.duties}
    assert checks == set(Check)
    duties = {duty.id: duty for duty in plan.duties}
    assert (duties["forms"].number, duties["head"].number) == (60, 2)
    assert duties["annual-report"].by == (1, 31)
    assert duties["budgets"].days == 14
    assert len(duties["projects"].items) == 8
    assert len(duties["fields"].items) == 26
    assert duties["weekly-columns"].every is Every.WEEK
    assert duties["monthly-columns"].every is Every.MONTH
    assert set(duties["guides"].words) == {"材料", "流程", "机构", "常见问题", "监督举报"}
    assert "曲江镇人民政府" in duties["weekly-columns"].units
    assert "市供电公司" not in plan.units
    assert all(duty.paragraph and duty.todo for duty in plan.duties)


def test_names_are_official_and_groups_are_opened(tmp_path: Path) -> None:
    [plan], faults = read(tmp_path, _HEAD + _DUTY)
    assert faults == []
    assert plan.office == "市政府办公室"
    assert "电信" not in plan.units
    assert len(plan.units) == len(CITY.unit_names) - 1


def test_a_year_may_have_its_own(tmp_path: Path) -> None:
    (tmp_path / "plan-2027.toml").write_text(_HEAD.replace("2026", "2027") + _DUTY, "utf-8")
    plans, faults = read(tmp_path, _HEAD + _DUTY)
    assert ([plan.year for plan in plans], faults) == ([2026, 2027], [])
    (tmp_path / "plan-2028.toml").write_text(_HEAD + _DUTY, "utf-8")
    assert read(tmp_path, _HEAD + _DUTY)[1] == ["plan.toml：2026年的计划写了两份"]


def test_a_city_without_a_plan_has_none(tmp_path: Path) -> None:
    assert plan_file.read(tmp_path, CITY, Faults()) == ()


def test_days_of_events_and_the_day_it_begins(tmp_path: Path) -> None:
    text = _HEAD + "begins_on = 2026-03-01\n[events]\n两会闭幕 = [2027-01-20, 2026-02-10]\n"
    [plan], faults = read(tmp_path, text.replace("两会闭幕", '"两会闭幕"') + _DUTY)
    assert faults == []
    assert plan.begins_on == date(2026, 3, 1)
    assert plan.events == {"两会闭幕": (date(2026, 2, 10), date(2027, 1, 20))}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_HEAD, "plan.toml：一项任务也没有"),
        (_HEAD.replace("政府办", "没有") + _DUTY, "“office”所指的“没有”不在单位名单中"),
        (_HEAD.replace("电信", "无") + _DUTY, "“not_bound”中的“无”不在单位名单中"),
        (_HEAD + _DUTY + _DUTY, "plan.toml one：编号用了两次"),
        (_HEAD + _DUTY.replace("@all", "不在"), "第 1 项 duty 一：“units”中的“不在”不在单位名单中"),
        (_HEAD + _DUTY.replace("count", "guess"), "“check”应为"),
        (_HEAD + _DUTY.replace("count", "by_date"), "检查方式“by_date”需要“by”"),
        (_HEAD + _DUTY + 'by = "02-29"', "“by”应写作 01-31"),
        (_HEAD + _DUTY + 'by = "13-01"', "“by”应写作 01-31"),
        (_HEAD + _DUTY.replace("count", "answered"), "检查方式“answered”需要“items”"),
        (_HEAD + _DUTY.replace("count", "guides"), "检查方式“guides”需要“words”"),
        (_HEAD + _DUTY.replace("count", "after"), "检查方式“after”需要“event”"),
        (_HEAD + _DUTY.replace("count", "forms") + "number = 101", "不能大于 100"),
        (_HEAD + _DUTY.replace("count", "forms") + 'items = ["text"]', "文字不算多元化"),
        (_HEAD + _DUTY + 'items = ["甲", "甲"]', "“items”中有重复的"),
        (_HEAD + _DUTY + "numbr = 3", "不认识“numbr”"),
        (_HEAD + _DUTY + "number = 0", "“number”应为不小于 1 的整数"),
        ("year = ", "plan.toml：写法有误"),
    ],
)
def test_faults_are_told_with_their_place(tmp_path: Path, text: str, said: str) -> None:
    faults = read(tmp_path, text)[1]
    assert any(said in line for line in faults), len(faults)
    assert all(line.startswith("plan.toml") for line in faults)


def test_loading_a_city_tells_them(tmp_path: Path) -> None:
    folder = tmp_path / "city"
    shutil.copytree(DEFAULT, folder)
    (folder / "plan.toml").write_text(_HEAD, "utf-8")
    with pytest.raises(cities.CityError, match="一项任务也没有"):
        cities.load(folder)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("丰城市民政局", "市民政局"),
        ("市民政局", "市民政局"),
        ("丰城市人民政府办公室", "市政府办公室"),
        ("丰城市曲江镇人民政府", "曲江镇人民政府"),
        ("国务院", ""),
        ("", ""),
    ],
)
def test_whose_a_document_is(name: str, unit: str) -> None:
    assert unit_of(CITY, name) == unit


def test_the_docs_list_every_duty_with_its_paragraph() -> None:
    text = (ROOT / "docs/openness-plan.md").read_text("utf-8")
    listed = re.findall(
        r"^\| `([a-z-]+)` \| ([一二三四五]（[一二三四五六]）) \|", text, re.MULTILINE
    )
    [plan] = CITY.plans
    assert listed == [(duty.id, duty.paragraph) for duty in plan.duties]
    starred = re.findall(r"^\| `([a-z-]+)` .*\* \|$", text, re.MULTILINE)
    assert starred == [duty.id for duty in plan.duties if duty.set_by_city]
    for check in Check:
        assert f"`{check.value}`" in text

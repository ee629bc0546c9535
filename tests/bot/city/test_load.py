"""A city's folder: the default one is whole; every fault of a broken one is named at once."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot import city as cities
from bot.cases.deadlines import Allowance
from bot.cases.model import DemandType, Severity
from bot.city.load import DEFAULT
from bot.city.model import AreaKind, City, WordingError

UNITS = (
    "市政府办公室",
    "市发展和改革委员会",
    "市教育体育局",
    "市科学技术局",
    "市工业和信息化局",
    "市公安局",
    "市公安局交通管理大队",
    "市民政局",
    "市司法局",
    "市财政局",
    "市人力资源和社会保障局",
    "市自然资源局",
    "市林业局",
    "丰城生态环境局",
    "市住房和城乡建设局",
    "市房产服务中心",
    "市交通运输局",
    "市水利局",
    "市农业农村局",
    "市商务局",
    "市文化广电旅游局",
    "市卫生健康委员会",
    "市退役军人事务局",
    "市应急管理局",
    "市审计局",
    "市市场监督管理局",
    "市统计局",
    "市医疗保障局",
    "市城市管理局",
    "市行政审批局",
    "市信访局",
    "市乡村振兴局",
    "市税务局",
    "市住房公积金管理办事处",
    "市消防救援大队",
    "市残疾人联合会",
    "市气象局",
    "市邮政管理",
    "市供电公司",
    "市自来水公司",
    "市燃气公司",
    "市公共交通公司",
    "电信",
    "移动",
    "联通",
)


@pytest.fixture(scope="module")
def city() -> City:
    return cities.load(DEFAULT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT, tmp_path / "city"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults_of(folder: Path) -> str:
    with pytest.raises(cities.CityError) as raised:
        cities.load(folder)
    return str(raised.value)


def test_the_default_city_has_its_units_and_areas(city: City) -> None:
    assert (city.name, city.code, city.area_code) == ("丰城市", "360981", "0795")
    assert tuple(unit.name for unit in city.departments) == UNITS
    kinds = [area.kind for area in city.places.areas]
    assert [kinds.count(kind) for kind in AreaKind] == [5, 20, 7, 2]
    assert len(city.unit_names) == len(set(city.unit_names)) == len(UNITS) + 34


def test_every_department_leads_a_duty_of_the_catalogue(city: City) -> None:
    assert len(city.duties) >= 300
    assert {unit.name for unit in city.departments} <= {duty.lead for duty in city.duties}
    assert all(len(duty.category) == 3 and duty.basis for duty in city.duties)


def test_units_are_found_by_any_of_their_names(city: City) -> None:
    assert city.unit("人社局") == "市人力资源和社会保障局"
    assert city.unit(" 城管 ") == "市城市管理局"
    assert city.unit("曲江镇") == city.unit("曲江镇政府") == "曲江镇人民政府"
    assert city.unit("省公安厅") is None
    assert city.government_of("段潭乡") == "段潭乡人民政府"


def test_limits_stand_for_each_kind_with_their_source(city: City) -> None:
    assert city.limits.allowance(DemandType.CONSULTATION, Severity.NORMAL) == Allowance(amount=2)
    assert city.limits.allowance(DemandType.COMPLAINT, Severity.NORMAL).amount == 15
    assert all(limit.source and limit.as_of > date.min for limit in city.limits.limits)


def test_every_text_can_be_said(city: City) -> None:
    values = dict.fromkeys(
        {need for key in city.wording.keys() for need in city.wording.needs(key)},  # noqa: SIM118 - keys() is ours
        "某某",
    )
    said = {key: city.wording.say(key, **values) for key in city.wording.keys()}  # noqa: SIM118 - keys() is ours
    assert all(text.strip() and "{" not in text for text in said.values())
    assert "丰城市" in said["welcome"]


def test_a_missing_value_and_an_unknown_key_are_loud(city: City) -> None:
    with pytest.raises(WordingError, match="number"):
        city.wording.say("case_triage")
    with pytest.raises(WordingError, match="no_such_text"):
        city.wording.say("no_such_text")


def test_the_menu_says_something_for_each_click(city: City) -> None:
    buttons = [below for top in city.menu for below in (top.below or (top,))]
    assert len(city.menu) == 3
    assert all(button.says or button.url for button in buttons)


def test_all_faults_are_told_at_once(folder: Path) -> None:
    (folder / "limits.toml").unlink()
    change(folder / "city.toml", 'code = "360981"', "")
    change(folder / "departments.toml", 'name = "市司法局"', 'name = "市民政局"')
    change(folder / "rules.toml", 'number = "119"', 'number = "911"')
    change(folder / "menu.toml", 'name = "反映问题"', 'name = "反映问题和提出意见建议"')
    told = faults_of(folder)
    assert "limits.toml：文件不存在" in told
    assert "缺少“code”" in told
    assert "“市民政局”写了 2 次" in told
    assert "110、119、120、122" in told
    assert "超过 16 字节" in told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("路灯,市城市管理局", "路灯,", "缺少“lead”"),
        ("路灯,市城市管理局", "路灯,市路灯所", "主办“市路灯所”不在单位名单中"),
        ("CG-02,", "CG-01,", "编号“CG-01”用了 2 次"),
        ("市政,照明,路灯", "市政,照明,市政", "分类首尾相接：市政 → 照明 → 市政"),
        ("市城市管理局,,department", "市城市管理局,市城市管理局,department", "不能既主办又协办"),
        ("市城市管理局,,department", "市城市管理局,,village", "“territory_rule”应为"),
        ("市城市管理局,,department", "属地,,department", "主办为“属地”时"),
    ],
)  # fmt: skip
def test_faults_of_the_catalogue(folder: Path, old: str, new: str, said: str) -> None:
    change(folder / "catalogue.csv", old, new)
    assert said in faults_of(folder)


def test_a_catalogue_without_a_column(folder: Path) -> None:
    change(folder / "catalogue.csv", "lead", "主办")
    assert "catalogue.csv：缺少列：lead" in faults_of(folder)


def test_another_city_needs_only_the_texts_that_differ(folder: Path) -> None:
    (folder / "wording.toml").write_text('goodbye = "{city}祝您愉快。"\n', encoding="utf-8")
    city = cities.load(folder)
    assert city.wording.say("goodbye") == "丰城市祝您愉快。"
    assert city.wording.say("thanks")
    (folder / "wording.toml").write_text('bye = "再见"\ngoodbye = "{nobody}"\n', encoding="utf-8")
    told = faults_of(folder)
    assert "wording.toml bye：没有这个键" in told
    assert "nobody" in told


@pytest.mark.parametrize(
    ("raw", "said"),
    [(b"\xff\xfe", "不是 UTF-8"), (b"[[area", "写法有误"), (b"nam = 1\n", "不认识“nam”")],
)
def test_files_that_cannot_be_read(folder: Path, raw: bytes, said: str) -> None:
    (folder / "places.toml").write_bytes(raw)
    assert said in faults_of(folder)

"""Other cities' matters are told from ours, and from roads, estates and people of such names."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge import elsewhere, home
from nlu import lexicon

HOME = {"江西省", "江西", "宜春市", "宜春", "丰城市", "丰城"}


def test_every_province_prefecture_and_listed_city_is_known() -> None:
    names = {name.removeprefix("?") for name in lexicon.elsewhere()} - HOME
    missed = {name for name in names if not elsewhere.about(f"请问{name}的低保标准是多少")}
    ours = {name for name in HOME if elsewhere.about(f"请问{name}的低保标准是多少")}

    assert len(set(lexicon.elsewhere().values())) >= 800
    assert (missed, ours) == (set(), set())


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("上海公积金能贷多少", "上海"),
        ("深圳市积分入户需要什么条件", "深圳"),
        ("黔东南州高龄津贴多少", "黔东南州"),
        ("于都县居民医保交多少钱", "于都县"),
        ("鄱阳县建房规定", "鄱阳县"),
        ("中山公积金怎么取", "中山"),
        ("朝阳区小学报名", "朝阳区"),
        ("上高低保标准", "上高"),
        ("江西省南昌市的小学什么时候报名", "南昌"),
        ("宜春市区低保标准是多少", "宜春市区"),
    ],
)
def test_a_question_about_another_place(question: str, place: str) -> None:
    assert place in elsewhere.about(question)


@pytest.mark.parametrize(
    "question",
    [
        "在上海住院怎么报销",
        "从广州回来怎么办创业贷款",
        "我是南昌人想在这边落户",
        "南昌户口怎么迁过来",
        "上海交的公积金能取吗",
        "上海公积金转到丰城要多久",
        "江西丰城低保标准",
        "宜春市低保标准",
        "白土镇低保标准",
        "我们曲江镇的低保",
        "东方红大道公交卡在哪办",
        "住南京路的小学怎么报名",
        "家在大同花园小学怎么报名",
        "中山路停水吗",
        "朝阳小区停水",
        "长春藤幼儿园学费",
        "孩子叫王长春怎么出生登记",
        "北京银行贷的款能取公积金吗",
        "房东营业执照要给我吗",
        "确保定点医院能报销吗",
        "四平方米的店能办执照吗",
        "拖延安置费怎么办",
        "江南通道什么时候修",
        "集中卫生整治",
        "贫困县补贴",
        "县城电动车上牌",
        "",
    ],
)
def test_a_question_about_ours(question: str) -> None:
    assert elsewhere.about(question) == ()


def test_a_city_brings_its_own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "lexicon"
    folder.mkdir()
    (folder / "home.txt").write_text(
        "昆山市 | 昆山\n苏州市 | 苏州\n江苏省 | 江苏\n", encoding="utf-8"
    )
    (folder / "towns.txt").write_text("昆山市 | 昆山\n玉山镇 | 玉山\n", encoding="utf-8")
    monkeypatch.setenv("POLICYLINE_CITY", str(tmp_path))
    for kept in (lexicon.names, elsewhere._finder, elsewhere._own, home._finder):
        kept.cache_clear()

    ours, theirs = elsewhere.about("昆山低保标准"), elsewhere.about("丰城低保标准")
    above = elsewhere.about("苏州低保标准")

    monkeypatch.undo()
    for kept in (lexicon.names, elsewhere._finder, elsewhere._own, home._finder):
        kept.cache_clear()
    assert (ours, theirs, above) == ((), ("丰城",), ())

"""Who a writer is decides nothing about whose their matter is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import city as cities
from bot.cases.model import RoutingInput
from bot.routing.introductions import without_introduction
from bot.routing.router import Router
from bot.settings import ROOT

LIGHT = "剑光街道府前路的路灯坏了三天了，没人修"


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(cities.load(ROOT / "bot" / "city" / "fengcheng"))


@pytest.mark.parametrize(
    "said",
    [
        "。我叫张三丰，电话13900000001。",
        "。我叫张三丰。",
        "。联系人李四，联系电话13900000002。",
        "。姓名：王五，手机：139 0000 0003，谢谢！",
        "\n\n此致\n敬礼\n来信人：赵六\n13900000004",
        "，本人叫张三丰，联系方式 0795-6200000",
    ],
)
def test_who_writes_changes_nothing_of_the_judgement(router: Router, said: str) -> None:
    alone = router.route(RoutingInput(text=LIGHT + "。", title="府前路路灯"))
    signed = router.route(RoutingInput(text=LIGHT + said, title="府前路路灯"))
    assert signed.auto
    first, other = signed.departments[0], alone.departments[0]
    assert first.name == other.name
    assert abs(first.confidence - other.confidence) < 0.02
    assert signed.severity is alone.severity
    assert not router.emergency_number(LIGHT + said)


@pytest.mark.parametrize(
    "text",
    [
        "我叫不到救护车，人快不行了",
        "电话一直打不通，没有人接",
        "本人户口在丰城，想问怎么迁出",
        "邻居姓名不详，天天半夜唱歌",
        "本人是残疾人，想问有什么补贴",
        "感谢城管局帮我们修好路灯",
        "12345678901元工程款没有结清",
    ],
)
def test_what_only_begins_alike_stays(text: str) -> None:
    assert without_introduction(text) == text


@given(st.text(alphabet="我叫张三丰电话1390，。；\n本人联系路灯 ", max_size=60))
def test_something_is_always_left(text: str) -> None:
    left = without_introduction(text)
    assert bool(left.strip()) == bool(text.strip())
    assert len(left) <= len(text)

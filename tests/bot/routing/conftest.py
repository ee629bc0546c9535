"""The default city's router, and a small town's past orders written for these tests."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from bot import city as cities
from bot.city.load import DEFAULT
from bot.city.model import City
from bot.routing.orders import Order
from bot.routing.router import Router

_STORIES = {
    "市城市管理局": ("路灯 井盖 垃圾桶 下水道", "坏了没人修 破了很危险 三天没人管"),
    "市公安局交通管理大队": ("红绿灯 违停车辆 斑马线 大货车", "影响通行 请交警来看 天天堵"),
    "市人力资源和社会保障局": ("养老金 工资 社保卡 失业金", "没有发到手 怎么申请 被拖欠"),
}
_WHERE = ("解放路", "人民路口", "菜市场旁边", "学校门口")
_TYPES = {"怎么申请": "咨询类", "被拖欠": "投诉类", "没有发到手": "投诉类", "坏了没人修": "求助类"}


@pytest.fixture(scope="session")
def city() -> City:
    return cities.load(DEFAULT)


@pytest.fixture(scope="session")
def router(city: City) -> Router:
    return Router(city)


def _orders() -> Iterator[Order]:
    for department, (things, troubles) in _STORIES.items():
        for number, (thing, trouble, where) in enumerate(
            product(things.split(), troubles.split(), _WHERE)
        ):
            yield Order(
                order_no=f"{department}-{number}",
                title="",
                content=f"{where}的{thing}{trouble}",
                department=department,
                demand_type=_TYPES.get(trouble, ""),
                category=("城市", thing),
            )


@pytest.fixture(scope="session")
def orders() -> tuple[Order, ...]:
    return tuple(_orders())


def _items(name: str) -> tuple[tuple[str, frozenset[str]], ...]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    items = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple((text, frozenset(units.split("/"))) for text, units in items)


@pytest.fixture(scope="session")
def cold_start() -> tuple[tuple[str, frozenset[str]], ...]:
    """(what a citizen says, the units that may lead); the catalogue was written with these seen."""
    return _items("cold_start.tsv")


@pytest.fixture(scope="session")
def cold_blind() -> tuple[tuple[str, frozenset[str]], ...]:
    """The same by somebody who had not seen the catalogue, nor its writers these."""
    return _items("cold_blind.tsv")

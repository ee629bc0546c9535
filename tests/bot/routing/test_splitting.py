"""One or several demands in one text, on items written for this."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cases.model import RoutingInput
from bot.city.model import City
from bot.routing.catalogue import Catalogue
from bot.routing.router import Router
from bot.routing.splitting import Splitter
from nlu.text import normalise

ITEMS = [
    json.loads(line)
    for line in (Path(__file__).parent / "several_dev.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="session")
def splitter(city: City) -> Splitter:
    return Splitter(Catalogue(city))


def test_demands_are_counted_as_a_person_counts_them(splitter: Splitter) -> None:
    counted = [
        (len(splitter.split(normalise(item["text"]))), item["demands"], item["text"])
        for item in ITEMS
    ]
    wrong = [text for found, wanted, text in counted if found != wanted]
    assert len(counted) >= 80
    assert len(wrong) <= 0.05 * len(counted), wrong


def test_one_matter_is_hardly_ever_cut(splitter: Splitter) -> None:
    singles = [item["text"] for item in ITEMS if item["demands"] == 1]
    cut = [text for text in singles if len(splitter.split(normalise(text))) > 1]
    assert len(singles) >= 40
    assert len(cut) <= 1, cut


def test_no_word_is_lost(splitter: Splitter) -> None:
    for item in ITEMS:
        text = normalise(item["text"])
        assert "".join("".join(splitter.split(text)).split()) == "".join(text.split())


def test_nothing_and_very_much_are_one(splitter: Splitter) -> None:
    assert splitter.split("") == ("",)
    assert len(splitter.split("另外路灯坏了，" * 300)) == 1


def test_each_part_goes_to_its_own_department(router: Router) -> None:
    text = "曲江镇这边反映两件事：一是老板拖欠工资三个月，二是自来水发黄有异味"
    wages, water = router.parts(RoutingInput(text=text))
    assert wages.routing.departments[0].name == "市人力资源和社会保障局"
    assert water.routing.departments[0].name == "市自来水公司"
    assert water.routing.territory == "曲江镇"


def test_a_part_with_a_place_of_its_own_keeps_it(router: Router) -> None:
    text = "曲江镇街上路灯不亮。另外想反映白土镇的井盖丢了好几个"
    first, second = router.parts(RoutingInput(text=text, place=""))
    assert (first.routing.territory, second.routing.territory) == ("曲江镇", "白土镇")


def test_one_demand_has_no_parts(router: Router) -> None:
    assert router.parts(RoutingInput(text="路灯坏了，晚上看不见，老人摔了一跤")) == ()


def test_several_demands_are_not_sent_out_as_one(router: Router) -> None:
    text = "路灯坏了好几天没人修。另外小区门口的井盖丢了，还想问一下医保卡丢了怎么补办"
    found = router.route(RoutingInput(text=text, place="剑光街道解放路"))
    assert not found.auto
    assert any("件事" in reason for reason in found.reasons)

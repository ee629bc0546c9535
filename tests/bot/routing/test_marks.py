"""What a text says beside its matter, on items written for this."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.cases.model import RoutingInput
from bot.city.marks import MarkRules
from bot.city.model import City
from bot.routing.marker import Marker
from bot.routing.marks import Marks, Sentiment
from bot.routing.router import Router
from nlu.text import normalise

ITEMS = [
    json.loads(line)
    for line in (Path(__file__).parent / "marks_dev.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="session")
def marker(city: City) -> Marker:
    return Marker(city.rules.marks, city.rules.negations)


def _mark(marker: Marker, text: str) -> Marks:
    return marker.mark(normalise(text).lower())


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["text"][:16])
def test_marks_are_as_a_person_gave_them(marker: Marker, item: dict[str, Any]) -> None:
    found = _mark(marker, item["text"])
    seen = {
        "sentiment": found.sentiment.value,
        "sensitive": list(found.sensitive),
        "anonymous": found.anonymous,
        "confidential": found.confidential,
        "persons": [person.name for person in found.persons if person.name],
    }
    wanted = {key: value for key, value in item.items() if key != "text"}
    assert {key: seen[key] for key in wanted} == wanted


def test_each_mark_says_which_words_made_it(marker: Marker) -> None:
    found = _mark(marker, "请替我保密，工人们已经在厂门口拉横幅了，黑心老板凭什么不发工资")
    assert any("群体性事件" in reason and "拉横幅" in reason for reason in found.reasons)
    assert any(reason.startswith("要求保密") for reason in found.reasons)
    assert found.person_first


def test_a_threat_to_tell_the_press_needs_no_person_first(marker: Marker) -> None:
    found = _mark(marker, "再不修路灯我就发到抖音上")
    assert found.sensitive == ("媒体曝光",)
    assert not found.person_first


def test_roles_without_names_are_kept(marker: Marker) -> None:
    found = _mark(marker, "包工头跑了，村支书说不归他管")
    assert [(person.name, person.role) for person in found.persons] == [
        ("", "包工头"),
        ("", "村支书"),
    ]


def test_an_item_a_person_must_read_is_not_sent_by_itself(router: Router) -> None:
    everyday = RoutingInput(text="老板拖欠工资三个月不给")
    sensitive = RoutingInput(text="老板拖欠工资三个月不给，工人们在厂门口拉横幅")
    assert router.route(everyday).auto
    found = router.route(sensitive)
    assert not found.auto
    assert found.departments[0].name == "市人力资源和社会保障局"
    assert found.marks is not None
    assert found.marks.sensitive == ("群体性事件",)


def test_a_city_without_words_marks_nothing() -> None:
    assert Marker(MarkRules()).mark("求求你们救救我们") == Marks(sentiment=Sentiment.CALM)

"""Present danger, told from all that only sounds like it, on items nobody had seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cases.model import RoutingInput, Severity
from bot.routing.danger import NUMBERS, DangerJudge
from bot.routing.router import Router
from nlu import lexicon
from nlu.text import normalise

ITEMS = [
    json.loads(line)
    for line in (Path(__file__).parent / "danger_blind.jsonl").read_text("utf-8").splitlines()
]


def test_dangers_are_told_the_right_number(router: Router) -> None:
    dangers = [item for item in ITEMS if item["number"]]
    right = [router.emergency_number(item["text"]) == item["number"] for item in dangers]
    assert len(dangers) >= 60
    assert sum(right) / len(right) >= 0.93


def test_what_only_sounds_like_danger_is_hardly_ever_taken_for_it(router: Router) -> None:
    calm = [item["text"] for item in ITEMS if not item["number"]]
    alarmed = [text for text in calm if router.emergency_number(text)]
    assert len(calm) >= 60
    assert len(alarmed) / len(calm) <= 0.09, alarmed


def test_ordinary_items_hardly_ever_alarm(
    router: Router,
    cold_start: tuple[tuple[str, frozenset[str]], ...],
    cold_blind: tuple[tuple[str, frozenset[str]], ...],
) -> None:
    texts = [text for text, _ in (*cold_start, *cold_blind)]
    alarmed = [text for text in texts if router.emergency_number(text)]
    assert len(alarmed) / len(texts) <= 0.03, alarmed


def test_a_word_of_danger_that_is_meant_otherwise_is_read_by_a_person(router: Router) -> None:
    found = router.route(RoutingInput(text="我们公司明天演练触电急救，会有人假装倒地"))
    assert found.emergency_number == ""
    assert found.severity is Severity.URGENT


@pytest.mark.parametrize(
    "text",
    [
        "想问一下医保缴费。我爸突然倒在地上嘴歪了，说不出话",
        "我爸突然倒在地上嘴歪了，说不出话。对了医保怎么缴费",
    ],
)
def test_danger_beside_an_ordinary_question_is_seen(router: Router, text: str) -> None:
    assert router.emergency_number(text) == "120"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("楼道里全是烟", "119"),
        ("隔壁有人喊救命", "110"),
        ("我妈叫不醒", "120"),
        ("后面的车撞上我了", "122"),
    ],
)
def test_a_cry_of_a_few_words_is_heard(router: Router, text: str, number: str) -> None:
    assert router.emergency_number(text) == number


def test_of_a_letter_nothing_is_said() -> None:
    assert DangerJudge().judge(normalise("楼道里全是烟，" * 60)) is None


def test_its_sentences_are_sound() -> None:
    told = lexicon.danger()
    assert {number for number, _ in told} == {*NUMBERS, "0"}
    assert len({text for _, text in told}) == len(told)
    assert not {text for _, text in told} & {item["text"] for item in ITEMS}

"""Letters: every template holds what the law wants; none goes out with something missing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.city import disclosure as disclosure_file
from bot.city.reading import Faults
from bot.disclosure.letters import KEYS, Facts, Letter, check, draft
from bot.disclosure.results import RESULTS, Group, Result
from bot.settings import ROOT
from tests.bot.disclosure.world import MONDAY, filled, request
from tests.fakes.town import letters

REAL = ROOT / "bot/city/fengcheng/disclosure.toml"
SENT = [
    *((Letter.DECISION, result) for result in Result),
    *((one, None) for one in Letter if one not in {Letter.DECISION, Letter.DELIVERY}),
]


@pytest.mark.parametrize(("letter", "result"), SENT)
def test_a_template_with_its_blanks_filled_in_is_fit_to_go_out(
    letter: Letter, result: Result | None
) -> None:
    assert check(letter, filled(letter, request(), result), request(), result) == []


@pytest.mark.parametrize("result", list(Result))
def test_a_draft_leaves_blanks_that_hold_it_back(result: Result) -> None:
    facts = Facts(city="小城", today=MONDAY)
    text = draft(Letter.DECISION, request(), facts, letters(), result=result)
    assert "【】里的内容还没有写完。" in check(Letter.DECISION, text, request(), result)
    assert request().number in text
    assert "{" not in text


def test_braces_an_applicant_wrote_are_text() -> None:
    one = request(content="{number} 和 {unknown}")
    text = draft(Letter.RECEIPT, one, Facts(city="小城", today=MONDAY), letters())
    assert "{number} 和 {unknown}" in text


@pytest.mark.parametrize("result", list(Result))
def test_without_its_article_a_decision_is_held_back(result: Result) -> None:
    text = re.sub(
        r"第[一二三四五六七八九十]+条", "有关规定", filled(Letter.DECISION, request(), result)
    )
    assert any("没有引用依据" in one for one in check(Letter.DECISION, text, request(), result))


@pytest.mark.parametrize("result", list(Result))
@pytest.mark.parametrize("taken", ["行政复议", "行政诉讼", "60日"])
def test_without_the_remedies_a_decision_is_held_back(result: Result, taken: str) -> None:
    text = filled(Letter.DECISION, request(), result).replace(taken, "")
    assert any("救济途径" in one for one in check(Letter.DECISION, text, request(), result))


def test_a_refusal_sends_to_the_review_first() -> None:
    refused = [result for result in Result if RESULTS[result].group is Group.REFUSED]
    assert len(refused) == 8
    for result in refused:
        text = filled(Letter.DECISION, request(), Result.GRANTED)
        text += RESULTS[result].articles[0]
        assert any(
            "先申请行政复议" in one for one in check(Letter.DECISION, text, request(), result)
        )


def test_another_number_is_noticed() -> None:
    text = filled(Letter.DECISION, request(), Result.GRANTED)
    other = replace(request(), number="GK2026000002")
    assert any("GK2026000002" in one for one in check(Letter.DECISION, text, other, Result.GRANTED))


def test_nothing_written_is_said_as_such() -> None:
    assert check(Letter.CORRECTION, " \n", request()) == ["文书还没有内容。"]


def test_a_city_may_say_only_what_differs(tmp_path: Path) -> None:
    own = tmp_path / "disclosure.toml"
    own.write_text('[limits]\namber_days = 3\n[letters]\nreceipt = "收到 {number}"\n', "utf-8")
    faults = Faults()
    limits, found = disclosure_file.read(own, REAL, faults)
    assert (faults.lines, limits.amber_days, limits.answer_days) == ([], 3, 20)
    assert found.letters["receipt"] == "收到 {number}"
    assert set(found.letters) == KEYS


def test_what_is_wrong_in_a_citys_file_is_named(tmp_path: Path) -> None:
    own = tmp_path / "disclosure.toml"
    own.write_text(
        '[limits]\nanswer_days = 0\n[letters]\nrecept = "x"\nreceipt = "{who}"\n'
        '[decisions]\ngranted = "{"\n',
        "utf-8",
    )
    faults = Faults()
    disclosure_file.read(own, REAL, faults)
    said = "\n".join(faults.lines)
    assert len(faults.lines) == 4
    for part in (
        "answer_days",
        "recept：没有这个键",
        "receipt：用了这里没有的值：who",
        "granted：花括号",
    ):
        assert part in said

"""The index over earlier letters, and which are nearest."""

from __future__ import annotations

import pytest

from bot.drafting.index import RepliedIndex
from bot.drafting.ranking import LEAST, in_words, likeness, nearest
from tests.bot.drafting.letters import OWLS, PENSION, PENSIONS, letter, replied


def ids(index: RepliedIndex, **values: object) -> list[str]:
    return [one.id for one in nearest(index, letter(**values), 5)]


def test_the_letter_alike_comes_first() -> None:
    index = RepliedIndex.empty().changed([OWLS, PENSION, replied()])
    assert ids(index)[0] == "id-1"
    asks = {"title": "养老保险", "text": "灵活就业怎么参加养老保险？", "department": ""}
    assert ids(index, **asks)[0] == "id-2"


def test_the_replys_own_words_find_it_too() -> None:
    """What the citizen calls it and what the office calls it need not meet in the letter."""
    told = replied("4", title="鸟叫", text="夜里有鸟叫", reply=OWLS.reply, department="")
    index = RepliedIndex.empty().changed([replied(), told])
    asks = {"title": "捕捉保护动物", "text": "有人捕捉国家二级保护动物猫头鹰", "department": ""}
    assert ids(index, **asks)[0] == "id-4"


def test_an_empty_index_finds_nothing() -> None:
    assert nearest(RepliedIndex.empty(), letter(), 3) == ()


def test_built_at_once_or_one_by_one_it_finds_the_same() -> None:
    rows = [replied(str(place), title=f"第{place}号泊位停车收费") for place in range(10, 40)]
    rows += [OWLS, PENSION]
    whole = RepliedIndex.empty().changed(rows)
    grown = RepliedIndex.empty()
    for one in rows:
        grown = grown.changed([one])
    assert len(grown.parts) < 8
    assert len(grown) == len(whole) == len(rows)
    asks = {"title": "第25号泊位停车收费", "text": "第25号泊位"}
    assert ids(grown, **asks)[0] == ids(whole, **asks)[0] == "id-25"


def test_one_that_serves_no_more_is_not_found_and_a_changed_one_is_found_anew() -> None:
    index = RepliedIndex.empty().changed([replied(), OWLS])
    gone = index.changed(gone=[0])
    assert "id-1" not in ids(gone)
    assert len(gone) == 1
    assert ids(index)[0] == "id-1"
    back = gone.changed([replied(version=4)])
    assert ids(back)[0] == "id-1"


def test_a_letter_is_never_its_own_source() -> None:
    index = RepliedIndex.empty().changed([replied(), replied("5")])
    assert ids(index, id="id-1") == ["id-5"]


@pytest.mark.parametrize(
    "other", [{"department": PENSIONS}, {"bad": True}, {"demand_type": "建议"}]
)
def test_of_two_alike_the_own_departments_and_the_better_comes_first(
    other: dict[str, object],
) -> None:
    index = RepliedIndex.empty().changed([replied("0", **other), replied()])
    assert ids(index) == ["id-1", "id-0"]


def test_likeness_is_told_in_words() -> None:
    one, same = letter(), replied()
    near = likeness(one.title + one.text, same.title + same.text)
    far = likeness(one.title + one.text, OWLS.title + OWLS.text)
    assert far < LEAST < near
    assert (in_words(0.9), in_words(0.2), in_words(0.12)) == ("很像", "比较像", "有些像")
    assert likeness("", "甲") == 0

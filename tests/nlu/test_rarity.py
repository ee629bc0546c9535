"""How rare words are at large, and which words are alike."""

from __future__ import annotations

import pytest

from nlu import lexicon
from nlu.rarity import rarity


@pytest.mark.parametrize(("rare", "common"), [("居住证", "时候"), ("鳏寡", "工作"), ("遗属", "人")])
def test_words_seldom_seen_are_worth_more(rare: str, common: str) -> None:
    assert rarity(rare) > rarity(common) > 0


def test_unknown_words_are_rare_and_unknown_signs_are_not() -> None:
    assert rarity("饕餮证明书") >= rarity("遗属")
    assert rarity("㐂") < rarity("饕餮证明书")


def test_each_word_stands_for_the_others_of_its_line() -> None:
    alike = lexicon.alike()

    assert {"遗失", "丢失"} <= set(alike["丢"])
    assert "丢了" in alike["遗失"]


def test_a_single_sign_in_a_text_tells_nothing() -> None:
    assert {other for others in lexicon.alike().values() for other in others if len(other) < 2} == (
        set()
    )


def test_no_word_stands_for_itself() -> None:
    assert [word for word, others in lexicon.alike().items() if word in others] == []

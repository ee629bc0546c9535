"""Names a recogniser wrote by their sound are put right; what is a word stays."""

from __future__ import annotations

import pytest

from bot.calls.misheard import Misheard, put_right


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("底保要什么条件", "低保要什么条件"),
        ("租房子可以取公基金吗", "租房子可以取公积金吗"),
        ("高龄金贴一个月多少", "高龄津贴一个月多少"),
        ("我要投诉务业", "我要投诉物业"),
        ("耕地地理补贴", "耕地地力补贴"),
    ],
)
def test_a_name_of_the_same_sound_is_put_right(heard: str, meant: str) -> None:
    assert put_right(heard) == meant


@pytest.mark.parametrize("text", ["买了一包烟", "一报名就要交钱", "我们户口不在城里", "他保证来"])
def test_words_stay(text: str) -> None:
    assert put_right(text) == text


def test_names_of_ones_own_are_found() -> None:
    towns = Misheard(("荣塘镇", "泉港镇"))
    assert towns.corrected("我是容塘镇的，不是全港镇") == "我是荣塘镇的，不是泉港镇"

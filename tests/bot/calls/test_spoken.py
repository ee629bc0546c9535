"""Running speech tidied, and what is taken back put right."""

from __future__ import annotations

import pytest

from bot.calls.question_signs import asks
from bot.calls.spoken import said, tidy
from tests.bot.calls.spoken_calls import talk


@pytest.mark.parametrize(
    ("heard", "clean"),
    [
        ("嗯，那个，我想问一下那个公积金啊。", "我想问一下公积金。"),
        ("就是我们解放路那边，那个路灯，路灯全都不亮了", "我们解放路那边，路灯全都不亮了"),
        ("我我我在这里，是吧，等了半天了呀", "我在这里，等了半天了"),
        ("额度是多少，金额多少", "额度是多少，金额多少"),
        ("天天晚上吵，干嘛不管", "天天晚上吵，干嘛不管"),
        ("幺三九零零零零零零零幺", "幺三九零零零零零零零幺"),
        ("我眼睛不好，不好意思", "我眼睛不好，不好意思"),
    ],
)
def test_fillers_and_stutters_go_and_words_stay(heard: str, clean: str) -> None:
    assert tidy(heard) == clean


def test_what_is_taken_back_in_one_sentence_is_replaced() -> None:
    (only,) = said(talk("c: 在解放路，哦不对，是府前路那边，水管爆了。"))
    assert "解放路" not in only.text
    assert "府前路" in only.text


def test_a_later_sentence_puts_right_what_both_legs_said_before() -> None:
    spoken = said(
        talk(
            "c: 我在泉港镇新街。",
            "o: 您说的是泉港镇新街，对吗？",
            "c: 不是泉港镇，是小港镇。",
        )
    )
    assert not any("泉港镇" in each.text for each in spoken)
    assert "小港镇" in spoken[0].text


def test_amounts_are_put_right_by_their_unit() -> None:
    (only,) = said(talk("c: 他欠我五百块，说错了，是六百块。"))
    assert "五百" not in only.text
    assert "六百块" in only.text


@pytest.mark.parametrize(
    "question",
    [
        "公积金贷款最多能贷多少",
        "要带些什么材料呢",
        "在哪里交",
        "一个月有几多钱",
        "能不能在网上办？",
        "要几久才批得下来",
    ],
)
def test_questions_ask(question: str) -> None:
    assert asks(question)


@pytest.mark.parametrize(
    "demand",
    [
        "能不能派人来修一下",
        "怎么还没人来",
        "编号我哪里记得",
        "你们管不管",
        "我可不可以不讲名字",
        "能不能在那里装一个红绿灯",
        "等了好几天了",
        "八十万是吧？",
        "哪个开发商我不知道",
    ],
)
def test_demands_and_sighs_ask_nothing(demand: str) -> None:
    assert not asks(demand)

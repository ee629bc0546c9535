"""What is asked in a call, as an operator would repeat it."""

from __future__ import annotations

from bot.calls.suggesting import Suggester
from tests.bot.calls.spoken_calls import talk


def asked(suggester: Suggester, *turns: str) -> str:
    return suggester.questions(talk(*turns))[-1].whole


def test_a_telephone_number_read_back_is_no_part_of_the_question(suggester: Suggester) -> None:
    whole = asked(
        suggester,
        "c: 我姓刘，13900000019。",
        "o: 13900000019，对吗？",
        "c: 对。",
        "c: 老年人优待证要到哪里去办啊？",
    )
    assert "139" not in whole
    assert "优待证" in whole


def test_what_was_told_of_the_first_matter_is_no_part_of_the_second(suggester: Suggester) -> None:
    whole = asked(
        suggester,
        "c: 人民路路边上一个井盖没了，好大一个洞，你打我的电话。",
        "o: 好的，第一件已经登记，请问第二件是什么事？",
        "c: 那个老年人优待证，要到哪里去办啊？",
    )
    assert "电话" not in whole
    assert "井盖" not in whole
    assert "优待证" in whole

"""What a text message means: a grade, stop, again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sms_words import Graded, graded, resumes, stops


@pytest.mark.parametrize(
    ("text", "grade", "comment"),
    [
        ("5", 5, ""),
        ("５", 5, ""),
        (" 4。", 4, ""),
        ("3分", 3, ""),
        ("5分，很好", 5, "很好"),
        ("5星", 5, ""),
        ("1 一直没人来", 1, "一直没人来"),
        ("1、没人管", 1, "没人管"),
        ("1没人管", 1, "没人管"),
        ("5谢谢", 5, "谢谢"),
        ("非常满意！", 5, ""),
        ("满意", 4, ""),
        ("一般", 3, ""),
        ("不满意，还在漏", 2, "还在漏"),
        ("非常不满意", 1, ""),
        ("评价5", 5, ""),
        ("我给5分", 5, ""),
    ],
)
def test_grades(text: str, grade: int, comment: str) -> None:
    assert graded(text) == Graded(grade=grade, comment=comment)


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "6", "12345打不通", "10", "5楼漏水", "3天没水了", "4s店坑人", "5分钟就停电",
        "3号楼停水", "1. 路灯坏了 2. 水管爆了", "满意度怎么查", "2个井盖没了", "我不满意你们的答复",
        "1.5公里没有路灯", "3-5栋停电", "3 天没来水了", "1 号楼停水",
    ],
)  # fmt: skip
def test_what_is_no_grade(text: str) -> None:
    assert graded(text) is None


@given(st.text(max_size=60))
def test_a_grade_is_one_to_five_whatever_is_written(text: str) -> None:
    found = graded(text)
    assert found is None or found.grade in range(1, 6)


@pytest.mark.parametrize(
    "text", ["TD", "td", "ＴＤ", "T", "退订", "退订。", " TD ", "TD退订", "回复TD", "“TD”", "拒收"]
)
def test_stop(text: str) -> None:
    assert stops(text)
    assert not resumes(text)


@pytest.mark.parametrize("text", ["HF", "ｈｆ", "恢复"])
def test_again(text: str) -> None:
    assert resumes(text)
    assert not stops(text)


@pytest.mark.parametrize("text", ["TD怎么办", "我要退订流量套餐", "什么时候恢复供水"])
def test_other_words_with_them_are_messages(text: str) -> None:
    assert not stops(text)
    assert not resumes(text)

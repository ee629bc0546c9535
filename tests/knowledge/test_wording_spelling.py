"""Misspelt words: what may be meant, and what is left alone."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import spelling

HELD = """
住房公积金贷款利率 城乡居民基本医疗保险 医保缴费 社会保障卡 社保卡 最低生活保障 低保申请条件
法定退休年龄 退休金 居住证申领 户口簿 电动自行车上牌 佩戴安全头盔 宅基地面积 创业担保贷款
失业金 工伤认定 营业执照 高龄津贴标准 校外培训 统一保险办理 申请材料 身份证
"""
PAIRS = frozenset(each[at : at + 2] for each in HELD.split() for at in range(len(each) - 1))


def known(pairs: Iterable[str]) -> frozenset[str]:
    """What a small shelf holds."""
    return PAIRS & frozenset(pairs)


@pytest.mark.parametrize(
    ("written", "wrong", "right"),
    [
        ("工积金利率", "工积金", "公积金"),
        ("医宝缴费", "医宝", "医保"),
        ("社宝卡", "社宝卡", "社保卡"),
        ("低宝条件", "低宝", "低保"),
        ("退体金", "退体金", "退休金"),
        ("居驻证", "居驻证", "居住证"),
        ("户口薄", "户口薄", "户口簿"),
        ("宅鸡地面积", "宅鸡地", "宅基地"),
        ("创业但保贷款", "创业但保贷款", "创业担保贷款"),
        ("工伤人定", "工伤人定", "工伤认定"),
        ("身分证", "身分证", "身份证"),
        ("校外陪训", "校外陪训", "校外培训"),
    ],
)
def test_what_was_meant_is_offered_first(written: str, wrong: str, right: str) -> None:
    found = dict(spelling.meant(written, known))

    assert found[wrong][0] == right


@pytest.mark.parametrize(
    "written",
    [
        "公积金贷款利率",
        "低保申请条件",
        "统一保险",
        "红烧肉",
        "楼上太吵",
        "怎么追女孩子",
        "你好",
        "12345",
        "",
    ],
)
def test_what_is_written_rightly_or_held_nowhere_is_left_alone(written: str) -> None:
    assert spelling.meant(written, known) == ()


def test_nothing_is_offered_that_no_passage_holds() -> None:
    assert spelling.meant("工积金贷款", lambda _: frozenset()) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("证", "正"),
        ("只", "志"),
        ("难", "兰"),
        ("金", "京"),
        ("湖", "福"),
        ("会", "费"),
        ("生", "深"),
    ],
)
def test_an_accent_makes_them_sound_alike(one: str, other: str) -> None:
    assert spelling.sound(one) == spelling.sound(other)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="工积金医宝低体驻薄鸡但人分陪 a1，上海的办", max_size=90))
def test_every_offer_is_a_word_as_long_as_the_written_one(written: str) -> None:
    for wrong, rights in spelling.meant(written, known):
        assert wrong in written
        assert {len(right) for right in rights} == {len(wrong)}
        assert wrong not in rights

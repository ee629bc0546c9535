"""Sentences of replies: what they carry, what may be said again."""

from __future__ import annotations

import pytest

from bot.drafting.sentences import (
    Says,
    likeness,
    main_statement,
    may_be_reused,
    persons_of,
    sentences,
    statements,
    with_blanks,
)
from tests.bot.drafting.letters import PARKING_REPLY


def test_only_what_carries_something_is_left() -> None:
    found = statements(PARKING_REPLY)
    assert [one.says for one in found][:2] == [Says.BASIS, Says.MEASURE]
    whole = "".join(one.text for one in found)
    assert "路边泊位前三十分钟免费" in whole
    for idle in ("您好", "收悉", "感谢", "拨打", "2025年3月10日"):
        assert idle not in whole


@pytest.mark.parametrize(
    "reply",
    [
        "网友：您好！您反映的问题已转市水利局调查处理。",
        "您好！来信收悉，我们高度重视，感谢您的关心与支持！",
        "网友“路人甲”：您好！您的留言已收悉，如有情况将及时回复！2025年3月1日",
        "详情请致电市民政局社会救助科咨询，电话：0795-6123456。",
    ],
)
def test_a_reply_that_tells_nothing_has_no_statement(reply: str) -> None:
    assert statements(reply) == ()


def test_what_stands_behind_as_follows_is_kept() -> None:
    (one,) = statements("您好！现答复如下：申请高龄津贴应提供身份证和户口簿原件。")
    assert one.text == "申请高龄津贴应提供身份证和户口簿原件。"
    assert one.says is Says.CONDITION


def test_the_main_statement_is_in_the_replys_order_and_short() -> None:
    found = main_statement(PARKING_REPLY)
    assert 0 < len(found) <= 3
    assert [one.at for one in found] == sorted(one.at for one in found)


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("年满八十周岁的老人可以申请高龄津贴。", True),
        ("请拨打市民政局电话0795-6123456咨询高龄津贴。", True),
        ("工作人员已到您家核实低保情况。", False),
        ("机主13900000001称车辆已经移走。", False),
        ("村民张三丰的房屋不属于拆迁范围。", False),
        ("住户在3栋2单元501室内开设麻将馆。", False),
    ],
)
def test_persons_homes_and_private_numbers_are_not_said_again(text: str, may: bool) -> None:
    reusable = may_be_reused(text) and not any(name in text for name in persons_of(text))
    assert reusable is may


def test_days_and_places_of_another_case_become_blanks() -> None:
    measure = next(one for one in statements(PARKING_REPLY) if one.says is Says.MEASURE)
    letter = "梧桐花园小区门口路边泊位停车收费太高"
    said = with_blanks(measure, letter, "东门路停车收费太高")
    assert "2025年3月6日" not in said
    assert "梧桐花园" not in said
    assert "【日期】" in said
    assert "【地点】" in said
    assert "梧桐花园小区" in with_blanks(measure, letter, "梧桐花园小区停车难")


def test_a_documents_date_stays() -> None:
    (one,) = statements("根据《小城停车管理办法》（2024年5月1日起施行）规定，泊位由城管部门施划。")
    assert "2024年5月1日" in with_blanks(one, "", "")


def test_sentences_keep_their_marks() -> None:
    assert sentences("您好！已核实。谢谢") == ("您好！", "已核实。", "谢谢")


def test_likeness_of_sentences() -> None:
    assert likeness("泊位前三十分钟免费", "泊位前三十分钟免费") == 1
    assert likeness("泊位前三十分钟免费", "猫头鹰受保护") == 0
    assert likeness("", "猫头鹰") == 0

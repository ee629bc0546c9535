"""Which questions go on from earlier ones, and from which."""

from __future__ import annotations

import pytest

from knowledge.following import STEP_WEIGHT, TOPIC_WEIGHT, earlier, points_back
from knowledge.wording import cut, essence


@pytest.mark.parametrize(
    "question",
    [
        "材料呢",
        "那需要什么材料",
        "那老人呢",
        "要多久",
        "收费吗",
        "在哪里办",
        "如果是外地户口呢",
        "能代办吗",
        "多少钱",
        "要带户口本吗",
        "需要本人去吗",
        "那新生儿呢",
        "利率呢",
        "首付多少",
        "可以网上办吗",
        "电话是多少",
        "那怎么申请",
        "几天能拿到",
        "它的条件",
        "那退役军人呢",
        "几号发",
        "周末上班吗",
        "过期了怎么办",
        "要交么",
    ],
)
def test_it_goes_on(question: str) -> None:
    assert points_back(cut(question), essence(cut(question)))


@pytest.mark.parametrize(
    "question",
    [
        "居住证怎么办",
        "那居住证怎么办理",
        "需要异地就医备案怎么弄",
        "多久要年审一次车",
        "高龄津贴多少钱",
        "怎么申请低保",
        "身份证丢了怎么补",
        "买到假货怎么投诉",
        "失业金能领多久",
        "营业执照在哪办",
        "创业担保贷款需要什么材料，要多久，收费吗",
        "",
        "😀",
        "谢谢",
        "好的",
        "幼儿园什么时候报名",
    ],
)
def test_it_stands_for_itself(question: str) -> None:
    assert not points_back(cut(question), essence(cut(question)))


def test_a_chain_goes_back_to_the_last_full_question() -> None:
    context = ("高龄津贴多少钱", "创业担保贷款最多能贷多少", "那需要什么材料", "要多久")

    found = earlier("收费吗", context)

    assert [each.question for each in found] == [*reversed(context[1:])]
    assert [each.weight for each in found] == [STEP_WEIGHT, STEP_WEIGHT, TOPIC_WEIGHT]


def test_a_new_matter_forgets_the_old_one() -> None:
    assert earlier("居住证怎么办", ("创业担保贷款怎么申请",)) == ()


def test_where_all_only_go_on_the_first_names_the_matter() -> None:
    found = earlier("收费吗", ("材料呢", "要多久"))

    assert [each.weight for each in found] == [STEP_WEIGHT, TOPIC_WEIGHT]


@pytest.mark.parametrize(
    ("before", "matter"),
    [
        ("公积金贷款最多能贷多少", "公积金贷款"),
        ("异地就医备案需要什么材料", "异地就医备案"),
        ("怎么申请低保", "申请低保"),
        ("老人能领高龄津贴吗", "老人能领高龄津贴"),
        ("农机购置补贴", "农机购置补贴"),
    ],
)
def test_the_matter_of_an_earlier_question(before: str, matter: str) -> None:
    assert earlier("收费吗", (before,))[0].matter == matter
